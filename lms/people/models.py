"""People and their places: what is stored.

A person may be known by a launch from a VLE (`lms.lti.models`), by a local account, or by both. The
two are joined only by the person's own act, never by an equal e-mail address.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.actor import Role
from lms.db import Base
from lms.people.rules import Nation, Spacing, TextSize


class Theme(StrEnum):
    """How a person wants pages to look; `AUTO` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class User(Base):
    """A person. Whoever may act has one row, however they come in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    theme: Mapped[Theme] = mapped_column(default=Theme.AUTO)
    text_size: Mapped[TextSize] = mapped_column(default=TextSize.USUAL)
    spacing: Mapped[Spacing] = mapped_column(default=Spacing.USUAL)
    nation: Mapped[Nation] = mapped_column(default=Nation.ALL)
    created_at: Mapped[datetime]


class LocalAccount(Base):
    """How a person signs in here: an e-mail address (kept in lower case) and a password."""

    __tablename__ = "local_accounts"
    __table_args__ = (
        UniqueConstraint("email"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str]
    password_set_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="raise")


class Organisation(Base):
    """An employing organisation, by name. Its readiness is another feature's."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Cohort(Base):
    """People who start a programme together; every date is an offset from `starts_on`."""

    __tablename__ = "cohorts"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    programme: Mapped[str]
    name: Mapped[str]
    starts_on: Mapped[date]
    regulations: Mapped[str | None]


class Enrolment(Base):
    """A person in a cohort. Whoever leaves is marked so, never deleted."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("user_id", "cohort_id"),
        CheckConstraint("left_at IS NULL OR left_at >= enrolled_at", name="left_after_enrolled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), index=True)
    enrolled_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(lazy="raise")
    cohort: Mapped[Cohort] = relationship(lazy="raise")


class Pause(Base):
    """Somebody does not study for a while; why is neither asked nor kept."""

    __tablename__ = "pauses"
    __table_args__ = (
        Index(
            "uq_pauses_one_at_a_time",
            "enrolment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="ended_after_it_began"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RoleHeld(Base):
    """A role somebody was given, for one cohort, one organisation, or all."""

    __tablename__ = "roles_held"
    __table_args__ = (
        # NULLs differ in a UNIQUE constraint, so "all cohorts" needs an expression.
        Index(
            "uq_roles_held_once",
            "user_id",
            "role",
            text("coalesce(cohort_id, 0)"),
            text("coalesce(organisation_id, 0)"),
            unique=True,
        ),
        CheckConstraint("role <> 'trainee'", name="trainees_are_enrolled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role]
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohorts.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    given_at: Mapped[datetime]


class Employment(Base):
    """Who works where, and under whom."""

    __tablename__ = "employments"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Invitation(Base):
    """A way in for somebody without an account: signed, for one use, until it expires.

    Only a digest of the link's secret is kept. Sending again makes a new secret, so the older link
    stops working.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_somebody"
        ),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohorts.id"))
    digest: Mapped[str]
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class PasswordReset(Base):
    """A link to choose a new password: one use, one hour; only its digest is kept."""

    __tablename__ = "password_resets"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    digest: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountRequest(Base):
    """A local account that somebody who came from a VLE asked for.

    It is made when the link sent to the address is used. So nobody can hold an address that they do
    not read, and asking never tells whether an address is in use.
    """

    __tablename__ = "account_requests"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str]
    password_hash: Mapped[str]
    digest: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """A browser that is signed in here with a local account; ending it here ends it everywhere."""

    __tablename__ = "sign_ins"
    __table_args__ = (UniqueConstraint("digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Try(Base):
    """One try at something limited (signing in, a reset, an invitation); `key` is a digest."""

    __tablename__ = "tries"
    __table_args__ = (Index("ix_tries_kind_key_at", "kind", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
