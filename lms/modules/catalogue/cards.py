"""Sorting, matching and ordering: cards to put somewhere, and why we would put each where we would.

The three are one thing to answer: in a sort many cards share a group, in a match each has a fellow,
and in an order each has a place of its own.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from markupsafe import Markup, escape
from pydantic import Field

from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.wording import block, check_count, check_ids, check_tone, phrase


class _GroupFile(Written):
    id: Words
    title: Words


class _CardFile(Written):
    id: Words
    text: Words
    group: Words
    feedback: Words
    facts: tuple[str, ...] = ()


class _SortFile(Written):
    kind: Literal["sort"]
    title: Words
    intro: str | None = None
    group: tuple[_GroupFile, ...] = Field(min_length=1)
    card: tuple[_CardFile, ...] = Field(min_length=1)


class _PairFile(Written):
    id: Words
    left: Words
    right: Words
    feedback: Words
    facts: tuple[str, ...] = ()


class _MatchFile(Written):
    kind: Literal["match"]
    title: Words
    intro: str | None = None
    pair: tuple[_PairFile, ...] = Field(min_length=1)


class _StepFile(Written):
    id: Words
    text: Words
    feedback: Words
    facts: tuple[str, ...] = ()


class _OrderFile(Written):
    kind: Literal["order"]
    title: Words
    intro: str | None = None
    step: tuple[_StepFile, ...] = Field(min_length=1)


# What a step's place is called; as many steps as have a name here.
NUMBERS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")


@dataclass(frozen=True)
class Place:
    """Where a card may go: a group, the other half of a pair, or a number in an order."""

    id: str
    text: Markup

    @property
    def plain(self) -> str:
        """Its words without markup, as a list of choices needs them."""
        return str(self.text.striptags())


@dataclass(frozen=True)
class Card:
    id: str
    text: Markup
    place: str  # where we would put it
    feedback: Markup


@dataclass(frozen=True)
class Cards:
    key: str
    page_key: str
    kind: str  # sort, match, order
    title: str
    intro: Markup
    places: tuple[Place, ...]
    cards: tuple[Card, ...]  # in the order shown
    content_hash: str

    def place(self, place_id: str) -> Place:
        """A place that is there: the loader has checked each card's."""
        return next(place for place in self.places if place.id == place_id)


def read_sort(source: Source, key: str, page_key: str) -> Cards | None:
    shape = source.shape(_SortFile)
    if shape is None:
        return None
    groups = [group.id for group in shape.group]
    check_count(source, "group", len(groups), 2)
    check_count(source, "card", len(shape.card), 2)
    check_ids(source, "group", groups)
    check_ids(source, "card", [card.id for card in shape.card])
    for index, card in enumerate(shape.card):
        if card.group not in groups:
            message = f"there is no group `{card.group}`: use one of {', '.join(groups)}"
            source.fault(source.line("card", index, "group"), message)
        check_tone(source, source.line("card", index, "feedback"), card.feedback)
    for index, group in enumerate(groups):
        if group not in {card.group for card in shape.card}:
            message = f"no card belongs to group `{group}`: add one, or take the group out"
            source.fault(source.line("group", index), message)
    cards = tuple(
        Card(
            card.id,
            phrase(source, source.line("card", n, "text"), card.text),
            card.group,
            phrase(source, source.line("card", n, "feedback"), card.feedback),
        )
        for n, card in enumerate(shape.card)
    )
    places = tuple(
        Place(group.id, phrase(source, source.line("group", n, "title"), group.title))
        for n, group in enumerate(shape.group)
    )
    intro = block(source, source.line("intro"), shape.intro)
    return Cards(key, page_key, "sort", shape.title, intro, places, _mixed(key, cards), source.hash)


def read_match(source: Source, key: str, page_key: str) -> Cards | None:
    shape = source.shape(_MatchFile)
    if shape is None:
        return None
    check_count(source, "pair", len(shape.pair), 2)
    check_ids(source, "pair", [pair.id for pair in shape.pair])
    for side in ("left", "right"):
        seen: set[str] = set()
        for index, pair in enumerate(shape.pair):
            text = " ".join(str(getattr(pair, side)).lower().split())
            if text in seen:
                message = f"this `{side}` stands twice: nobody could tell which pair it belongs to"
                source.fault(source.line("pair", index, side), message)
            seen.add(text)
    for index, pair in enumerate(shape.pair):
        check_tone(source, source.line("pair", index, "feedback"), pair.feedback)
    cards = tuple(
        Card(
            pair.id,
            phrase(source, source.line("pair", n, "left"), pair.left),
            pair.id,
            phrase(source, source.line("pair", n, "feedback"), pair.feedback),
        )
        for n, pair in enumerate(shape.pair)
    )
    fellows = tuple(
        Place(pair.id, phrase(source, source.line("pair", n, "right"), pair.right))
        for n, pair in enumerate(shape.pair)
    )
    intro = block(source, source.line("intro"), shape.intro)
    return Cards(
        key, page_key, "match", shape.title, intro, _mixed(key, fellows), cards, source.hash
    )


def read_order(source: Source, key: str, page_key: str) -> Cards | None:
    shape = source.shape(_OrderFile)
    if shape is None:
        return None
    check_count(source, "step", len(shape.step), 3)
    check_ids(source, "step", [step.id for step in shape.step])
    if len(shape.step) > len(NUMBERS):
        source.fault(source.line("step", len(NUMBERS)), f"at most {len(NUMBERS)} steps in an order")
    for index, step in enumerate(shape.step):
        check_tone(source, source.line("step", index, "feedback"), step.feedback)
    numbered = tuple(zip(shape.step, NUMBERS, strict=False))
    cards = tuple(
        Card(
            step.id,
            phrase(source, source.line("step", n, "text"), step.text),
            number.lower(),
            phrase(source, source.line("step", n, "feedback"), step.feedback),
        )
        for n, (step, number) in enumerate(numbered)
    )
    places = tuple(Place(number.lower(), escape(number)) for _, number in numbered)
    intro = block(source, source.line("intro"), shape.intro)
    return Cards(
        key, page_key, "order", shape.title, intro, places, _mixed(key, cards), source.hash
    )


class _Known(Protocol):
    @property
    def id(self) -> str: ...


Thing = TypeVar("Thing", bound=_Known)


def _mixed(key: str, things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Always the same mixed order, and never the file's, which would give the groups away."""

    def place(thing: Thing) -> str:
        return hashlib.sha256(f"{key} {thing.id}".encode()).hexdigest()

    mixed = tuple(sorted(things, key=place))
    return mixed if mixed != things else mixed[1:] + mixed[:1]
