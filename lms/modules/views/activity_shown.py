"""Scenarios, cards, templates and ratings as they stand on a page for their reader."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from lms import clock
from lms.modules import queries
from lms.modules.catalogue import (
    Attached,
    Cards,
    Confidence,
    Page,
    Scenario,
    Template,
    TemplateField,
)
from lms.modules.models import CardPlacing, ConfidenceRating, FilledTemplate, ScenarioAct
from lms.modules.rules.cards import CardSaid, what_is_said
from lms.modules.rules.confidence import SideBySide, may_still_say, side_by_side
from lms.modules.rules.scenarios import Did, Walk, walk
from lms.modules.rules.templates import Filled, filled_in, left_over, read_day
from lms.modules.views.identifying import FindShown


@dataclass
class Shown:
    """What all of them have. `faults`: a sentence for each part, by its id."""

    name: str  # of its file: part of its address
    faults: dict[str, str] = field(default_factory=dict)
    message: str = ""  # why nothing was kept

    def summary(self, prefix: str) -> list[tuple[str, str | None]]:
        """For the summary of what is to be mended: the sentence, and the id of the field."""
        told: list[tuple[str, str | None]] = [(self.message, None)] if self.message else []
        return told + [
            (said, f"a-{self.name}-{prefix}-{part}") for part, said in self.faults.items()
        ]


@dataclass
class ScenarioShown(Shown):
    scenario: Scenario = field(kw_only=True)
    walk: Walk = field(kw_only=True)
    number: int = field(kw_only=True)  # of the act that comes next
    kind: str = "scenario"


@dataclass
class CardsShown(Shown):
    cards: Cards = field(kw_only=True)
    places: Mapping[str, str] = field(kw_only=True)
    version: int = 0
    saved_at: datetime | None = None
    said: tuple[CardSaid, ...] = ()
    changed: bool = False  # since the reader asked what we say
    later: tuple[CardSaid, ...] = ()  # from the other window
    kind: str = "cards"


@dataclass
class TemplateShown(Shown):
    template: Template = field(kw_only=True)
    parts: Mapping[str, str] = field(kw_only=True)
    version: int = 0
    saved_at: datetime | None = None
    left_over: tuple[Filled, ...] = ()
    later: tuple[Filled, ...] = ()  # from the other window
    finds: Sequence[FindShown] = ()  # that could tell who somebody is
    kind: str = "template"

    def value(self, part: TemplateField) -> str:
        """What stands in a field: a day as people write it."""
        written = self.parts.get(part.id, "")
        day = read_day(written) if part.type == "date" else None
        return f"{day.day}/{day.month}/{day.year}" if day else written


@dataclass
class ConfidenceShown(Shown):
    rating: Confidence = field(kw_only=True)
    steps: Mapping[str, int] = field(kw_only=True)
    rows: tuple[SideBySide, ...] = ()
    said: bool = False  # so what was said is shown, not the form
    changeable: bool = True
    both: bool = False  # before and after
    kind: str = "confidence"


AnyShown = ScenarioShown | CardsShown | TemplateShown | ConfidenceShown


@dataclass(frozen=True)
class Kept:
    """What is kept of a reader's activities on one page: a statement for each kind there is."""

    acts: Mapping[str, Sequence[ScenarioAct]]
    placings: Mapping[str, CardPlacing]
    filled: Mapping[str, FilledTemplate]
    ratings: Sequence[ConfidenceRating]


def show_activities(page: Page, user_id: int | None, opened: str = "") -> list[AnyShown]:
    """The activities of a page. `opened`: the one whose reader wants to change what they said.

    Without a user nothing is asked of the database: staff leave and have no record.
    """
    kept = _kept(page.activities, user_id)
    return [_show(one, kept, opened=opened) for one in page.activities]


def did(acts: Sequence[ScenarioAct]) -> list[Did]:
    """Acts as the rules know them."""
    return [Did(one.act, one.scene_id, one.way_id) for one in acts]


def template_parts(filled: FilledTemplate) -> dict[str, str]:
    """The words kept, by part."""
    return {part: str(text) for part, text in filled.parts.items()}


def card_places(placing: CardPlacing) -> dict[str, str]:
    """Where the cards were put, by card."""
    return {card: str(place) for card, place in placing.places.items()}


def _kept(activities: Collection[Attached], user_id: int | None) -> Kept:
    def keys(kind: type[Attached]) -> list[str]:
        return [one.key for one in activities if isinstance(one, kind)]

    if user_id is None:
        return Kept({}, {}, {}, ())
    return Kept(
        acts=queries.acts_in(user_id, keys(Scenario)),
        placings=queries.placings_of(user_id, keys(Cards)),
        filled=queries.filled_by(user_id, keys(Template)),
        ratings=queries.ratings_of(user_id, keys(Confidence)),
    )


def _show(activity: Attached, kept: Kept, *, opened: str) -> AnyShown:
    name = activity.key.rsplit("/", 1)[-1]
    if isinstance(activity, Scenario):
        acts = kept.acts.get(activity.key, ())
        walked = walk(activity, did(acts))
        return ScenarioShown(name, scenario=activity, walk=walked, number=len(acts) + 1)
    if isinstance(activity, Cards):
        return _show_cards(name, activity, kept.placings.get(activity.key), again=opened == name)
    if isinstance(activity, Template):
        return _show_template(name, activity, kept.filled.get(activity.key))
    return _show_confidence(name, activity, kept.ratings, again=opened == name)


def _show_cards(name: str, cards: Cards, kept: CardPlacing | None, *, again: bool) -> CardsShown:
    if kept is None:
        return CardsShown(name, cards=cards, places={})
    places = card_places(kept)
    asked = kept.asked_at is not None
    current = kept.content_hash == cards.content_hash
    return CardsShown(
        name,
        cards=cards,
        places=places,
        version=kept.version,
        saved_at=kept.saved_at,
        said=what_is_said(cards, places) if asked and current and not again else (),
        changed=asked and not current,
    )


def _show_template(name: str, template: Template, kept: FilledTemplate | None) -> TemplateShown:
    parts = template_parts(kept) if kept else {}
    return TemplateShown(
        name,
        template=template,
        parts=parts,
        version=kept.version if kept else 0,
        saved_at=kept.saved_at if kept else None,
        left_over=left_over(template, parts),
    )


def _show_confidence(
    name: str, rating: Confidence, kept: Sequence[ConfidenceRating], *, again: bool
) -> ConfidenceShown:
    mine = [row for row in kept if row.activity_key == rating.key]
    before = {row.statement_id: row.step for row in mine if not row.after}
    after = {row.statement_id: row.step for row in mine if row.after}
    steps = after if rating.after else before
    changeable = may_still_say(rating, after)
    return ConfidenceShown(
        name,
        rating=rating,
        steps=steps,
        rows=side_by_side(rating, before, after),
        said=bool(steps) and not (again and changeable),
        changeable=changeable,
        both=bool(before and after),
    )


def filled_parts(template: Template, parts: Mapping[str, str]) -> tuple[Filled, ...]:
    """A template's parts in words."""
    return filled_in(template, parts, clock.day)
