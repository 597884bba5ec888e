"""The tables of a regulations file, read into `lms.regulations.Terms`, each fault by its line.

What a rule means is decided in lms/regulations; here is only whether the file can be read, and
whether what it says can hold together.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lms.modules.catalogue.source import KeyPath, Source
from lms.regulations.terms import Cost, Late, LateStep, Terms, WordBand, Words

# Words of the file that Python keeps for itself.
RENAMED = {"pass": "pass_", "from": "from_"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SHAPE = TypeAdapter(Terms)


def read_terms(source: Source, tables: Mapping[str, Any]) -> Terms | None:
    """The rules of a file; None, with faults noted, where one cannot be read."""
    renamed = _renamed(tables)
    quoted = [key for key, value in _leaves(renamed) if _is_quoted_number(value)]
    for key in quoted:
        _fault(source, key, "`{key}` must be a number, without quotation marks")
    if quoted:
        return None
    try:
        terms = _SHAPE.validate_python(renamed)
    except ValidationError as refused:
        for error in refused.errors():
            source.refused(error, rename=_as_written)
        return None
    before = len(source.found.faults)
    _check(source, terms)
    return terms if len(source.found.faults) == before else None


def _is_quoted_number(value: object) -> bool:
    return isinstance(value, str) and bool(NUMBER.fullmatch(value))


def _renamed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {RENAMED.get(key, key): _renamed(part) for key, part in value.items()}
    return tuple(_renamed(part) for part in value) if isinstance(value, list | tuple) else value


def _as_written(part: str | int) -> str | int:
    return part.rstrip("_") if isinstance(part, str) else part


def _leaves(value: Any, at: KeyPath = ()) -> list[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping):
        return [leaf for key, part in value.items() for leaf in _leaves(part, (*at, key))]
    if isinstance(value, tuple):
        return [leaf for n, part in enumerate(value) for leaf in _leaves(part, (*at, n))]
    return [(at, value)]


def _fault(source: Source, at: KeyPath, message: str) -> None:
    key = tuple(_as_written(part) for part in at)
    named = [part for part in key if isinstance(part, str)]
    source.fault(source.line(*key), message.replace("{key}", named[-1] if named else "this"))


def _check(source: Source, terms: Terms) -> None:
    if terms.late:
        _check_late(source, terms.late)
    if terms.words:
        _check_words(source, terms.words)
    if terms.rounding and terms.rounding.to <= 0:
        _fault(source, ("rounding", "to"), "`to` must be above 0")
    if terms.pause and terms.pause.most_days < 0:
        _fault(source, ("pause", "most_days"), "`most_days` must be 0 or more")
    for at, number in _counts(terms):
        if number is not None and number < 1:
            _fault(source, at, "`{key}` must be 1 or more")


def _counts(terms: Terms) -> Iterator[tuple[KeyPath, int | Decimal | None]]:
    """Whole numbers that make no sense below one, and where they stand."""
    if terms.resit:
        yield ("resit", "attempts"), terms.resit.attempts
    if terms.self_certified:
        yield ("self_certified", "length"), terms.self_certified.length
        yield ("self_certified", "per_year"), terms.self_certified.per_year
    if terms.turnaround:
        yield ("turnaround", "working_days"), terms.turnaround.working_days
    if terms.query:
        yield ("query", "within_days"), terms.query.within_days
    if terms.sample:
        yield ("sample", "number"), terms.sample.number


def _check_late(source: Source, late: Late) -> None:
    if bool(late.step) == (late.takes == "nothing"):
        message = '[late] needs [[late.step]] tables, or takes = "nothing", and not both'
        _fault(source, ("late",), message)
    for index, step in enumerate(late.step):
        at: KeyPath = ("late", "step", index)
        _check_cost(source, at, step)
        limits = [step.up_to_minutes, step.up_to_days, step.up_to_months]
        if sum(limit is not None for limit in limits) > 1:
            _fault(source, at, "a step ends in one way: up_to_minutes, up_to_days or up_to_months")
        if not any(limit is not None for limit in limits) and index < len(late.step) - 1:
            _fault(source, at, "a step without an end must be the last: no later one is reached")
    _check_ascending(source, late.step)


def _check_ascending(source: Source, steps: tuple[LateStep, ...]) -> None:
    days = [step.up_to_days for step in steps if step.up_to_days is not None]
    if days != sorted(set(days)):
        _fault(source, ("late", "step"), "steps must stand in order, each reaching further")


def _check_words(source: Source, words: Words) -> None:
    says = [words.takes == "nothing", words.excess is not None, bool(words.band)]
    if sum(says) != 1:
        message = '[words] needs one of takes = "nothing", excess = "unread", [[words.band]]'
        _fault(source, ("words",), message)
    for index, band in enumerate(words.band):
        at: KeyPath = ("words", "band", index)
        _check_cost(source, at, band)
        _check_edges(source, at, band)


def _check_edges(source: Source, at: KeyPath, band: WordBand) -> None:
    if band.above is not None and band.from_ is not None:
        _fault(source, (*at, "above"), "a band begins in one way: `above` or `from`")
    if band.up_to is not None and band.below is not None:
        _fault(source, (*at, "below"), "a band ends in one way: `up_to` or `below`")


def _check_cost(source: Source, at: KeyPath, cost: Cost) -> None:
    costs = {"take": cost.take, "cap_at": cost.cap_at, "mark": cost.mark}
    stated = [key for key, value in costs.items() if value is not None]
    if len(stated) > 1:
        _fault(source, at, f"say one of {', '.join(stated)}: a mark has one consequence here")
    for key in ("take", "mark"):
        value = costs[key]
        if value is not None and not isinstance(value, str) and value < 0:
            _fault(source, (*at, key), "`{key}` must be 0 or more: no rule raises a mark")
