"""What is written beside the rubric: on passages, to use again, and to a whole cohort."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class PinnedComment(Base):
    """A comment on one passage of a script: paragraph `place` of its text, or page of a file."""

    __tablename__ = "pinned_comments"
    __table_args__ = (
        # NULLs differ in a UNIQUE constraint, so "the text itself" needs an expression.
        Index(
            "uq_pinned_comments_one_a_passage",
            "mark_id",
            text("coalesce(file_id, 0)"),
            "place",
            unique=True,
        ),
        CheckConstraint("place >= 1", name="place_from_one"),
        CheckConstraint("comment <> ''", name="says_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark_id: Mapped[int] = mapped_column(ForeignKey("marks.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("submission_files.id"))
    place: Mapped[int]
    quote: Mapped[str]  # the words meant; empty for the whole passage
    comment: Mapped[str]


class BankComment(Base):
    """A comment that a marker keeps to use again: for one criterion, or for any."""

    __tablename__ = "bank_comments"
    __table_args__ = (
        UniqueConstraint("owner_id", "assessment", "criterion", "text"),
        CheckConstraint("(assessment IS NULL) = (criterion IS NULL)", name="both_or_neither"),
        CheckConstraint("text <> ''", name="says_something"),
        CheckConstraint("used >= 0", name="used_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    assessment: Mapped[str | None]
    criterion: Mapped[str | None]
    text: Mapped[str]
    shared: Mapped[bool]  # with everybody who marks
    used: Mapped[int]
    kept_at: Mapped[datetime]


class CohortFeedback(Base):
    """What is said to a whole cohort about an assessment, beside each person's own feedback."""

    __tablename__ = "cohort_feedback"
    __table_args__ = (UniqueConstraint("cohort_id", "assessment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    assessment: Mapped[str]
    text: Mapped[str]  # as the cohort reads it
    draft: Mapped[str]  # as it is being written; read by those who write it
    version: Mapped[int]
    saved_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime]
