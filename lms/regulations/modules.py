"""The mark of a module from its parts, resits and all; what is missing is named, never guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lms.regulations.costs import HUNDRED, ZERO, Scale, rounded
from lms.regulations.marks import Attempt, cap_line, is_capped
from lms.regulations.readings import NeedsPerson, NeedsSetting, Open, Reader, settle
from lms.regulations.terms import Resit, Terms


@dataclass(frozen=True)
class Part:
    """A part of a module. `weight` is per cent; one without a mark (a test of competence) has 0.

    `first` is the mark before any resit, or of a deferred first attempt (`deferred`); None until
    there is one. `least` is the least that the module asks of it.
    """

    key: str
    weight: Decimal
    first: Decimal | None = None
    resit: Decimal | None = None
    deferred: bool = False
    least: Decimal | None = None
    must_pass: bool = False
    passes: bool | None = None  # a part without a mark: whether it is passed


@dataclass(frozen=True)
class ModuleMark:
    """A module's mark: provisional while anything is missing. `not_met` says why it is no pass."""

    points: Decimal | None
    exact: Decimal | None
    passed: bool | None
    counted: tuple[Decimal | None, ...]
    missing: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()
    open: NeedsSetting | None = None


def module_mark(terms: Terms, parts: Sequence[Part], level: int | None = None) -> ModuleMark:
    """The mark of a module whose parts' weights add up to 100."""
    missing = tuple(part.key for part in parts if _is_missing(part))
    if missing:
        return ModuleMark(None, None, None, tuple(p.first for p in parts), missing)
    found = settle(
        lambda reader: _decide(reader, terms, parts, level),
        lambda mark: (mark.points, mark.passed),
    )
    if isinstance(found, NeedsSetting):
        return ModuleMark(None, None, None, tuple(p.first for p in parts), open=found)
    if len({mark.counted for mark in found}) == 1:
        return found[0]
    return replace(found[0], counted=())  # the cap is on the part or on the module: all one here


def part_mark(terms: Terms, part: Part) -> Decimal | NeedsSetting | None:
    """What counts of one part, whatever the others have: its first mark, or its resit's."""
    pass_mark = terms.pass_.at(None) if terms.pass_ else None
    found = settle(
        lambda reader: _counted(reader, terms.resit or Resit(), part, Scale(HUNDRED, pass_mark)),
        lambda mark: mark,
    )
    return found if isinstance(found, NeedsSetting) else found[0]


def _is_missing(part: Part) -> bool:
    if part.weight:
        return part.first is None and part.resit is None
    return part.must_pass and part.passes is None


def _decide(reader: Reader, terms: Terms, parts: Sequence[Part], level: int | None) -> ModuleMark:
    pass_mark = terms.pass_.at(level) if terms.pass_ else None
    resit = terms.resit or Resit()
    scale = Scale(HUNDRED, pass_mark)
    counted = tuple(_counted(reader, resit, part, scale) for part in parts)
    exact = _mean(parts, counted)
    before = _mean(parts, tuple(part.first for part in parts))
    points = _rounded(reader, terms, exact)
    if _only_a_required_part(reader, parts, before, pass_mark) and not _changes(reader, resit):
        points = _rounded(reader, terms, before or ZERO)
    points = _module_cap(reader, resit, parts, scale, points)
    not_met = _not_met(reader, parts, counted, pass_mark)
    passed = None if pass_mark is None else points >= pass_mark and not not_met
    return ModuleMark(points, exact, passed, counted, not_met=not_met)


def _counted(reader: Reader, resit: Resit, part: Part, scale: Scale) -> Decimal | None:
    if part.resit is None:
        if part.deferred and resit.on != "module" and part.first is not None:
            return _capped(reader, resit, part.first, Attempt.DEFERRED, scale)
        return part.first
    again = part.resit
    if reader.read("resit.on", resit.on, ("component", "module")) == "component":
        again = _capped(reader, resit, again, Attempt.RESIT, scale)
    if part.first is None or part.first <= again:
        return again
    use = reader.read("resit.use", resit.use, ("resit", "higher"))
    return part.first if use == "higher" else again


def _capped(
    reader: Reader, resit: Resit, points: Decimal, attempt: Attempt, scale: Scale
) -> Decimal:
    if not is_capped(reader, resit, attempt):
        return points
    cap = cap_line(reader, resit, scale)
    return points if cap is None else min(points, cap)


def _mean(parts: Sequence[Part], counted: Sequence[Decimal | None]) -> Decimal:
    weighed = zip(parts, counted, strict=True)
    return sum(((mark or ZERO) * part.weight / HUNDRED for part, mark in weighed), ZERO)


def _rounded(reader: Reader, terms: Terms, exact: Decimal) -> Decimal:
    rule = terms.rounding
    return exact if rule and "module" not in rule.at else rounded(reader, rule, exact)


def _module_cap(
    reader: Reader, resit: Resit, parts: Sequence[Part], scale: Scale, points: Decimal
) -> Decimal:
    if resit.on == "component":
        return points
    again = any(part.resit is not None for part in parts)
    deferred = any(part.deferred for part in parts)
    if again and reader.read("resit.on", resit.on, ("component", "module")) == "module":
        return _capped(reader, resit, points, Attempt.RESIT, scale)
    if deferred and resit.on == "module":
        return _capped(reader, resit, points, Attempt.DEFERRED, scale)
    return points


def _only_a_required_part(
    reader: Reader, parts: Sequence[Part], before: Decimal, pass_mark: Decimal | None
) -> bool:
    """Whether the module's mark was a pass, and only a required part was taken again for it."""
    again = [part for part in parts if part.resit is not None]
    if not again or not all(part.must_pass or part.least is not None for part in again):
        return False
    return before >= reader.read("pass.mark", pass_mark)


def _changes(reader: Reader, resit: Resit) -> bool:
    return reader.read(
        "resit.must_pass_alone_changes_mark", resit.must_pass_alone_changes_mark, (True, False)
    )


def _not_met(
    reader: Reader,
    parts: Sequence[Part],
    counted: Sequence[Decimal | None],
    pass_mark: Decimal | None,
) -> tuple[str, ...]:
    """The parts that the module requires and that fall short."""
    weighed = zip(parts, counted, strict=True)
    return tuple(part.key for part, mark in weighed if _short(reader, part, mark, pass_mark))


def _short(reader: Reader, part: Part, mark: Decimal | None, pass_mark: Decimal | None) -> bool:
    if not part.weight:
        return part.must_pass and not part.passes
    if part.least is None and not part.must_pass:
        return False
    least = part.least if part.least is not None else reader.read("pass.mark", pass_mark)
    return mark is None or mark < least


@dataclass(frozen=True)
class Standing:
    """Where somebody is after their attempts at a module."""

    mark: ModuleMark
    resit_offered: bool | None
    outcome: str | None = None  # what a last attempt that is no pass leads to
    open: Open | None = None


def standing(
    terms: Terms, parts: Sequence[Part], tries: int, *, circumstances: bool = False
) -> Standing:
    """After `tries` attempts (1: the first): whether there is another, or who decides."""
    mark = module_mark(terms, parts)
    passed = _passes(terms, parts)
    if passed or passed is None:
        return Standing(mark, resit_offered=False if passed else None, open=mark.open)
    resit = terms.resit or Resit()
    if resit.attempts is None:
        asked = settle(lambda reader: reader.read("resit.attempts", resit.attempts), lambda n: n)
        return Standing(mark, None, open=asked if isinstance(asked, NeedsSetting) else None)
    if tries < resit.attempts:
        return Standing(mark, resit_offered=True)
    if circumstances and resit.with_circumstances == "board":
        sentence = "One more attempt may be allowed. The exam board decides."
        return Standing(mark, None, open=NeedsPerson("exam board", sentence))
    return Standing(mark, resit_offered=False, outcome=resit.after_last)


def _passes(terms: Terms, parts: Sequence[Part]) -> bool | None:
    """Whether it is a pass, even where the mark itself is left open; None while nobody can say."""
    if any(_is_missing(part) for part in parts):
        return None
    found = settle(lambda reader: _decide(reader, terms, parts, None), lambda mark: mark.passed)
    return None if isinstance(found, NeedsSetting) else found[0].passed


def resit_blocks(
    terms: Terms, *, points: Decimal, level: int | None = None
) -> tuple[str, ...] | NeedsSetting:
    """Every reason not to take a piece of work again."""

    def decide(reader: Reader) -> tuple[str, ...]:
        pass_mark = reader.read("pass.mark", terms.pass_.at(level) if terms.pass_ else None)
        if points < pass_mark:
            return ()
        rule = terms.resit.when_passed if terms.resit else None
        if reader.read("resit.when_passed", rule, ("refused", "allowed")) == "allowed":
            return ()
        return ("This has passed already, so it cannot be taken again.",)

    found = settle(decide, lambda blocks: blocks)
    return found if isinstance(found, NeedsSetting) else found[0]


def resit_credits(terms: Terms, taught: Decimal) -> Decimal | NeedsSetting:
    """How many credits of the taught part may be taken again."""

    def decide(reader: Reader) -> Decimal:
        rule = reader.read("resit.credits", terms.resit.credits if terms.resit else None)
        return min(taught * rule.share, rule.most)

    found = settle(decide, lambda most: most)
    return found if isinstance(found, NeedsSetting) else found[0]
