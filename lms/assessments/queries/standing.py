"""What other features ask: how far people are, and which results may be sent to a VLE."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Subquery, and_, exists, or_, select
from sqlalchemy.orm import aliased

from lms.assessments.models import Draft, ResultRow, Submission
from lms.assessments.queries.dates import is_current
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort, Enrolment


@dataclass(frozen=True)
class AssessmentStanding:
    """How far one learner is with one assessment."""

    draft_saved_at: datetime | None = None
    handed_in_at: datetime | None = None
    receipt: str | None = None
    released_at: datetime | None = None


@dataclass(frozen=True)
class SendableResult:
    """A released result that the regulations let go to the VLE."""

    result_id: int
    sequence: int
    enrolment_id: int
    user_id: int
    cohort_id: int
    assessment: str
    points: Decimal
    maximum: Decimal
    released_at: datetime


def standing(enrolment_ids: Collection[int]) -> dict[tuple[int, str], AssessmentStanding]:
    """How far these people are with the current attempt at each assessment they have begun: two
    statements.
    """
    drafts = db.session.execute(
        select(Draft.enrolment_id, Draft.assessment, Draft.saved_at)
        .where(Draft.enrolment_id.in_(enrolment_ids), is_current(Draft))
        .order_by(Draft.enrolment_id, Draft.assessment, Draft.attempt)
    )
    saved = {(row[0], row[1]): row[2] for row in drafts}
    handed = db.session.execute(
        select(
            Submission.enrolment_id,
            Submission.assessment,
            Submission.handed_in_at,
            Submission.receipt,
            ResultRow.released_at,
        )
        .outerjoin(ResultRow, ResultRow.submission_id == Submission.id)
        .where(Submission.enrolment_id.in_(enrolment_ids), is_current(Submission))
        .order_by(
            Submission.enrolment_id, Submission.assessment, Submission.attempt, ResultRow.sequence
        )
    )
    found = {key: AssessmentStanding(draft_saved_at=at) for key, at in saved.items()}
    for place, assessment, handed_in_at, receipt, released_at in handed:
        key = (place, assessment)
        found[key] = AssessmentStanding(saved.get(key), handed_in_at, receipt, released_at)
    return found


def sendable() -> Subquery:
    """The result of each learner and assessment that counts, where its regulations let it go on
    release.

    As SQL, with the columns of `SendableResult`, so that the VLE's side can leave out what was
    delivered without reading every result there ever was.
    """
    return (
        select(
            ResultRow.id.label("result_id"),
            ResultRow.sequence,
            ResultRow.enrolment_id,
            Enrolment.user_id,
            Enrolment.cohort_id,
            ResultRow.assessment,
            ResultRow.points,
            ResultRow.maximum,
            ResultRow.released_at,
        )
        .join(Enrolment, Enrolment.id == ResultRow.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(_counts())
        .subquery()
    )


def _counts() -> ColumnElement[bool]:
    """SQL, over `ResultRow` and `Cohort`: by these regulations this result is the one that counts.

    Between attempts `resit.use` decides. Where it is silent and a resit is lower, somebody must
    decide first: nothing more is sent.
    """
    newer, other = aliased(ResultRow), aliased(ResultRow)
    there_is_a_newer = exists().where(
        newer.enrolment_id == ResultRow.enrolment_id,
        newer.assessment == ResultRow.assessment,
        newer.sequence > ResultRow.sequence,
    )
    higher_elsewhere = exists().where(
        other.enrolment_id == ResultRow.enrolment_id,
        other.assessment == ResultRow.assessment,
        other.submission_id != ResultRow.submission_id,
        ~_corrected_since(other),
        or_(
            other.points > ResultRow.points,
            and_(other.points == ResultRow.points, other.sequence > ResultRow.sequence),
        ),
    )
    return or_(
        and_(_regulated("resit"), ~there_is_a_newer),
        and_(_regulated("higher"), ~_corrected_since(ResultRow), ~higher_elsewhere),
        and_(_regulated(None), ~there_is_a_newer, ~higher_elsewhere),
    )


def _corrected_since(result: type[ResultRow]) -> ColumnElement[bool]:
    later = aliased(ResultRow)
    return exists().where(
        later.submission_id == result.submission_id, later.sequence > result.sequence
    )


def _regulated(use: str | None) -> ColumnElement[bool]:
    return Cohort.regulations.in_(
        one.id
        for one in catalogue().all_regulations()
        if one.send_on == "release" and (one.terms.resit.use if one.terms.resit else None) == use
    )


def sendable_results(enrolment_ids: Collection[int] | None = None) -> list[SendableResult]:
    """The results that may be sent; all of them, or these learners'."""
    results = sendable()
    found = select(results).order_by(results.c.result_id)
    if enrolment_ids is not None:
        found = found.where(results.c.enrolment_id.in_(enrolment_ids))
    return [SendableResult(**row) for row in db.session.execute(found).mappings()]
