"""What a step or band costs a mark. No cost ever raises one."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from lms.regulations.readings import Reader
from lms.regulations.terms import Cost, Rounding, Way

ZERO = Decimal(0)
HUNDRED = Decimal(100)
WAYS: dict[Way, str] = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "half-down": ROUND_HALF_DOWN,
    "down": ROUND_DOWN,
}
NEAREST: tuple[Way, ...] = ("half-up", "half-down")  # a text that says "the nearest" and no more
OFS: tuple[Literal["maximum", "mark"], ...] = ("maximum", "mark")


@dataclass(frozen=True)
class Scale:
    """What a mark is out of, and where it passes."""

    maximum: Decimal
    pass_mark: Decimal | None


@dataclass(frozen=True)
class Charge:
    """A cost that befalls one piece of work: of which rule, and how many times `take` counts."""

    rule: Literal["late.step", "words.band"]
    cost: Cost
    times: int
    floor: Literal["zero"] | None


def line(reader: Reader, value: Decimal | str, scale: Scale) -> Decimal:
    """A mark that the text gives as a number or as the pass mark."""
    if isinstance(value, Decimal):
        return value
    return reader.read("pass.mark", scale.pass_mark)


def nominal(reader: Reader, charge: Charge, points: Decimal, scale: Scale) -> Decimal:
    """Marks that a charge takes before any floor holds it up. Zero where it takes nothing."""
    take = charge.cost.take
    if take is None:
        return ZERO
    of = charge.cost.of or reader.read(f"{charge.rule}.of", None, OFS)
    if of == "points":
        return take * charge.times
    whole = points if of == "mark" else scale.maximum
    return whole * take * charge.times / HUNDRED


def charged(reader: Reader, charge: Charge, points: Decimal, scale: Scale) -> Decimal:
    """The mark after a charge; never above `points`."""
    cost = charge.cost
    if cost.mark is not None:
        return min(points, cost.mark)
    if cost.cap_at is not None:
        return min(points, line(reader, cost.cap_at, scale))
    left = points - nominal(reader, charge, points, scale)
    if cost.hold_at is not None:
        left = _held(reader, charge, points, left, line(reader, cost.hold_at, scale))
    if left >= ZERO:
        return left
    floor = reader.read(f"{charge.rule.split('.')[0]}.floor", charge.floor, ("zero", "none"))
    return ZERO if floor == "zero" else left


def _held(reader: Reader, charge: Charge, points: Decimal, left: Decimal, hold: Decimal) -> Decimal:
    if points >= hold:
        return max(left, hold)
    below = reader.read(
        f"{charge.rule}.below_hold", charge.cost.below_hold, ("unchanged", "lowered")
    )
    return points if below == "unchanged" else left


def rounded(reader: Reader, rounding: Rounding | None, exact: Decimal) -> Decimal:
    """To the nearest multiple of what the text says; a text that says nothing is asked."""
    if rounding is None:
        if exact == exact.to_integral_value():
            return exact
        rounding = reader.read("rounding", None, (Rounding(Decimal(1), "half-up"), NOT_AT_ALL))
    if not rounding.to or exact % rounding.to == 0:
        return exact
    way = reader.read("rounding.way", rounding.way, NEAREST)
    return (exact / rounding.to).quantize(Decimal(1), rounding=WAYS[way]) * rounding.to


NOT_AT_ALL = Rounding(ZERO, "down")
