"""More time is taken, asked for, taken back, and decided; why is erased when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lms.actor import Actor, Role
from lms.assessments import queries
from lms.assessments.models import Circumstances, Evidence, MoreTime
from lms.assessments.rules.deadlines import Dated, working_days_between
from lms.assessments.rules.more_time import (
    MOST_EVIDENCE,
    Answer,
    Category,
    Decided,
    Now,
    State,
    Wants,
    answer_blocks,
    request_blocks,
    take_blocks,
)
from lms.assessments.rules.uploads import FileRefused, check_upload
from lms.assessments.service.attempts import put_off
from lms.audit.service import record
from lms.clock import on_page
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Enrolment
from lms.people.queries import get_user, holders_of
from lms.storage import storage


@dataclass(frozen=True)
class Where:
    """A learner's place with everything that the rules about more time ask."""

    place: Enrolment
    asked: Assessment
    date: Dated
    now: Now


def where_stands(place: Enrolment, asked: Assessment, now: datetime) -> Where:
    """Where a learner stands with the current attempt; three statements."""
    date = queries.deadline_of(place, asked, now)
    given = queries.given_so_far(place.id)
    here = [
        one
        for one in given
        if one.assessment == asked.key and one.attempt == date.attempt and one.wants is Wants.DAYS
    ]
    taken = [one for one in given if one.state is State.TAKEN]
    return Where(
        place,
        asked,
        date,
        Now(
            record=asked.record,
            handed_in=queries.find_submission(place.id, asked.key, date.attempt) is not None,
            due=date.due,
            asked_at=now,
            open_request=any(
                one.state is State.OPEN and one.assessment == asked.key for one in given
            ),
            used_this_year=sum(one.asked_at > now - queries.A_YEAR for one in taken),
            days_taken=sum(one.days or 0 for one in here if one.state is State.TAKEN),
            days_granted=sum(_granted_days(one, date, place) for one in here),
        ),
    )


def _granted_days(one: MoreTime, date: Dated, place: Enrolment) -> int:
    """Working days that a decision gave: as many as it said, or those up to the date it named."""
    if one.state is not State.GRANTED:
        return 0
    if one.until is None:
        return one.days or 0
    calendar = queries.terms_of(place.cohort.regulations).calendar
    return working_days_between(date.base_due, one.until, calendar) or 0


def take_more_time(
    assessment: Assessment, *, category: Category, seen: datetime, actor: Actor, now: datetime
) -> MoreTime:
    """Take the time that needs nobody's answer; nothing is kept but the kind of reason.

    `seen` is the date as the page showed it: pressed twice, it is taken once.
    """
    place = queries.place_visible_to(actor, assessment)
    queries.hold_place(place.id)
    where = where_stands(place, assessment, now)
    if where.date.due != seen:
        raise Conflict("Your date changed after this page was opened. Look at it once more.")
    rules = queries.terms_of(place.cohort.regulations)
    blocks, found = take_blocks(where.now, rules.terms, rules.calendar)
    if blocks:
        raise RuleBroken(*blocks)
    taken = _new(where, Wants.DAYS, category, found.length, State.TAKEN, now)
    taken.settled_at, taken.settled_by = now, actor.user_id
    db.session.flush()
    _record("took more time", taken, actor, now, days=found.length)
    new = queries.deadline_of(place, assessment, now).due
    _write(
        place.user.email,
        "You have more time",
        [f"“{assessment.title}” is now due on {on_page(new)}.", "", "No reason was kept."],
        f"more-time:{taken.id}:taken",
        now,
    )
    return taken


def ask_for_more_time(
    assessment: Assessment,
    *,
    wants: Wants,
    days: int | None,
    category: Category,
    text: str,
    files: Sequence[tuple[str, bytes]],
    actor: Actor,
    now: datetime,
) -> MoreTime:
    """Ask whoever decides. FileRefused says why a file is not taken; then nothing is kept."""
    place = queries.place_visible_to(actor, assessment)
    queries.hold_place(place.id)
    where = where_stands(place, assessment, now)
    terms = queries.terms_of(place.cohort.regulations).terms
    if blocks := request_blocks(where.now, terms, wants=wants, days=days, text=text):
        raise RuleBroken(*blocks)
    if len(files) > MOST_EVIDENCE:
        raise FileRefused(f"Choose {MOST_EVIDENCE} files at most.")
    uploads = [check_upload(name, data, already=0) for name, data in files]
    row = _new(where, wants, category, days if wants is Wants.DAYS else None, State.OPEN, now)
    db.session.add(Circumstances(more_time_id=row.id, text=text))
    for upload, (_, data) in zip(uploads, files, strict=True):
        db.session.add(
            Evidence(
                more_time_id=row.id,
                name=upload.name,
                media_type=upload.media_type,
                size=len(data),
                storage_key=storage().save(data),
                added_at=now,
            )
        )
    db.session.flush()
    _record("asked for more time", row, actor, now)
    for lead in holders_of((Role.MODULE_LEAD,), place.cohort_id):
        _write(
            lead.email,
            "A request for more time waits for an answer",
            [
                f"Somebody in {place.cohort.name} asks for more time for “{assessment.title}”.",
                "",
                "It is on your home page, under “Requests for more time”.",
            ],
            f"more-time:{row.id}:asked:{lead.id}",
            now,
        )
    return row


def _new(
    where: Where, wants: Wants, category: Category, days: int | None, state: State, now: datetime
) -> MoreTime:
    row = MoreTime(
        enrolment_id=where.place.id,
        assessment=where.asked.key,
        attempt=where.date.attempt,
        wants=wants,
        category=category,
        days=days,
        state=state,
        asked_at=now,
        settled_at=None if state is State.OPEN else now,
        words="",
    )
    db.session.add(row)
    db.session.flush()
    return row


def take_back(assessment: Assessment, *, request_id: int, actor: Actor, now: datetime) -> list[str]:
    """Take a request back; what was written with it is erased at once.

    Returns the storage keys of its files, to be deleted after the commit.
    """
    place = queries.place_visible_to(actor, assessment)
    queries.hold_place(place.id)
    found = queries.own_requests(place.id, assessment.key)
    row = next((one for one in found if one.id == request_id), None)
    if row is None:
        raise NotFound(queries.NOT_HERE)
    if row.state is State.WITHDRAWN:
        return []
    if row.state is not State.OPEN:
        raise Conflict("It was answered meanwhile. The answer is below.")
    row.state, row.settled_at, row.settled_by = State.WITHDRAWN, now, actor.user_id
    keys = [file.storage_key for file in row.evidence]
    for file in row.evidence:
        db.session.delete(file)
    if row.circumstances is not None:
        db.session.delete(row.circumstances)
    db.session.flush()
    _record("took back a request for more time", row, actor, now)
    return keys


@dataclass(frozen=True)
class ToDecide:
    """A request and where its writer stands."""

    row: MoreTime
    where: Where


def to_decide(request_id: int, *, actor: Actor, now: datetime) -> ToDecide:
    """A request for whoever may read it."""
    row = queries.request_to_decide(actor, request_id)
    return ToDecide(row, _of(row, now))


def due_now(request_id: int, *, actor: Actor, now: datetime) -> datetime:
    """The date that stands, for whoever decides about its person; settled or not."""
    row = queries.settled_or_not(actor, request_id)
    return queries.deadline_of(row.enrolment, catalogue().assessment(row.assessment), now).due


def _of(row: MoreTime, now: datetime) -> Where:
    where = where_stands(row.enrolment, catalogue().assessment(row.assessment), now)
    return replace(where, now=replace(where.now, open_request=False))


def decide_more_time(request_id: int, *, decided: Decided, actor: Actor, now: datetime) -> MoreTime:
    """Answer a request. Somebody else having answered it, nothing changes and one is told who."""
    queries.hold_place(queries.settled_or_not(actor, request_id).enrolment_id)
    state = queries.settled_or_not(actor, request_id)
    if state.state is not State.OPEN:
        raise Conflict(_answered(state))
    row = queries.request_to_decide(actor, request_id)
    where = _of(row, now)
    rules = queries.terms_of(row.enrolment.cohort.regulations)
    added = None
    if decided.until is not None:
        added = working_days_between(where.date.due, decided.until, rules.calendar)
    if blocks := answer_blocks(where.now, rules.terms, decided, added):
        raise RuleBroken(*blocks)
    row.settled_at, row.settled_by, row.words = now, actor.user_id, decided.words.strip()
    row.state = State.DECLINED if decided.answer is Answer.DECLINE else State.GRANTED
    if decided.answer is Answer.DEFERRAL and decided.until is not None:
        put_off(row.enrolment, where.asked, where.date, decided.until, actor=actor, now=now)
        row.wants, row.days, row.until = Wants.DEFERRAL, None, decided.until
    elif decided.answer is not Answer.DECLINE:
        row.wants, row.days, row.until = Wants.DAYS, decided.days, decided.until
    db.session.flush()
    _record(f"{row.state.value} more time", row, actor, now)
    _tell(row, where, now)
    return row


def _answered(row: MoreTime) -> str:
    if row.state is State.WITHDRAWN or row.settled_by is None:
        return "The learner took this request back, so there is nothing to decide."
    name = get_user(row.settled_by).name
    return f"{name} answered this request already ({row.state.value}), so nothing was changed."


def _tell(row: MoreTime, where: Where, now: datetime) -> None:
    """The answer and the new date; never why it was asked for."""
    title = where.asked.title
    if row.state is State.GRANTED:
        new = queries.deadline_of(row.enrolment, where.asked, now).due
        words = [f"Your request was granted. “{title}” is now due on {on_page(new)}."]
    else:
        words = [
            f"More time for “{title}” was not given. The date stays {on_page(where.date.due)}."
        ]
    words += ["", "Open the assessment and choose “More time” to read the answer in full."]
    address = row.enrolment.user.email
    _write(address, "An answer about more time", words, f"more-time:{row.id}:answer", now)


def _write(address: str | None, subject: str, words: list[str], key: str, now: datetime) -> None:
    if address is not None:
        body = "\n".join(words) + "\n"
        queue_message(to=address, subject=subject, body=body, dedupe_key=key, now=now)


def _record(act: str, row: MoreTime, actor: Actor, now: datetime, **detail: int | None) -> None:
    record(
        actor=actor,
        act=act,
        subject=f"enrolment:{row.enrolment_id}",
        now=now,
        detail={"assessment": row.assessment, "attempt": row.attempt, **detail},
    )


def erase_old(*, keep_days: int, now: datetime) -> int:
    """Erase circumstances and evidence settled more than `keep_days` ago; how many.

    A file goes before its row: after a crash between the two, the row leads here again.
    """
    texts, files = queries.to_be_erased(now - timedelta(days=keep_days))
    for file in files:
        storage().delete(file.storage_key)
        db.session.delete(file)
    for text in texts:
        db.session.delete(text)
    db.session.flush()
    return len(texts) + len(files)
