"""Further attempts are opened, and standing adjustments set, by whoever leads the module."""

from collections.abc import Mapping
from datetime import datetime

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.models import Adjustment, OpenedAttempt
from lms.assessments.rules.attempts import Past, attempt_blocks, put_off_kind
from lms.assessments.rules.deadlines import Dated, Try
from lms.audit.service import record
from lms.clock import on_page
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment
from lms.people.models import Enrolment
from lms.regulations import Attempt

CHANGED = "Somebody changed this after you opened the page, so nothing was saved. Look once more."
MOST_EXTRA_DAYS = 60
MOST_FORMATS = 1000


def past_of(
    place: Enrolment,
    asked: Assessment,
    now: datetime,
    *,
    moves: queries.Moves,
    handed_in: Mapping[tuple[str, int], queries.HandedIn],
) -> tuple[Past, Dated]:
    """What is known of a person's attempts at one piece of work, from what is loaded."""
    date = queries.dated_by(moves, place.cohort, asked, now)
    handed = handed_in.get((asked.key, date.attempt))
    past = Past(
        record=asked.record,
        tries=moves.of(asked.key)["tries"],
        handed_in=handed is not None,
        due=date.due,
        points=handed.points if handed else None,
        now=now,
    )
    return past, date


def open_attempt(
    enrolment_id: int,
    asked: Assessment,
    *,
    kind: Attempt,
    due: datetime | None,
    looked_up: bool,
    seen: int,
    actor: Actor,
    now: datetime,
) -> OpenedAttempt:
    """Open a resit or a deferred attempt. `seen` is the number of the attempt the page showed as
    the current one: two people opening at once open one.
    """
    place = queries.place_decided_by(actor, enrolment_id, Action.OPEN_ATTEMPT)
    queries.hold_place(place.id)
    moves, handed_in = queries.moves_of([place.id])[place.id], queries.handed_in_by(place.id)
    past, date = past_of(place, asked, now, moves=moves, handed_in=handed_in)
    if past.current != seen:
        raise Conflict(CHANGED)
    terms = queries.terms_of(place.cohort.regulations).terms
    blocks = attempt_blocks(kind, past, terms, due=due, looked_up=looked_up)
    if blocks or due is None:
        raise RuleBroken(*blocks)
    if kind is Attempt.DEFERRED:
        row = put_off(place, asked, date, due, actor=actor, now=now)
    else:
        row = _open(place, asked, Try(past.current + 1, kind, due), actor, now)
    _tell(place, asked, row, now)
    return row


def put_off(
    place: Enrolment, asked: Assessment, date: Dated, due: datetime, *, actor: Actor, now: datetime
) -> OpenedAttempt:
    """Let the current attempt be taken later, as if it had not begun. What is written in the draft
    goes with it.
    """
    attempt = Try(date.attempt + 1, put_off_kind(date.kind), due, puts_off=True)
    row = _open(place, asked, attempt, actor, now)
    draft = queries.find_draft(place.id, asked.key, date.attempt)
    check = queries.find_check(place.id, asked.key, date.attempt)
    for kept in (draft, check):
        if kept is not None:
            kept.attempt = row.number
    db.session.flush()
    return row


def _open(
    place: Enrolment, asked: Assessment, attempt: Try, actor: Actor, now: datetime
) -> OpenedAttempt:
    row = OpenedAttempt(
        enrolment_id=place.id,
        assessment=asked.key,
        number=attempt.number,
        kind=attempt.kind,
        puts_off=attempt.puts_off,
        due_at=attempt.due_at,
        opened_by=actor.user_id,
        opened_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(
        actor=actor,
        act="opened an attempt",
        subject=f"enrolment:{place.id}",
        now=now,
        detail={"assessment": asked.key, "attempt": row.number, "kind": row.kind.value},
    )
    return row


def _tell(place: Enrolment, asked: Assessment, row: OpenedAttempt, now: datetime) -> None:
    if place.user.email is None:
        return
    due = queries.deadline_of(place, asked, now).due
    queue_message(
        to=place.user.email,
        subject="Another attempt is open",
        body=(
            f"You can hand in “{asked.title}” again. It is due on {on_page(due)}.\n\n"
            "Open the assessment as you opened it before. What you handed in earlier stays there.\n"
            if not row.puts_off
            else f"“{asked.title}” is put off for you. It is now due on {on_page(due)}.\n\n"
            "Your draft is as you left it. It counts as the attempt that it was.\n"
        ),
        dedupe_key=f"attempt:{row.id}",
        now=now,
    )


def adjust(
    enrolment_id: int, *, extra_days: int, formats: str, version: int, actor: Actor, now: datetime
) -> Adjustment:
    """Set what holds for a person in every piece of work. `version`: as the page showed it."""
    place = queries.place_decided_by(actor, enrolment_id, Action.DECIDE_MORE_TIME)
    queries.hold_place(place.id)
    blocks = adjustment_blocks(extra_days, formats)
    if blocks:
        raise RuleBroken(*blocks)
    row = queries.find_adjustment(place.id)
    if row is None:
        row = Adjustment(enrolment_id=place.id, version=0)
        db.session.add(row)
    elif (row.extra_days, row.formats) == (extra_days, formats):
        return row
    if row.version != version:
        raise Conflict(CHANGED)
    row.extra_days, row.formats, row.version = extra_days, formats, version + 1
    row.set_by, row.set_at = actor.user_id, now
    db.session.flush()
    record(
        actor=actor,
        act="set a standing adjustment",
        subject=f"enrolment:{place.id}",
        now=now,
        detail={"extra_days": extra_days},
    )
    return row


def adjustment_blocks(extra_days: int, formats: str) -> tuple[str, ...]:
    """Every reason not to keep this adjustment."""
    blocks = []
    if not 0 <= extra_days <= MOST_EXTRA_DAYS:
        blocks.append(f"Choose from 0 to {MOST_EXTRA_DAYS} working days.")
    if len(formats) > MOST_FORMATS:
        blocks.append(f"Keep the words to the learner under {MOST_FORMATS:,} letters.")
    return tuple(blocks)
