"""Where somebody stands in a unit: what is read, what comes next, how much is left.

A page is done when its reader says so, never by time or scrolling. A unit is done when every page
is done and every check that must be passed has been.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.modules.catalogue import Check, Module, Page, Unit


class UnitState(StrEnum):
    """A unit as its reader has it."""

    OUTLINE = "being written"
    OPEN = "not started yet"
    BEGUN = "begun"
    DONE = "complete"


@dataclass(frozen=True)
class PageStanding:
    """One page of a unit: read or not, and whether it has changed since."""

    page: Page
    done: bool
    changed: bool


@dataclass(frozen=True)
class UnitStanding:
    unit: Unit
    state: UnitState
    pages: tuple[PageStanding, ...]
    resume: Page | None  # where to carry on
    minutes_left: int
    checks_left: tuple[Check, ...]  # that must still be passed

    @property
    def done_count(self) -> int:
        return sum(page.done for page in self.pages)


def unit_standing(unit: Unit, done: Mapping[str, str], passed: Collection[str]) -> UnitStanding:
    """A unit's standing from the versions read, by page key, and the checks passed, by key."""
    pages = tuple(
        PageStanding(
            page, page.key in done, page.key in done and done[page.key] != page.content_hash
        )
        for page in unit.pages
    )
    checks_left = tuple(check for check in unit.checks_to_pass if check.key not in passed)
    return UnitStanding(
        unit=unit,
        state=_state(unit, pages, checks_left),
        pages=pages,
        resume=_resume(pages, checks_left),
        minutes_left=sum(standing.page.minutes for standing in pages if not standing.done),
        checks_left=checks_left,
    )


def module_standings(
    module: Module, done: Mapping[str, str], passed: Collection[str]
) -> tuple[UnitStanding, ...]:
    """Every unit of a module, in order."""
    return tuple(unit_standing(unit, done, passed) for unit in module.units)


def here(standings: tuple[UnitStanding, ...]) -> UnitStanding | None:
    """The unit somebody is in: the first one begun, else the first that can be begun."""
    for wanted in (UnitState.BEGUN, UnitState.OPEN):
        for standing in standings:
            if standing.state is wanted:
                return standing
    return None


def before(unit: Unit, page: Page) -> Page | None:
    """The page before this one in its unit."""
    return unit.pages[page.number - 2] if page.number > 1 else None


def after(unit: Unit, page: Page) -> Page | None:
    """The page after this one in its unit."""
    place = page.number - 1 if page.draft else page.number  # a draft stands before its number
    return unit.pages[place] if place < len(unit.pages) else None


def _state(
    unit: Unit, pages: tuple[PageStanding, ...], checks_left: tuple[Check, ...]
) -> UnitState:
    if not unit.written:
        return UnitState.OUTLINE
    if all(page.done for page in pages) and not checks_left:
        return UnitState.DONE
    if any(page.done for page in pages):
        return UnitState.BEGUN
    return UnitState.OPEN


def _resume(pages: tuple[PageStanding, ...], checks_left: tuple[Check, ...]) -> Page | None:
    """The first page not done yet; with all done, the page of the first check still to pass."""
    for standing in pages:
        if not standing.done:
            return standing.page
    waiting = {check.page_key for check in checks_left}
    for standing in pages:
        if standing.page.key in waiting:
            return standing.page
    return pages[0].page if pages else None
