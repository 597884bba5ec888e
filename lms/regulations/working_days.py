"""Working days: Monday to Friday, without the bank holidays and closure days that a rule skips.

A calendar knows a stretch of years. Outside it, who asks whether a day is a bank holiday is told
that nobody has said (readings.Unread), rather than given a guess.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from lms.regulations.readings import Unread
from lms.regulations.terms import Skip

ONE_DAY = timedelta(days=1)
SATURDAY = 5
ALL_SKIPS: tuple[Skip, ...] = ("bank-holidays", "closure-days")
# Every way in which a text that does not say could be read.
SKIPS: tuple[tuple[Skip, ...], ...] = (ALL_SKIPS, ("bank-holidays",), ())


@dataclass(frozen=True)
class Calendar:
    """Days off of one nation and one university, known from `first` to `last`."""

    bank_holidays: frozenset[date]
    closure_days: frozenset[date]
    first: date
    last: date

    def works(self, day: date, skips: Collection[Skip]) -> bool:
        """Whether a day counts."""
        if day.weekday() >= SATURDAY:
            return False
        if skips and not self.first <= day <= self.last:
            raise Unread("bank_holidays", ())
        off = "bank-holidays" in skips and day in self.bank_holidays
        return not off and not ("closure-days" in skips and day in self.closure_days)

    def after(self, day: date, count: int, skips: Collection[Skip]) -> date:
        """The `count`-th working day after a day; the day itself for 0."""
        while count > 0:
            day += ONE_DAY
            if self.works(day, skips):
                count -= 1
        return day

    def before(self, day: date, count: int, skips: Collection[Skip]) -> date:
        """The `count`-th working day before a day; the day itself for 0."""
        while count > 0:
            day -= ONE_DAY
            if self.works(day, skips):
                count -= 1
        return day

    def between(self, start: date, end: date, skips: Collection[Skip]) -> int:
        """Working days after `start`, up to and including `end`; 0 if it is not later."""
        days = (start + ONE_DAY * n for n in range(1, (end - start).days + 1))
        return sum(self.works(day, skips) for day in days)


def no_days_off(first: date, last: date) -> Calendar:
    """A calendar that knows of none."""
    return Calendar(frozenset(), frozenset(), first, last)
