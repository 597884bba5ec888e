"""A learner's own date for a piece of work, and why it is that date. Pure, in one order:

the date of the cohort (or of a further attempt), what is adjusted for the person, more time that
was taken or granted, a pause. No step brings a date forward. Everything that shows or decides by a
learner's date asks here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from lms.assessments.rules.dates import LONDON, deadline
from lms.modules.catalogue import Due
from lms.regulations import (
    ALL_SKIPS,
    Attempt,
    Calendar,
    Skip,
    Terms,
    Unread,
    moved_by_working_days,
    no_days_off,
)

FIRST_ATTEMPT = 1
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Try:
    """A further attempt that was opened; the first is not among them."""

    number: int
    kind: Attempt
    due_at: datetime
    puts_off: bool = False  # it takes the place of the one before, which does not count


@dataclass(frozen=True)
class Given:
    """More time on one attempt: so many days, or until a moment."""

    attempt: int
    decided: bool  # False: self-certified
    days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Paused:
    """A pause; without an end, it goes on."""

    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What moves a person's dates. `tries` and `given` are of one assessment, in their order."""

    starts_on: date
    tries: Sequence[Try] = ()
    given: Sequence[Given] = ()
    extra_days: int = 0
    pauses: Sequence[Paused] = ()


@dataclass(frozen=True)
class Rules:
    """The regulations as far as dates ask them."""

    terms: Terms = field(default_factory=Terms)
    calendar: Calendar = field(default_factory=lambda: no_days_off(date.max, date.min))


@dataclass(frozen=True)
class Reason:
    """One sentence of why, and the clause it rests on, where there is one."""

    said: str
    clause: str = ""


@dataclass(frozen=True)
class Dated:
    """The current attempt and its date."""

    attempt: int
    kind: Attempt
    base_due: datetime
    due: datetime
    because: tuple[Reason, ...]

    @property
    def moved(self) -> bool:
        """Whether it is another date than the attempt came with."""
        return self.due != self.base_due


def dated(due: Due, facts: Facts, rules: Rules, *, now: datetime, record: str = "here") -> Dated:
    """The date of the current attempt at a piece of work.

    Work whose record is the VLE keeps the cohort's date here: the VLE has each person's own.
    """
    current = facts.tries[-1] if facts.tries else None
    number = current.number if current else FIRST_ATTEMPT
    kind = current.kind if current else Attempt.FIRST
    base = current.due_at if current else deadline(facts.starts_on, due)
    reasons = [_first(kind)]
    if record == "vle":
        said = "Your university’s learning site holds your own date, if it is another."
        return Dated(number, kind, base, base, (*reasons, Reason(said)))
    moment = base
    for step in (_adjusted, _given, _paused):
        moment, why = step(moment, number, facts, rules, now)
        reasons += why
    return Dated(number, kind, base, moment, tuple(reasons))


def _first(kind: Attempt) -> Reason:
    said = {
        Attempt.FIRST: "It is the date of your cohort.",
        Attempt.RESIT: "It is the date given for your resit.",
        Attempt.DEFERRED: "It is the date given for the attempt that was put off.",
    }
    return Reason(said[kind], "" if kind is Attempt.FIRST else "resit-cap")


Moved = tuple[datetime, list[Reason]]
Step = Callable[[datetime, int, Facts, Rules, datetime], Moved]


def later(
    moment: datetime, days: int, calendar: Calendar, skips: tuple[Skip, ...] = ALL_SKIPS
) -> datetime:
    """So many working days later. Of a year whose bank holidays are not known, only weekends are
    left out: an adjustment that is agreed holds all the same.
    """
    try:
        return moved_by_working_days(moment, days, calendar, skips)
    except Unread:
        return moved_by_working_days(moment, days, no_days_off(date.min, date.max))


def working_days_between(start: datetime, end: datetime, calendar: Calendar) -> int | None:
    """How many working days lie between; None where the calendar does not say."""
    try:
        return calendar.between(_day(start), _day(end), ALL_SKIPS)
    except Unread:
        return None


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _adjusted(moment: datetime, _n: int, facts: Facts, rules: Rules, _now: datetime) -> Moved:
    if not facts.extra_days:
        return moment, []
    said = f"Your standing adjustment adds {_days(facts.extra_days, 'working day')}."
    return later(moment, facts.extra_days, rules.calendar), [Reason(said)]


def _given(moment: datetime, number: int, facts: Facts, rules: Rules, _now: datetime) -> Moved:
    reasons = []
    for one in facts.given:
        if one.attempt != number:
            continue
        if one.until is not None:
            moment = max(moment, one.until)
            reasons.append(Reason("You were given another date.", "extensions"))
        elif one.days:
            moment, said = _by_days(moment, one, one.days, rules)
            reasons.append(said)
    return moment, reasons


def _by_days(moment: datetime, one: Given, days: int, rules: Rules) -> tuple[datetime, Reason]:
    if one.decided:
        said = f"You were given {_days(days, 'working day')} more."
        return later(moment, days, rules.calendar), Reason(said, "extensions")
    rule = rules.terms.self_certified
    if rule is not None and rule.day == "calendar":
        moved, thing = _same_time(moment, days), "day"
    else:
        skips = rule.skips if rule and rule.skips is not None else ALL_SKIPS
        moved, thing = later(moment, days, rules.calendar, skips), "working day"
    return moved, Reason(f"You took {_days(days, thing)} more.", "self-certified")


def _paused(moment: datetime, _n: int, facts: Facts, rules: Rules, now: datetime) -> Moved:
    left = rules.terms.pause.most_days if rules.terms.pause else 0
    reasons = []
    for pause in sorted(facts.pauses, key=lambda one: one.began_at):
        ended = pause.ended_at or now
        used = min(left, whole_days(pause.began_at, ended))
        left -= used
        if used and pause.began_at <= moment <= ended:
            moment = _same_time(moment, used)
            said = f"It fell into your pause, and moved by {_days(used, 'day')}."
            reasons.append(Reason(said, "pause"))
    return moment, reasons


def whole_days(start: datetime, end: datetime) -> int:
    """Days begun between two moments; 0 if the second is not later."""
    return max(0, -((start - end) // ONE_DAY))


def _same_time(moment: datetime, days: int) -> datetime:
    """So many days later, at the same time by the clock in London."""
    clock = moment.astimezone(LONDON)
    day = clock.date() + ONE_DAY * days
    return datetime.combine(day, clock.time(), tzinfo=LONDON).astimezone(moment.tzinfo)


def _days(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
