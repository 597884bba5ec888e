"""What is asked about who is in a VLE's course. Each page's number of statements is the same for
eight people and for eight hundred.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.db import db
from lms.lti.models import (
    Context,
    CourseMember,
    Deployment,
    Platform,
    Roster,
    VleIdentity,
)
from lms.lti.queries.scores import Service
from lms.lti.rules.places import STAFF, Place
from lms.lti.rules.rosters import Known
from lms.people.models import Cohort, Enrolment, RoleHeld, User


@dataclass(frozen=True)
class Course:
    """A course as reading its list needs it; it outlives the transaction it was read in."""

    context_id: int
    vle_id: str
    memberships_url: str
    groups_url: str | None
    differences_url: str | None
    read_whole_at: datetime | None
    trusted: tuple[str, ...]
    service: Service


def find_member(context_id: int, identity_id: int) -> CourseMember | None:
    """Whether somebody is known from a course."""
    return db.session.scalar(
        select(CourseMember).where(
            CourseMember.context_id == context_id, CourseMember.identity_id == identity_id
        )
    )


def get_deployment(deployment_id: int) -> Deployment:
    """A deployment that a verified message named."""
    return db.session.scalars(select(Deployment).where(Deployment.id == deployment_id)).one()


def service_of(platform: Platform) -> Service:
    """A platform as asking it for a token needs it."""
    return Service(
        platform_id=platform.id,
        issuer=platform.issuer,
        client_id=platform.client_id,
        auth_login_url=platform.auth_login_url,
        auth_token_url=platform.auth_token_url,
        key_set_url=platform.key_set_url,
        auth_audience=platform.auth_audience,
    )


def linked_contexts(cohort_ids: frozenset[int] | None) -> Sequence[Context]:
    """The courses linked to these cohorts (to any, for None)."""
    asked = (
        select(Context)
        .join(Context.cohort)
        .options(
            joinedload(Context.cohort),
            joinedload(Context.deployment).joinedload(Deployment.platform),
        )
        .order_by(Cohort.starts_on.desc(), Context.title, Context.id)
    )
    if cohort_ids is not None:
        asked = asked.where(Context.cohort_id.in_(cohort_ids))
    return db.session.scalars(asked).all()


def find_course(context_id: int) -> Course | None:
    """The course, if its list can be read: linked, offered by the VLE, and the VLE switched on."""
    row = db.session.execute(
        select(Context, Platform, Roster)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .outerjoin(Roster, Roster.context_id == Context.id)
        .where(
            Context.id == context_id,
            Context.cohort_id.is_not(None),
            Context.memberships_url.is_not(None),
            Platform.active_at.is_not(None),
        )
    ).first()
    if row is None:
        return None
    context, platform, roster = row
    return Course(
        context_id=context.id,
        vle_id=context.vle_id,
        memberships_url=context.memberships_url,
        groups_url=context.groups_url,
        differences_url=roster.differences_url if roster else None,
        read_whole_at=roster.read_whole_at if roster else None,
        trusted=platform.service_origins,
        service=service_of(platform),
    )


def find_roster(context_id: int) -> Roster | None:
    """What was last read of a course's list."""
    return db.session.get(Roster, context_id)


def hold_context(context_id: int) -> None:
    """Let nobody else change who is in this course until the transaction ends (SQLite has one
    writer).
    """
    db.session.scalar(select(Context.id).where(Context.id == context_id).with_for_update())


def due_rosters(now: datetime) -> Sequence[int]:
    """The courses whose list is to be read now: kept in step, and of a VLE that is switched on."""
    return db.session.scalars(
        select(Roster.context_id)
        .join(Context, Context.id == Roster.context_id)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .where(
            Roster.kept_since.is_not(None),
            Roster.due_at <= now,
            or_(Roster.leased_until.is_(None), Roster.leased_until <= now),
            Platform.active_at.is_not(None),
            Context.cohort_id.is_not(None),
        )
        .order_by(Roster.due_at, Roster.context_id)
    ).all()


def old_lists(before: datetime) -> Sequence[Roster]:
    """Lists that were read long ago and never applied."""
    return db.session.scalars(
        select(Roster)
        .where(Roster.listed_at < before)
        .order_by(Roster.context_id)
        .with_for_update()
    ).all()


def known_people(context: Context, platform_id: int, subjects: Collection[str]) -> dict[str, Known]:
    """Everybody on the list or known from the course, as they are here; three statements."""
    other, member = aliased(Context), aliased(CourseMember)
    here = select(CourseMember.identity_id).where(CourseMember.context_id == context.id)
    rows = db.session.execute(
        select(VleIdentity, User.name, CourseMember, Enrolment)
        .join(User, User.id == VleIdentity.user_id)
        .outerjoin(
            CourseMember,
            (CourseMember.identity_id == VleIdentity.id) & (CourseMember.context_id == context.id),
        )
        .outerjoin(
            Enrolment,
            (Enrolment.user_id == VleIdentity.user_id) & (Enrolment.cohort_id == context.cohort_id),
        )
        .where(
            VleIdentity.platform_id == platform_id,
            or_(VleIdentity.subject.in_(subjects), VleIdentity.id.in_(here)),
        )
        .order_by(VleIdentity.id)
    ).all()
    staff = set(
        db.session.scalars(
            select(RoleHeld.user_id).where(
                RoleHeld.role.in_(STAFF),
                or_(RoleHeld.cohort_id == context.cohort_id, RoleHeld.cohort_id.is_(None)),
            )
        )
    )
    elsewhere = set(
        db.session.scalars(
            select(member.identity_id)
            .join(other, other.id == member.context_id)
            .where(
                other.cohort_id == context.cohort_id,
                other.id != context.id,
                member.gone_at.is_(None),
            )
        )
    )
    return {
        identity.subject: Known(
            user_id=identity.user_id,
            identity_id=identity.id,
            name=name,
            told_name=identity.told_name,
            place=_place(enrolment),
            staff=identity.user_id in staff or bool(member_row and member_row.taught),
            member=bool(member_row and member_row.gone_at is None),
            taken_off=bool(
                member_row
                and enrolment
                and enrolment.left_at
                and enrolment.left_at == member_row.gone_at
            ),
            elsewhere=identity.id in elsewhere,
        )
        for identity, name, member_row, enrolment in rows
    }


def _place(enrolment: Enrolment | None) -> Place:
    if enrolment is None:
        return Place.NONE
    return Place.ENDED if enrolment.left_at else Place.HELD


def members_of(context_id: int) -> dict[int, CourseMember]:
    """Everybody known from a course, by identity."""
    rows = db.session.scalars(select(CourseMember).where(CourseMember.context_id == context_id))
    return {one.identity_id: one for one in rows}


def identities_of(platform_id: int, subjects: Collection[str]) -> dict[str, VleIdentity]:
    """The identities of these subjects, with their people."""
    rows = db.session.scalars(
        select(VleIdentity)
        .where(VleIdentity.platform_id == platform_id, VleIdentity.subject.in_(subjects))
        .options(joinedload(VleIdentity.user))
        .order_by(VleIdentity.id)
    )
    return {one.subject: one for one in rows}


def undelivered_handlers(before: datetime) -> Sequence[tuple[Deployment, Platform]]:
    """Deployments whose notices we have not asked for yet, or long ago."""
    rows = db.session.execute(
        select(Deployment, Platform)
        .join(Platform, Platform.id == Deployment.platform_id)
        .where(
            Deployment.notices_url.is_not(None),
            or_(Deployment.notices_asked_at.is_(None), Deployment.notices_asked_at < before),
            Platform.active_at.is_not(None),
        )
        .order_by(Deployment.id)
    )
    return [(row[0], row[1]) for row in rows]
