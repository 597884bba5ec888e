"""What is done in learning: saying a page is done, choosing a way, answering a check, writing.

Each function is one use case; it neither commits nor knows the web. Staff who read without a place
in the programme leave no record: every act here asks for a place.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.db import Base, db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules import queries
from lms.modules.catalogue import Check, Page, Reflection, catalogue
from lms.modules.models import CheckAttempt, JournalEntry, PageCompletion, ReadingChoice
from lms.modules.rules.checks import Given, attempts_left, score
from lms.modules.rules.reading import NOT_YOURS, Way, reader_of

CHECK_CHANGED = (
    "This check was changed while you had it open. Your answers are below. "
    "Please read the questions again, then send them."
)
CHECK_ANSWERED = (
    "You answered this check in another window meanwhile. Your answers here are below, not sent. "
    "Send them again if you want them to count."
)
NO_TRIES_LEFT = "You have used every try that this check allows. Your best one is kept."
ENTRY_CHANGED = (
    "These words were changed in another window meanwhile, so nothing was saved over. "
    "Look at both, put together what you want to keep, and save again."
)


def mark_done(page_key: str, *, actor: Actor, now: datetime) -> PageCompletion:
    """Note that the reader is done with a page, in the version they see."""
    page = catalogue().page(page_key)
    enrolment_id = _place(actor, page)
    found = queries.find_completion(enrolment_id, page.key)
    if found is None:
        made = PageCompletion(
            enrolment_id=enrolment_id,
            page_key=page.key,
            content_hash=page.content_hash,
            done_at=now,
        )
        if _added(made):
            return made
        found = queries.find_completion(enrolment_id, page.key)
        if found is None:
            raise Conflict("We could not note that. Please try once more.")
    if found.content_hash != page.content_hash:
        found.content_hash = page.content_hash
        found.done_at = now
    return found


def take_back(page_key: str, *, actor: Actor) -> None:
    """The reader is not done with a page after all."""
    page = catalogue().page(page_key)
    found = queries.find_completion(_place(actor, page), page.key)
    if found is not None:
        db.session.delete(found)


def choose_way(page_key: str, way: Way, *, actor: Actor, now: datetime) -> ReadingChoice:
    """Note how the reader takes a heavy page; it can be changed at any time."""
    page = catalogue().page(page_key)
    if page.note is None:
        raise NotFound(NOT_YOURS)
    enrolment_id = _place(actor, page)
    found = queries.find_choice(enrolment_id, page.key)
    if found is None:
        made = ReadingChoice(enrolment_id=enrolment_id, page_key=page.key, way=way, chosen_at=now)
        if _added(made):
            return made
        found = queries.find_choice(enrolment_id, page.key)
        if found is None:
            raise Conflict("We could not note that. Please try once more.")
    found.way = way
    found.chosen_at = now
    return found


def answer_check(
    check: Check, given: Given, *, number: int, content_hash: str, actor: Actor, now: datetime
) -> CheckAttempt:
    """Score and keep one attempt.

    `number` and `content_hash` say what the person had before them. Sending the same form twice
    (a double press, a reload) is one attempt.
    """
    enrolment_id = _place(actor, catalogue().page(check.page_key))
    kept = queries.attempts_at(enrolment_id, [check.key])[check.key]
    answers = {question: list(chosen) for question, chosen in given.items()}
    for earlier in kept:
        if earlier.number == number and earlier.answers == answers:
            return earlier
    if content_hash != check.content_hash:
        raise Conflict(CHECK_CHANGED)
    if attempts_left(check, len(kept)) == 0:
        raise RuleBroken(NO_TRIES_LEFT)
    if number != len(kept) + 1:
        raise Conflict(CHECK_ANSWERED)
    scored = score(check, given)
    attempt = CheckAttempt(
        enrolment_id=enrolment_id,
        activity_key=check.key,
        content_hash=check.content_hash,
        number=number,
        answers=answers,
        points=scored.points,
        maximum=scored.maximum,
        passed=scored.passed,
        attempted_at=now,
    )
    if not _added(attempt):
        raise Conflict(CHECK_ANSWERED)
    return attempt


def save_entry(
    reflection: Reflection, text: str, *, version: int, actor: Actor, now: datetime
) -> JournalEntry:
    """Keep the writer's words, written over `version`; 0 when there was none."""
    _place(actor, catalogue().page(reflection.page_key))
    found = queries.find_entry(actor.user_id, reflection.key)
    if found is None:
        made = JournalEntry(
            user_id=actor.user_id, activity_key=reflection.key, text=text, version=1, saved_at=now
        )
        if version == 0 and _added(made):
            return made
        raise Conflict(ENTRY_CHANGED)
    if found.text == text:
        return found
    if found.version != version:
        raise Conflict(ENTRY_CHANGED)
    found.text = text
    found.version += 1
    found.saved_at = now
    return found


def _place(actor: Actor, page: Page) -> int:
    """The actor's place in the page's programme; without one there is nothing to record."""
    unit = catalogue().unit(page.unit_key)
    enrolment_id = reader_of(actor, unit.programme).enrolment_id
    if enrolment_id is None:
        raise NotFound(NOT_YOURS)
    return enrolment_id


def _added(row: Base) -> bool:
    """Add a row; False when another window did so first (its UNIQUE constraint says so)."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True
