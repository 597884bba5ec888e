"""What is asked about marks that are read back: whose turn it is, and where the VLE differs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from lms.actor import Action, Actor
from lms.assessments.queries import sendable
from lms.db import db
from lms.errors import NotFound
from lms.lti.models import (
    Context,
    Deployment,
    MarkDifference,
    Platform,
    ResourceLink,
    ResultCheck,
    ScoreDelivery,
    VleIdentity,
)
from lms.lti.queries.scores import Service, has_scope, not_resting, service_of
from lms.lti.rules.claims import RESULT_SCOPE
from lms.lti.rules.reconcile import Difference
from lms.lti.rules.scores import Delivery
from lms.people.models import User

NOT_HERE = "There is no such difference, or it is not yours to see."


@dataclass(frozen=True)
class Sent:
    """A mark that a column was sent, and that still stands."""

    delivery_id: int
    sent_at: datetime
    subject: str
    points: Decimal
    maximum: Decimal


@dataclass(frozen=True)
class DueCheck:
    """A column to read back now."""

    link_id: int
    lineitem_url: str
    scopes: frozenset[str]
    service: Service


@dataclass(frozen=True)
class Shown:
    """A difference, as the page shows it; `marks`: how many a column held that is gone."""

    id: int
    kind: Difference
    name: str
    ours: str
    theirs: str
    found_at: datetime
    course: str
    marks: int
    row: MarkDifference
    decided_by: str | None


def due_checks(now: datetime, *, last_night: datetime) -> list[DueCheck]:
    """Every column to read: those asked for, and those not read since last night that had a mark
    by then.
    """
    sent_before = exists().where(
        ScoreDelivery.resource_link_id == ResourceLink.id,
        ScoreDelivery.status == Delivery.SENT,
        ScoreDelivery.sent_at < last_night,
    )
    nightly = sent_before & or_(
        ResultCheck.checked_at.is_(None), ResultCheck.checked_at < last_night
    )
    found = (
        select(ResourceLink, Platform)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .outerjoin(ResultCheck, ResultCheck.resource_link_id == ResourceLink.id)
        .where(
            Platform.active_at.is_not(None),
            ResourceLink.lineitem_url.is_not(None),
            has_scope(RESULT_SCOPE),
            not_resting(now),
            or_(ResultCheck.asked_at.is_not(None), nightly),
            or_(ResultCheck.due_at.is_(None), ResultCheck.due_at <= now),
            or_(ResultCheck.leased_until.is_(None), ResultCheck.leased_until <= now),
        )
        .order_by(ResourceLink.id)
    )
    return [
        DueCheck(
            link.id, link.lineitem_url or "", frozenset(link.scopes.split()), service_of(platform)
        )
        for link, platform in db.session.execute(found)
    ]


def sent_marks(link_id: int) -> list[Sent]:
    """The marks that an activity's column was sent and that still stand."""
    results = sendable()
    found = db.session.execute(
        select(
            ScoreDelivery.id,
            ScoreDelivery.sent_at,
            VleIdentity.subject,
            results.c.points,
            results.c.maximum,
        )
        .join(
            results,
            (results.c.result_id == ScoreDelivery.result_id)
            & (results.c.sequence == ScoreDelivery.sequence),
        )
        .join(VleIdentity, VleIdentity.id == ScoreDelivery.identity_id)
        .where(ScoreDelivery.resource_link_id == link_id, ScoreDelivery.status == Delivery.SENT)
        .order_by(ScoreDelivery.id)
    )
    return [Sent(*row) for row in found]


def find_check(link_id: int) -> ResultCheck | None:
    """When an activity's column was last read."""
    return db.session.get(ResultCheck, link_id)


def differences_of(delivery_ids: Collection[int]) -> dict[int, MarkDifference]:
    """What is known of these deliveries, by delivery."""
    found = db.session.scalars(
        select(MarkDifference)
        .where(MarkDifference.delivery_id.in_(delivery_ids))
        .order_by(MarkDifference.id)
    )
    return {row.delivery_id: row for row in found}


def links_with_columns(cohort_id: int | None, assessment: str | None) -> Sequence[int]:
    """The activities whose columns can be read: all of them, or a cohort's for an assessment."""
    found = (
        select(ResourceLink.id)
        .join(Context, Context.id == ResourceLink.context_id)
        .where(
            ResourceLink.lineitem_url.is_not(None),
            ResourceLink.target.startswith("assessments/"),
            has_scope(RESULT_SCOPE),
        )
        .order_by(ResourceLink.id)
    )
    if cohort_id is not None:
        found = found.where(
            Context.cohort_id == cohort_id, ResourceLink.target == f"assessments/{assessment}"
        )
    return db.session.scalars(found).all()


def _shown() -> Select[Any]:
    results = sendable()
    decider = aliased(User)
    return (
        select(MarkDifference, User.name, Context.title, ResourceLink.id, decider.name)
        .join(ScoreDelivery, ScoreDelivery.id == MarkDifference.delivery_id)
        .join(
            results,
            (results.c.result_id == ScoreDelivery.result_id)
            & (results.c.sequence == ScoreDelivery.sequence),
        )
        .join(User, User.id == results.c.user_id)
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Context, Context.id == ResourceLink.context_id)
        .outerjoin(decider, decider.id == MarkDifference.decided_by)
        .order_by(User.name, MarkDifference.id)
    )


def differences_in(assessment: str, cohort_id: int) -> list[Shown]:
    """What the VLE holds instead of a cohort's marks, by name, decided or not. A column that is
    gone is one difference, not many.
    """
    found = _shown().where(
        Context.cohort_id == cohort_id, ResourceLink.target == f"assessments/{assessment}"
    )
    return _grouped(db.session.execute(found).all())


def _grouped(rows: Sequence[Any]) -> list[Shown]:
    gone: dict[tuple[int, object], int] = {}
    for row, _, _, link_id, _ in rows:
        if row.kind is Difference.NO_COLUMN:
            gone[link_id, row.decision] = gone.get((link_id, row.decision), 0) + 1
    shown, told = [], set()
    for row, name, course, link_id, decided_by in rows:
        group = (link_id, row.decision) if row.kind is Difference.NO_COLUMN else row.id
        if group in told:
            continue
        told.add(group)
        marks = gone.get((link_id, row.decision), 1) if row.kind is Difference.NO_COLUMN else 1
        shown.append(
            Shown(
                id=row.id,
                kind=row.kind,
                name=name,
                ours=row.ours,
                theirs=row.theirs,
                found_at=row.found_at,
                course=course,
                marks=marks,
                row=row,
                decided_by=decided_by,
            )
        )
    return shown


def difference_visible_to(
    actor: Actor, difference_id: int
) -> tuple[MarkDifference, ScoreDelivery, ResourceLink, int]:
    """A difference with its delivery, its activity and its cohort, for whoever releases there."""
    row = db.session.execute(
        select(MarkDifference, ScoreDelivery, ResourceLink, Context.cohort_id)
        .join(ScoreDelivery, ScoreDelivery.id == MarkDifference.delivery_id)
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Context, Context.id == ResourceLink.context_id)
        .where(MarkDifference.id == difference_id)
    ).first()
    if row is None or row[3] is None or not actor.may(Action.RELEASE, cohort_id=row[3]):
        raise NotFound(NOT_HERE)
    return row[0], row[1], row[2], row[3]


def place_of(difference_id: int, actor: Actor) -> tuple[str, int]:
    """The assessment and cohort of a difference."""
    _, _, link, cohort_id = difference_visible_to(actor, difference_id)
    return link.target.removeprefix("assessments/"), cohort_id


def open_of_column(link_id: int) -> Sequence[tuple[MarkDifference, ScoreDelivery]]:
    """The undecided marks of a column that is gone."""
    rows = db.session.execute(
        select(MarkDifference, ScoreDelivery)
        .join(ScoreDelivery, ScoreDelivery.id == MarkDifference.delivery_id)
        .where(
            ScoreDelivery.resource_link_id == link_id,
            MarkDifference.kind == Difference.NO_COLUMN,
            MarkDifference.decision.is_(None),
        )
        .order_by(MarkDifference.id)
    )
    return [(row[0], row[1]) for row in rows]
