"""What could identify a survivor in work to be handed in, and when it may still be replaced.

The texts and the reasons pass through here and are kept nowhere; numbers are (`Review.kept`).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, groupby

from lms.identifying import ADVICE, NOTHING_KNOWN, Advice, InPlace, Kind, Known, find, in_its_place

WINDOW = timedelta(hours=48)
LONGEST_SEARCHED = 400_000  # letters of one text: four times the longest portfolio
SHORTEST_REASON = 3
LONGEST_REASON = 300

TOO_LATE = (
    "The 48 hours in which you can replace this yourself are over. Write to your module lead, or "
    "to your tutor: they can have it taken away from the markers. Do it today, and do not send the "
    "words themselves."
)
RELEASED = (
    "The result of this work is released, so it can no longer be replaced here. Write to your "
    "module lead: they can have it taken away."
)


@dataclass(frozen=True)
class Searched:
    """One text: the draft, or a file. `parts` are its paragraphs or pages; None: unreadable."""

    name: str  # "your draft", or the file's name
    part: str  # "paragraph", "page"
    parts: tuple[str, ...] | None
    key: str = "text"  # "text", or the file's id


@dataclass(frozen=True)
class Found:
    """One find as it is shown: where, and the words in their sentence."""

    key: str
    kind: Kind
    where: str
    place: InPlace

    @property
    def advice(self) -> Advice:
        """Why it was marked, and how to mend it."""
        return ADVICE[self.kind]


@dataclass(frozen=True)
class Answers:
    """What the writer says: a reason for one find, or for all of a kind; files looked through."""

    reasons: Mapping[str, str] = field(default_factory=dict)
    for_kinds: Mapping[str, str] = field(default_factory=dict)
    looked: frozenset[str] = frozenset()

    def explains(self, found: Found) -> bool:
        """Whether a reason stands for it."""
        given = self.reasons.get(found.key, ""), self.for_kinds.get(found.kind.value, "")
        return any(len(reason.strip()) >= SHORTEST_REASON for reason in given)


@dataclass(frozen=True)
class Review:
    """Everything that was found, and the files that could not be read."""

    found: tuple[Found, ...] = ()
    unread: tuple[Searched, ...] = ()

    @property
    def by_kind(self) -> list[tuple[Kind, list[Found]]]:
        """The finds together with their like, in the order of kinds."""
        order = {kind: number for number, kind in enumerate(Kind)}
        ordered = sorted(self.found, key=lambda one: order[one.kind])
        return [(kind, list(group)) for kind, group in groupby(ordered, key=lambda one: one.kind)]


def review(texts: Sequence[Searched], known: Known = NOTHING_KNOWN) -> Review:
    """Search texts for what could identify somebody."""
    found: list[Found] = []
    unread: list[Searched] = []
    for one in texts:
        if one.parts is None or sum(map(len, one.parts)) > LONGEST_SEARCHED:
            unread.append(one)
        else:
            found.extend(_search(one, one.parts, known))
    return Review(tuple(found), tuple(unread))


def _search(one: Searched, parts: Sequence[str], known: Known) -> list[Found]:
    text = "\n".join(parts)
    starts = [0, *accumulate(len(part) + 1 for part in parts)]
    if one.part == "page":
        numbers = list(range(1, len(parts) + 1))
    else:  # as a reader counts paragraphs: without blank lines
        numbers = list(accumulate(int(bool(part.strip())) for part in parts))
    return [
        Found(
            key=f"{one.key}-{each.start}-{each.kind}",
            kind=each.kind,
            where=f"{one.name}, {one.part} {numbers[bisect_right(starts, each.start) - 1]}",
            place=in_its_place(text, each),
        )
        for each in find(text, known)
    ]


def review_blocks(checked: Review, answers: Answers) -> tuple[str, ...]:
    """Every reason not to take the work yet."""
    blocks = []
    left = sum(not answers.explains(one) for one in checked.found)
    if left:
        blocks.append(
            f"{'One place' if left == 1 else f'{left} places'} could tell who somebody is. "
            "Change the words, or say beside each why it is safe."
        )
    blocks += [
        f"We could not read “{one.name}”. Look through it yourself, and tick that you have."
        for one in checked.unread
        if one.key not in answers.looked
    ]
    return tuple(blocks)


def fixed_since(before: int, now: int) -> int:
    """How many finds went away between two looks."""
    return max(0, before - now)


def replace_blocks(handed_in_at: datetime, *, released: bool, now: datetime) -> tuple[str, ...]:
    """Every reason not to replace handed-in work for confidentiality."""
    if released:
        return (RELEASED,)
    if now >= handed_in_at + WINDOW:
        return (TOO_LATE,)
    return ()
