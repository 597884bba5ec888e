"""From the ledger of a submission to its result: the steps, each with its clause, in a fixed order.

Entries are appended and never changed; a result is always computed from all of them, so replaying
gives the same. A kind of entry that this file does not know is refused: a result must never leave
out what it cannot read. Second marks, agreements, penalties, caps and ratification are to be
further kinds, each a function here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from lms.assessments.rules.marking import Decision, band_ranges, plain
from lms.modules.catalogue import Band, Clause, Criterion, Regulations, Rounding

WAYS = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


class BadLedger(ValueError):
    """Entries that cannot be read, or not in this order. A fault of ours, never a person's."""


@dataclass(frozen=True)
class Entry:
    """One line of the ledger."""

    sequence: int
    kind: str
    data: Mapping[str, Any]
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class Line:
    """What one criterion adds."""

    criterion: str
    title: str
    weight: Decimal
    band: str
    points: Decimal
    adds: Decimal


@dataclass(frozen=True)
class Step:
    """One step from the criteria to the result: what was done, in words, under which clause."""

    what: str
    arithmetic: str
    clause: Clause


@dataclass(frozen=True)
class Result:
    """What a learner gets for an assessment, and why."""

    points: Decimal
    exact: Decimal
    maximum: Decimal
    band: Band
    band_words: str
    passed: bool
    provisional: bool
    marked_at: datetime
    released_at: datetime | None
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _State:
    lines: tuple[Line, ...] = ()
    regulations: tuple[str, str] | None = None
    marked_at: datetime | None = None
    released_at: datetime | None = None


def marked_data(
    criteria: Sequence[Criterion], decisions: Mapping[str, Decision], regulations: Regulations
) -> dict[str, Any]:
    """What a `marked` entry keeps: all the result needs, so a later rubric cannot alter it."""
    return {
        "regulations": regulations.id,
        "version": regulations.version,
        "criteria": [
            {
                "id": criterion.id,
                "title": criterion.title,
                "weight": str(criterion.weight),
                "band": decisions[criterion.id].band,
                "points": plain(decisions[criterion.id].points or Decimal(0)),
            }
            for criterion in criteria
        ],
    }


def _line(kept: Mapping[str, Any]) -> Line:
    weight, points = Decimal(kept["weight"]), Decimal(kept["points"])
    return Line(
        criterion=kept["id"],
        title=kept["title"],
        weight=weight,
        band=kept["band"],
        points=points,
        adds=points * weight / 100,
    )


def _marked(state: _State, entry: Entry) -> _State:
    if state.released_at is not None:
        raise BadLedger("a mark cannot follow a release")
    return replace(
        state,
        lines=tuple(_line(kept) for kept in entry.data["criteria"]),
        regulations=(entry.data["regulations"], entry.data["version"]),
        marked_at=entry.at,
    )


def _reopened(state: _State, entry: Entry) -> _State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only a mark that was not released can be reopened")
    return replace(state, lines=(), marked_at=None)


def _released(state: _State, entry: Entry) -> _State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only a standing mark can be released, and once")
    return replace(state, released_at=entry.at)


KINDS: Mapping[str, Callable[[_State, Entry], _State]] = MappingProxyType(
    {"marked": _marked, "reopened": _reopened, "released": _released}
)


def _replay(entries: Sequence[Entry]) -> _State:
    state = _State()
    for expected, entry in enumerate(entries, start=1):
        if entry.sequence != expected:
            raise BadLedger(f"entry {entry.sequence} stands where {expected} should")
        if entry.kind not in KINDS:
            raise BadLedger(f"an entry of an unknown kind: {entry.kind}")
        state = KINDS[entry.kind](state, entry)
    return state


def result(entries: Sequence[Entry], regulations: Regulations) -> Result | None:
    """The result that the entries give under the regulations; None while there is no mark."""
    state = _replay(entries)
    if state.marked_at is None:
        return None
    if state.regulations != (regulations.id, regulations.version):
        raise BadLedger("a mark is read by the regulations that it was made under")
    if sum(line.weight for line in state.lines) != 100:
        raise BadLedger("the weights of a mark do not add up to 100")
    exact = sum((line.adds for line in state.lines), Decimal(0))
    points = rounded(exact, regulations.rounding)
    band = regulations.band_of(points)
    return Result(
        points=points,
        exact=exact,
        maximum=regulations.maximum,
        band=band,
        band_words=_range_in_words(band, regulations),
        passed=points >= regulations.pass_mark,
        provisional=True,  # until an exam board ratifies it, which is another kind of entry
        marked_at=state.marked_at,
        released_at=state.released_at,
        lines=state.lines,
        steps=_steps(state, exact, points, band, regulations),
    )


def rounded(exact: Decimal, rounding: Rounding) -> Decimal:
    """To the nearest multiple of `rounding.to`, in the way the regulations say."""
    return (exact / rounding.to).quantize(Decimal(1), rounding=WAYS[rounding.way]) * rounding.to


def _range_in_words(band: Band, regulations: Regulations) -> str:
    return next(r.in_words for r in band_ranges(regulations) if r.band.id == band.id)


def _steps(
    state: _State, exact: Decimal, points: Decimal, band: Band, regulations: Regulations
) -> tuple[Step, ...]:
    summed = " + ".join(plain(line.adds) for line in state.lines)
    steps = [
        Step(
            "Each criterion counts by its weight.",
            f"{summed} = {plain(exact)}",
            regulations.clause("weighting"),
        ),
        Step(
            "The sum is rounded once.",
            f"{plain(exact)} stays {plain(points)}"
            if exact == points
            else f"{plain(exact)} becomes {plain(points)}",
            regulations.clause("rounding"),
        ),
        Step(
            "The band is read from the rounded mark.",
            f"{plain(points)} is in {band.title.lower()}, "
            f"which is {_range_in_words(band, regulations)}",
            regulations.clause("pass"),
        ),
    ]
    if state.released_at is not None:
        steps.append(
            Step(
                "The result was released. It is provisional until the exam board confirms it.",
                "Nothing was added and nothing was taken off.",
                regulations.clause("release"),
            )
        )
    return tuple(steps)
