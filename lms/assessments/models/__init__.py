"""What is stored of assessments: drafts, what was handed in, marks, the ledger, results.

Briefs, rubrics and regulations are not here: they are content, and rows name them by key. A ledger
entry is appended and never changed or deleted: the database refuses both, and the guard at the foot
of this file sooner.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, and_, event
from sqlalchemy import text as sql
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    foreign,
    mapped_column,
    relationship,
    with_loader_criteria,
)

from lms.assessments.models.allocation import (
    Allocation,
    DeclaredInterest,
    NameShown,
    ScriptOpened,
    ScriptTopic,
    TopicNotTaken,
)
from lms.assessments.models.comments import BankComment, CohortFeedback, PinnedComment
from lms.assessments.models.confidentiality import ConfidentialityCheck
from lms.assessments.models.dates import (
    Adjustment,
    Circumstances,
    Evidence,
    MoreTime,
    OpenedAttempt,
)
from lms.assessments.models.offline import MarkingSheet
from lms.assessments.models.results import FeedbackAsReleased, MarkQuery, NextStep
from lms.db import Base, append_only
from lms.people.models import Enrolment
from lms.regulations import Attempt

__all__ = [
    "EVEN",
    "Adjustment",
    "Allocation",
    "BankComment",
    "Circumstances",
    "CohortFeedback",
    "ConfidentialityCheck",
    "CriterionMark",
    "DeclaredInterest",
    "Draft",
    "Evidence",
    "FeedbackAsReleased",
    "LedgerEntry",
    "LedgerIsAppended",
    "Mark",
    "MarkQuery",
    "MarkingSheet",
    "MoreTime",
    "NameShown",
    "NextStep",
    "OpenedAttempt",
    "PinnedComment",
    "ResultRow",
    "ScriptOpened",
    "ScriptTopic",
    "Submission",
    "SubmissionFile",
    "TopicNotTaken",
]


class Draft(Base):
    """What a trainee has written so far. `version` tells one window's save from another's."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "assessment", "attempt"),
        CheckConstraint("attempt >= 1", name="attempt_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    attempt: Mapped[int]
    text: Mapped[str]
    version: Mapped[int]
    saved_at: Mapped[datetime]
    files: Mapped[list["SubmissionFile"]] = relationship(
        lazy="raise", order_by="SubmissionFile.id", back_populates="draft"
    )


class Submission(Base):
    """What was handed in, once per attempt, as it was at that moment.

    What was taken back stays without its words; only a query with `EVEN` sees it.

    Markers know it by `code`, its owner by `receipt`; neither can be worked out from the other.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index(
            "uq_submissions_one_stands",
            "enrolment_id",
            "assessment",
            "attempt",
            unique=True,
            sqlite_where=sql("taken_back_at IS NULL"),
            postgresql_where=sql("taken_back_at IS NULL"),
        ),
        UniqueConstraint("receipt"),
        # Code first: SQLite takes "of this assessment" to be rare, and would read all its scripts.
        UniqueConstraint("code", "assessment"),
        CheckConstraint("attempt >= 1", name="attempt_from_one"),
        CheckConstraint("words >= 0", name="words_not_negative"),
        CheckConstraint("final_at >= handed_in_at", name="final_once_handed_in"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    assessment_hash: Mapped[str]  # which brief and rubric it answers
    attempt: Mapped[int]
    attempt_kind: Mapped[Attempt] = mapped_column(
        default=Attempt.FIRST, server_default=Attempt.FIRST.value
    )
    text: Mapped[str]
    words: Mapped[int]  # that count by the regulations
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    declaration: Mapped[str]
    declaration_version: Mapped[int]
    declared: Mapped[str]  # the wording that was agreed to
    handed_in_at: Mapped[datetime]
    due_at: Mapped[datetime]
    final_at: Mapped[datetime]  # from then on its writer cannot take it back, and markers open it
    receipt: Mapped[str]
    code: Mapped[str]
    sha256: Mapped[str]
    taken_back_at: Mapped[datetime | None]
    given_back: Mapped[str] = mapped_column(default="", server_default="")  # why a lead did so
    enrolment: Mapped[Enrolment] = relationship(lazy="raise")
    files: Mapped[list["SubmissionFile"]] = relationship(
        lazy="raise", order_by="SubmissionFile.id", back_populates="submission"
    )
    marks: Mapped[list["Mark"]] = relationship(
        lazy="raise", order_by="Mark.id", back_populates="submission"
    )
    check: Mapped[ConfidentialityCheck | None] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin=lambda: and_(
            foreign(ConfidentialityCheck.enrolment_id) == Submission.enrolment_id,
            ConfidentialityCheck.assessment == Submission.assessment,
            ConfidentialityCheck.attempt == Submission.attempt,
        ),
        uselist=False,
    )
    entries: Mapped[list["LedgerEntry"]] = relationship(
        lazy="raise", order_by="LedgerEntry.sequence"
    )


class SubmissionFile(Base):
    """A file of a draft, or of what was handed in; its content is in the storage."""

    __tablename__ = "submission_files"
    __table_args__ = (
        UniqueConstraint("storage_key"),
        UniqueConstraint("marker_key"),
        CheckConstraint("(draft_id IS NULL) <> (submission_id IS NULL)", name="one_owner"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("drafts.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    words: Mapped[int | None]  # None where they could not be counted
    sha256: Mapped[str]
    storage_key: Mapped[str]  # as its owner sent it
    marker_key: Mapped[str | None]  # without names, comments and properties: for its markers
    added_at: Mapped[datetime]
    draft: Mapped[Draft | None] = relationship(lazy="raise", back_populates="files")
    submission: Mapped[Submission | None] = relationship(lazy="raise", back_populates="files")


class Mark(Base):
    """One marker's work on one submission, saved as it is typed. `version` covers all of it."""

    __tablename__ = "marks"
    __table_args__ = (UniqueConstraint("submission_id", "marker_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    marker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str]
    version: Mapped[int]
    saved_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    submission: Mapped[Submission] = relationship(lazy="raise", back_populates="marks")
    criteria: Mapped[list["CriterionMark"]] = relationship(
        lazy="raise", order_by="CriterionMark.id"
    )
    pins: Mapped[list[PinnedComment]] = relationship(
        lazy="raise",
        order_by=lambda: (PinnedComment.file_id, PinnedComment.place),
        cascade="save-update, merge, delete-orphan, delete",
    )


class CriterionMark(Base):
    """What a marker decided on one criterion."""

    __tablename__ = "criterion_marks"
    __table_args__ = (
        UniqueConstraint("mark_id", "criterion"),
        CheckConstraint("points >= 0", name="points_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mark_id: Mapped[int] = mapped_column(ForeignKey("marks.id"))
    criterion: Mapped[str]
    band: Mapped[str | None]
    points: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    comment: Mapped[str]


class LedgerEntry(Base):
    """One act that a result is computed from (rules/ledger.py). `data` holds numbers as text."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        UniqueConstraint("submission_id", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class ResultRow(Base):
    """A result as it was released: what the learner sees, and what a VLE may be sent.

    A correction is a further row with the next `sequence`, never a change of this one.
    """

    __tablename__ = "results"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "assessment", "sequence"),
        CheckConstraint("sequence >= 1", name="sequence_from_one"),
        CheckConstraint("points >= 0 AND points <= maximum", name="points_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    assessment: Mapped[str]
    sequence: Mapped[int]
    points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    maximum: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    released_at: Mapped[datetime]
    released_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


append_only(Base.metadata.tables[LedgerEntry.__tablename__])


class LedgerIsAppended(RuntimeError):
    """An attempt to change or delete a ledger entry: a fault in the code, whoever asked for it."""


@event.listens_for(LedgerEntry, "before_update")
@event.listens_for(LedgerEntry, "before_delete")
def _refuse_change(_mapper: object, _connection: object, _entry: LedgerEntry) -> None:
    raise LedgerIsAppended("a ledger entry is never changed or deleted: append another")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_change(state: ORMExecuteState) -> None:
    changes = state.is_orm_statement and (state.is_update or state.is_delete)
    if changes and state.bind_mapper is not None and state.bind_mapper.class_ is LedgerEntry:
        raise LedgerIsAppended("ledger entries are never changed or deleted: append others")


EVEN = {"even_taken_back": True}  # execution options of a query that sees what was taken back


@event.listens_for(Session, "do_orm_execute")
def _see_what_stands(state: ORMExecuteState) -> None:
    if not state.is_select or state.is_column_load or "even_taken_back" in state.execution_options:
        return
    stands = with_loader_criteria(
        Submission, Submission.taken_back_at.is_(None), include_aliases=True
    )
    state.statement = state.statement.options(stands)
