"""More time: what can be taken at once, what can be asked for, and what an answer may be. Pure.

Every refusal is a sentence; the page shows them before the button and the service asks again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.regulations import (
    Asked,
    Calendar,
    SelfCertification,
    Terms,
    more_time_blocks,
    self_certifiable,
)

MOST_DAYS = 60
MOST_EVIDENCE = 3
MOST_TEXT = 5000
MOST_WORDS = 2000


class Wants(StrEnum):
    """What is asked for."""

    DAYS = "days"
    DEFERRAL = "deferral"  # to take this attempt later, as if it had not begun


class State(StrEnum):
    """What came of it. TAKEN: self-certified, so nobody decided."""

    OPEN = "open"
    TAKEN = "taken"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Category(StrEnum):
    """As much of the reason as is kept when it is self-certified."""

    HEALTH = "my health"
    CARE = "somebody I care for"
    WORK = "my work"
    LIFE = "something else in my life"
    UNSAID = "I would rather not say"


@dataclass(frozen=True)
class Now:
    """Where a learner stands with the current attempt at one piece of work."""

    record: str  # here, vle
    handed_in: bool
    due: datetime
    asked_at: datetime  # this moment
    open_request: bool = False
    used_this_year: int = 0  # self-certified
    days_taken: int = 0  # working days self-certified on this attempt
    days_granted: int = 0  # and those that somebody granted

    @property
    def days_already(self) -> int:
        """Working days of more time that this attempt has."""
        return self.days_taken + self.days_granted


ELSEWHERE = "This work is handed in on your university’s learning site. Ask for more time there."
DONE = "You have handed this in, so there is no date to move."
WAITING = "You have asked already. You get an e-mail when there is an answer."


def any_blocks(now: Now) -> tuple[str, ...]:
    """Every reason against more time of any kind."""
    if now.record == "vle":
        return (ELSEWHERE,)
    if now.handed_in:
        return (DONE,)
    return (WAITING,) if now.open_request else ()


def take_blocks(
    now: Now, terms: Terms, calendar: Calendar
) -> tuple[tuple[str, ...], SelfCertification]:
    """Every reason why more time cannot be taken at once; and what it would be."""
    asked = Asked(now.due, now.asked_at, now.used_this_year, now.days_already)
    found = self_certifiable(terms, asked, calendar)
    blocks = any_blocks(now) or found.blocks
    if not blocks and found.evidence_needed:
        blocks = ("The regulations ask for evidence, so ask for it below.",)
    if not blocks and found.new_due is None:
        sentence = found.open.sentence if found.open else ""
        blocks = (f"{sentence} Ask for it below instead.".strip(),)
    return blocks, found


def ask_blocks(now: Now, terms: Terms) -> tuple[str, ...]:
    """Every reason why more time cannot be asked for."""
    if blocks := any_blocks(now):
        return blocks
    rule = terms.extensions
    if rule is not None and rule.after_the_date is False and now.asked_at >= now.due:
        return ("The date has passed, and by the regulations it must be asked for before it.",)
    return ()


def request_blocks(
    now: Now, terms: Terms, *, wants: Wants, days: int | None, text: str
) -> list[str]:
    """Every reason not to take this request, as it was written."""
    blocks = list(ask_blocks(now, terms))
    if wants is Wants.DAYS and days is None:
        blocks.append(f"Say how many working days would help, from 1 to {MOST_DAYS}.")
    elif wants is Wants.DAYS and days is not None:
        blocks += days_blocks(now, terms, days)
    if not text.strip():
        blocks.append("Write what has happened, so that somebody can decide. A sentence is enough.")
    elif len(text) > MOST_TEXT:
        blocks.append(f"Keep it under {MOST_TEXT:,} letters. You can add a file.")
    return blocks


def days_blocks(now: Now, terms: Terms, days: int) -> tuple[str, ...]:
    """Every reason against so many working days."""
    if not 1 <= days <= MOST_DAYS:
        return (f"Choose from 1 to {MOST_DAYS} working days.",)
    return more_time_blocks(terms, self_certified=now.days_taken, granted=now.days_granted + days)


class Answer(StrEnum):
    """What may be answered."""

    DAYS = "days"
    DATE = "date"
    DEFERRAL = "deferral"
    DECLINE = "decline"


@dataclass(frozen=True)
class Decided:
    """An answer as it was chosen. `until` is for DATE and DEFERRAL."""

    answer: Answer
    days: int | None = None
    until: datetime | None = None
    words: str = ""


def answer_blocks(now: Now, terms: Terms, decided: Decided, added: int | None) -> tuple[str, ...]:
    """Every reason not to give this answer.

    `added` is how many working days a date named by itself adds, where that can be counted.
    """
    blocks: list[str] = []
    if len(decided.words) > MOST_WORDS:
        blocks.append(f"Keep the words to the learner under {MOST_WORDS:,} letters.")
    if decided.answer is Answer.DECLINE:
        if not decided.words.strip():
            blocks.append("Write to the learner why, and what they can do now.")
        return tuple(blocks)
    if now.handed_in:
        return (*blocks, "They have handed it in meanwhile, so there is no date to move.")
    return (*blocks, *_grant_blocks(now, terms, decided, added))


def _grant_blocks(now: Now, terms: Terms, decided: Decided, added: int | None) -> tuple[str, ...]:
    if decided.answer is Answer.DAYS:
        if decided.days is None:
            return (f"Say how many working days, from 1 to {MOST_DAYS}.",)
        return days_blocks(now, terms, decided.days)
    if decided.until is None:
        return ("Choose the new date.",)
    if decided.until <= max(now.due, now.asked_at):
        return ("Choose a date after the one that stands now, and after today.",)
    if decided.answer is Answer.DATE and added is not None:
        return more_time_blocks(
            terms, self_certified=now.days_taken, granted=now.days_granted + added
        )
    return ()
