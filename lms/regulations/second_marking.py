"""Second marking and samples: their place is ready. Nothing here is done to marks yet."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from lms.regulations.costs import HUNDRED
from lms.regulations.readings import NeedsSetting, Reader, settle
from lms.regulations.terms import Sample, Terms


def second_marker_needed(terms: Terms, credits_: Decimal) -> bool:
    """Whether work of so many credits is read by a second person."""
    rule = terms.second_marking
    return bool(rule and rule.credits_over is not None and credits_ > rule.credits_over)


def third_marker_needed(
    terms: Terms, first: Decimal, second: Decimal, bands: Sequence[Decimal], *, agreed: bool
) -> bool:
    """Whether a third person marks: bands differ, and the two could not settle it."""
    rule = terms.second_marking
    if rule is None or rule.third_when != "band-differs" or agreed:
        return False
    return _band(first, bands) != _band(second, bands)


def _band(mark: Decimal, bands: Sequence[Decimal]) -> int:
    return sum(mark >= start for start in bands)


def sample_size(terms: Terms, scripts: int) -> int | NeedsSetting:
    """How many of so many scripts are read, at the least."""
    found = settle(lambda reader: _size(reader, terms, scripts), lambda size: size)
    return found if isinstance(found, NeedsSetting) else found[0]


def _size(reader: Reader, terms: Terms, scripts: int) -> int:
    rule = reader.read("sample", terms.sample)
    choose = min if rule.combine == "lower" else max
    exact = choose(rule.percent * scripts / HUNDRED, Decimal(rule.number))
    size = _whole(reader, rule, exact)
    if rule.small_below is not None and scripts < rule.small_below:
        size = max(size, rule.small_number or 0)
    return size if size <= scripts else reader.read("sample.small", None)


def _whole(reader: Reader, rule: Sample, exact: Decimal) -> int:
    if exact == exact.to_integral_value():
        return int(exact)
    way = reader.read("sample.round", rule.round, ("up", "down"))
    return int(exact.to_integral_value(ROUND_CEILING if way == "up" else ROUND_FLOOR))
