"""When work is due, and what is said about the day it was handed in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.modules.catalogue import Due, Regulations
from lms.regulations import (
    NeedsSetting,
    late_consequence,
    what_lateness_costs,
    what_length_costs,
    word_consequence,
)

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
A_PERSON = "A person decides what follows: ask your module lead."
A_PERSON_LOOKS = "A person looks at it before anything is taken off."


def deadline(starts_on: date, due: Due) -> datetime:
    """The weekday asked for, in the calendar week `due.weeks` after the week of the start.

    The time is what a clock in London shows, in winter and summer. Never before the start itself.
    """
    in_that_week = starts_on + timedelta(weeks=due.weeks)
    day = in_that_week + timedelta(days=due.weekday - in_that_week.weekday())
    if day < starts_on:
        day += timedelta(weeks=1)
    return datetime.combine(day, due.at, tzinfo=LONDON).astimezone(UTC)


def due_in_words(due: Due) -> str:
    """The date as an offset, for people who are in no cohort."""
    at = "12 noon" if (due.at.hour, due.at.minute) == (12, 0) else f"{due.at:%H:%M}"
    return f"{WEEKDAYS[due.weekday]} of week {due.weeks} after a cohort’s start, {at}"


def days_after(due_at: datetime, handed_in_at: datetime) -> int | None:
    """None by the date; else the days of the calendar in London between (0: later that day)."""
    if handed_in_at <= due_at:
        return None
    return (handed_in_at.astimezone(LONDON).date() - due_at.astimezone(LONDON).date()).days


def date_rule(
    due_at: datetime, handed_in_at: datetime, regulations: Regulations, *, done: bool = True
) -> str:
    """The rule about the date, as applied to one hand-in; not `done`: to one that would be made."""
    terms = regulations.terms
    found = late_consequence(terms, due_at, handed_in_at, regulations.calendar)
    if isinstance(found, NeedsSetting):
        return f"{_after(due_at, handed_in_at)} {found.sentence} {A_PERSON}"
    if not found.late:
        return "Handed in by the date."
    if found.step is None:
        return f"{_after(due_at, handed_in_at)} The rules used here take nothing off for that."
    return what_lateness_costs(found, terms.late, done=done)


def date_costs(due_at: datetime, at: datetime, regulations: Regulations) -> bool:
    """Whether handing in at `at` meets a penalty, or rules that leave open what follows."""
    found = late_consequence(regulations.terms, due_at, at, regulations.calendar)
    return isinstance(found, NeedsSetting) or found.step is not None


def _after(due_at: datetime, handed_in_at: datetime) -> str:
    days = days_after(due_at, handed_in_at)
    if not days:
        return "Handed in later on the day it was due." if days == 0 else "Handed in on the date."
    return f"Handed in {days} {'day' if days == 1 else 'days'} after the date."


def length_rule(words: int, limit: int, regulations: Regulations) -> str:
    """The rule about the length, as applied to a number of counted words."""
    found = word_consequence(regulations.terms, words, limit)
    if isinstance(found, NeedsSetting):
        return f"It is over the word limit. {found.sentence} {A_PERSON}"
    said = what_length_costs(found)
    return f"{said} {A_PERSON_LOOKS}" if found.band is not None else said
