"""Everything in `content/`, read once and held in memory, frozen.

`catalogue()` is what the whole product asks; `create_app` fills it with `init_catalogue`, which
refuses faulty content. `check` is the same reading for authors: `flask content check`.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from lms.errors import NotFound
from lms.modules.catalogue.activity import Answer, Check, Item, Option, Question, Reflection
from lms.modules.catalogue.assessment import Assessment, Criterion, Due, Level
from lms.modules.catalogue.attached import Activity, Attached
from lms.modules.catalogue.cards import Card, Cards, Place
from lms.modules.catalogue.confidence import Confidence, Statement
from lms.modules.catalogue.drafts import read_draft
from lms.modules.catalogue.editorial import judge
from lms.modules.catalogue.facts import (
    Declaration,
    DeclarationVersion,
    Fact,
    Publication,
    SupportLine,
)
from lms.modules.catalogue.glossary import Glossary, Term
from lms.modules.catalogue.load import BrokenContent, Everything, read
from lms.modules.catalogue.page import Cited, ContentNote, Page, Text
from lms.modules.catalogue.programme import Module, Programme, Unit
from lms.modules.catalogue.regulations import Band, Regulations, Rounding
from lms.modules.catalogue.scenario import Scenario, Scene, SceneWay
from lms.modules.catalogue.source import Fault, Faults
from lms.modules.catalogue.template import Template, TemplateField
from lms.modules.catalogue.versions import Approval, Change
from lms.regulations import Clause

Thing = TypeVar("Thing")


class Catalogue:
    """What there is. Every lookup raises NotFound for a key that is not there."""

    def __init__(self, everything: Everything) -> None:
        self._all = everything

    @property
    def programmes(self) -> tuple[Programme, ...]:
        return tuple(self._all.programmes.values())

    @property
    def modules(self) -> tuple[Module, ...]:
        return tuple(self._all.modules.values())

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(self._all.units.values())

    @property
    def assessments(self) -> tuple[Assessment, ...]:
        return tuple(self._all.assessments.values())

    @property
    def support_lines(self) -> tuple[SupportLine, ...]:
        return self._all.support_lines

    @property
    def glossary(self) -> Glossary:
        return self._all.glossary

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(self._all.facts.values())

    def programme(self, key: str) -> Programme:
        return _found(self._all.programmes, key)

    def module(self, key: str) -> Module:
        return _found(self._all.modules, key)

    def unit(self, key: str) -> Unit:
        return _found(self._all.units, key)

    def page(self, key: str) -> Page:
        return _found(self._all.pages, key)

    def find_page(self, key: str) -> Page | None:
        """For keys from the database: a page may have been taken out since."""
        return self._all.pages.get(key)

    def draft(self, key: str) -> Page:
        """A page that learners do not see: for staff only, who ask for it by this name."""
        return _found(self._all.drafts, key)

    def activity(self, key: str) -> Activity:
        return _found(self._all.activities, key)

    def find_activity(self, key: str) -> Activity | None:
        return self._all.activities.get(key)

    def assessment(self, key: str) -> Assessment:
        return _found(self._all.assessments, key)

    def find_assessment(self, key: str) -> Assessment | None:
        return self._all.assessments.get(key)

    def all_regulations(self) -> tuple[Regulations, ...]:
        """Every version of the regulations there is."""
        return tuple(self._all.regulations.values())

    def regulations(self, regulations_id: str) -> Regulations:
        return _found(self._all.regulations, regulations_id)

    def declaration(self, declaration_id: str) -> Declaration:
        return _found(self._all.declarations, declaration_id)

    def fact(self, fact_id: str) -> Fact:
        return _found(self._all.facts, fact_id)

    def figure(self, unit_key: str, name: str) -> Path:
        """The file of a figure: only files that a page shows."""
        return _found(self._all.figures, (unit_key, name))

    def draft_figure(self, unit_key: str, name: str) -> Path:
        """The file of a figure, which may be a draft's: for staff only."""
        return _found({**self._all.draft_figures, **self._all.figures}, (unit_key, name))


Key = TypeVar("Key", str, tuple[str, str])


def _found(things: Mapping[Key, Thing], key: Key) -> Thing:
    if key not in things:
        raise NotFound("We could not find that page. It may have been moved or taken out.")
    return things[key]


def check(folder: Path, today: date = date.min) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Every fault and warning of a content folder, in the order of files and lines.

    Without `today` nothing is past its review.
    """
    faults, editorial, warnings = _checked(folder, today)
    return tuple(sorted({*faults, *editorial})), warnings


def _checked(
    folder: Path, today: date
) -> tuple[tuple[Fault, ...], tuple[Fault, ...], tuple[Fault, ...]]:
    """The faults that stop a server, those an editor would send back, and the warnings."""
    root = Path(folder).resolve()
    everything, found = read(root, today)
    editorial = Faults()
    if root.is_dir():
        judge(root, everything.facts, editorial)
    return (
        tuple(sorted(set(found.faults))),
        tuple(sorted({*found.editorial, *editorial.faults})),
        tuple(sorted({*found.warnings, *editorial.warnings})),
    )


def load(folder: Path) -> Catalogue:
    """The catalogue of a folder. Raises BrokenContent, which names every fault."""
    everything, found = read(Path(folder).resolve(), date.min)  # the day decides warnings only
    if found.faults:
        raise BrokenContent(tuple(sorted(set(found.faults))))
    return Catalogue(everything)


def report(folder: Path, today: date) -> tuple[str, int]:
    """What `flask content check` prints, and its exit code."""
    faults, editorial, warnings = _checked(folder, today)
    every = sorted({*faults, *editorial})
    lines = [str(fault) for fault in every] + [f"{warning} (warning)" for warning in warnings]
    counted = f"{_count(len(every), 'fault')}, {_count(len(warnings), 'warning')}"
    if faults:
        lines.append(f"{counted}: the server would not start.")
    elif editorial:
        lines.append(f"{counted}: the server would start, but mend them first.")
    else:
        lines.append(f"No faults, {_count(len(warnings), 'warning')}.")
    return "\n".join(lines), 1 if every else 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


_held: list[Catalogue] = []


def init_catalogue(folder: Path) -> Catalogue:
    """Read the content at start-up, for the whole process."""
    return hold(load(folder))


def hold(read_already: Catalogue) -> Catalogue:
    """Make a catalogue the one of this process."""
    _held[:] = [read_already]
    return read_already


def catalogue() -> Catalogue:
    """The content of this process."""
    if not _held:
        raise RuntimeError("init_catalogue has not been called: create_app does so")
    return _held[0]


__all__ = [
    "Activity",
    "Answer",
    "Approval",
    "Assessment",
    "Attached",
    "Band",
    "BrokenContent",
    "Card",
    "Cards",
    "Catalogue",
    "Change",
    "Check",
    "Cited",
    "Clause",
    "Confidence",
    "ContentNote",
    "Criterion",
    "Declaration",
    "DeclarationVersion",
    "Due",
    "Fact",
    "Fault",
    "Glossary",
    "Item",
    "Level",
    "Module",
    "Option",
    "Page",
    "Place",
    "Programme",
    "Publication",
    "Question",
    "Reflection",
    "Regulations",
    "Rounding",
    "Scenario",
    "Scene",
    "SceneWay",
    "Statement",
    "SupportLine",
    "Template",
    "TemplateField",
    "Term",
    "Text",
    "Unit",
    "catalogue",
    "check",
    "hold",
    "init_catalogue",
    "load",
    "read_draft",
    "report",
]
