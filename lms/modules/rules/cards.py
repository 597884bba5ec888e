"""What is said to each card that somebody has put somewhere. Nothing is counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lms.modules.catalogue import Card, Cards, Place


@dataclass(frozen=True)
class CardSaid:
    """One card, where it was put, where we would put it, and why."""

    card: Card
    put: Place
    ours: Place

    @property
    def alike(self) -> bool:
        return self.put.id == self.ours.id

    @property
    def feedback(self) -> Markup:
        return self.card.feedback


def still_to_place(cards: Cards, places: Mapping[str, str]) -> tuple[Card, ...]:
    """The cards that are nowhere yet; in an order, also those that stand where another stands."""
    known = {place.id for place in cards.places}
    taken = Counter(places.get(card.id) for card in cards.cards)
    shared = {place for place, count in taken.items() if count > 1 and cards.kind == "order"}
    return tuple(
        card
        for card in cards.cards
        if places.get(card.id) not in known or places.get(card.id) in shared
    )


def what_to_do(cards: Cards, card: Card, places: Mapping[str, str]) -> str:
    """What to do with a card that is still to place."""
    shared = cards.kind == "order" and places.get(card.id)
    return "Another stands here too, so move one" if shared else "Choose where this belongs"


def what_is_said(cards: Cards, places: Mapping[str, str]) -> tuple[CardSaid, ...]:
    """What is said to the cards that are somewhere."""
    waiting = {card.id for card in still_to_place(cards, places)}
    return tuple(
        CardSaid(card, cards.place(places[card.id]), cards.place(card.place))
        for card in cards.cards
        if card.id not in waiting
    )
