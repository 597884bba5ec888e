"""Further attempts, more time and why, and what is adjusted for a person throughout.

Circumstances stand in tables of their own: what is asked for and what came of it can be read
without them, and they are erased long before it (docs/decisions/0026).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.assessments.rules.more_time import Category, State, Wants
from lms.db import Base
from lms.people.models import Enrolment
from lms.regulations import Attempt


class OpenedAttempt(Base):
    """An attempt after the first. The first is nobody's to open: it has the cohort's date."""

    __tablename__ = "opened_attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "assessment", "number"),
        CheckConstraint("number >= 2", name="number_from_two"),
        CheckConstraint("kind <> 'first'", name="not_the_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    number: Mapped[int]
    kind: Mapped[Attempt]
    puts_off: Mapped[bool]  # it takes the place of the one before, which does not count
    due_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]


class MoreTime(Base):
    """More time that was taken or asked for, and what came of it; never why."""

    __tablename__ = "more_time"
    __table_args__ = (
        Index(
            "uq_more_time_one_open",
            "enrolment_id",
            "assessment",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_more_time_enrolment_id_assessment", "enrolment_id", "assessment"),
        CheckConstraint("attempt >= 1", name="attempt_from_one"),
        CheckConstraint("days IS NULL OR days >= 1", name="days_from_one"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_somehow"),
        CheckConstraint("until IS NULL OR state = 'granted'", name="until_when_granted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    attempt: Mapped[int]
    wants: Mapped[Wants]
    category: Mapped[Category]
    days: Mapped[int | None]  # asked for; once granted: given, or None where `until` is
    state: Mapped[State]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    until: Mapped[datetime | None]
    words: Mapped[str]  # to the learner, with the answer
    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    circumstances: Mapped["Circumstances | None"] = relationship(lazy="raise")
    evidence: Mapped[list["Evidence"]] = relationship(lazy="raise", order_by="Evidence.id")


class Circumstances(Base):
    """What somebody wrote about why they need more time."""

    __tablename__ = "circumstances"
    __table_args__ = (UniqueConstraint("more_time_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    more_time_id: Mapped[int] = mapped_column(ForeignKey("more_time.id"))
    text: Mapped[str]


class Evidence(Base):
    """A file with the circumstances; its content is in the storage."""

    __tablename__ = "evidence_files"
    __table_args__ = (
        UniqueConstraint("storage_key"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    more_time_id: Mapped[int] = mapped_column(ForeignKey("more_time.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    storage_key: Mapped[str]
    added_at: Mapped[datetime]


class Adjustment(Base):
    """What holds for a person in every piece of work, agreed once."""

    __tablename__ = "adjustments"
    __table_args__ = (
        UniqueConstraint("enrolment_id"),
        CheckConstraint("extra_days >= 0", name="days_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    extra_days: Mapped[int]  # working days, on every date
    formats: Mapped[str]  # other ways to hand in, in words that the learner reads
    version: Mapped[int]
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
