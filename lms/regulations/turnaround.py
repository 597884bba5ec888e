"""When marks and comments are due, and when results may go out."""

from datetime import date, datetime, time

from lms.regulations.late import LONDON
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Skip, Terms, Turnaround
from lms.regulations.working_days import ALL_SKIPS, SKIPS, Calendar

COURSEWORK = "coursework"


def applies_to(terms: Terms, kind: str) -> bool:
    """Whether a kind of work has a turnaround at all."""
    return terms.turnaround is not None and kind not in terms.turnaround.exempt


def turnaround_date(
    terms: Terms, due: date, calendar: Calendar, *, days_late: int = 0
) -> date | NeedsSetting:
    """The last day on which marks and comments come in time. `due` is the original date."""
    found = settle(
        lambda reader: _last_day(reader, terms, due, calendar, days_late), lambda day: day
    )
    return found if isinstance(found, NeedsSetting) else found[0]


def returned_in_time(
    terms: Terms, due: date, returned: date, calendar: Calendar, *, days_late: int = 0
) -> bool | NeedsSetting:
    """Whether work that came back on a day came back in time."""
    found = settle(
        lambda reader: returned <= _last_day(reader, terms, due, calendar, days_late),
        lambda within: within,
    )
    return found if isinstance(found, NeedsSetting) else found[0]


def _last_day(reader: Reader, terms: Terms, due: date, calendar: Calendar, days_late: int) -> date:
    rule = reader.read("turnaround", terms.turnaround)
    days = _days(reader, rule, days_late)
    skips: tuple[Skip, ...] = reader.read("turnaround.skips", rule.skips, SKIPS)
    first = reader.read("turnaround.first_day", rule.first_day, ("after", "due"))
    on_due = first == "due" and calendar.works(due, skips)
    return calendar.after(due, days - on_due, skips)


def _days(reader: Reader, rule: Turnaround, days_late: int) -> int:
    if not days_late or rule.late is None:
        return rule.working_days
    if days_late <= rule.late.up_to_days:
        return rule.late.working_days
    return reader.read("turnaround.late", None)


def working_days_left(
    terms: Terms, today: date, until: date, calendar: Calendar
) -> int | NeedsSetting:
    """Working days after today, up to and including a date; 0 once it is here or has passed."""

    def decide(reader: Reader) -> int:
        rule = reader.read("turnaround", terms.turnaround)
        skips: tuple[Skip, ...] = reader.read("turnaround.skips", rule.skips, SKIPS)
        return calendar.between(today, until, skips)

    found = settle(decide, lambda days: days)
    return found if isinstance(found, NeedsSetting) else found[0]


def release_moment(terms: Terms, ready_at: datetime, calendar: Calendar) -> datetime:
    """The earliest moment at which results that are ready may go out."""
    rule = terms.release
    if rule is None or (rule.at is None and not rule.on_working_days):
        return ready_at
    clock = ready_at.astimezone(LONDON)
    at = rule.at or clock.time()
    day, waits = clock.date(), rule.at is not None and clock.time() > rule.at
    skips = ALL_SKIPS
    if rule.on_working_days:
        if waits or not calendar.works(day, skips):
            at = rule.at or time(0)
            day = calendar.after(day, 1, skips)
    elif waits:
        day = date.fromordinal(day.toordinal() + 1)
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(ready_at.tzinfo)
