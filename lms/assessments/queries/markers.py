"""What markers ask: scripts, queues, and who is told of a release."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Exists, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased, defer, joinedload, selectinload, subqueryload

from lms.actor import Action, Actor
from lms.assessments.models import EVEN, Allocation, LedgerEntry, Mark, ResultRow, Submission
from lms.assessments.queries.allocation import decides, is_final, is_theirs_to_mark, may_open
from lms.assessments.queries.learners import NOT_HERE
from lms.assessments.rules.allocating import Ending
from lms.db import db
from lms.errors import Conflict, NotFound
from lms.people.models import Cohort, Enrolment, User

MOVED = (
    "This script was given to somebody else, or handed back, a moment ago, so nothing was changed. "
    "What is with you now is in your queue."
)


NOT_FINAL = "Its writer can still change this script. You can open it once it is final."


@dataclass(frozen=True)
class QueueCounts:
    """How many scripts of an assessment a cohort handed in, and how far they are."""

    handed_in: int = 0  # and final
    finished: int = 0
    released: int = 0
    not_final: int = 0  # handed in, and still their writers' to take back

    @property
    def waiting(self) -> bool:
        """Something is to be marked, or finished and to be released."""
        return self.released < self.handed_in


@dataclass(frozen=True)
class Neighbours:
    """Where a script stands in its queue, and the ids beside it."""

    number: int
    of: int
    previous: int | None
    next: int | None


def _with_everything(found: Select[tuple[Submission]]) -> Select[tuple[Submission]]:
    """With marks and ledger: a statement for each, also where `selectinload` asks per 500 rows."""
    return found.options(
        joinedload(Submission.enrolment).joinedload(Enrolment.cohort),
        subqueryload(Submission.marks).subqueryload(Mark.criteria),
        subqueryload(Submission.entries),
    ).execution_options(populate_existing=True)


def script_visible_to(actor: Actor, submission_id: int) -> Submission:
    """A script that the actor may mark, with its files, marks and ledger, as they are now."""
    submission = db.session.scalar(
        _with_everything(select(Submission))
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.id == submission_id, may_open(actor))
        .options(
            selectinload(Submission.files),
            joinedload(Submission.check),
            subqueryload(Submission.marks).joinedload(Mark.pins),
        )
    )
    if submission is None:
        raise NotFound(NOT_FINAL if _waits_for(actor, submission_id) else NOT_HERE)
    return submission


def _waits_for(actor: Actor, submission_id: int) -> bool:
    """Whether a script will be the actor's to open, once it is final."""
    found = (
        select(Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.id == submission_id, is_theirs_to_mark(actor), ~is_final())
    )
    return db.session.scalar(found) is not None


def count_not_final(actor: Actor, cohort: Cohort, assessment: str) -> int:
    """How many scripts of a cohort will be the actor's to open, once they are final."""
    counts = queue_counts(actor, [cohort.id]).get((cohort.id, assessment), QueueCounts())
    return counts.not_final


def hold_scripts(submission_ids: Collection[int]) -> None:
    """Let nobody else mark or release these scripts until the transaction ends."""
    db.session.execute(
        select(Submission.id)
        .where(Submission.id.in_(submission_ids))
        .order_by(Submission.id)
        .with_for_update(key_share=True)
    ).all()


def held_script(actor: Actor, submission_id: int) -> Submission:
    """A script that the actor may mark, as it is now, held until the transaction ends.

    What one may not see is not held either; what was moved while one waited is said in words.
    """
    script_visible_to(actor, submission_id)
    hold_scripts([submission_id])
    try:
        return script_visible_to(actor, submission_id)
    except NotFound:
        raise Conflict(MOVED) from None


def handed_back_by(actor: Actor, submission_id: int) -> Submission | None:
    """A script that the actor handed back, whoever has it now."""
    return db.session.scalar(
        select(Submission)
        .join(Allocation, Allocation.submission_id == Submission.id)
        .where(
            Submission.id == submission_id,
            Allocation.marker_id == actor.user_id,
            Allocation.ended == Ending.HANDED_BACK,
        )
        .options(joinedload(Submission.enrolment).joinedload(Enrolment.cohort))
        .limit(1)
    )


def hold_person(user_id: int) -> None:
    """Let nobody else write what somebody keeps for marking until the transaction ends."""
    held = select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    db.session.execute(held).all()


def hold_cohort(cohort_id: int) -> None:
    """Let nobody else write what is said to a cohort until the transaction ends."""
    held = select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True)
    db.session.execute(held).all()


def scripts_visible_to(actor: Actor, cohort: Cohort, assessment: str) -> Sequence[Submission]:
    """Every script of a cohort that the actor may mark, with marks and ledger, without its text.

    In the order of codes, which are drawn by lot: it says nothing about who handed in when.
    """
    if not actor.may(Action.MARK, cohort_id=cohort.id):
        raise NotFound(NOT_HERE)
    return _scripts(cohort, assessment, may_open(actor))


def scripts_to_share_out(actor: Actor, cohort: Cohort, assessment: str) -> Sequence[Submission]:
    """Every script of a cohort but one's own, final or not, for whoever decides who marks what."""
    if not decides(actor, cohort.id):
        raise NotFound(NOT_HERE)
    return _scripts(cohort, assessment, is_theirs_to_mark(actor))


def scripts_to_release(actor: Actor, cohort: Cohort, assessment: str) -> Sequence[Submission]:
    """Every final script of a cohort but one's own, for whoever may release its results.

    Whoever shares the marking with colleagues does not release: they would see their marks.
    """
    if not actor.may(Action.RELEASE, cohort_id=cohort.id):
        raise NotFound(NOT_HERE)
    return _scripts(cohort, assessment, and_(is_final(), Enrolment.user_id != actor.user_id))


def _scripts(cohort: Cohort, assessment: str, which: ColumnElement[bool]) -> Sequence[Submission]:
    return db.session.scalars(
        _with_everything(select(Submission))
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(Submission.assessment == assessment, Enrolment.cohort_id == cohort.id, which)
        .options(defer(Submission.text))
        .order_by(Submission.code, Submission.id)
    ).all()


def neighbours_of(actor: Actor, submission: Submission) -> Neighbours:
    """Where a script stands in its cohort's queue."""
    ids = db.session.scalars(
        select(Submission.id)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Submission.assessment == submission.assessment,
            Enrolment.cohort_id == submission.enrolment.cohort_id,
            may_open(actor),
        )
        .order_by(Submission.code, Submission.id)
    ).all()
    place = ids.index(submission.id)
    return Neighbours(
        number=place + 1,
        of=len(ids),
        previous=ids[place - 1] if place else None,
        next=ids[place + 1] if place + 1 < len(ids) else None,
    )


def people_in(cohort_id: int) -> int:
    """How many people are in a cohort now."""
    counted = select(func.count(Enrolment.id)).where(
        Enrolment.cohort_id == cohort_id, Enrolment.left_at.is_(None)
    )
    return db.session.scalar(counted) or 0


def queue_counts(actor: Actor, cohort_ids: Collection[int]) -> dict[tuple[int, str], QueueCounts]:
    """Counts per cohort and assessment, in one statement."""
    finished = and_(Mark.submission_id == Submission.id, Mark.finished_at.is_not(None))
    released = and_(ResultRow.submission_id == Submission.id, ~_being_corrected())
    rows = db.session.execute(
        select(
            Enrolment.cohort_id,
            Submission.assessment,
            func.count(case((is_final(), Submission.id)).distinct()),
            func.count(Mark.submission_id.distinct()),
            func.count(ResultRow.submission_id.distinct()),
            func.count(case((~is_final(), Submission.id)).distinct()),
        )
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .outerjoin(Mark, finished)
        .outerjoin(ResultRow, released)
        .where(Enrolment.cohort_id.in_(cohort_ids), is_theirs_to_mark(actor))
        .group_by(Enrolment.cohort_id, Submission.assessment)
        .order_by(Enrolment.cohort_id, Submission.assessment)
    )
    return {(row[0], row[1]): QueueCounts(*row[2:]) for row in rows}


def _being_corrected() -> Exists:
    """SQL, over `Submission`: a correction began after the latest release."""
    later = aliased(LedgerEntry)
    released_since = exists().where(
        later.submission_id == Submission.id,
        later.kind == "released",
        later.sequence > LedgerEntry.sequence,
    )
    return exists().where(
        LedgerEntry.submission_id == Submission.id,
        LedgerEntry.kind == "correction",
        ~released_since,
    )


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
            ),
            execution_options=EVEN,
        )
    )
