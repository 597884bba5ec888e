"""How late work is, and what that costs. Wall-clock time in London, in winter and summer."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lms.regulations.costs import Charge
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Day, Late, LateStep, Skip, Terms
from lms.regulations.working_days import SKIPS, Calendar

LONDON = ZoneInfo("Europe/London")
DAYS: tuple[Day, ...] = ("calendar", "working")


@dataclass(frozen=True)
class Moments:
    """When work was due (as granted, with any more time) and when it came; both in UTC."""

    due: datetime
    at: datetime
    board_on: date | None = None


def moments_of(due: datetime, at: datetime, board_on: date | None = None) -> Moments:
    """In UTC: two times of one zone compare by the clock, and one hour a year comes twice."""
    return Moments(due.astimezone(UTC), at.astimezone(UTC), board_on)


@dataclass(frozen=True)
class Lateness:
    """What lateness meets. `days` is None where the readings of a silent text differ on it."""

    late: bool
    days: int | None
    step: LateStep | None

    def charge(self, late: Late | None) -> Charge | None:
        """The cost, to be taken from a mark; None when nothing is taken."""
        if self.step is None or late is None:
            return None
        each = self.step.each == "day"
        return Charge("late.step", self.step, (self.days or 0) if each else 1, late.floor)


ON_TIME = Lateness(late=False, days=0, step=None)


def late_consequence(
    terms: Terms, due: datetime, at: datetime, calendar: Calendar, board_on: date | None = None
) -> Lateness | NeedsSetting:
    """What handing in at `at` would meet, whatever the mark will be."""
    moments = moments_of(due, at, board_on)
    found = settle(lambda reader: lateness(reader, terms, moments, calendar), _what_it_costs)
    if isinstance(found, NeedsSetting):
        return found
    days = {one.days for one in found}
    return Lateness(found[0].late, days.pop() if len(days) == 1 else None, found[0].step)


def _what_it_costs(found: Lateness) -> tuple[bool, LateStep | None, int | None]:
    each_day = found.step is not None and found.step.each == "day"
    return found.late, found.step, found.days if each_day else None


def lateness(reader: Reader, terms: Terms, moments: Moments, calendar: Calendar) -> Lateness:
    """The same, in one reading of the text."""
    if moments.at < moments.due:
        return ON_TIME
    late = terms.late
    if moments.at == moments.due:
        silent = late is None or late.takes == "nothing"
        if silent or _boundary(reader, late) == "on-time":
            return ON_TIME
    late = reader.read("late", late)
    if late.takes == "nothing":
        return Lateness(late=True, days=None, step=None)
    due, at = _wall(moments.due), _wall(moments.at)
    if _unsettled(reader, late, due, at):
        return ON_TIME
    days = _days(reader, late, due, at, calendar)
    return Lateness(late=True, days=days, step=_step(reader, late, moments, due, at, days))


def _boundary(reader: Reader, late: Late | None) -> str:
    return reader.read(
        "late.at_the_moment", late.at_the_moment if late else None, ("on-time", "late")
    )


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(LONDON).replace(tzinfo=None)


def _shift(reader: Reader, late: Late) -> timedelta:
    """Zero; or, in the other reading of a text that says two things, the seconds between them."""
    if not late.unsettled_seconds:
        return timedelta(0)
    return timedelta(
        seconds=reader.read("late.unsettled_seconds", None, (0, late.unsettled_seconds))
    )


def _unsettled(reader: Reader, late: Late, due: datetime, at: datetime) -> bool:
    if not late.unsettled_seconds or at >= due + timedelta(seconds=late.unsettled_seconds):
        return False
    return at < due + _shift(reader, late)


def _days(reader: Reader, late: Late, due: datetime, at: datetime, calendar: Calendar) -> int:
    """Days begun since the deadline: 1 from the first second on."""
    day = late.day or reader.read("late.day", None, DAYS)
    if day == "date":
        passed = (at.date() - due.date()).days
        if passed:
            return passed
        on_the_date = reader.read("late.same_date", late.same_date, ("nothing", "day-one"))
        return int(on_the_date == "day-one")
    skips = _skips(reader, late) if day == "working" else None
    starts = _first_boundary(reader, late, due)
    days, until = 1, at - _shift(reader, late)
    while starts < until or (starts == until and _next_day_begins(reader, late)):
        days += skips is None or calendar.works(starts.date(), skips)
        starts += timedelta(days=1)
    return days


def _next_day_begins(reader: Reader, late: Late) -> bool:
    """Whether the second that ends a day belongs to the next."""
    if late.unsettled_seconds and _shift(reader, late):
        return True
    return _boundary(reader, late) == "late"


def _skips(reader: Reader, late: Late) -> tuple[Skip, ...]:
    return reader.read("late.skips", late.skips, SKIPS)


def _first_boundary(reader: Reader, late: Late, due: datetime) -> datetime:
    """When the first day after the deadline ends, and the second begins."""
    if late.day == "calendar" and late.ends is None:
        ends = "deadline"  # days counted from the moment; the text names no other hour
    else:
        ends = reader.read("late.ends", late.ends, ("deadline", "midnight"))
    if ends == "deadline":
        return due + timedelta(days=1)
    hour = time(12) if ends == "noon" else time(0)
    first = datetime.combine(due.date(), hour)
    return first if first > due else first + timedelta(days=1)


def _step(
    reader: Reader, late: Late, moments: Moments, due: datetime, at: datetime, days: int
) -> LateStep | None:
    if days == 0:
        return None
    for step in late.step:
        if _reaches(reader, step, moments, due, at, days):
            return step
    return reader.read("late.step", None)


def _reaches(
    reader: Reader, step: LateStep, moments: Moments, due: datetime, at: datetime, days: int
) -> bool:
    if step.up_to_minutes is not None:
        return moments.at - moments.due <= timedelta(seconds=float(step.up_to_minutes * 60))
    if step.up_to_days is not None:
        return days <= step.up_to_days
    if step.up_to_months is None:
        return True
    if step.weeks_before_board is not None and moments.board_on is not None:
        last = moments.board_on - timedelta(weeks=step.weeks_before_board)
        if at.date() > last:
            return False
    return at <= _months_after(reader, step, due)


def _months_after(reader: Reader, step: LateStep, due: datetime) -> datetime:
    years, month = divmod(due.month - 1 + (step.up_to_months or 0), 12)
    year, month = due.year + years, month + 1
    last = monthrange(year, month)[1]
    if due.day <= last:
        return due.replace(year=year, month=month)
    clipped = due.replace(year=year, month=month, day=last)
    end = reader.read("late.step.month_end", step.month_end, ("last-day", "next-month"))
    return clipped if end == "last-day" else clipped + timedelta(days=due.day - last)
