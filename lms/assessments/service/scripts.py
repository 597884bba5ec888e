"""What stands on a script now, in the shapes the rules ask for, and lines added to its ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.actor import Actor
from lms.assessments.models import LedgerEntry, Mark, Submission
from lms.assessments.rules.ledger import (
    Correction,
    Entry,
    Piece,
    Reckoning,
    Result,
    as_released,
    corrections,
    reckon,
    result,
    stands_released,
)
from lms.assessments.rules.marking import Decision, finish_blocks
from lms.assessments.rules.passages import Passage, Pin
from lms.assessments.rules.releasing import ScriptState
from lms.db import db
from lms.modules.catalogue import Assessment, Regulations, catalogue
from lms.regulations import Attempt


def mark_of(submission: Submission) -> Mark | None:
    """The one mark of a script. (Second marks are to come; the table has room for them.)"""
    return submission.marks[0] if submission.marks else None


def decisions_of(mark: Mark | None) -> dict[str, Decision]:
    """What is decided per criterion."""
    rows = mark.criteria if mark else []
    return {row.criterion: Decision(row.band, row.points, row.comment) for row in rows}


def pins_of(mark: Mark | None) -> dict[Passage, Pin]:
    """The comments on passages."""
    rows = mark.pins if mark else []
    return {Passage(row.file_id or 0, row.place): Pin(row.comment, row.quote) for row in rows}


def missing(
    submission: Submission, assessment: Assessment, regulations: Regulations
) -> tuple[str, ...]:
    """What stands in the way of finishing the script."""
    mark = mark_of(submission)
    return finish_blocks(
        assessment.criteria, decisions_of(mark), mark.comment if mark else "", regulations
    )


def is_released(submission: Submission) -> bool:
    """Whether its result is released, and not being corrected."""
    return stands_released([entry.kind for entry in submission.entries])


def is_corrected(submission: Submission) -> bool:
    """Whether a result that was released is being corrected."""
    kinds = [entry.kind for entry in submission.entries]
    return "correction" in kinds and not stands_released(kinds)


def state_of(
    submission: Submission, assessment: Assessment, regulations: Regulations
) -> ScriptState:
    """The script as a release asks about it."""
    mark = mark_of(submission)
    return ScriptState(
        code=submission.code,
        finished=bool(mark and mark.finished_at),
        released=is_released(submission),
        missing=missing(submission, assessment, regulations),
        open=tuple(question.sentence for question in reckoning_of(submission).questions),
        ready_at=mark.finished_at if mark else None,
    )


def regulations_of_mark(submission: Submission) -> Regulations | None:
    """The regulations that the standing mark was made under, whatever the cohort has now."""
    marked = [entry.data["regulations"] for entry in submission.entries if entry.kind == "marked"]
    return catalogue().regulations(marked[-1]) if marked else None


def attempt_of(submission: Submission) -> Attempt:
    """Which kind of attempt it is."""
    return submission.attempt_kind


def piece_of(submission: Submission) -> Piece:
    """What the regulations ask about the work besides its points, as it stands."""
    asked = catalogue().find_assessment(submission.assessment)
    return Piece(
        due_at=submission.due_at,
        handed_in_at=submission.handed_in_at,
        words=submission.words,
        limit=asked.words if asked else None,
        attempt=attempt_of(submission),
        components=len(catalogue().module(asked.module_key).assessments) if asked else 1,
    )


def entries_of(submission: Submission) -> list[Entry]:
    """The lines of its ledger."""
    return [
        Entry(row.sequence, row.kind, row.data, row.actor_id, row.at) for row in submission.entries
    ]


def correction_of(submission: Submission) -> Correction | None:
    """The correction that goes on, if one does."""
    found = corrections(entries_of(submission))
    return found[-1] if found and found[-1].after is None else None


def reckoning_of(submission: Submission) -> Reckoning:
    """The result that the ledger gives, and what a person must decide first."""
    regulations = regulations_of_mark(submission)
    if regulations is None:
        return Reckoning()
    return reckon(entries_of(submission), regulations, piece_of(submission))


def result_of(submission: Submission) -> Result | None:
    """The result that the ledger gives."""
    return reckoning_of(submission).result


def released_result_of(submission: Submission) -> Result | None:
    """The result as it was last released, whatever has been done since."""
    entries = as_released(entries_of(submission))
    marked = [entry.data["regulations"] for entry in entries if entry.kind == "marked"]
    return result(entries, catalogue().regulations(marked[-1])) if marked else None


def append(
    submission: Submission, kind: str, data: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Add a line to the ledger of a script that the transaction holds."""
    submission.entries.append(
        LedgerEntry(
            submission_id=submission.id,
            sequence=len(submission.entries) + 1,
            kind=kind,
            data=dict(data),
            actor_id=actor.user_id,
            at=now,
        )
    )
    db.session.flush()
