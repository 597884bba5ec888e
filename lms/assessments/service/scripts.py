"""What stands on a script now, in the shapes the rules ask for, and lines added to its ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lms.actor import Actor
from lms.assessments.models import LedgerEntry, Mark, Submission
from lms.assessments.rules.ledger import Entry, Result, result
from lms.assessments.rules.marking import Decision, finish_blocks
from lms.assessments.rules.passages import Passage, Pin
from lms.assessments.rules.releasing import ScriptState
from lms.db import db
from lms.modules.catalogue import Assessment, Regulations, catalogue


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
    """Whether its result has been released."""
    return any(entry.kind == "released" for entry in submission.entries)


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
    )


def regulations_of_mark(submission: Submission) -> Regulations | None:
    """The regulations that the standing mark was made under, whatever the cohort has now."""
    marked = [entry.data["regulations"] for entry in submission.entries if entry.kind == "marked"]
    return catalogue().regulations(marked[-1]) if marked else None


def result_of(submission: Submission) -> Result | None:
    """The result that the ledger gives."""
    regulations = regulations_of_mark(submission)
    if regulations is None:
        return None
    entries = [
        Entry(row.sequence, row.kind, row.data, row.actor_id, row.at) for row in submission.entries
    ]
    return result(entries, regulations)


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
