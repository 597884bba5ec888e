"""When work is due, and what is said about the day it was handed in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.modules.catalogue import Due

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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


def date_rule(due_at: datetime, handed_in_at: datetime) -> str:
    """The rule about the date, as applied to one hand-in. Only stated: no mark is taken off."""
    days = days_after(due_at, handed_in_at)
    if days is None:
        return "Handed in by the date."
    if days == 0:
        when = "Handed in later on the day it was due."
    else:
        when = f"Handed in {days} {'day' if days == 1 else 'days'} after the date."
    return f"{when} The rules used here take nothing off for that."
