"""What is asked about people and their places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, text
from sqlalchemy.orm import contains_eager, joinedload

from lms.actor import Action, Actor, Appointment, Enrolled, Reads, Role
from lms.db import db
from lms.errors import NotFound
from lms.people.models import (
    AccountRequest,
    Cohort,
    Employment,
    Enrolment,
    Invitation,
    LocalAccount,
    Organisation,
    PasswordReset,
    Pause,
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


def reads(user: User) -> Reads:
    """How the person reads, for the pages of one request."""
    return Reads(user.text_size.value, user.spacing.value, user.nation.value)


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


def holders_of(roles: Collection[Role], cohort_id: int) -> Sequence[User]:
    """Who holds one of the roles for a cohort, or for all, by name."""
    held = (
        select(RoleHeld.user_id)
        .where(
            RoleHeld.role.in_(roles),
            or_(RoleHeld.cohort_id.is_(None), RoleHeld.cohort_id == cohort_id),
        )
        .order_by(RoleHeld.user_id)
    )
    return db.session.scalars(
        select(User).where(User.id.in_(held)).order_by(User.name, User.id)
    ).all()


def find_enrolment(user_id: int, cohort_id: int) -> Enrolment | None:
    """A person's place in a cohort, left or not."""
    return db.session.scalar(
        select(Enrolment).where(Enrolment.user_id == user_id, Enrolment.cohort_id == cohort_id)
    )


def find_pause(enrolment_id: int) -> Pause | None:
    """The pause that a place is on now."""
    return db.session.scalar(
        select(Pause).where(Pause.enrolment_id == enrolment_id, Pause.ended_at.is_(None))
    )


def pauses_of(enrolment_ids: Collection[int]) -> Sequence[Pause]:
    """Every pause of these places, the first first. Whoever has one without an end is on it now,
    and is sent no reminder.
    """
    return db.session.scalars(
        select(Pause)
        .where(Pause.enrolment_id.in_(enrolment_ids))
        .order_by(Pause.began_at, Pause.id)
    ).all()


def hold_place(enrolment_id: int) -> None:
    """Let nobody else change what belongs to this place until the transaction ends."""
    db.session.execute(
        select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update(key_share=True)
    ).all()


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


def find_employment(user_id: int, organisation_id: int) -> Employment | None:
    """Whether somebody works for an organisation."""
    return db.session.scalar(
        select(Employment).where(
            Employment.user_id == user_id, Employment.organisation_id == organisation_id
        )
    )


def organisation_names() -> Sequence[str]:
    """Every organisation's name, for choosing one."""
    return db.session.scalars(select(Organisation.name).order_by(Organisation.name)).all()


def all_cohorts() -> Sequence[Cohort]:
    """Every cohort, the newest first, for choosing one."""
    return db.session.scalars(select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.id)).all()


@dataclass(frozen=True)
class InvitationRow:
    """An invitation with what a page says about it."""

    invitation: Invitation
    organisation: str | None
    cohort: str | None
    invited_by: str | None


def _invitation_rows() -> Select[tuple[Invitation, str, str, str]]:
    return (
        select(Invitation, Organisation.name, Cohort.name, User.name)
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .outerjoin(Cohort, Cohort.id == Invitation.cohort_id)
        .outerjoin(User, User.id == Invitation.invited_by)
    )


def find_invitation(invitation_id: int) -> InvitationRow | None:
    """An invitation, with what its page says."""
    row = db.session.execute(_invitation_rows().where(Invitation.id == invitation_id)).first()
    return InvitationRow(*row) if row else None


def invitations() -> Sequence[InvitationRow]:
    """Every invitation, the newest first; one statement."""
    rows = db.session.execute(
        _invitation_rows().order_by(Invitation.sent_at.desc(), Invitation.id.desc())
    )
    return [InvitationRow(*row) for row in rows]


def get_invitation(invitation_id: int) -> Invitation:
    """The invitation, held until the transaction ends, so that only one can use it; or NotFound."""
    invitation = db.session.scalar(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    )
    if invitation is None:
        raise NotFound("There is no such invitation.")
    return invitation


def find_reset(reset_id: int, digest: str, *, hold: bool = False) -> PasswordReset | None:
    """A reset by its id and the digest of its secret; `hold` lets nobody else use it meanwhile."""
    wanted = select(PasswordReset).where(
        PasswordReset.id == reset_id, PasswordReset.digest == digest
    )
    return db.session.scalar(wanted.with_for_update() if hold else wanted)


def open_resets(user_id: int) -> Sequence[PasswordReset]:
    """A person's resets that were not used."""
    return db.session.scalars(
        select(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .order_by(PasswordReset.id)
    ).all()


def find_account_request(
    request_id: int, digest: str, *, hold: bool = False
) -> AccountRequest | None:
    """A wished-for account by its id and the digest of its secret."""
    wanted = select(AccountRequest).where(
        AccountRequest.id == request_id, AccountRequest.digest == digest
    )
    return db.session.scalar(wanted.with_for_update() if hold else wanted)


def hold_key(kind: str, key: str) -> None:
    """Let others who try the same thing wait until this transaction ends.

    SQLite's writers wait for one another anyway; PostgreSQL would let ten tries at once each miss
    the nine others.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": kind + key}
        )


def tries_since(kind: str, key: str, since: datetime) -> Sequence[datetime]:
    """When something limited was tried."""
    return db.session.scalars(
        select(Try.at).where(Try.kind == kind, Try.key == key, Try.at > since).order_by(Try.at)
    ).all()


def workplaces_of(user_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the organisations that somebody works for, and of the people there."""
    theirs = select(Employment.organisation_id).where(Employment.user_id == user_id)
    employers = db.session.scalars(
        select(Organisation.name).where(Organisation.id.in_(theirs)).order_by(Organisation.name)
    ).all()
    colleagues = db.session.scalars(
        select(User.name)
        .join(Employment, Employment.user_id == User.id)
        .where(Employment.organisation_id.in_(theirs), User.id != user_id)
        .distinct()
        .order_by(User.name)
    ).all()
    return tuple(employers), tuple(colleagues)
