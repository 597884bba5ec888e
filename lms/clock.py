"""The only module that reads the time. Everything else takes `now` as an argument.

Moments are aware and in UTC; people read them in Europe/London (DESIGN.md section 5).
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today(moment: datetime) -> date:
    """The calendar day of `moment` in London."""
    return moment.astimezone(LONDON).date()


def day(value: datetime | date) -> str:
    """A day in full: `Monday 7 December 2026`."""
    local = today(value) if isinstance(value, datetime) else value
    return f"{local:%A} {local.day} {local:%B} {local.year}"


def clock_time(moment: datetime) -> str:
    """The time of day in London: `14:32`, or `12 noon`."""
    local = moment.astimezone(LONDON)
    return "12 noon" if (local.hour, local.minute) == (12, 0) else f"{local:%H:%M}"


def on_page(moment: datetime) -> str:
    """Day and time in full: `Monday 7 December 2026, 12 noon`."""
    return f"{day(moment)}, {clock_time(moment)}"
