"""Who marks which script, who must not, and who opened it or asked whose it is."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.assessments.rules.allocating import Ending, Topic
from lms.db import Base


class Allocation(Base):
    """A script is with a marker until `ended_at`; what ended stays, to be asked about."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index(
            "uq_allocations_one_at_a_time",
            "submission_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("(ended_at IS NULL) = (ended IS NULL)", name="ended_somehow"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended: Mapped[Ending | None]


class DeclaredInterest(Base):
    """Somebody said that a marker should not mark a person's work; why is not asked."""

    __tablename__ = "declared_interests"
    __table_args__ = (UniqueConstraint("marker_id", "enrolment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]


class TopicNotTaken(Base):
    """A marker would rather not read about something; no reason is asked or kept."""

    __tablename__ = "topics_not_taken"
    __table_args__ = (UniqueConstraint("marker_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    topic: Mapped[Topic]


class ScriptTopic(Base):
    """What the writer of a script said it speaks of at length."""

    __tablename__ = "script_topics"
    __table_args__ = (UniqueConstraint("submission_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    topic: Mapped[Topic]


class NameShown(Base):
    """Somebody who marks asked whose script it is, and said why."""

    __tablename__ = "names_shown"
    __table_args__ = (
        UniqueConstraint("submission_id", "shown_to"),
        CheckConstraint("length(reason) >= 10", name="with_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    shown_to: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    shown_at: Mapped[datetime]


class ScriptOpened(Base):
    """Somebody opened a script, or a file of it: once for each day. Its writer can see this."""

    __tablename__ = "scripts_opened"
    __table_args__ = (UniqueConstraint("submission_id", "opened_by", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    day: Mapped[date]
    first_at: Mapped[datetime]
