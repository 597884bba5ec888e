"""Bank holidays of the four nations and closure days of a university (content/calendars).

Which of them a cohort counts by is said in its regulations, `[working_days]`.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.regulations import Calendar, no_days_off
from lms.regulations.terms import Nation, WorkingDays


class _BankFile(Written):
    source: Words
    checked_on: date
    first: date
    last: date


class _HolidayFile(Written):
    day: date
    title: Words
    nations: tuple[Literal["england", "wales", "scotland", "northern-ireland"], ...] = Field(
        min_length=1
    )


class _HolidaysFile(Written):
    bank_holidays: _BankFile
    holiday: tuple[_HolidayFile, ...] = Field(min_length=1)


class _ClosuresHead(Written):
    id: Words
    title: Words
    example: bool
    source: Words


class _DayFile(Written):
    day: date


class _ClosuresFile(Written):
    closures: _ClosuresHead
    closure: tuple[_DayFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class BankHoliday:
    """A bank holiday, and the nations that have it."""

    day: date
    title: str
    nations: tuple[Nation, ...]


@dataclass(frozen=True)
class Closures:
    """The closure days of a university."""

    id: str
    title: str
    example: bool
    days: frozenset[date]


@dataclass
class Calendars:
    """All that content/calendars says. Years outside `first` to `last` are not known."""

    holidays: tuple[BankHoliday, ...] = ()
    first: date = date.max
    last: date = date.min
    closures: dict[str, Closures] = field(default_factory=dict)

    def calendar(self, rule: WorkingDays | None) -> Calendar:
        """The days off of regulations; a calendar that knows no day where they name none."""
        if rule is None:
            return no_days_off(date.max, date.min)
        days = {one.day for one in self.holidays if rule.nation in one.nations}
        closed = self.closures_of(rule)
        off = closed.days if closed else frozenset[date]()
        return Calendar(frozenset(days), off, self.first, self.last)

    def closures_of(self, rule: WorkingDays | None) -> Closures | None:
        """The closure days that regulations name."""
        return self.closures[rule.closures] if rule and rule.closures else None


def read_calendar(source: Source, into: Calendars) -> None:
    """One file: bank holidays, or the closure days of one university."""
    if "bank_holidays" in source.data:
        _read_holidays(source, into)
    else:
        _read_closures(source, into)


def _read_holidays(source: Source, into: Calendars) -> None:
    shape = source.shape(_HolidaysFile)
    if shape is None:
        return
    head = shape.bank_holidays
    for index, one in enumerate(shape.holiday):
        if not head.first <= one.day <= head.last:
            line = source.line("holiday", index, "day")
            source.fault(line, "`day` lies outside `first` to `last` of [bank_holidays]")
    into.holidays = tuple(BankHoliday(h.day, h.title, h.nations) for h in shape.holiday)
    into.first, into.last = head.first, head.last


def _read_closures(source: Source, into: Calendars) -> None:
    shape = source.shape(_ClosuresFile)
    if shape is None:
        return
    head = shape.closures
    if head.id != source.path.stem:
        message = f"`id` must be the file's name: {source.path.stem}"
        source.fault(source.line("closures", "id"), message)
    days = frozenset(one.day for one in shape.closure)
    into.closures[head.id] = Closures(head.id, head.title, head.example, days)


def check_working_days(source: Source, rule: WorkingDays | None, calendars: Calendars) -> bool:
    """Whether the days off that regulations name are there; a fault where they are not."""
    if rule is None:
        return True
    if not calendars.holidays:
        message = "content/calendars has no [bank_holidays] to count working days by: write them"
        source.fault(source.line("working_days"), message)
        return False
    if rule.closures is not None and rule.closures not in calendars.closures:
        message = f"there is no content/calendars/{rule.closures}.toml: write it, or mend the name"
        source.fault(source.line("working_days", "closures"), message)
        return False
    return True
