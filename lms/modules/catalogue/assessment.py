"""An assessment: its brief, rubric, due day and what to declare."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal

from markupsafe import Markup
from pydantic import Field

from lms.markdown_html import render
from lms.modules.catalogue.facts import Declaration, Words
from lms.modules.catalogue.regulations import Regulations
from lms.modules.catalogue.source import Source, Written

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _DueFile(Written):
    weeks: int = Field(ge=0)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    at: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class _LevelFile(Written):
    band: Words
    text: Words


class _CriterionFile(Written):
    id: Words
    title: Words
    weight: int = Field(ge=1, le=100)
    outcomes: tuple[int, ...] = ()
    level: tuple[_LevelFile, ...] = ()
    guidance: Words | None = None


class _AssessmentFile(Written):
    title: Words
    short: Words
    module: Words
    weight: int = Field(ge=0, le=100)
    must_pass: bool = False
    words: int = Field(ge=1)
    record: Literal["here", "vle"]
    outcomes: tuple[int, ...] = Field(min_length=1)
    declaration: Words
    marking: Literal["rubric", "guide"] = "rubric"
    due: _DueFile
    next_step: str | None = None
    integrity: str | None = None
    criterion: tuple[_CriterionFile, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Due:
    """The given weekday in the given week after the cohort's start, London time."""

    weeks: int
    weekday: int  # 0 is Monday
    at: time


@dataclass(frozen=True)
class Level:
    band: str
    text: str


@dataclass(frozen=True)
class Criterion:
    id: str
    title: str
    weight: int
    outcomes: tuple[int, ...]
    levels: tuple[Level, ...]
    guidance: str = ""  # of a marking guide: its marks are out of the weight, without bands

    @property
    def by_guide(self) -> bool:
        return bool(self.guidance)

    def level(self, band: str) -> Level | None:
        return next((level for level in self.levels if level.band == band), None)


@dataclass(frozen=True)
class Assessment:
    key: str
    module_key: str
    programme: str
    title: str
    short: str
    weight: int
    must_pass: bool  # the module is no pass without a pass in this
    words: int
    record: str  # here, vle
    outcomes: tuple[int, ...]  # numbers, from 1, of the module's outcomes
    outcome_texts: tuple[str, ...]
    declaration: str
    due: Due
    next_step: str | None
    integrity: Markup
    criteria: tuple[Criterion, ...]
    brief: Markup
    content_hash: str  # changes when the brief or the rubric changes


def read_assessment(
    source: Source,
    brief: Source,
    *,
    programme: str,
    module_key: str,
    outcomes: tuple[str, ...],
    regulations: Mapping[str, Regulations],
    declarations: Mapping[str, Declaration],
) -> Assessment | None:
    shape = source.shape(_AssessmentFile)
    if shape is None:
        return None
    if shape.module != module_key:
        source.fault(
            source.line("module"), f"this file stands in module {module_key}: write that here"
        )
    if shape.declaration not in declarations:
        message = (
            f"declaration `{shape.declaration}` is not in declarations.toml: add it or mend its id"
        )
        source.fault(source.line("declaration"), message)
    _check_outcomes(source, "outcomes", shape.outcomes, outcomes)
    _check_rubric(source, shape, outcomes, regulations)
    return Assessment(
        key=source.path.stem,
        module_key=module_key,
        programme=programme,
        title=shape.title,
        short=shape.short,
        weight=shape.weight,
        must_pass=shape.must_pass,
        words=shape.words,
        record=shape.record,
        outcomes=shape.outcomes,
        outcome_texts=tuple(outcomes[n - 1] for n in shape.outcomes if 0 < n <= len(outcomes)),
        declaration=shape.declaration,
        due=Due(
            shape.due.weeks, WEEKDAYS.index(shape.due.weekday), time.fromisoformat(shape.due.at)
        ),
        next_step=shape.next_step,
        integrity=render(shape.integrity).html if shape.integrity else Markup(),
        criteria=tuple(
            Criterion(
                c.id,
                c.title,
                c.weight,
                c.outcomes,
                tuple(Level(v.band, v.text) for v in c.level),
                c.guidance or "",
            )
            for c in shape.criterion
        ),
        brief=_brief(brief),
        content_hash=_together(source.hash, brief.hash),
    )


def _brief(brief: Source) -> Markup:
    rendered = render(brief.body)
    if not brief.body.strip():
        brief.fault(1, "the brief is empty: write what is asked")
    for heading in rendered.headings:
        if heading.level == 1:
            line = brief.line_with(f"# {heading.text}")
            brief.fault(line, "the title stands in the .toml file: begin headings with ##")
    for link in rendered.links:
        if not link.startswith(("https:", "mailto:", "tel:", "#")):
            message = (
                f"the link {link} must begin with https://, mailto: or tel:, "
                "or lead within the brief"
            )
            brief.fault(brief.line_with(f"({link}"), message)
    for citation in rendered.citations:
        brief.fault(
            brief.line_with(citation), "a brief has no source notes: name the source in the text"
        )
    return rendered.html


def _check_outcomes(
    source: Source, key: str, numbers: tuple[int, ...], outcomes: tuple[str, ...], *at: str | int
) -> None:
    for number in numbers:
        if not 0 < number <= len(outcomes):
            message = (
                f"outcome {number} is not one of the module's {len(outcomes)}: they count from 1"
            )
            source.fault(source.line(*at, key), message)


def _check_rubric(
    source: Source,
    shape: _AssessmentFile,
    outcomes: tuple[str, ...],
    regulations: Mapping[str, Regulations],
) -> None:
    total = sum(criterion.weight for criterion in shape.criterion)
    if total != 100:
        message = f"the weights of the criteria add up to {total}: they must add up to 100"
        source.fault(source.line("criterion", 0, "weight"), message)
    seen: set[str] = set()
    for index, criterion in enumerate(shape.criterion):
        if criterion.id in seen:
            message = f"criterion id `{criterion.id}` stands twice: change one"
            source.fault(source.line("criterion", index, "id"), message)
        seen.add(criterion.id)
        _check_outcomes(source, "outcomes", criterion.outcomes, outcomes, "criterion", index)
        if shape.marking == "guide":
            _check_guidance(source, index, criterion)
        else:
            _check_levels(source, index, criterion, regulations)


def _check_guidance(source: Source, index: int, criterion: _CriterionFile) -> None:
    where = source.line("criterion", index)
    if not criterion.guidance:
        message = f"criterion `{criterion.id}` of a marking guide has no `guidance`: write it"
        source.fault(where, message)
    if criterion.level:
        message = f"criterion `{criterion.id}` of a marking guide has levels: take them out"
        source.fault(where, message)


def _check_levels(
    source: Source, index: int, criterion: _CriterionFile, regulations: Mapping[str, Regulations]
) -> None:
    if criterion.guidance:
        message = f'criterion `{criterion.id}` has `guidance`: write marking = "guide", or levels'
        source.fault(source.line("criterion", index), message)
    described = [level.band for level in criterion.level]
    known = {band.id for rules in regulations.values() for band in rules.bands}
    for rules in regulations.values():
        for band in rules.bands:
            if band.id not in described:
                message = (
                    f"criterion `{criterion.id}` has no level for band `{band.id}` "
                    f"of {rules.id}: add it"
                )
                source.fault(source.line("criterion", index), message)
    for place, band_id in enumerate(described):
        where = source.line("criterion", index, "level", place, "band")
        if band_id not in known:
            source.fault(where, f"band `{band_id}` is in no regulations: mend its spelling")
        if band_id in described[:place]:
            source.fault(where, f"band `{band_id}` is described twice here: keep one")


def _together(*hashes: str) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
