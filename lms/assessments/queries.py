"""What is asked about assessments: a learner's record only by `…_visible_to(actor, …)`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import defer, joinedload, selectinload

from lms.actor import Action, Actor
from lms.assessments.models import Draft, Mark, ResultRow, Submission, SubmissionFile
from lms.db import db
from lms.errors import NotFound
from lms.modules.catalogue import Assessment, Regulations, catalogue
from lms.people.models import Cohort, Enrolment, User

NOT_HERE = "There is nothing at this address, or it is not yours to see."


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


@dataclass(frozen=True)
class QueueCounts:
    """How many scripts of an assessment a cohort handed in, and how far they are."""

    handed_in: int = 0
    finished: int = 0
    released: int = 0


# A learner's own work


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


def hold_place(enrolment_id: int) -> None:
    """Let nobody else write this learner's work until the transaction ends."""
    db.session.execute(
        select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update()
    ).all()


def find_draft(enrolment_id: int, assessment: str, attempt: int) -> Draft | None:
    """A draft with its files, as it is in the database now."""
    return db.session.scalar(
        select(Draft)
        .where(
            Draft.enrolment_id == enrolment_id,
            Draft.assessment == assessment,
            Draft.attempt == attempt,
        )
        .options(selectinload(Draft.files))
        .execution_options(populate_existing=True)
    )


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


def receipt_visible_to(actor: Actor, number: str) -> Submission:
    """One's own submission by its receipt, with its files."""
    submission = db.session.scalar(
        select(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.receipt == number, Enrolment.user_id == actor.user_id)
        .options(
            selectinload(Submission.files),
            joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
        )
    )
    if submission is None:
        raise NotFound(NOT_HERE)
    return submission


def released_visible_to(actor: Actor, assessment: Assessment) -> tuple[Submission, ResultRow]:
    """One's own latest released result, with everything that it was computed from."""
    row = db.session.execute(
        select(Submission, ResultRow)
        .join(ResultRow, ResultRow.submission_id == Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Enrolment.user_id == actor.user_id, Submission.assessment == assessment.key)
        .options(
            joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
            selectinload(Submission.marks).selectinload(Mark.criteria),
            selectinload(Submission.entries),
        )
        .order_by(ResultRow.released_at.desc(), ResultRow.sequence.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("There is no result to see yet. You get an e-mail when it is released.")
    return row[0], row[1]


def find_released_at(submission_id: int) -> datetime | None:
    """When the result of a submission was last released."""
    return db.session.scalar(
        select(func.max(ResultRow.released_at)).where(ResultRow.submission_id == submission_id)
    )


def file_visible_to(actor: Actor, file_id: int) -> tuple[SubmissionFile, str]:
    """A file and the name it may be given under: its owner's, or for a marker the script's code."""
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
        return file, file.name
    if file.submission is not None and _marks(actor, file.submission.enrolment):
        number = file.submission.files.index(file) + 1
        return file, f"{file.submission.code}-{number}"
    raise NotFound(NOT_HERE)


def _marks(actor: Actor, place: Enrolment) -> bool:
    """Whether the actor may mark somebody's work: in their cohort, and never one's own."""
    return place.user_id != actor.user_id and actor.may(Action.MARK, cohort_id=place.cohort_id)


# Marking


def _with_everything(found: Select[tuple[Submission]]) -> Select[tuple[Submission]]:
    return found.options(
        joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
        selectinload(Submission.marks).selectinload(Mark.criteria),
        selectinload(Submission.entries),
    ).execution_options(populate_existing=True)


def script_visible_to(actor: Actor, submission_id: int) -> Submission:
    """A script that the actor may mark, with its files, marks and ledger, as they are now."""
    submission = db.session.scalar(
        _with_everything(select(Submission))
        .where(Submission.id == submission_id)
        .options(selectinload(Submission.files))
    )
    if submission is None or not _marks(actor, submission.enrolment):
        raise NotFound(NOT_HERE)
    return submission


def hold_scripts(submission_ids: Collection[int]) -> None:
    """Let nobody else mark or release these scripts until the transaction ends."""
    db.session.execute(
        select(Submission.id)
        .where(Submission.id.in_(submission_ids))
        .order_by(Submission.id)
        .with_for_update()
    ).all()


def scripts_visible_to(actor: Actor, cohort: Cohort, assessment: str) -> Sequence[Submission]:
    """Every script of a cohort that the actor may mark, with marks and ledger, without its text.

    In the order of codes, which are drawn by lot: it says nothing about who handed in when.
    """
    if not actor.may(Action.MARK, cohort_id=cohort.id):
        raise NotFound(NOT_HERE)
    return db.session.scalars(
        _with_everything(select(Submission))
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Submission.assessment == assessment,
            Enrolment.cohort_id == cohort.id,
            Enrolment.user_id != actor.user_id,
        )
        .options(defer(Submission.text))
        .order_by(Submission.code, Submission.id)
    ).all()


def people_in(cohort_id: int) -> int:
    """How many people are in a cohort now."""
    counted = select(func.count(Enrolment.id)).where(
        Enrolment.cohort_id == cohort_id, Enrolment.left_at.is_(None)
    )
    return db.session.scalar(counted) or 0


def queue_counts(actor: Actor, cohort_ids: Collection[int]) -> dict[tuple[int, str], QueueCounts]:
    """Counts per cohort and assessment, in one statement."""
    finished = and_(Mark.submission_id == Submission.id, Mark.finished_at.is_not(None))
    rows = db.session.execute(
        select(
            Enrolment.cohort_id,
            Submission.assessment,
            func.count(Submission.id.distinct()),
            func.count(Mark.submission_id.distinct()),
            func.count(ResultRow.submission_id.distinct()),
        )
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .outerjoin(Mark, finished)
        .outerjoin(ResultRow, ResultRow.submission_id == Submission.id)
        .where(Enrolment.cohort_id.in_(cohort_ids), Enrolment.user_id != actor.user_id)
        .group_by(Enrolment.cohort_id, Submission.assessment)
        .order_by(Enrolment.cohort_id, Submission.assessment)
    )
    return {(row[0], row[1]): QueueCounts(row[2], row[3], row[4]) for row in rows}


def marker_name(marker_id: int) -> str:
    """Who marks a script, for a colleague."""
    return db.session.scalar(select(User.name).where(User.id == marker_id)) or "a colleague"


def released_ids(submission_ids: Collection[int]) -> set[int]:
    """Which of these submissions have a released result."""
    return set(
        db.session.scalars(
            select(ResultRow.submission_id)
            .where(ResultRow.submission_id.in_(submission_ids))
            .order_by(ResultRow.submission_id)
        )
    )


def addresses(enrolment_ids: Collection[int]) -> dict[int, str | None]:
    """The e-mail address of each place's person."""
    rows = db.session.execute(
        select(Enrolment.id, User.email)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
    )
    return {row[0]: row[1] for row in rows}


def code_is_taken(assessment: str, code: str) -> bool:
    """Whether a script of the assessment has the code already."""
    return bool(
        db.session.scalar(
            select(Submission.id).where(
                Submission.assessment == assessment, Submission.code == code
            )
        )
    )


# For other features


def standing(enrolment_ids: Collection[int]) -> dict[tuple[int, str], AssessmentStanding]:
    """How far these people are with each assessment they have begun: two statements."""
    drafts = db.session.execute(
        select(Draft.enrolment_id, Draft.assessment, Draft.saved_at)
        .where(Draft.enrolment_id.in_(enrolment_ids))
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
        .where(Submission.enrolment_id.in_(enrolment_ids))
        .order_by(
            Submission.enrolment_id, Submission.assessment, Submission.attempt, ResultRow.sequence
        )
    )
    found = {key: AssessmentStanding(draft_saved_at=at) for key, at in saved.items()}
    for place, assessment, handed_in_at, receipt, released_at in handed:
        key = (place, assessment)
        found[key] = AssessmentStanding(saved.get(key), handed_in_at, receipt, released_at)
    return found


def sendable_results(enrolment_ids: Collection[int] | None = None) -> list[SendableResult]:
    """The newest result of each learner and assessment that its regulations let go on release."""
    newest = (
        select(
            ResultRow.enrolment_id,
            ResultRow.assessment,
            func.max(ResultRow.sequence).label("sequence"),
        )
        .group_by(ResultRow.enrolment_id, ResultRow.assessment)
        .subquery()
    )
    found = (
        select(ResultRow, Enrolment.user_id, Enrolment.cohort_id, Cohort.regulations)
        .join(
            newest,
            and_(
                newest.c.enrolment_id == ResultRow.enrolment_id,
                newest.c.assessment == ResultRow.assessment,
                newest.c.sequence == ResultRow.sequence,
            ),
        )
        .join(Enrolment, Enrolment.id == ResultRow.enrolment_id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .order_by(ResultRow.id)
    )
    if enrolment_ids is not None:
        found = found.where(ResultRow.enrolment_id.in_(enrolment_ids))
    return [
        SendableResult(
            result_id=row.id,
            sequence=row.sequence,
            enrolment_id=row.enrolment_id,
            user_id=user_id,
            cohort_id=cohort_id,
            assessment=row.assessment,
            points=row.points,
            maximum=row.maximum,
            released_at=row.released_at,
        )
        for row, user_id, cohort_id, regulations in db.session.execute(found)
        if regulations and catalogue().regulations(regulations).send_on == "release"
    ]
