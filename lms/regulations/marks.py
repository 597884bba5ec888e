"""From the marker's points to the mark of one piece of work: each step with its clause, in order.

The order is the same for every piece under the same regulations: what the marker gave, the late
penalty, the penalty for length, rounding, the cap of a resit (or the cap first, where the
regulations say so). Penalties are taken from the mark as it then stands.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from lms.regulations.costs import HUNDRED, ZERO, Charge, Scale, charged, line, nominal, rounded
from lms.regulations.late import ON_TIME, Lateness, lateness, moments_of
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Resit, Terms
from lms.regulations.words import Length, length
from lms.regulations.working_days import Calendar


class Attempt(StrEnum):
    """Which attempt a piece of work is."""

    FIRST = "first"
    RESIT = "resit"
    DEFERRED = "deferred"  # taken later, as if for the first time


class StepKind(StrEnum):
    """What a step did."""

    MARKED = "marked"
    LATE = "late"
    WORDS = "words"
    ROUNDING = "rounding"
    CAP = "cap"


CLAUSE_OF = {
    StepKind.MARKED: "weighting",
    StepKind.LATE: "late",
    StepKind.WORDS: "words",
    StepKind.ROUNDING: "rounding",
    StepKind.CAP: "resit-cap",
}


@dataclass(frozen=True)
class HandedIn:
    """One piece of work, as the rules ask about it.

    `due` is the moment as granted, with any more time; `limit` the words asked for; `components`
    how many pieces its module has; `exempt` the steps that somebody excused.
    """

    points: Decimal | None
    maximum: Decimal = HUNDRED
    attempt: Attempt = Attempt.FIRST
    due: datetime | None = None
    at: datetime | None = None
    words: int | None = None
    limit: int | None = None
    exempt: frozenset[StepKind] = frozenset()
    level: int | None = None
    components: int = 1
    board_on: date | None = None
    passes: bool | None = None  # work that has no points: pass or not yet, on its merit
    claim_upheld: bool = False


@dataclass(frozen=True)
class Step:
    """What one rule did to the mark. `takes` is what it charges before any floor holds it up."""

    kind: StepKind
    clause: str
    before: Decimal
    after: Decimal
    takes: Decimal = ZERO
    days: int | None = None
    words_read: int | None = None
    spared: str = ""  # excused, greater: why a charge took nothing
    sentence: str = ""

    @property
    def changes(self) -> bool:
        """Whether the mark is another after it."""
        return self.before != self.after


@dataclass(frozen=True)
class Mark:
    """The mark of a piece of work, and everything that made it."""

    points: Decimal | None
    exact: Decimal | None  # before rounding
    passed: bool | None
    steps: tuple[Step, ...]
    lateness: Lateness = ON_TIME
    words_read: int | None = None
    next_attempt: Attempt | None = None  # what an upheld claim gives for refused work
    module: Decimal | None = None  # the mark that one late piece sets for its whole module
    open: NeedsSetting | None = None

    @property
    def capped(self) -> bool:
        """Whether a cap took anything."""
        return any(step.kind is StepKind.CAP and step.changes for step in self.steps)

    @property
    def marked(self) -> bool:
        """Whether the work is marked at all."""
        return self.lateness.step is None or self.lateness.step.marked

    @property
    def accepted(self) -> bool:
        """Whether the work counts as handed in."""
        return self.lateness.step is None or self.lateness.step.accepted

    def step(self, kind: StepKind) -> Step | None:
        """The step of a kind, if the work met that rule."""
        return next((step for step in self.steps if step.kind is kind), None)


@dataclass
class _Way:
    """A mark on its way through the steps, in one reading."""

    reader: Reader
    terms: Terms
    handed: HandedIn
    points: Decimal
    steps: list[Step] = field(default_factory=list)

    @property
    def scale(self) -> Scale:
        rule = self.terms.pass_
        return Scale(self.handed.maximum, rule.at(self.handed.level) if rule else None)

    def take(self, kind: StepKind, after: Decimal, **about: object) -> None:
        step = Step(kind, CLAUSE_OF[kind], self.points, after)
        self.steps.append(replace(step, **about))  # type: ignore[arg-type]
        self.points = after


def mark_for(terms: Terms, handed: HandedIn, calendar: Calendar) -> Mark:
    """The mark, with its steps; or `open`, when the regulations must say more first."""

    def decide(reader: Reader) -> Mark:
        return _decide(reader, terms, handed, calendar)

    found = settle(decide, _what_counts)
    if isinstance(found, NeedsSetting):
        return Mark(None, None, None, (), open=found)
    return _agreed(found)


def _what_counts(mark: Mark) -> Hashable:
    late = mark.lateness
    of_the_work = (mark.points, mark.passed, mark.words_read, mark.next_attempt)
    return (*of_the_work, mark.module, late.late, late.step)


def _agreed(found: tuple[Mark, ...]) -> Mark:
    """One of several equal marks; a number of days on which they differ is left out."""
    first = found[0]
    if len({mark.lateness.days for mark in found}) == 1:
        return first
    steps = tuple(replace(s, days=None) if s.kind is StepKind.LATE else s for s in first.steps)
    return replace(first, steps=steps, lateness=replace(first.lateness, days=None))


def _decide(reader: Reader, terms: Terms, handed: HandedIn, calendar: Calendar) -> Mark:
    late, read = _what_it_meets(reader, terms, handed, calendar)
    refused = late.step is not None and not late.step.accepted
    again = Attempt.FIRST if refused and _claim_counts(terms, handed) else None
    if handed.points is None:
        passes = None if handed.passes is None else handed.passes and not _fails(terms, late)
        return Mark(None, None, passes, (), late, read.words_read if read else None, again)
    way = _Way(reader, terms, handed, handed.points)
    way.take(StepKind.MARKED, handed.points)
    _in_order(way, late, read)
    exact = next((s.before for s in way.steps if s.kind is StepKind.ROUNDING), way.points)
    return Mark(
        points=way.points,
        exact=exact,
        passed=None if way.scale.pass_mark is None else way.points >= way.scale.pass_mark,
        steps=tuple(way.steps),
        lateness=late,
        words_read=read.words_read if read else None,
        next_attempt=again,
        module=_for_the_module(reader, late, handed),
    )


def _what_it_meets(
    reader: Reader, terms: Terms, handed: HandedIn, calendar: Calendar
) -> tuple[Lateness, Length | None]:
    late, read = ON_TIME, None
    if handed.due is not None and handed.at is not None:
        moments = moments_of(handed.due, handed.at, handed.board_on)
        late = lateness(reader, terms, moments, calendar)
    if handed.words is not None and handed.limit is not None:
        read = length(reader, terms, handed.words, handed.limit)
    return late, read


def _for_the_module(reader: Reader, late: Lateness, handed: HandedIn) -> Decimal | None:
    """What this late piece makes of a module with other pieces beside it."""
    if late.step is None or late.step.mark is None or handed.components == 1:
        return None
    reaches = reader.read("late.step.reaches", late.step.reaches, ("work", "module"))
    return late.step.mark if reaches == "module" else None


def _claim_counts(terms: Terms, handed: HandedIn) -> bool:
    rule = terms.late.claim_upheld if terms.late else None
    return handed.claim_upheld and rule == "first-attempt"


def _fails(terms: Terms, late: Lateness) -> bool:
    return bool(late.late and terms.late and terms.late.without_marks == "not-yet")


def _in_order(way: _Way, late: Lateness, read: Length | None) -> None:
    charges = _charges(way, late, read)
    cap = _cap_of(way)
    if cap is not None and _cap_comes_first(way, charges, cap):
        way.take(StepKind.CAP, min(way.points, cap))
        cap = None
    _penalties(way, charges, late, read)
    _round(way)
    if cap is not None:
        way.take(StepKind.CAP, min(way.points, cap))


def _charges(way: _Way, late: Lateness, read: Length | None) -> dict[StepKind, Charge]:
    both = {
        StepKind.LATE: late.charge(way.terms.late),
        StepKind.WORDS: read.charge(way.terms.words) if read else None,
    }
    return {kind: charge for kind, charge in both.items() if charge is not None}


def _penalties(
    way: _Way, charges: dict[StepKind, Charge], late: Lateness, read: Length | None
) -> None:
    spared = {kind: "excused" for kind in charges if kind in way.handed.exempt}
    spared |= _the_lesser(way, {k: c for k, c in charges.items() if k not in spared})
    if late.late and StepKind.LATE not in charges:
        way.take(StepKind.LATE, way.points, days=late.days)
    for kind, charge in charges.items():
        days = late.days if kind is StepKind.LATE else None
        if kind in spared:
            clause = "penalties" if spared[kind] == "greater" else CLAUSE_OF[kind]
            way.take(kind, way.points, clause=clause, days=days, spared=spared[kind])
            continue
        after = charged(way.reader, charge, way.points, way.scale)
        takes = nominal(way.reader, charge, way.points, way.scale)
        way.take(kind, after, days=days, takes=takes)
    if read is not None and read.over_percent and StepKind.WORDS not in charges:
        way.take(StepKind.WORDS, way.points, words_read=read.words_read)


def _the_lesser(way: _Way, charges: dict[StepKind, Charge]) -> dict[StepKind, str]:
    """The penalty that is not taken, where only the greater of two is."""
    if len(charges) < len((StepKind.LATE, StepKind.WORDS)):
        return {}
    left = {k: charged(way.reader, c, way.points, way.scale) for k, c in charges.items()}
    if any(points == way.points for points in left.values()):
        return {}
    rule = way.terms.penalties.combine if way.terms.penalties else None
    if way.reader.read("penalties.combine", rule, ("both", "greater")) == "both":
        return {}
    return {max(left, key=lambda kind: left[kind]): "greater"}


def _round(way: _Way) -> None:
    rule = way.terms.rounding
    if rule is not None and "mark" not in rule.at:
        return
    after = rounded(way.reader, rule, way.points)
    if rule is not None or after != way.points:
        way.take(StepKind.ROUNDING, after)


def _cap_of(way: _Way) -> Decimal | None:
    """The most this attempt may count; None where nothing caps this piece of work by itself."""
    resit = way.terms.resit or Resit()
    if not is_capped(way.reader, resit, way.handed.attempt) or resit.on == "module":
        return None
    return cap_line(way.reader, resit, way.scale)


def is_capped(reader: Reader, resit: Resit, attempt: Attempt) -> bool:
    """Whether an attempt of this kind is capped at all."""
    if attempt is Attempt.DEFERRED:
        return reader.read("resit.deferred_capped", resit.deferred_capped, (False, True))
    return attempt is Attempt.RESIT


def cap_line(reader: Reader, resit: Resit, scale: Scale) -> Decimal | None:
    """The mark that a resit is capped at; None for regulations that cap none."""
    if resit.cap is None:
        return reader.read("resit.cap", None)
    return None if resit.cap == "none" else line(reader, resit.cap, scale)


def _cap_comes_first(way: _Way, charges: dict[StepKind, Charge], cap: Decimal) -> bool:
    resit = way.terms.resit or Resit()
    if not charges or way.points <= cap:
        return resit.order == "cap-first"
    first = way.reader.read("resit.order", resit.order, ("penalty-first", "cap-first"))
    return first == "cap-first"
