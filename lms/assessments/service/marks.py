"""A script is marked: saved as it is typed, finished, reopened, taken over."""

from collections.abc import Mapping
from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import CriterionMark, Mark, PinnedComment, Submission
from lms.assessments.rules.ledger import marked_data
from lms.assessments.rules.marking import Decision, mark_blocks
from lms.assessments.rules.passages import Passage, Pin
from lms.assessments.service.allocation import pass_to_taker
from lms.assessments.service.scripts import (
    append,
    decisions_of,
    is_released,
    mark_of,
    missing,
    pins_of,
)
from lms.audit.service import record
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import catalogue

STALE = (
    "This script was saved in another window meanwhile, so nothing here was saved over it. "
    "Open the latest version, and put in what you want to keep from these words."
)


class StaleMark(Conflict):
    """Another window saved after this one last read."""


def save_mark(
    submission_id: int,
    *,
    decisions: Mapping[str, Decision],
    comment: str,
    version: int,
    actor: Actor,
    now: datetime,
    pins: Mapping[Passage, Pin] | None = None,
) -> Mark:
    """Keep what is decided and written so far. `version` is the one this window last knew.

    `pins` are all comments on passages; None leaves them as they are.
    """
    submission = queries.held_script(actor, submission_id)
    mark = mark_of(submission)
    _check_open(submission, mark, actor)
    if mark is None:
        mark = _new_mark(submission, actor, now)
    elif (
        mark.comment == comment
        and _same(decisions_of(mark), decisions)
        and (pins is None or pins_of(mark) == pins)
    ):
        return mark  # a save whose answer was lost on the way comes again
    if mark.version != version:
        raise StaleMark(STALE)
    rows = {row.criterion: row for row in mark.criteria}
    for criterion, decision in decisions.items():
        row = rows.get(criterion)
        if row is None:
            row = CriterionMark(criterion=criterion)
            mark.criteria.append(row)
        row.band, row.points, row.comment = decision.band, decision.points, decision.comment
    if pins is not None:
        _pin(mark, pins, submission)
    mark.comment, mark.version, mark.saved_at = comment, version + 1, now
    db.session.flush()
    return mark


def _pin(mark: Mark, pins: Mapping[Passage, Pin], submission: Submission) -> None:
    """Keep these comments on passages, and no others."""
    known = {0} | {file.id for file in submission.files}
    rows = {Passage(row.file_id or 0, row.place): row for row in mark.pins}
    for passage, row in rows.items():
        if passage not in pins:
            mark.pins.remove(row)
    for passage, pin in pins.items():
        if passage.file_id not in known:
            continue  # a file of another script: the form was not ours
        kept = rows.get(passage)
        if kept is None:
            kept = PinnedComment(file_id=passage.file_id or None, place=passage.place)
            mark.pins.append(kept)
        kept.quote, kept.comment = pin.quote, pin.comment


def _same(kept: Mapping[str, Decision], sent: Mapping[str, Decision]) -> bool:
    return all(kept.get(criterion, Decision()) == decision for criterion, decision in sent.items())


def _check_open(submission: Submission, mark: Mark | None, actor: Actor) -> None:
    finished = bool(mark and mark.finished_at)
    if blocks := mark_blocks(released=is_released(submission), finished=finished):
        raise RuleBroken(*blocks)
    _check_own(mark, actor)


def _check_own(mark: Mark | None, actor: Actor) -> None:
    if mark is not None and mark.marker_id != actor.user_id:
        name = queries.marker_name(mark.marker_id)
        raise Conflict(f"{name} is marking this script, so nothing was changed.")


def _new_mark(submission: Submission, actor: Actor, now: datetime) -> Mark:
    mark = Mark(
        submission_id=submission.id,
        marker_id=actor.user_id,
        comment="",
        version=0,
        saved_at=now,
        criteria=[],
        pins=[],
    )
    submission.marks.append(mark)
    db.session.flush()
    return mark


def finish_script(submission_id: int, *, actor: Actor, now: datetime) -> Submission:
    """Say that a script is finished; its mark goes into the ledger. Twice does nothing twice."""
    submission = queries.held_script(actor, submission_id)
    mark = mark_of(submission)
    _check_own(mark, actor)
    if mark is not None and mark.finished_at is not None:
        return submission
    assessment = catalogue().assessment(submission.assessment)
    regulations = queries.regulations_of(submission.enrolment.cohort)
    blocks = missing(submission, assessment, regulations)
    if blocks or mark is None:
        raise RuleBroken(*blocks)
    mark.finished_at = now
    data = marked_data(assessment.criteria, decisions_of(mark), regulations)
    append(submission, "marked", data, actor=actor, now=now)
    record(actor=actor, act="finished marking", subject=f"submission:{submission.id}", now=now)
    return submission


def reopen_script(submission_id: int, *, actor: Actor, now: datetime) -> Submission:
    """Take a finished script up again, as long as its result is not released."""
    submission = queries.held_script(actor, submission_id)
    mark = mark_of(submission)
    if blocks := mark_blocks(released=is_released(submission), finished=False):
        raise RuleBroken(*blocks)
    _check_own(mark, actor)
    if mark is None or mark.finished_at is None:
        return submission
    mark.finished_at = None
    append(submission, "reopened", {}, actor=actor, now=now)
    record(actor=actor, act="reopened a script", subject=f"submission:{submission.id}", now=now)
    return submission


def take_over_script(submission_id: int, *, actor: Actor, now: datetime) -> Submission:
    """Go on with a script that a colleague began. What they wrote stays; both see who did what."""
    submission = queries.held_script(actor, submission_id)
    mark = mark_of(submission)
    if blocks := mark_blocks(released=is_released(submission), finished=False):
        raise RuleBroken(*blocks)
    if mark is None or mark.marker_id == actor.user_id:
        return submission
    before = mark.marker_id
    mark.marker_id = actor.user_id
    mark.version += 1  # a window that the colleague left open is told
    pass_to_taker(submission, actor=actor, now=now)
    record(
        actor=actor,
        act="took a script over",
        subject=f"submission:{submission.id}",
        now=now,
        detail={"from": before},
    )
    return submission
