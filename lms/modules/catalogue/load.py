"""Reads all of `content/` into one frozen `Catalogue`, and names every fault by file and line.

The order: what pages rest on (sources, facts, support, declarations, regulations), then programmes
down to pages, then what needs all of it (links, facts nobody cites).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lms.modules.catalogue.assessment import Assessment, read_assessment
from lms.modules.catalogue.attached import Activity
from lms.modules.catalogue.drafts import read_calendars
from lms.modules.catalogue.facts import (
    Declaration,
    Fact,
    Publication,
    SupportLine,
    merged,
    read_declarations,
    read_facts,
    read_publications,
    read_support,
)
from lms.modules.catalogue.glossary import (
    RESERVED_ADDRESS,
    Glossary,
    check_programmes,
    read_glossary,
)
from lms.modules.catalogue.links import check_links
from lms.modules.catalogue.page import Link, Page
from lms.modules.catalogue.programme import Module, ModuleFile, Programme, ProgrammeFile, Unit
from lms.modules.catalogue.regulations import Regulations, read_regulations
from lms.modules.catalogue.source import (
    Fault,
    Faults,
    Source,
    missing_file,
    read_plain,
    read_toml,
)
from lms.modules.catalogue.unit import UnitReader, WhatStands

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
FOLDERS_OF_RECORDS = frozenset({"calendars", "facts", "regulations"})

Thing = TypeVar("Thing")


class BrokenContent(Exception):
    """The content cannot be served as it stands; the message lists every fault, a line each."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Everything:
    """All that was read, by key."""

    programmes: Mapping[str, Programme]
    modules: Mapping[str, Module]
    units: Mapping[str, Unit]
    pages: Mapping[str, Page]
    activities: Mapping[str, Activity]
    assessments: Mapping[str, Assessment]
    regulations: Mapping[str, Regulations]
    declarations: Mapping[str, Declaration]
    support_lines: tuple[SupportLine, ...]
    facts: Mapping[str, Fact]
    figures: Mapping[tuple[str, str], Path]  # (unit key, file name)
    drafts: Mapping[str, Page]  # pages that learners do not see, by key
    draft_figures: Mapping[tuple[str, str], Path]
    glossary: Glossary


@dataclass
class _Reading:
    """The state of one reading."""

    root: Path
    today: date
    found: Faults = field(default_factory=Faults)
    publications: dict[str, Publication] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    fact_places: dict[str, tuple[Source, int]] = field(default_factory=dict)
    support_lines: tuple[SupportLine, ...] = ()
    declarations: dict[str, Declaration] = field(default_factory=dict)
    regulations: dict[str, Regulations] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)
    figures: dict[tuple[str, str], Path] = field(default_factory=dict)
    draft_figures: dict[tuple[str, str], Path] = field(default_factory=dict)
    glossary: Glossary = field(default_factory=Glossary)
    glossary_source: Source | None = None
    terms_used: set[str] = field(default_factory=set)


def read(root: Path, today: date) -> tuple[Everything, Faults]:
    """Read a content folder. What is faulty is left out of the result and named in the faults."""
    reading = _Reading(root, today)
    if not root.is_dir():
        missing_file(root, root, reading.found, "there is no such folder: content is read from it")
        return _everything(reading), reading.found
    _read_records(reading)
    for folder in _folders(root, FOLDERS_OF_RECORDS):
        _read_programme(reading, folder)
    everything = _everything(reading)
    check_links(
        reading.links,
        everything.modules,
        everything.units,
        everything.pages,
        everything.drafts,
        everything.assessments,
    )
    _check_unused_facts(reading)
    _check_glossary(reading)
    return everything, reading.found


def _read_records(reading: _Reading) -> None:
    root, found = reading.root, reading.found
    _read_facts(reading)
    glossary = root / "glossary.toml"
    if glossary.is_file() and (source := read_toml(glossary, root, found)):
        reading.glossary = read_glossary(source, reading.facts)
        reading.glossary_source = source
        reading.cited.update(f.id for t in reading.glossary.terms.values() for f in t.facts)
    if source := read_toml(root / "support.toml", root, found):
        reading.support_lines = read_support(source)
        for index, line in enumerate(reading.support_lines):
            if line.fact is not None:
                _cite(reading, source, line.fact, source.line("line", index, "fact"))
    if source := read_toml(root / "declarations.toml", root, found):
        reading.declarations = read_declarations(source)
    reading.regulations = _read_regulations(root, found)


def _read_regulations(root: Path, found: Faults) -> dict[str, Regulations]:
    calendars = read_calendars(root, found)
    read = (read_toml(path, root, found) for path in sorted((root / "regulations").glob("*.toml")))
    all_rules = (read_regulations(source, calendars) for source in read if source)
    return {rules.id: rules for rules in all_rules if rules}


def _read_facts(reading: _Reading) -> None:
    root, found = reading.root, reading.found
    if source := read_toml(root / "sources.toml", root, found):
        reading.publications = read_publications(source)
    for path in sorted((root / "facts").glob("*.toml")):
        if source := read_toml(path, root, found):
            facts = read_facts(source, reading.publications, reading.today)
            merged(reading.facts, facts, source)
            for key in facts:
                reading.fact_places.setdefault(key, (source, source.line(key)))


def _cite(reading: _Reading, source: Source, fact: str, line: int) -> None:
    if fact not in reading.facts:
        source.fault(line, f"fact `{fact}` is in no file of content/facts: add it or mend its id")
    reading.cited.add(fact)


def _read_programme(reading: _Reading, folder: Path) -> None:
    source = read_toml(folder / "programme.toml", reading.root, reading.found)
    if source is None:
        return
    _check_folders(reading, source, folder, "modules", source.data.get("modules"))
    shape = source.shape(ProgrammeFile)
    keys = shape.modules if shape else tuple(path.name for path in _folders(folder))
    modules = [
        _read_module(reading, folder / key, folder.name) for key in keys if (folder / key).is_dir()
    ]
    if shape is None:
        return
    kept = tuple(module for module in modules if module is not None)
    reading.programmes[folder.name] = Programme(
        folder.name, shape.title, shape.summary, shape.owner, shape.approval, kept
    )


def _read_module(reading: _Reading, folder: Path, programme: str) -> Module | None:
    source = read_toml(folder / "module.toml", reading.root, reading.found)
    if source is None:
        return None
    if folder.name in reading.modules:
        source.fault(1, f"module `{folder.name}` stands in two programmes: rename this folder")
    _check_folders(
        reading, source, folder, "units", source.data.get("units"), beside=("assessments",)
    )
    shape = source.shape(ModuleFile)
    keys = shape.units if shape else tuple(path.name for path in _folders(folder, {"assessments"}))
    stands = WhatStands(
        reading.root,
        reading.found,
        reading.facts,
        programme,
        folder.name,
        shape.short if shape else "",
        reading.today,
        reading.glossary,
    )
    units = [_read_unit(reading, stands, folder / key, n) for n, key in enumerate(keys, 1)]
    if shape is None:
        return None
    module = Module(
        key=folder.name,
        programme=programme,
        title=shape.title,
        short=shape.short,
        summary=shape.summary,
        credits=shape.credits,
        hours=shape.hours,
        outcomes=shape.outcomes,
        units=_kept(units),
        assessments=_kept(_read_assessments(reading, source, folder, programme, shape)),
    )
    reading.modules.setdefault(folder.name, module)
    return module


def _read_unit(reading: _Reading, stands: WhatStands, folder: Path, number: int) -> Unit | None:
    if not folder.is_dir():
        return None  # named already by _check_folders
    source = read_toml(folder / "unit.toml", reading.root, reading.found)
    if source is None:
        return None
    reader = UnitReader(stands, folder, source)
    unit = reader.read(number)
    reading.links.extend(reader.links)
    reading.cited.update(reader.cited)
    reading.terms_used.update(reader.terms_used)
    reading.figures.update({(reader.key, name): folder / name for name in reader.figures})
    reading.draft_figures.update(
        {(reader.key, name): folder / name for name in reader.draft_figures}
    )
    return unit


def _read_assessments(
    reading: _Reading, source: Source, folder: Path, programme: str, module: ModuleFile
) -> list[Assessment | None]:
    place = folder / "assessments"
    on_disk = {path.stem for path in place.glob("*.*")} if place.is_dir() else set()
    for key in sorted(on_disk - set(module.assessments)):
        message = f"assessments/{key} is not in `assessments`: add it there or take the file away"
        source.fault(source.line("assessments"), message)
    read_here: list[Assessment | None] = []
    for key in module.assessments:
        written = read_toml(place / f"{key}.toml", reading.root, reading.found)
        brief = read_plain(place / f"{key}.md", reading.root, reading.found)
        if written is None or brief is None:
            continue
        if key in reading.assessments:
            written.fault(1, f"assessment `{key}` stands in two modules: rename this file")
        assessment = read_assessment(
            written,
            brief,
            programme=programme,
            module_key=folder.name,
            outcomes=module.outcomes,
            regulations=reading.regulations,
            declarations=reading.declarations,
        )
        if assessment is not None:
            reading.assessments.setdefault(key, assessment)
        read_here.append(assessment)
    return read_here


def _check_folders(
    reading: _Reading,
    source: Source,
    folder: Path,
    key: str,
    listed: object,
    beside: tuple[str, ...] = (),
) -> None:
    """Folders and the list that orders them must name the same things."""
    if not isinstance(listed, list):
        return  # the shape says so
    line = source.line(key)
    on_disk = {path.name for path in _folders(folder, set(beside))}
    for name in listed:
        if name not in on_disk:
            source.fault(
                line,
                f"`{key}` lists {name}, but there is no folder {name} here: add it or take it out",
            )
    for name in sorted(on_disk - {str(one) for one in listed}):
        source.fault(line, f"folder {name} is not in `{key}`: add it there or take the folder away")
    for name in sorted({str(one) for one in listed}):
        if listed.count(name) > 1:
            source.fault(line, f"`{key}` lists {name} twice: keep one")
        if not SLUG.match(name) or name == RESERVED_ADDRESS:
            source.fault(
                line,
                f"folder {name}: use small letters, digits and hyphens, it becomes an address; "
                "and not the name glossary",
            )


def _folders(place: Path, beside: frozenset[str] | set[str] = frozenset()) -> list[Path]:
    return sorted(
        path
        for path in place.iterdir()
        if path.is_dir() and path.name not in beside and not path.name.startswith((".", "_"))
    )


def _check_unused_facts(reading: _Reading) -> None:
    """A fault only where all could be read: what a faulty page cites is not known."""
    sure = not reading.found.faults
    for key, (source, line) in reading.fact_places.items():
        if key not in reading.cited:
            say = source.send_back if sure else source.warn
            say(line, f"no page cites fact {key}: cite it or take it out")


def _check_glossary(reading: _Reading) -> None:
    source = reading.glossary_source
    if source is None:
        return
    check_programmes(source, reading.glossary, reading.programmes)
    for slug, term in reading.glossary.terms.items():
        if slug not in reading.terms_used:
            message = f"no page links the term “{term.name}”: link it or take it out"
            source.warn(source.line("term", slug), message)


def _kept(things: list[Thing | None]) -> tuple[Thing, ...]:
    return tuple(thing for thing in things if thing is not None)


def _everything(reading: _Reading) -> Everything:
    units = {unit.key: unit for module in reading.modules.values() for unit in module.units}
    pages = {page.key: page for unit in units.values() for page in unit.pages}
    drafts = {page.key: page for unit in units.values() for page in unit.drafts}
    activities = {activity.key: activity for unit in units.values() for activity in unit.activities}
    return Everything(
        programmes=MappingProxyType(reading.programmes),
        modules=MappingProxyType(reading.modules),
        units=MappingProxyType(units),
        pages=MappingProxyType(pages),
        activities=MappingProxyType(activities),
        assessments=MappingProxyType(reading.assessments),
        regulations=MappingProxyType(reading.regulations),
        declarations=MappingProxyType(reading.declarations),
        support_lines=reading.support_lines,
        facts=MappingProxyType(reading.facts),
        figures=MappingProxyType(reading.figures),
        drafts=MappingProxyType(drafts),
        draft_figures=MappingProxyType(reading.draft_figures),
        glossary=reading.glossary,
    )
