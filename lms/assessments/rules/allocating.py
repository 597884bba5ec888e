"""Which script goes to which marker: evenly or by share, heavy reading spread, some kept apart.

Pure and without chance, so that what was shown before the button is what happens after it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

# Below this, whoever marks may well know whose script it is (features.md H3).
NOMINAL_BELOW = 10
SHORTEST_REASON = 10  # letters; the table holds the same
MOST_SHARES = 9


class Ending(StrEnum):
    """How it ended that a script was with a marker."""

    MOVED = "moved"
    HANDED_BACK = "handed back"


class Interest(StrEnum):
    """Why somebody may not mark a person's work."""

    MANAGES = "is their line manager"
    SUPERVISES = "is their supervisor"
    REPORTS_TO = "works under them"
    COLLEAGUE = "works for the same employer"
    DECLARED = "was said to know them"


class Topic(StrEnum):
    """What can make a script heavy to read; chosen by its writer."""

    SEXUAL = "sexual exploitation or assault"
    VIOLENCE = "violence"
    CHILDREN = "harm to children"
    DEATH = "death or suicide"
    SELF_HARM = "self-harm"
    DETENTION = "detention or removal"


@dataclass(frozen=True)
class Script:
    """A script as far as sharing out asks."""

    id: int
    code: str
    topics: frozenset[Topic] = frozenset()
    with_marker: int | None = None
    begun_by: int | None = None  # whoever has a mark on it keeps it


@dataclass(frozen=True)
class Marker:
    """A marker, with the share they take (0: none) and what is kept from them."""

    id: int
    name: str
    share: int = 1
    not_taken: frozenset[Topic] = frozenset()
    barred: frozenset[int] = frozenset()  # ids of scripts

    def why_not(self, script: Script) -> str | None:
        """Why this marker may not have a script; None when they may. Says nothing about people."""
        if script.id in self.barred:
            return "may not mark this script"
        if self.not_taken & script.topics:
            return "does not take one of its topics"
        return None


@dataclass(frozen=True)
class Shared:
    """A way to share out: script id to marker id; and the scripts that nobody here can take."""

    given: Mapping[int, int]
    left: tuple[Script, ...]


def share_out(scripts: Sequence[Script], markers: Sequence[Marker]) -> Shared:
    """Give every script that nobody has begun to whoever has least for their share.

    The scripts with the fewest possible markers are placed first, and heavy ones before light, so
    that neither the one nor the other piles up on one person.
    """
    given = {script.id: script.begun_by for script in scripts if script.begun_by is not None}
    loads = _Loads(scripts, given)
    left = []
    taking = [marker for marker in markers if marker.share > 0]
    open_to = {s.id: [m for m in taking if m.why_not(s) is None] for s in scripts}
    free = [script for script in scripts if script.id not in given]
    for script in sorted(free, key=lambda s: (len(open_to[s.id]), not s.topics, s.code)):
        if not open_to[script.id]:
            left.append(script)
            continue
        chosen = min(open_to[script.id], key=lambda m: loads.order(m, heavy=bool(script.topics)))
        given[script.id] = chosen.id
        loads.add(chosen.id, heavy=bool(script.topics))
    return Shared(given, tuple(sorted(left, key=lambda s: s.code)))


class _Loads:
    """How much each marker has so far."""

    def __init__(self, scripts: Sequence[Script], given: Mapping[int, int]) -> None:
        self.all: Counter[int] = Counter()
        self.heavy: Counter[int] = Counter()
        for script in scripts:
            if script.id in given:
                self.add(given[script.id], heavy=bool(script.topics))

    def add(self, marker_id: int, *, heavy: bool) -> None:
        self.all[marker_id] += 1
        self.heavy[marker_id] += heavy

    def order(self, marker: Marker, *, heavy: bool) -> tuple[Fraction, Fraction, str, int]:
        """The smaller, the sooner this marker gets the next script."""
        whole = Fraction(self.all[marker.id] + 1, marker.share)
        first = Fraction(self.heavy[marker.id] + 1, marker.share) if heavy else Fraction(0)
        return first, whole, marker.name, marker.id


def giving_blocks(
    scripts: Sequence[Script], markers: Sequence[Marker], chosen: Mapping[int, int | None]
) -> tuple[str, ...]:
    """Every reason not to give the scripts as chosen (script id to marker id, or to nobody yet)."""
    by_id = {marker.id: marker for marker in markers}
    return tuple(
        reason
        for script in scripts
        if script.id in chosen
        for reason in _giving_block(script, chosen[script.id], by_id)
    )


def _giving_block(
    script: Script, marker_id: int | None, by_id: Mapping[int, Marker]
) -> tuple[str, ...]:
    if script.begun_by is not None and marker_id != script.begun_by:
        return (f"Script {script.code} was begun meanwhile. Its marker can hand it back.",)
    if marker_id is None or marker_id == script.with_marker:
        return ()
    marker = by_id.get(marker_id)
    if marker is None:
        return (f"Script {script.code}: choose somebody who marks in this cohort.",)
    why = marker.why_not(script)
    return (f"Script {script.code}: {marker.name} {why}.",) if why else ()


def reason_blocks(reason: str) -> tuple[str, ...]:
    """What stands in the way of showing whose script it is."""
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        return ("Say in a few words why you need to know whose script this is.",)
    return ()
