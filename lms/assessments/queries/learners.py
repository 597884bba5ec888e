"""What a learner asks about their own work; and how a marker comes to a file of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.actor import Action, Actor
from lms.assessments.models import (
    CohortFeedback,
    ConfidentialityCheck,
    Draft,
    Mark,
    PinnedComment,
    ResultRow,
    Submission,
    SubmissionFile,
)
from lms.assessments.queries.allocation import may_mark
from lms.db import db
from lms.errors import NotFound
from lms.modules.catalogue import Assessment, Regulations, catalogue
from lms.people.models import Cohort, Enrolment

NOT_HERE = "There is nothing at this address, or it is not yours to see."


def assessment_visible_to(actor: Actor, key: str) -> Assessment:
    """The assessment, if the actor takes part in its programme or may read any."""
    assessment = catalogue().find_assessment(key)
    if assessment is None or not (
        actor.enrolment_in(assessment.programme) or actor.may(Action.READ_ANY_PROGRAMME)
    ):
        raise NotFound(NOT_HERE)
    return assessment


def find_place(actor: Actor, assessment: Assessment) -> Enrolment | None:
    """The actor's own place in the assessment's programme, with its cohort."""
    held = actor.enrolment_in(assessment.programme)
    if held is None or not actor.may(Action.HAND_IN, cohort_id=held.cohort_id):
        return None
    return db.session.scalar(
        select(Enrolment)
        .where(Enrolment.id == held.enrolment_id)
        .options(joinedload(Enrolment.cohort), joinedload(Enrolment.user))
    )


def place_visible_to(actor: Actor, assessment: Assessment) -> Enrolment:
    """The same, or NotFound."""
    place = find_place(actor, assessment)
    if place is None:
        raise NotFound(NOT_HERE)
    return place


def regulations_of(cohort: Cohort) -> Regulations:
    """The regulations pinned to a cohort."""
    if cohort.regulations is None:
        raise NotFound(f"{cohort.name} has no regulations yet. Ask an administrator to pin them.")
    return catalogue().regulations(cohort.regulations)


def find_draft(enrolment_id: int, assessment: str, attempt: int) -> Draft | None:
    """A draft with its files, as it is in the database now."""
    found = db.session.scalars(
        select(Draft)
        .where(
            Draft.enrolment_id == enrolment_id,
            Draft.assessment == assessment,
            Draft.attempt == attempt,
        )
        .options(joinedload(Draft.files))
        .execution_options(populate_existing=True)
    )
    return found.unique().one_or_none()


def find_submission(enrolment_id: int, assessment: str, attempt: int) -> Submission | None:
    """What was handed in, with its files."""
    return db.session.scalar(
        select(Submission)
        .where(
            Submission.enrolment_id == enrolment_id,
            Submission.assessment == assessment,
            Submission.attempt == attempt,
        )
        .options(selectinload(Submission.files))
    )


def find_check(enrolment_id: int, assessment: str, attempt: int) -> ConfidentialityCheck | None:
    """What is kept of the confidentiality check of an attempt."""
    return db.session.scalar(
        select(ConfidentialityCheck).where(
            ConfidentialityCheck.enrolment_id == enrolment_id,
            ConfidentialityCheck.assessment == assessment,
            ConfidentialityCheck.attempt == attempt,
        )
    )


def pins_on(submission_id: int, file_id: int | None) -> Sequence[PinnedComment]:
    """Comments on passages of a script's text, or of one of its files."""
    return db.session.scalars(
        select(PinnedComment)
        .join(Mark, Mark.id == PinnedComment.mark_id)
        .where(
            Mark.submission_id == submission_id, PinnedComment.file_id.is_not_distinct_from(file_id)
        )
        .order_by(PinnedComment.id)
    ).all()


def receipt_visible_to(actor: Actor, number: str) -> Submission:
    """One's own submission by its receipt, with its files."""
    submission = db.session.scalar(
        select(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.receipt == number, Enrolment.user_id == actor.user_id)
        .options(
            selectinload(Submission.files),
            joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
            joinedload(Submission.enrolment).joinedload(Enrolment.user),
        )
    )
    if submission is None:
        raise NotFound(NOT_HERE)
    return submission


def released_visible_to(
    actor: Actor, assessment: Assessment, attempt: int | None = None
) -> tuple[Submission, ResultRow, str]:
    """One's own latest released result (of one attempt, or of all), with everything that it was
    computed from, and what is said about the assessment to the whole cohort.
    """
    of_attempt = () if attempt is None else (Submission.attempt == attempt,)
    row = db.session.execute(
        select(Submission, ResultRow, CohortFeedback.text)
        .join(ResultRow, ResultRow.submission_id == Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .outerjoin(
            CohortFeedback,
            and_(
                CohortFeedback.cohort_id == Enrolment.cohort_id,
                CohortFeedback.assessment == Submission.assessment,
            ),
        )
        .where(
            Enrolment.user_id == actor.user_id,
            Submission.assessment == assessment.key,
            *of_attempt,
        )
        .options(
            joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
            selectinload(Submission.marks).selectinload(Mark.criteria),
            selectinload(Submission.marks).joinedload(Mark.pins),
            selectinload(Submission.entries),
            selectinload(Submission.files),
        )
        .order_by(ResultRow.released_at.desc(), ResultRow.sequence.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("There is no result to see yet. You get an e-mail when it is released.")
    return row[0], row[1], row[2] or ""


def find_released_at(submission_id: int) -> datetime | None:
    """When the result of a submission was last released."""
    return db.session.scalar(
        select(func.max(ResultRow.released_at)).where(ResultRow.submission_id == submission_id)
    )


@dataclass(frozen=True)
class FileSeen:
    """A file, the name it may be given under, and whether it goes to its owner as it came."""

    file: SubmissionFile
    name: str
    own: bool


def file_visible_to(actor: Actor, file_id: int) -> FileSeen:
    """A file under its owner's name for it, or for a marker under the script's code."""
    file = db.session.scalar(
        select(SubmissionFile)
        .where(SubmissionFile.id == file_id)
        .options(
            joinedload(SubmissionFile.draft),
            joinedload(SubmissionFile.submission)
            .joinedload(Submission.enrolment)
            .joinedload(Enrolment.cohort),
            joinedload(SubmissionFile.submission).selectinload(Submission.files),
        )
    )
    if file is None:
        raise NotFound(NOT_HERE)
    place_id = (
        file.submission.enrolment_id if file.submission else file.draft and file.draft.enrolment_id
    )
    if place_id in {place.enrolment_id for place in actor.enrolments}:
        return FileSeen(file, file.name, own=True)
    script = file.submission
    if script is not None and may_mark(actor, script.id):
        return FileSeen(file, f"{script.code}-{script.files.index(file) + 1}", own=False)
    raise NotFound(NOT_HERE)


def find_released_script(enrolment_id: int, assessment: str) -> int | None:
    """The newest of a learner's submissions whose result is released; who may open it is another
    question.
    """
    return db.session.scalar(
        select(Submission.id)
        .join(ResultRow, ResultRow.submission_id == Submission.id)
        .where(Submission.enrolment_id == enrolment_id, Submission.assessment == assessment)
        .order_by(Submission.attempt.desc(), Submission.id.desc())
        .limit(1)
    )
