"""How sure somebody was before a unit and after it, side by side. Nobody else sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.modules.catalogue import Confidence, Statement

STAYS = "You have said how sure you are after the unit, so what you said before it stays as it was."
Ratings = Mapping[str, int]
"""Steps by statement, 1 for the least sure."""


@dataclass(frozen=True)
class SideBySide:
    """One statement with the words chosen before and after; empty where nothing was."""

    statement: Statement
    before: str
    after: str


def side_by_side(rating: Confidence, before: Ratings, after: Ratings) -> tuple[SideBySide, ...]:
    """Every statement of a rating."""
    return tuple(
        SideBySide(one, _words(rating, before.get(one.id)), _words(rating, after.get(one.id)))
        for one in rating.statements
    )


def may_still_say(rating: Confidence, after: Ratings) -> bool:
    """What was said before a unit is not changed once it has been said after."""
    return rating.after or not after


def _words(rating: Confidence, step: int | None) -> str:
    return rating.steps[step - 1] if step else ""
