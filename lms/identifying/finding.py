"""Finds in a text what could tell who somebody is. Pure and local: nothing is kept, sent or logged.

A program cannot know who is real: it marks what has the form of an identifier, or stands where one
would stand. How often it is right is measured (docs/confidentiality.md); a person decides.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lms.identifying.kinds import Kind

# A sentence ends at a stop before a capital, at a line's end; not after "Mr." or an initial.
_END = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bno)(?<!\bNo)(?<!\bref)(?<!\btel)(?<!\b[A-Z])"
    r"[.!?][”’\"')]*\s+(?=[“\u2018\"'(]*[A-Z0-9])|\n+"
)
SHORTEST_NAME = 5
_LONG = 500  # letters of a sentence that are looked at on either side


@dataclass(frozen=True)
class Known:
    """What the caller knows: names that would give the writer away, and what is no secret.

    `phones` are numbers of published support lines, in any spacing; `cast` are invented people.
    """

    employers: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()
    cast: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


NOTHING_KNOWN = Known()


@dataclass(frozen=True, order=True)
class Find:
    """Words of a text, from `start` up to `end` (in letters), that could identify somebody."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Reading:
    """A text as the rules look at it."""

    text: str
    known: Known = NOTHING_KNOWN
    innocent: Mapping[Kind, tuple[tuple[int, int], ...]] = field(default_factory=dict)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _END.finditer(self.text))]

    def sentence_at(self, place: int) -> tuple[int, int]:
        """Where the sentence around a place begins and ends; of a very long one, what is near."""
        number = bisect_right(self._starts, place) - 1
        last = number + 1 == len(self._starts)
        end = len(self.text) if last else self._starts[number + 1]
        return max(self._starts[number], place - _LONG), min(end, place + _LONG)

    def sentence(self, place: int) -> str:
        """The sentence around a place."""
        start, end = self.sentence_at(place)
        return self.text[start:end]

    def around(self, start: int, end: int, before: int, after: int) -> str:
        """What stands near words, at most so many letters away, on the same line."""
        left = self.text.rfind("\n", max(0, start - before), start) + 1 or max(0, start - before)
        right = self.text.find("\n", end, end + after)
        return self.text[left : right if right >= 0 else end + after]


@dataclass(frozen=True)
class Rule:
    """A form that words may have, and what must, or must not, stand near for it to count.

    `cue` is looked for in up to `before` letters before the words, the words, and `after` letters.
    A group named `it` narrows what is marked.
    """

    kind: Kind
    form: re.Pattern[str]
    cue: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    before: int = 50
    after: int = 0
    check: Callable[[str], bool] | None = None

    def finds(self, reading: Reading) -> Iterator[Find]:
        """Every place of the text where the rule holds."""
        for match in self.form.finditer(reading.text):
            start, end = match.span("it" if "it" in self.form.groupindex else 0)
            near = reading.around(match.start(), match.end(), self.before, self.after)
            if self.cue and not self.cue.search(near):
                continue
            if self.unless and self.unless.search(near):
                continue
            if self.check is None or self.check(reading.text[start:end]):
                yield Find(start, end, self.kind)


Finder = Callable[[Reading], Iterable[Find]]


def settle(reading: Reading, found: Iterable[Find]) -> tuple[Find, ...]:
    """Of finds that overlap the stronger one, without those that are innocent; in their order."""
    strength = {kind: number for number, kind in enumerate(Kind)}
    spared = {kind: _covered(spans) for kind, spans in reading.innocent.items()}
    taken: set[int] = set()
    kept: list[Find] = []
    for one in sorted(set(found), key=lambda f: (strength[f.kind], f.start, -f.end)):
        letters = range(one.start, one.end)
        if taken.isdisjoint(letters) and spared.get(one.kind, frozenset()).isdisjoint(letters):
            kept.append(one)
            taken.update(letters)
    return tuple(sorted(kept))


def _covered(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    return frozenset(place for start, end in spans for place in range(start, end))


@dataclass(frozen=True)
class InPlace:
    """Found words with what stands around them in their sentence, to be shown to the writer."""

    before: str
    words: str
    after: str


def in_its_place(text: str, find: Find, *, room: int = 110) -> InPlace:
    """The found words in their sentence, of which at most `room` letters stay on each side."""
    start, end = Reading(text).sentence_at(find.start)
    end = max(end, find.end)
    before = text[start : find.start]
    after = text[find.end : end].rstrip()
    if len(before) > room:
        before = "… " + before[-room:].split(" ", 1)[-1]
    if len(after) > room:
        after = after[:room].rsplit(" ", 1)[0] + " …"
    return InPlace(before.replace("\n", " "), text[find.start : find.end], after.replace("\n", " "))
