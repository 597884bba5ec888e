"""By when marks and comments are due, from when work was due and handed in."""

from dataclasses import dataclass
from datetime import date, datetime

from lms.assessments.rules.dates import LONDON, days_after
from lms.modules.catalogue import Regulations
from lms.regulations import NeedsSetting, turnaround_date, working_days_left


@dataclass(frozen=True)
class MarksBy:
    """The day; or a sentence, where the regulations do not say. `left` is in working days."""

    on: date | None
    passed: bool = False
    left: int | None = None
    sentence: str = ""


def marks_by(
    due_at: datetime, handed_in_at: datetime, regulations: Regulations, today: date
) -> MarksBy:
    """By when one piece of work comes back. Late work is counted as the regulations say."""
    days = days_after(due_at, handed_in_at)
    due_on = due_at.astimezone(LONDON).date()
    terms, calendar = regulations.terms, regulations.calendar
    late = 0 if days is None else max(days, 1)
    on = turnaround_date(terms, due_on, calendar, days_late=late)
    if isinstance(on, NeedsSetting):
        return MarksBy(None, sentence=on.sentence)
    left = working_days_left(terms, today, on, calendar)
    return MarksBy(on, today > on, left if isinstance(left, int) else None)


def first_due(each: list[MarksBy]) -> MarksBy | None:
    """The one that is due first; None where no day is known."""
    known = [one for one in each if one.on is not None]
    return min(known, key=lambda one: one.on or date.max) if known else None
