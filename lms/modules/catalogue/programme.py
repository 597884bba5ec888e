"""Programmes, modules and units: what there is to learn, in what order."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import Field

from lms.modules.catalogue.activity import Check
from lms.modules.catalogue.assessment import Assessment
from lms.modules.catalogue.attached import Activity
from lms.modules.catalogue.facts import Words
from lms.modules.catalogue.page import Page, Text
from lms.modules.catalogue.source import Written


class LimitsFile(Written):
    """The limits of a programme's writing (content/README.md says what each is for)."""

    page_words: int = Field(default=800, ge=1)
    unit_words: int = Field(default=2500, ge=1)
    unit_words_least: int = Field(default=0, ge=0)
    instruction_grade: float = Field(default=10, ge=1)
    longest_percent: int = Field(default=50, ge=1, le=100)
    place_percent: int = Field(default=50, ge=1, le=100)
    truth_percent: int = Field(default=75, ge=1, le=100)
    all_longest_percent: int = Field(default=35, ge=1, le=100)
    all_place_percent: int = Field(default=35, ge=1, le=100)
    all_truth_percent: int = Field(default=70, ge=1, le=100)


class ProgrammeFile(Written):
    title: Words
    summary: Words
    modules: tuple[str, ...] = Field(min_length=1)
    owner: str | None = None
    approval: str | None = None
    limits: LimitsFile = LimitsFile()


class ModuleFile(Written):
    title: Words
    short: Words
    summary: Words
    credits: int | None = None
    outcomes: tuple[str, ...] = Field(min_length=1)
    units: tuple[str, ...] = Field(min_length=1)
    assessments: tuple[str, ...] = ()
    hours: int | None = None


class UnitFile(Written):
    title: Words
    summary: Words
    minutes: int = Field(ge=1)
    state: Literal["written", "outline"]
    outcomes: tuple[str, ...] = Field(min_length=1)
    covers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    law_as_at: date | None = None
    next_review: date | None = None
    owner: str | None = None
    approval: str | None = None
    closing: str | None = None
    content_note: str | None = None


@dataclass(frozen=True)
class Unit:
    key: str  # m1/u1
    slug: str
    number: int
    label: str  # Unit 1.3
    module_key: str
    programme: str
    title: str
    summary: str
    minutes: int
    written: bool
    outcomes: tuple[str, ...]
    covers: tuple[str, ...]
    pages: tuple[Page, ...]
    law_as_at: date | None
    next_review: date | None
    owner: str | None
    approval: str | None
    closing: Text | None
    content_note: str | None
    files: frozenset[str]  # names of the figures that may be served
    drafts: tuple[Page, ...] = ()  # what learners do not see; no part of `pages`

    @property
    def checks_to_pass(self) -> tuple[Check, ...]:
        """The checks that the unit waits for."""
        return tuple(p.check for p in self.pages if p.check is not None and p.check.to_pass)

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Everything the unit asks, in reading order."""
        return tuple(
            activity
            for page in self.pages
            for activity in (page.check, page.reflection, *page.activities)
            if activity is not None
        )


@dataclass(frozen=True)
class Module:
    key: str  # m1
    programme: str
    title: str
    short: str
    summary: str
    credits: int | None
    hours: int | None
    outcomes: tuple[str, ...]
    units: tuple[Unit, ...]
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True)
class Programme:
    key: str  # pgcert
    title: str
    summary: str
    owner: str | None
    approval: str | None
    modules: tuple[Module, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(unit for module in self.modules for unit in module.units)
