"""Reads one unit's folder: its pages in order, what they ask, and its figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lms.modules.catalogue.activity import Check, Reflection
from lms.modules.catalogue.attached import Activity, Attached, facts_named, read_attached
from lms.modules.catalogue.confidence import Confidence
from lms.modules.catalogue.facts import Fact
from lms.modules.catalogue.glossary import Glossary
from lms.modules.catalogue.page import FIGURES, Link, Page, PageFile, PageReader, Text, read_note
from lms.modules.catalogue.programme import Unit, UnitFile
from lms.modules.catalogue.source import Faults, Source, missing_file, read_markdown, read_toml
from lms.modules.catalogue.versions import read_approvals, read_changes, version_of

RESERVED = frozenset({"epub", "files", "offline", "print"})
MOST_KINDS = 3
NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


@dataclass(frozen=True)
class WhatStands:
    """What a unit is read against."""

    root: Path
    found: Faults
    facts: Mapping[str, Fact]
    programme: str
    module_key: str
    module_short: str
    today: date
    glossary: Glossary = field(default_factory=Glossary)


class UnitReader:
    """Reads one unit, and gathers what can only be checked when everything is read."""

    def __init__(self, stands: WhatStands, folder: Path, source: Source) -> None:
        self.stands = stands
        self.folder = folder
        self.source = source
        self.key = f"{stands.module_key}/{folder.name}"
        self.links: list[Link] = []
        self.cited: set[str] = set()
        self.figures: set[str] = set()
        self.draft_figures: set[str] = set()
        self.terms_used: set[str] = set()
        self._activity_files: set[str] = set()
        self._facts_asked: dict[str, list[str]] = {}  # by the activities of a page
        self._faulty: set[str] = set()  # activities named wrong already
        self._ratings: dict[str, tuple[Confidence, Source, list[str]]] = {}  # and their pages

    def read(self, number: int) -> Unit | None:
        shape = self.source.shape(UnitFile)
        if shape is None:
            return None
        self._check_unit(shape)
        closing = self._read_closing(shape)
        pages, drafts = self._read_pages(shape)
        self._check_drafts(shape, pages, drafts)
        self._check_files(shape)
        self._check_ratings()
        self._check_minutes(shape, pages)
        return Unit(
            key=self.key,
            slug=self.folder.name,
            number=number,
            label=_label(self.stands.module_short, number),
            module_key=self.stands.module_key,
            programme=self.stands.programme,
            title=shape.title,
            summary=shape.summary,
            minutes=shape.minutes,
            written=shape.state == "written",
            outcomes=shape.outcomes,
            covers=shape.covers,
            pages=tuple(pages),
            drafts=tuple(drafts),
            law_as_at=shape.law_as_at,
            next_review=shape.next_review,
            owner=shape.owner,
            approval=shape.approval,
            closing=closing,
            content_note=shape.content_note,
            files=frozenset(self.figures),
        )

    def _check_unit(self, shape: UnitFile) -> None:
        fault, line = self.source.fault, self.source.line
        if shape.state == "written" and not shape.pages:
            fault(line("state"), 'a unit with state = "written" needs `pages`: list them in order')
        if shape.state == "outline" and not shape.covers:
            fault(line("state"), "an outline needs `covers`: say in a few lines what it will hold")
        for slug in shape.pages:
            if shape.pages.count(slug) > 1:
                fault(line("pages"), f"`pages` lists {slug} twice: keep one")
            if slug in RESERVED or not slug.replace("-", "").isalnum() or slug != slug.lower():
                message = (
                    f"page {slug}: use small letters, digits and hyphens, "
                    "and not the names epub, files, offline and print"
                )
                fault(line("pages"), message)
        self._check_review(shape)

    def _read_pages(self, shape: UnitFile) -> tuple[list[Page], list[Page]]:
        """The pages that learners read, counted from one, and beside them the drafts."""
        pages: list[Page] = []
        drafts: list[Page] = []
        for slug in shape.pages:
            page = self._read_page(slug, len(pages) + 1)
            if page is not None:
                (drafts if page.draft else pages).append(page)
        return pages, drafts

    def _check_drafts(self, shape: UnitFile, pages: list[Page], drafts: list[Page]) -> None:
        line = self.source.line("state")
        if shape.state == "outline" and pages:
            message = (
                'the unit lists pages: write state = "written", take the pages out, '
                "or write draft = true in each"
            )
            self.source.fault(line, message)
        if shape.state == "written" and drafts and not pages:
            self.source.fault(line, 'every page is a draft: write state = "outline"')

    def _check_review(self, shape: UnitFile) -> None:
        fault, line = self.source.fault, self.source.line
        if shape.next_review and shape.law_as_at and shape.next_review < shape.law_as_at:
            fault(line("next_review"), "`next_review` is before `law_as_at`: mend one of them")
        elif shape.next_review and shape.next_review < self.stands.today:
            message = (
                f"the unit was to be reviewed by {shape.next_review}: review it and move the dates"
            )
            self.source.warn(line("next_review"), message)

    def _read_closing(self, shape: UnitFile) -> Text | None:
        if shape.closing is None:
            return None
        reader = self._reader(self.source)
        text = reader.text(shape.closing, at=self.source.line("closing"))
        self._gather(reader)
        return text

    def _reader(self, source: Source, *, draft: bool = False) -> PageReader:
        stands = self.stands
        return PageReader(
            source, self.key, stands.facts, stands.glossary, stands.programme, draft=draft
        )

    def _gather(self, reader: PageReader) -> None:
        self.links.extend(reader.links)
        self.cited.update(reader.cited)
        self.terms_used.update(reader.terms_used)

    def _read_page(self, slug: str, number: int) -> Page | None:
        path = self.folder / f"{slug}.md"
        if not path.is_file():
            message = (
                f"unit.toml lists {slug}, but there is no such file: "
                "write it or take it out of `pages`"
            )
            missing_file(path, self.stands.root, self.stands.found, message)
            return None
        source = read_markdown(path, self.stands.root, self.stands.found)
        shape = source.shape(PageFile) if source else None
        if source is None or shape is None:
            return None
        if not source.body.strip():
            source.fault(source.body_line, "the page is empty: write its text below the second +++")
        reader = self._reader(source, draft=shape.draft)
        version = version_of(source)
        page_key = f"{self.key}/{slug}"
        asked = self._read_activities(source, shape, page_key)
        page = Page(
            key=page_key,
            unit_key=self.key,
            slug=slug,
            number=number,
            title=shape.title,
            minutes=shape.minutes,
            text=reader.text(source.body),
            note=read_note(reader, shape),
            check=next((one for one in asked if isinstance(one, Check)), None),
            reflection=next((one for one in asked if isinstance(one, Reflection)), None),
            activities=tuple(one for one in asked if isinstance(one, Attached)),
            content_hash=version,
            draft=shape.draft,
            reviewed=shape.reviewed,
            changes=read_changes(source, shape.change, self.stands.today),
            approvals=read_approvals(source, shape.approval, version),
            facts_asked=tuple(self._facts_asked.get(page_key, ())),
        )
        self._gather(reader)
        self._check_figures(source, reader.figures, draft=shape.draft)
        _check_how_much(source, page)
        self._warn_of_changed_facts(source, page)
        return page

    def _read_activities(self, page: Source, shape: PageFile, page_key: str) -> list[Activity]:
        """Everything the page asks for, under whichever name it asks."""
        wanted = [("check", shape.check), ("reflection", shape.reflection)]
        wanted += [("activity", name) for name in shape.activity]
        asked: list[Activity] = []
        for asked_as, name in wanted:
            read = self._read_activity(page, name, page_key, asked_as) if name else None
            if isinstance(read, Check | Reflection) and any(type(a) is type(read) for a in asked):
                message = f"the page has two of kind {type(read).__name__.lower()}: keep one here"
                page.fault(page.line("activity"), message)
            if read is not None:
                asked.append(read)
        return asked

    def _read_activity(
        self, page: Source, name: str, page_key: str, asked_as: str
    ) -> Activity | None:
        if name in self._ratings:
            return self._rated_again(page, name, page_key)
        if name in self._faulty:
            return None
        source = self._find_activity(page, name, asked_as)
        if source is None:
            return None
        activity = read_attached(source, f"{self.key}/{name}", page_key, asked_as=asked_as)
        if activity is None:
            self._faulty.add(name)
        if isinstance(activity, Confidence):
            self._ratings[name] = (activity, source, [page_key])
        self._check_facts(source, page_key)
        return activity

    def _find_activity(self, page: Source, name: str, asked_as: str) -> Source | None:
        """The file of an activity: there, named so that it can be an address, and on one page."""
        file, line = f"{name}.toml", page.line(asked_as)
        if asked_as == "activity" and not NAME.match(name):
            message = f"file {name}: use small letters, digits and hyphens, it becomes an address"
            page.fault(line, message)
        if file in self._activity_files:
            page.fault(line, f"{file} is shown on two pages: give each page its own")
        self._activity_files.add(file)
        path = self.folder / file
        if not path.is_file() or name == "unit":
            page.fault(line, f'{asked_as} = "{name}" needs a file {file} in this folder: write it')
            return None
        return read_toml(path, self.stands.root, self.stands.found)

    def _rated_again(self, page: Source, name: str, page_key: str) -> Confidence:
        """A rating stands on two pages: the first asks before, the second after."""
        rating, _, pages = self._ratings[name]
        if len(pages) > 1 or page_key in pages:
            message = f"{name}.toml is asked before and after already: take it out here"
            page.fault(page.line("activity"), message)
        pages.append(page_key)
        return rating.asked_after(page_key)

    def _check_ratings(self) -> None:
        for _, source, pages in self._ratings.values():
            if len(pages) == 1:
                message = (
                    "a rating is asked before and after: "
                    "name it under `activity` of a later page too"
                )
                source.fault(source.line("kind"), message)

    def _check_facts(self, source: Source, page_key: str) -> None:
        for fact, line in facts_named(source):
            self._facts_asked.setdefault(page_key, []).append(fact)
            if fact not in self.stands.facts:
                message = f"fact `{fact}` is in no file of content/facts: add it or mend its id"
                source.fault(line, message)
            self.cited.add(fact)

    def _check_figures(
        self, source: Source, figures: list[tuple[str, int]], *, draft: bool
    ) -> None:
        for name, line in figures:
            if Path(name).name != name or Path(name).suffix not in FIGURES:
                message = (
                    f"the picture {name} must be an .svg, .png, .jpg or .webp file beside the page"
                )
                source.fault(line, message)
            elif not (self.folder / name).is_file():
                source.fault(
                    line, f"there is no picture {name} in this folder: add it or mend its name"
                )
            else:
                (self.draft_figures if draft else self.figures).add(name)

    def _warn_of_changed_facts(self, source: Source, page: Page) -> None:
        """A page says when it was read against its facts; one changed since asks for it again."""
        for fact in (self.stands.facts.get(one) for one in page.fact_ids):
            if fact and fact.changed_on and page.reviewed and fact.changed_on > page.reviewed:
                message = (
                    f"fact {fact.id} changed on {fact.changed_on}, after this page was reviewed: "
                    "read the page against it and move `reviewed`"
                )
                source.warn(source.line("reviewed"), message)

    def _check_minutes(self, shape: UnitFile, pages: list[Page]) -> None:
        together = sum(page.minutes for page in pages)
        if pages and together != shape.minutes:
            message = f"its pages take {together} minutes together: mend `minutes` here or there"
            self.source.warn(self.source.line("minutes"), message)

    def _check_files(self, shape: UnitFile) -> None:
        """Every file of the folder is used by something."""
        for path in sorted(self.folder.iterdir()):
            if path.name == "unit.toml" or path.name.startswith("."):
                continue
            if path.suffix == ".md" and path.stem not in shape.pages:
                self._stray(
                    path,
                    "the page is not in `pages` of unit.toml: add it there or take the file away",
                )
            elif path.suffix == ".toml" and path.name not in self._activity_files:
                self._stray(
                    path,
                    "no page shows this activity: name it under `check`, `reflection` or "
                    "`activity` of a page",
                )
            elif path.suffix in FIGURES and path.name not in self.figures | self.draft_figures:
                self._stray(path, "no page shows this picture: show it or take the file away")
            elif path.suffix not in {".md", ".toml", *FIGURES}:
                self._stray(path, "this kind of file has no place here: take it away")

    def _stray(self, path: Path, message: str) -> None:
        missing_file(path, self.stands.root, self.stands.found, message)


def _check_how_much(source: Source, page: Page) -> None:
    """A page that asks for many kinds of things is slow to read, and slow to serve."""
    kinds = {type(one) for one in page.activities} | ({Reflection} if page.reflection else set())
    if len(kinds) + (page.note is not None) > MOST_KINDS:
        message = (
            "this page asks for too much beside its text: with a content note, a reflection and "
            f"activities, at most {MOST_KINDS} kinds. Give some of them a page of their own"
        )
        source.fault(source.line("activity"), message)


def _label(module_short: str, number: int) -> str:
    """`Unit 1.3` in a numbered module, `Unit 3` elsewhere."""
    module = re.search(r"\d+", module_short)
    return f"Unit {module[0]}.{number}" if module else f"Unit {number}"
