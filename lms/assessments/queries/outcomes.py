"""What follows a release: results so far, questions about marks, corrections, next steps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from lms.actor import Action, Actor
from lms.assessments.models import (
    FeedbackAsReleased,
    Mark,
    MarkQuery,
    NextStep,
    ResultRow,
    Submission,
)
from lms.assessments.queries.allocation import kept_apart, may_open
from lms.assessments.queries.learners import NOT_HERE
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Cohort, Enrolment
from lms.regulations import Attempt


@dataclass(frozen=True)
class Attempted:
    """One attempt of a learner at one assessment, with its newest released points."""

    enrolment_id: int
    assessment: str
    attempt: int
    kind: Attempt
    handed_in_at: datetime
    points: Decimal | None
    released_at: datetime | None


@dataclass(frozen=True)
class AskedAbout:
    """A question about a mark, and the script it is about, by its code."""

    query: MarkQuery
    submission_id: int
    code: str
    assessment: str
    cohort_id: int
    cohort: str  # its name
    marker_id: int | None


def newest_results(enrolment_ids: Collection[int], assessment: str) -> dict[int, ResultRow]:
    """The newest result of each of these places."""
    rows = db.session.scalars(
        select(ResultRow)
        .where(ResultRow.enrolment_id.in_(enrolment_ids), ResultRow.assessment == assessment)
        .order_by(ResultRow.enrolment_id, ResultRow.sequence)
    )
    return {row.enrolment_id: row for row in rows}


def attempts_of(enrolment_ids: Collection[int]) -> list[Attempted]:
    """Every attempt of these places, the first first, with what was last released."""
    newer = aliased(ResultRow)
    there_is_a_newer = (
        select(newer.id)
        .where(newer.submission_id == Submission.id, newer.sequence > ResultRow.sequence)
        .exists()
    )
    rows = db.session.execute(
        select(
            Submission.enrolment_id,
            Submission.assessment,
            Submission.attempt,
            Submission.attempt_kind,
            Submission.handed_in_at,
            ResultRow.points,
            ResultRow.released_at,
        )
        .outerjoin(ResultRow, and_(ResultRow.submission_id == Submission.id, ~there_is_a_newer))
        .where(Submission.enrolment_id.in_(enrolment_ids))
        .order_by(Submission.enrolment_id, Submission.assessment, Submission.attempt)
    )
    return [Attempted(*row) for row in rows]


def script_for_marks(actor: Actor, submission_id: int) -> Submission:
    """A script whose mark the actor may see with its steps: who may open it to mark it; and who
    may see all marks of the cohort, never one's own or that of somebody one is tied to.
    """
    submission = db.session.scalar(
        select(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Submission.id == submission_id,
            or_(may_open(actor), and_(_where(actor, Action.SEE_MARKS), ~kept_apart(actor))),
        )
        .options(
            joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
            selectinload(Submission.marks).selectinload(Mark.criteria),
            selectinload(Submission.entries),
        )
        .execution_options(populate_existing=True)
    )
    if submission is None:
        raise NotFound(NOT_HERE)
    return submission


def _where(actor: Actor, action: Action) -> ColumnElement[bool]:
    """SQL, over `Enrolment`: a cohort in which the actor may do this."""
    cohorts = actor.cohorts_where(action)
    return Enrolment.id.is_not(None) if cohorts is None else Enrolment.cohort_id.in_(cohorts)


def feedback_as_released(submission_id: int) -> FeedbackAsReleased | None:
    """The comments that were kept when the latest correction began."""
    return db.session.scalar(
        select(FeedbackAsReleased)
        .where(FeedbackAsReleased.submission_id == submission_id)
        .order_by(FeedbackAsReleased.sequence.desc())
        .limit(1)
    )


def own_queries(submission_id: int) -> Sequence[MarkQuery]:
    """What was asked about a mark, the newest first; its submission is the asker's own."""
    return db.session.scalars(
        select(MarkQuery)
        .where(MarkQuery.submission_id == submission_id)
        .order_by(MarkQuery.asked_at.desc(), MarkQuery.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def _asked(actor: Actor, which: ColumnElement[bool]) -> list[AskedAbout]:
    rows = db.session.execute(
        select(
            MarkQuery,
            Submission.id,
            Submission.code,
            Submission.assessment,
            Cohort.id,
            Cohort.name,
            Mark.marker_id,
        )
        .join(Submission, Submission.id == MarkQuery.submission_id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .outerjoin(Mark, Mark.submission_id == Submission.id)
        .where(which, may_open(actor), _where(actor, Action.CORRECT))
        .order_by(MarkQuery.asked_at, MarkQuery.id)
        .execution_options(populate_existing=True)
    )
    return [AskedAbout(*row) for row in rows]


def queries_to_answer(actor: Actor) -> list[AskedAbout]:
    """Questions that wait for an answer where the actor may give one, the oldest first."""
    return _asked(actor, MarkQuery.answered_at.is_(None))


def mark_query_visible_to(actor: Actor, query_id: int) -> AskedAbout:
    """One question about a mark, for whoever may answer such questions there."""
    found = _asked(actor, MarkQuery.id == query_id)
    if not found:
        raise NotFound(NOT_HERE)
    return found[0]


def find_next_step(enrolment_id: int, assessment: str) -> NextStep | None:
    """What a learner noted beside the result of an assessment. Theirs alone."""
    return db.session.scalar(
        select(NextStep).where(
            NextStep.enrolment_id == enrolment_id, NextStep.assessment == assessment
        )
    )


def last_next_step(enrolment_id: int, other_than: str) -> NextStep | None:
    """What a learner noted last, beside the result of another assessment. Theirs alone."""
    return db.session.scalar(
        select(NextStep)
        .where(NextStep.enrolment_id == enrolment_id, NextStep.assessment != other_than)
        .order_by(NextStep.saved_at.desc(), NextStep.id.desc())
        .limit(1)
    )
