"""A released result is corrected; what a person decides about penalties and silent rules."""

from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.models import FeedbackAsReleased, Submission
from lms.assessments.rules.asking import reason_given
from lms.assessments.rules.ledger import penalty_data, settled_data
from lms.assessments.service.scripts import (
    append,
    decisions_of,
    is_corrected,
    is_released,
    mark_of,
    piece_of,
    pins_of,
    reckoning_of,
)
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.regulations import StepKind

CHANGED = "The work’s date or length changed after this page was opened. Look at it again."
RELEASED = "This result has been released. Begin a correction first."
UNFINISHED = "This script is not finished, so there is nothing to decide yet."
MET = {
    StepKind.LATE: "Nothing is taken off this work for its date.",
    StepKind.WORDS: "Nothing is taken off this work for its length.",
}


def _hold(submission_id: int, actor: Actor, action: Action) -> Submission:
    script = queries.script_visible_to(actor, submission_id)
    if not actor.may(action, cohort_id=script.enrolment.cohort_id):
        raise NotFound(queries.NOT_HERE)
    queries.hold_scripts([submission_id])
    return queries.script_visible_to(actor, submission_id)


def begin_correction(submission_id: int, *, reason: str, actor: Actor, now: datetime) -> Submission:
    """Open a released script again, with a reason that its writer will read.

    The writer goes on seeing the result and the comments as they were released.
    """
    script = _hold(submission_id, actor, Action.CORRECT)
    if is_corrected(script):
        raise Conflict("This result is being corrected already.")
    mark = mark_of(script)
    if not is_released(script) or mark is None:
        raise RuleBroken("This result is not released, so its mark can be changed as it is.")
    if blocks := reason_given(reason):
        raise RuleBroken(*blocks)
    kept = {
        "comment": mark.comment,
        "criteria": {key: one.comment for key, one in decisions_of(mark).items()},
        "pins": [
            [passage.file_id, passage.place, pin.quote, pin.comment]
            for passage, pin in pins_of(mark).items()
        ],
    }
    sequence = len(script.entries) + 1
    db.session.add(FeedbackAsReleased(submission_id=script.id, sequence=sequence, kept=kept))
    append(script, "correction", {"reason": reason.strip()}, actor=actor, now=now)
    mark.finished_at = None
    mark.version += 1  # a window that was left open is told
    record(actor=actor, act="began a correction", subject=f"submission:{script.id}", now=now)
    return script


def decide_penalty(
    submission_id: int,
    kind: StepKind,
    *,
    holds: bool,
    reason: str,
    seen: str,
    actor: Actor,
    now: datetime,
) -> Submission:
    """Confirm a penalty, or excuse the work from it. `seen` is `Piece.met` as it was shown."""
    script = _undecided(submission_id, actor)
    piece = piece_of(script)
    if piece.met(kind) != seen:
        raise Conflict(CHANGED)
    found = reckoning_of(script).result
    if found is None or kind not in found.penalties:
        raise RuleBroken(MET[kind])
    if not holds and (blocks := reason_given(reason)):
        raise RuleBroken(*blocks)
    entry = "penalty-confirmed" if holds else "penalty-waived"
    append(script, entry, penalty_data(kind, piece, reason.strip()), actor=actor, now=now)
    act = "confirmed a penalty" if holds else "excused a piece of work from a penalty"
    record(
        actor=actor,
        act=act,
        subject=f"submission:{script.id}",
        now=now,
        detail={"rule": kind.value},
    )
    return script


def settle_mark(
    submission_id: int, *, points: Decimal, reason: str, actor: Actor, now: datetime
) -> Submission:
    """Give the mark where the regulations do not say; never more than the criteria add up to."""
    script = _undecided(submission_id, actor)
    reckoning = reckoning_of(script)
    asked = next((one for one in reckoning.questions if one.kind == "silent"), None)
    if asked is None or reckoning.sum is None:
        raise RuleBroken("The regulations say all that is needed for this mark.")
    most = reckoning.sum.to_integral_value(ROUND_CEILING)
    blocks = list(reason_given(reason))
    if not 0 <= points <= most:
        blocks.insert(0, f"Give a mark from 0 to {most}, which is what the criteria add up to.")
    if blocks:
        raise RuleBroken(*blocks)
    data = settled_data(points, reckoning.sum, asked.settings, reason.strip())
    append(script, "settled", data, actor=actor, now=now)
    record(
        actor=actor,
        act="decided what the regulations leave open",
        subject=f"submission:{script.id}",
        now=now,
        detail={"points": str(points)},
    )
    return script


def _undecided(submission_id: int, actor: Actor) -> Submission:
    script = _hold(submission_id, actor, Action.RELEASE)
    if is_released(script):
        raise RuleBroken(RELEASED)
    mark = mark_of(script)
    if mark is None or mark.finished_at is None:
        raise RuleBroken(UNFINISHED)
    return script
