"""Marks as the VLE holds them, beside the marks that were sent."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from lms.lti.rules.scores import as_number, is_same

AT_NIGHT = time(2, 30)
LONDON = ZoneInfo("Europe/London")


class Difference(StrEnum):
    """In what the VLE differs."""

    MARK = "another mark"
    NO_MARK = "no mark"
    NO_COLUMN = "no column"


class Decision(StrEnum):
    """What somebody decided about a difference."""

    KEEP = "keep theirs"
    SEND = "send ours again"


def last_night(now: datetime) -> datetime:
    """The latest moment that the nightly reading was due."""
    here = now.astimezone(LONDON)
    due = datetime.combine(here.date(), AT_NIGHT, LONDON)
    return (
        due if due <= here else datetime.combine(here.date() - timedelta(days=1), AT_NIGHT, LONDON)
    )


def in_words(points: Decimal, maximum: Decimal) -> str:
    """A mark as the page and the record say it."""
    return f"{as_number(points)} of {as_number(maximum)}"


def held_in_words(result: Mapping[str, Any]) -> str:
    """The VLE's mark; nothing when it holds none or one that is no number."""
    score, top = _number(result.get("resultScore")), _number(result.get("resultMaximum") or 1)
    if score is None or top is None:
        return ""
    return in_words(score, top)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    fits = number.is_finite() and abs(number) < 1_000_000
    return number.quantize(Decimal("0.01")).normalize() if fits else None


def difference(
    result: Mapping[str, Any] | None, *, points: Decimal, maximum: Decimal
) -> "Held | None":
    """How the VLE differs from what was sent, and what it holds; None when it does not."""
    held = held_in_words(result) if result is not None else ""
    if result is None or not held:
        return Difference.NO_MARK, ""
    return None if is_same(result, points=points, maximum=maximum) else (Difference.MARK, held)


Held = tuple[Difference, str]


def is_news(*, decision: Decision | None, theirs: Held, theirs_before: Held) -> bool:
    """Whether a difference is to be shown again: not one that was kept and has not changed."""
    return decision is not Decision.KEEP or theirs != theirs_before
