"""A page: its text, the notes before it, what it asks, and where it leads."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from markupsafe import Markup
from pydantic import BeforeValidator, Field

from lms.markdown_html import Heading, Rendered, in_a_longer_page, render
from lms.modules.catalogue.activity import Check, Reflection
from lms.modules.catalogue.attached import Attached
from lms.modules.catalogue.facts import Fact, Words
from lms.modules.catalogue.glossary import Glossary, Term, address_of
from lms.modules.catalogue.source import Source, Written
from lms.modules.catalogue.versions import Approval, ApprovalFile, Change, ChangeFile

FIGURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
PAGES_OF_THE_SITE = frozenset({"", "home", "support", "journal", "modules/glossary"})
READ_NEXT = '<h2 id="what-to-read-next"'  # where what is offered after the page begins
PARTS_OF_A_PAGE = frozenset({"check", "reflection", "sources"})


def _listed_names(written: object) -> object:
    """One name is a list of one."""
    return (written,) if isinstance(written, str) else written


class _NoteFile(Written):
    holds: Words
    not_held: Words
    summary: Words
    summary_minutes: int = Field(ge=1)
    alternative: Words


class PageFile(Written):
    title: Words
    minutes: int = Field(ge=1)
    check: str | None = None
    reflection: str | None = None
    activity: Annotated[tuple[str, ...], BeforeValidator(_listed_names)] = ()
    content_note: _NoteFile | None = None
    draft: bool = False
    reviewed: date | None = None
    change: tuple[ChangeFile, ...] = ()
    approval: tuple[ApprovalFile, ...] = ()


@dataclass(frozen=True)
class Cited:
    """A fact as the numbered source of one text."""

    number: int
    fact: Fact


@dataclass(frozen=True)
class Text:
    """One text that can be read by itself, with its own numbered sources."""

    html: Markup
    headings: tuple[Heading, ...]
    sources: tuple[Cited, ...]
    terms: tuple[Term, ...] = ()

    @property
    def before_tasks(self) -> Markup:
        """The text up to “What to read next”, which stands after what the page asks."""
        return Markup(self.html.partition(READ_NEXT)[0])  # noqa: S704  (our own rendering)

    @property
    def read_next(self) -> Markup:
        """“What to read next”, or nothing."""
        _, begins, rest = self.html.partition(READ_NEXT)
        return Markup(begins + rest)  # noqa: S704  (our own rendering)

    def in_print(self, prefix: str) -> Markup:
        """The text to stand among others in one page."""
        return in_a_longer_page(self.html, prefix)

    def before_tasks_in_print(self, prefix: str) -> Markup:
        return in_a_longer_page(self.before_tasks, prefix)

    def read_next_in_print(self, prefix: str) -> Markup:
        return in_a_longer_page(self.read_next, prefix)


@dataclass(frozen=True)
class ContentNote:
    """What a heavy page holds, and the two other ways to take it; all three count the same."""

    holds: str
    not_held: str
    summary: Text
    summary_minutes: int
    alternative: Text


@dataclass(frozen=True)
class Page:
    key: str  # m1/u1/what-is-advocacy
    unit_key: str
    slug: str
    number: int
    title: str
    minutes: int
    text: Text
    note: ContentNote | None
    check: Check | None
    reflection: Reflection | None
    activities: tuple[Attached, ...]  # besides the check and the reflection, in order
    content_hash: str
    draft: bool = False
    reviewed: date | None = None  # the day it was last read against its facts
    changes: tuple[Change, ...] = ()  # the earliest first
    approvals: tuple[Approval, ...] = ()
    facts_asked: tuple[str, ...] = ()  # named by its check and its activities

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Every fact that its texts and its activities rest on."""
        texts = [self.text, *((self.note.summary, self.note.alternative) if self.note else ())]
        cited = [one.fact.id for text in texts for one in text.sources]
        return tuple(dict.fromkeys([*cited, *self.facts_asked]))


@dataclass(frozen=True)
class Link:
    """A link inside content, to be checked when everything is read."""

    source: Source
    line: int
    href: str
    path: str  # modules/m1/u1/slug, assessments/m1-plan, support
    anchor: str
    headings: frozenset[str]  # of the text it stands in, for links within the page
    in_draft: bool = False


def resolved(href: str, unit_key: str) -> tuple[str, str]:
    """Where a link of a unit's file leads: a path of the site, and an anchor.

    Files say `other.md`, `../u2/page.md`, `../assessments/m1-plan.md`, or a path of the site.
    """
    parts = urlsplit(href)
    path = parts.path.removesuffix(".md")
    if not path:
        return "", parts.fragment
    if path.startswith("/"):
        return path.strip("/"), parts.fragment
    inside = posixpath.normpath(posixpath.join("modules", unit_key, path))
    steps = PurePosixPath(inside).parts
    if len(steps) > 1 and steps[-2] == "assessments":
        inside = f"assessments/{steps[-1]}"
    return inside, parts.fragment


def address(href: str, unit_key: str) -> str:
    """The link as the browser needs it: relative, so that the prefix of a launch is kept."""
    if href == "./":
        return f"../{unit_key.rsplit('/', 1)[-1]}"
    if urlsplit(href).scheme or href.startswith("//"):
        return href
    path, anchor = resolved(href, unit_key)
    if not path and href.startswith("#"):
        return href
    return f"../../../{path}" + (f"#{anchor}" if anchor else "")


class PageReader:
    """Reads the texts of one page file, and gathers links, figures and citations for checking."""

    def __init__(
        self,
        source: Source,
        unit_key: str,
        facts: Mapping[str, Fact],
        glossary: Glossary | None = None,
        programme: str = "",
        *,
        draft: bool = False,
    ) -> None:
        self.source = source
        self.unit_key = unit_key
        self.facts = facts
        self.glossary = glossary or Glossary()
        self.programme = programme
        self.draft = draft
        self.links: list[Link] = []
        self.figures: list[tuple[str, int]] = []
        self.cited: set[str] = set()
        self.terms_used: set[str] = set()

    def text(self, written: str, *, at: int | None = None) -> Text:
        """Render one text; `at` is its line when it stands in the front matter."""
        rendered = render(
            written,
            link=lambda href: address(href, self.unit_key),
            image=lambda src: f"../{self.unit_key.rsplit('/', 1)[-1]}/files/{src}",
            term=self._address_of,
        )
        self._check_markup(rendered, at)
        self._gather(rendered, at)
        known = [fact for fact in rendered.citations if fact in self.facts]
        self.cited.update(known)
        sources = tuple(
            Cited(n, self.facts[f]) for n, f in enumerate(rendered.citations, 1) if f in known
        )
        terms = self._terms(rendered, at)
        return Text(rendered.html, rendered.headings, sources, terms)

    def _address_of(self, words: str) -> str:
        term = self.glossary.find(words)
        return address_of(term) if term else ""

    def _terms(self, rendered: Rendered, at: int | None) -> tuple[Term, ...]:
        found: dict[str, Term] = {}
        for words in rendered.terms:
            term = self.glossary.find(words)
            line = self._line(f"[[{words}", at)
            if term is None:
                message = f"the term “{words}” is not in glossary.toml: add it or mend its spelling"
                self.source.fault(line, message)
            elif not term.is_for(self.programme):
                message = f"the term “{words}” is not for {self.programme}: mend its `programmes`"
                self.source.fault(line, message)
            else:
                found[term.slug] = term
        self.terms_used.update(found)
        return tuple(found.values())

    def _line(self, needle: str, at: int | None) -> int:
        return self.source.line_with(needle) if at is None else at

    def _gather(self, rendered: Rendered, at: int | None) -> None:
        ids = frozenset(heading.id for heading in rendered.headings)
        for fact in rendered.citations:
            if fact not in self.facts:
                message = f"fact `{fact}` is in no file of content/facts: add it or mend its id"
                self.source.fault(self._line(fact, at), message)
        for href in rendered.links:
            line = self._line(f"({href}", at)
            if urlsplit(href).scheme in ("https", "mailto", "tel"):
                continue
            if urlsplit(href).scheme or href.startswith("//"):
                self.source.fault(
                    line, f"the link {href} must begin with https://, mailto: or tel:"
                )
                continue
            path, anchor = resolved(href, self.unit_key)
            self.links.append(Link(self.source, line, href, path, anchor, ids, self.draft))
        for image in rendered.images:
            line = self._line(f"({image.src}", at)
            if not image.alt:
                message = f"the picture {image.src} has no alt text: say in words what it shows"
                self.source.fault(line, message)
            self.figures.append((image.src, line))

    def _check_markup(self, rendered: Rendered, at: int | None) -> None:
        before = 1
        for heading in rendered.headings:
            line = self._line(f"# {heading.text}", at)
            if heading.level == 1:
                self.source.fault(
                    line, "the title is the only heading of the first level: begin with ##"
                )
            elif heading.level > before + 1:
                message = f"heading “{heading.text}” jumps a level: use {'#' * (before + 1)}"
                self.source.fault(line, message)
            before = max(heading.level, 1)
        ids = {heading.id for heading in rendered.headings}
        for pause in rendered.pauses:
            if pause.skip and pause.skip not in ids:
                message = (
                    f"`skip: {pause.skip}` leads to no heading of this text: "
                    f"use one of {_listed(ids)}"
                )
                self.source.fault(self._line(f"skip: {pause.skip}", at), message)
        for leftover in rendered.leftovers:
            if leftover.strip("/ "):
                message = (
                    f"this block was not understood: {leftover}. Use aside, case, quote, pause "
                    "or figure, with an empty line before it and /// after it"
                )
                self.source.fault(self._line(leftover, at), message)


def read_note(reader: PageReader, shape: PageFile) -> ContentNote | None:
    written = shape.content_note
    if written is None:
        return None
    at = reader.source.line
    return ContentNote(
        holds=written.holds,
        not_held=written.not_held,
        summary=reader.text(written.summary, at=at("content_note", "summary")),
        summary_minutes=written.summary_minutes,
        alternative=reader.text(written.alternative, at=at("content_note", "alternative")),
    )


def _listed(ids: set[str]) -> str:
    return ", ".join(sorted(ids)) or "none: there is no heading yet"
