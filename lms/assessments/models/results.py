"""What follows a release: corrections, questions about a mark, a learner's own next step."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class FeedbackAsReleased(Base):
    """The comments of a released result, kept when its correction began.

    The learner goes on reading these until the corrected result is released. `kept` has
    `comment`, `criteria` (id to comment) and `pins` (a list of file, place, quote, comment).
    """

    __tablename__ = "feedback_as_released"
    __table_args__ = (UniqueConstraint("submission_id", "sequence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    sequence: Mapped[int]  # of the ledger entry that began the correction
    kept: Mapped[dict[str, Any]]


class MarkQuery(Base):
    """A learner asks whether a mark was put together rightly; somebody else answers, once."""

    __tablename__ = "mark_queries"
    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)"
            " AND (answered_at IS NULL) = (outcome IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint("outcome IN ('no-change', 'correction')", name="known_outcome"),
        # One at a time for each piece of work.
        Index(
            "uq_mark_queries_one_open",
            "submission_id",
            unique=True,
            sqlite_where=sql("answered_at IS NULL"),
            postgresql_where=sql("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    outcome: Mapped[str | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]


class NextStep(Base):
    """What a learner wants to do next time, in their own words; theirs alone to read."""

    __tablename__ = "next_steps"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "assessment"),
        CheckConstraint("text <> ''", name="says_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    text: Mapped[str]
    saved_at: Mapped[datetime]
