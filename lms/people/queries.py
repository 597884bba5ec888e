"""What is asked about people and their places."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.actor import Action, Actor, Appointment, Enrolled
from lms.db import db
from lms.errors import NotFound
from lms.people.models import (
    Cohort,
    Enrolment,
    Invitation,
    LocalAccount,
    Organisation,
    PasswordReset,
    RoleHeld,
    SignIn,
    Try,
    User,
)


def get_user(user_id: int) -> User:
    """The person, or NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such person.")
    return user


def actor_for(user: User) -> Actor:
    """The person as one who acts: roles and places, two statements."""
    held = db.session.scalars(
        select(RoleHeld).where(RoleHeld.user_id == user.id).order_by(RoleHeld.id)
    )
    places = db.session.execute(
        select(Enrolment.id, Cohort.id, Cohort.programme)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.user_id == user.id, Enrolment.left_at.is_(None))
        .order_by(Enrolment.enrolled_at, Enrolment.id)
    )
    return Actor(
        user_id=user.id,
        name=user.name,
        appointments=tuple(
            Appointment(row.role, row.cohort_id, row.organisation_id) for row in held
        ),
        enrolments=tuple(Enrolled(*place) for place in places),
    )


def find_account(email: str) -> LocalAccount | None:
    """The local account of an address, with its person."""
    return db.session.scalar(
        select(LocalAccount)
        .where(LocalAccount.email == email.lower())
        .options(joinedload(LocalAccount.user))
    )


def find_account_of(user_id: int) -> LocalAccount | None:
    """A person's local account."""
    return db.session.get(LocalAccount, user_id)


def find_sign_in(digest: str, now: datetime) -> tuple[SignIn, User] | None:
    """A browser's sign-in that still holds, with its person."""
    row = db.session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.digest == digest, SignIn.ended_at.is_(None), SignIn.expires_at > now)
    ).first()
    return (row[0], row[1]) if row else None


def open_sign_ins(user_id: int) -> Sequence[SignIn]:
    """Every browser in which the person is signed in."""
    return db.session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.id)
    ).all()


def find_cohort(slug: str) -> Cohort | None:
    """The cohort of that slug."""
    return db.session.scalar(select(Cohort).where(Cohort.slug == slug))


def get_cohort(cohort_id: int) -> Cohort:
    """The cohort, or NotFound."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound("There is no such cohort.")
    return cohort


def cohorts_visible_to(actor: Actor, *actions: Action) -> Sequence[Cohort]:
    """The cohorts in which the actor may do any of `actions`, oldest first."""
    allowed: set[int] = set()
    for action in actions:
        where = actor.cohorts_where(action)
        if where is None:
            return db.session.scalars(select(Cohort).order_by(Cohort.starts_on, Cohort.id)).all()
        allowed |= where
    return db.session.scalars(
        select(Cohort).where(Cohort.id.in_(allowed)).order_by(Cohort.starts_on, Cohort.id)
    ).all()


def cohort_visible_to(actor: Actor, slug: str, *actions: Action) -> Cohort:
    """The cohort, if the actor may do any of `actions` there; else it does not exist."""
    cohort = find_cohort(slug)
    if cohort is None or not any(actor.may(action, cohort_id=cohort.id) for action in actions):
        raise NotFound("There is no such cohort, or it is not yours to see.")
    return cohort


def enrolments_in(cohort_id: int) -> Sequence[Enrolment]:
    """Everybody in a cohort now, by name, with their person."""
    return db.session.scalars(
        select(Enrolment)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.left_at.is_(None))
        .options(contains_eager(Enrolment.user))
        .order_by(User.name, Enrolment.id)
    ).all()


def find_enrolment(user_id: int, cohort_id: int) -> Enrolment | None:
    """A person's place in a cohort, left or not."""
    return db.session.scalar(
        select(Enrolment).where(Enrolment.user_id == user_id, Enrolment.cohort_id == cohort_id)
    )


def enrolment_visible_to(actor: Actor, enrolment_id: int) -> Enrolment:
    """A place, with its person and cohort: one's own, or one in a cohort the actor may see."""
    enrolment = db.session.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .options(joinedload(Enrolment.user), joinedload(Enrolment.cohort))
    )
    if enrolment is None or not (
        enrolment.user_id == actor.user_id
        or actor.may(Action.SEE_COHORT, cohort_id=enrolment.cohort_id)
    ):
        raise NotFound("There is no such place in a cohort, or it is not yours to see.")
    return enrolment


def find_role(
    user_id: int, role: str, cohort_id: int | None, organisation_id: int | None
) -> RoleHeld | None:
    """A role already held in the same place."""
    return db.session.scalar(
        select(RoleHeld).where(
            RoleHeld.user_id == user_id,
            RoleHeld.role == role,
            RoleHeld.cohort_id.is_not_distinct_from(cohort_id),
            RoleHeld.organisation_id.is_not_distinct_from(organisation_id),
        )
    )


def find_organisation(name: str) -> Organisation | None:
    """An organisation by its exact name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))


def find_invitation(digest: str) -> tuple[Invitation, str | None] | None:
    """An invitation by the digest of its secret, with the organisation's name."""
    row = db.session.execute(
        select(Invitation, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.digest == digest)
    ).first()
    return (row[0], row[1]) if row else None


def invitations() -> Sequence[Invitation]:
    """Every invitation, the newest first."""
    return db.session.scalars(
        select(Invitation).order_by(Invitation.sent_at.desc(), Invitation.id)
    ).all()


def get_invitation(invitation_id: int) -> Invitation:
    """The invitation, or NotFound."""
    invitation = db.session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound("There is no such invitation.")
    return invitation


def find_reset(digest: str) -> PasswordReset | None:
    """A reset by the digest of its secret."""
    return db.session.scalar(select(PasswordReset).where(PasswordReset.digest == digest))


def tries_since(kind: str, key: str, since: datetime) -> int:
    """How often something limited was tried."""
    counted = select(func.count(Try.id)).where(Try.kind == kind, Try.key == key, Try.at > since)
    return db.session.scalar(counted) or 0
