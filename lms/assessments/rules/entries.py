"""The ledger of a submission: its kinds of entries, and in which order they may stand.

Entries are appended and never changed; a result is always computed from all of them, so replaying
gives the same. A kind of entry that this file does not know is refused: a result must never leave
out what it cannot read. Second marks, moderation and the exam board are to be further kinds, each a
function here (docs/decisions/0027).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from lms.assessments.rules.marking import Decision, plain
from lms.modules.catalogue import Criterion, Regulations
from lms.regulations import Attempt, StepKind


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
class Piece:
    """What regulations ask about a piece of work besides its points.

    `limit` is the number of words asked for; `components` how many pieces its module has.
    """

    due_at: datetime
    handed_in_at: datetime
    words: int
    limit: int | None
    attempt: Attempt = Attempt.FIRST
    components: int = 1

    def met(self, kind: StepKind) -> str:
        """What a decision about this rule was made on; once it differs, another is needed."""
        if kind is StepKind.WORDS:
            return f"{self.words} of {self.limit}"
        return f"{self.due_at.isoformat()} {self.handed_in_at.isoformat()}"

    def kept(self) -> dict[str, Any]:
        """For the entry of a release."""
        return {
            "due_at": self.due_at.isoformat(),
            "handed_in_at": self.handed_in_at.isoformat(),
            "words": self.words,
            "limit": self.limit,
            "attempt": self.attempt.value,
            "components": self.components,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Piece":
        """The same from an entry."""
        return cls(
            due_at=datetime.fromisoformat(kept["due_at"]),
            handed_in_at=datetime.fromisoformat(kept["handed_in_at"]),
            words=kept["words"],
            limit=kept["limit"],
            attempt=Attempt(kept["attempt"]),
            components=kept["components"],
        )


@dataclass(frozen=True)
class Line:
    """What one criterion adds."""

    criterion: str
    title: str
    weight: Decimal
    band: str
    points: Decimal
    adds: Decimal
    out_of: Decimal | None = None  # by a marking guide


@dataclass(frozen=True)
class Penalty:
    """What a person decided about a penalty: that it holds, or that the work is excused from it."""

    holds: bool
    met: str  # what it was decided on
    reason: str
    at: datetime


@dataclass(frozen=True)
class Settled:
    """The mark that a person gave where the regulations do not say; only while they are asked
    the same about the same points.
    """

    points: Decimal
    exact: Decimal
    settings: tuple[str, ...]
    reason: str
    at: datetime


@dataclass(frozen=True)
class State:
    """Where a ledger stands."""

    lines: tuple[Line, ...] = ()
    regulations: tuple[str, str] | None = None
    marked_at: datetime | None = None
    released_at: datetime | None = None
    piece: Piece | None = None  # as it was at the release
    penalties: Mapping[StepKind, Penalty] = field(default_factory=dict)
    settled: Settled | None = None


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
                **_guide(criterion, regulations),
            }
            for criterion in criteria
        ],
    }


def released_data(points: Decimal, piece: Piece) -> dict[str, Any]:
    """What a `released` entry keeps: the mark, and the facts that its rules were applied to."""
    return {"points": plain(points), "piece": piece.kept()}


def penalty_data(kind: StepKind, piece: Piece, reason: str) -> dict[str, Any]:
    """What `penalty-confirmed` and `penalty-waived` keep."""
    return {"step": kind.value, "met": piece.met(kind), "reason": reason}


def settled_data(
    points: Decimal, exact: Decimal, settings: Sequence[str], reason: str
) -> dict[str, Any]:
    """What a `settled` entry keeps."""
    return {
        "points": plain(points),
        "exact": plain(exact),
        "settings": list(settings),
        "reason": reason,
    }


def _guide(criterion: Criterion, regulations: Regulations) -> dict[str, str]:
    if not criterion.by_guide:
        return {}
    return {"out_of": str(criterion.weight), "whole": plain(regulations.maximum)}


def _line(kept: Mapping[str, Any]) -> Line:
    weight, points = Decimal(kept["weight"]), Decimal(kept["points"])
    out_of = Decimal(kept["out_of"]) if "out_of" in kept else None
    return Line(
        criterion=kept["id"],
        title=kept["title"],
        weight=weight,
        band=kept["band"] or "",
        points=points,
        adds=points * (weight if out_of is None else Decimal(kept["whole"])) / 100,
        out_of=out_of,
    )


def _marked(state: State, entry: Entry) -> State:
    if state.released_at is not None:
        raise BadLedger("a mark cannot follow a release")
    return replace(
        state,
        lines=tuple(_line(kept) for kept in entry.data["criteria"]),
        regulations=(entry.data["regulations"], entry.data["version"]),
        marked_at=entry.at,
    )


def _reopened(state: State, entry: Entry) -> State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only a mark that was not released can be reopened")
    return replace(state, lines=(), marked_at=None)


def _penalty(state: State, entry: Entry) -> State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only about a mark that was not released can a penalty be decided")
    holds = entry.kind == "penalty-confirmed"
    decided = Penalty(holds, entry.data["met"], entry.data["reason"], entry.at)
    return replace(state, penalties={**state.penalties, StepKind(entry.data["step"]): decided})


def _settled(state: State, entry: Entry) -> State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only a mark that was not released can be settled")
    settled = Settled(
        points=Decimal(entry.data["points"]),
        exact=Decimal(entry.data["exact"]),
        settings=tuple(entry.data["settings"]),
        reason=entry.data["reason"],
        at=entry.at,
    )
    return replace(state, settled=settled)


def _released(state: State, entry: Entry) -> State:
    if state.marked_at is None or state.released_at is not None:
        raise BadLedger("only a standing mark can be released, and once")
    kept = entry.data.get("piece")  # absent where nothing was ever taken off
    return replace(state, released_at=entry.at, piece=Piece.read(kept) if kept else None)


def _correction(state: State, entry: Entry) -> State:
    if state.released_at is None:
        raise BadLedger("only a released mark can be corrected")
    return replace(state, lines=(), marked_at=None, released_at=None, piece=None)


KINDS: Mapping[str, Callable[[State, Entry], State]] = MappingProxyType(
    {
        "marked": _marked,
        "reopened": _reopened,
        "penalty-confirmed": _penalty,
        "penalty-waived": _penalty,
        "settled": _settled,
        "released": _released,
        "correction": _correction,
    }
)


def replay(entries: Sequence[Entry]) -> State:
    """Where the entries lead, from the first to the last."""
    state = State()
    for expected, entry in enumerate(entries, start=1):
        if entry.sequence != expected:
            raise BadLedger(f"entry {entry.sequence} stands where {expected} should")
        if entry.kind not in KINDS:
            raise BadLedger(f"an entry of an unknown kind: {entry.kind}")
        state = KINDS[entry.kind](state, entry)
    return state


def stands_released(kinds: Sequence[str]) -> bool:
    """Whether a ledger of these kinds ends in a release that is not being corrected."""
    turns = [kind for kind in kinds if kind in ("released", "correction")]
    return bool(turns) and turns[-1] == "released"


def as_released(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries up to the latest release: what a learner reads. Empty before the first."""
    last = max((n for n, entry in enumerate(entries, 1) if entry.kind == "released"), default=0)
    return entries[:last]


@dataclass(frozen=True)
class Correction:
    """A correction: why, and the mark before and after. `after` is None while it goes on."""

    began_at: datetime
    reason: str
    before: Decimal
    after: Decimal | None = None
    released_at: datetime | None = None

    @property
    def changed(self) -> bool:
        """Whether the mark became another."""
        return self.after is not None and self.after != self.before


def corrections(entries: Sequence[Entry]) -> tuple[Correction, ...]:
    """Every correction, the first first."""
    found: list[Correction] = []
    points = Decimal(0)
    for entry in entries:
        if entry.kind == "correction":
            found.append(Correction(entry.at, entry.data["reason"], points))
        if entry.kind == "released":
            points = Decimal(entry.data["points"])
            if found and found[-1].after is None:
                found[-1] = replace(found[-1], after=points, released_at=entry.at)
    return tuple(found)
