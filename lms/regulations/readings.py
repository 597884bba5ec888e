"""What a rule does not say is asked for, and only where the answer would change the result.

A rule is worked out with a `Reader`. Where the text is silent the reader is given every way in
which it could be read; the rule is then worked out in each of them. If all agree, nothing needs to
be asked. If not, the settings that made the difference are named, and no result is made up.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

T = TypeVar("T")

QUESTIONS: Mapping[str, str] = {
    "pass.mark": "what the pass mark is",
    "late": "what happens to work that comes after the date",
    "late.day": "whether a day is a working day or any day of the week",
    "late.ends": "at what time of day one day ends and the next begins",
    "late.skips": "whether bank holidays and closure days are left out of the count",
    "late.at_the_moment": "whether work at the very second of the deadline is on time",
    "late.unsettled_seconds": "what holds in the seconds just after the deadline",
    "late.same_date": "what happens to work that is late on the due date itself",
    "late.floor": "whether a penalty may take a mark below zero",
    "late.step": "what happens to work that is as late as this",
    "late.step.of": "whether the percentage is of the mark or of the marks available",
    "late.step.below_hold": "what happens to a mark that is below the pass mark already",
    "late.step.month_end": "when a month ends that began on a day the next month does not have",
    "late.step.reaches": "whether one late piece sets the mark of the piece or of the module",
    "words": "what happens to work that is over the limit",
    "words.band": "what exactly this length costs",
    "words.band.of": "whether the percentage is of the mark or of the marks available",
    "words.band.below_hold": "what happens to a mark that is below the pass mark already",
    "words.floor": "whether a penalty may take a mark below zero",
    "penalties.combine": "whether late and over-length penalties are added",
    "resit.cap": "how high a resit may count",
    "resit.on": "whether the cap is on the piece or on the module",
    "resit.use": "whether the first mark counts if it is higher",
    "resit.deferred_capped": "whether a deferred first attempt is capped",
    "resit.order": "whether the penalty or the cap comes first",
    "resit.attempts": "how many attempts there are",
    "resit.when_passed": "whether work that passed may be taken again",
    "resit.credits": "how many credits may be taken again",
    "resit.must_pass_alone_changes_mark": "whether a resit of a required part changes the mark",
    "rounding": "how a mark that is no whole number is rounded",
    "rounding.way": "which way a half is rounded",
    "turnaround": "when marks and comments are due",
    "turnaround.first_day": "whether the date itself or the day after is the first day",
    "turnaround.skips": "whether bank holidays and closure days are left out of the count",
    "turnaround.late": "when marks for late work are due",
    "self_certified": "whether more time can be taken without evidence",
    "self_certified.day": "whether the days are working days",
    "self_certified.skips": "whether bank holidays and closure days are left out of the count",
    "self_certified.earliest_day": "whether the days before the date are working days",
    "self_certified.per_year": "how often it can be taken in a year",
    "self_certified.counted_by": "whether it is counted by piece of work or by a stretch of days",
    "self_certified.after_the_date": "whether it can be asked for after the date",
    "query.day": "whether the days for asking about a mark are working days",
    "query.skips": "whether bank holidays and closure days are left out of the count",
    "compensation": "whether a near miss can be made good",
    "compensation.limit": "how many credits of this award can be compensated",
    "sample": "how many scripts a second person reads",
    "sample.round": "how a part of a script is rounded",
    "sample.small": "what the sample of so small a group is",
    "bank_holidays": "which days of that year are bank holidays",
}


@dataclass(frozen=True)
class NeedsSetting:
    """The regulations must say more before this can be worked out."""

    settings: tuple[str, ...]  # as the file names them: `late.day`
    sentence: str


@dataclass(frozen=True)
class NeedsPerson:
    """The regulations leave this to somebody."""

    who: str
    sentence: str


Open = NeedsSetting | NeedsPerson


class Unread(Exception):
    """A rule asked for a setting that the text does not state."""

    def __init__(self, setting: str, options: tuple[object, ...]) -> None:
        super().__init__(setting)
        self.setting = setting
        self.options = options


class Reader:
    """One way of reading the text."""

    def __init__(self, chosen: Mapping[str, object]) -> None:
        self._chosen = chosen

    def read(self, setting: str, written: T | None, options: tuple[T, ...] = ()) -> T:
        """What is written; else this reading's choice among the options.

        Without options there is no way to guess (a number, a whole rule), and it must be asked.
        """
        if written is not None:
            return written
        if setting not in self._chosen:
            raise Unread(setting, options)
        return cast(T, self._chosen[setting])


def settle(
    decide: Callable[[Reader], T], key: Callable[[T], Hashable]
) -> tuple[T, ...] | NeedsSetting:
    """Every reading's result, when all have the same `key`; else what must be asked."""
    found: list[tuple[Mapping[str, object], T]] = []
    missing: list[str] = []
    readings: list[dict[str, object]] = [{}]
    while readings:
        chosen = readings.pop()
        try:
            found.append((chosen, decide(Reader(chosen))))
        except Unread as gap:
            if not gap.options:
                missing.append(gap.setting)
            readings += [{**chosen, gap.setting: one} for one in reversed(gap.options)]
    if missing:
        return needs(*dict.fromkeys(missing))
    if len({key(result) for _, result in found}) == 1:
        return tuple(result for _, result in found)
    return needs(*_what_differs([(chosen, key(result)) for chosen, result in found]))


def _what_differs(found: list[tuple[Mapping[str, object], Hashable]]) -> tuple[str, ...]:
    """The settings whose choices lead to different sets of results; all, if it takes several."""
    asked = list(dict.fromkeys(setting for chosen, _ in found for setting in chosen))
    differing = []
    for setting in asked:
        by_choice: dict[object, set[Hashable]] = {}
        for chosen, result in found:
            if setting in chosen:
                by_choice.setdefault(chosen[setting], set()).add(result)
        if len({frozenset(results) for results in by_choice.values()}) > 1:
            differing.append(setting)
    return tuple(differing or asked)


def needs(*settings: str) -> NeedsSetting:
    """Settings to be asked for, and a sentence that says so."""
    asked = ", nor ".join(QUESTIONS.get(setting, setting) for setting in settings)
    return NeedsSetting(settings, f"The regulations do not say {asked}.")
