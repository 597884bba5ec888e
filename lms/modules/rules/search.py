"""What can be found, under which words, and how a typed question becomes a query. Pure.

Heavy text is never found by what is in it: a page with a content note stands in the index with its
title and the note alone, so that no search shows an account unasked. Outlines: titles only.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import unescape

from lms.modules.catalogue import Assessment, Catalogue, Module, Page, Unit

LONGEST = 200  # characters of a question that are read
MOST = 12  # words of it
START, STOP = "\ue000", "\ue001"  # round each word found; they stand in no text (see `plain`)
_BLOCK = re.compile(r"</?(?:p|div|h\d|li|ul|ol|table|tr|td|th|dt|dd|dl|figure|figcaption)\b[^>]*>")
_LEFT_OUT = re.compile(r"<sup\b.*?</sup>|<p class=\"rest-ways\">.*?</p>", re.DOTALL)
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r'"([^"]*)"|([^\s"]+)')


class Kind(StrEnum):
    """What an entry leads to."""

    PAGE = "page"
    UNIT = "unit"
    ASSESSMENT = "assessment"


@dataclass(frozen=True)
class Entry:
    """One thing that can be found."""

    kind: Kind
    key: str
    programme: str
    title: str
    body: str


Phrases = tuple[tuple[str, ...], ...]


def plain(html: str) -> str:
    """The words of a text: no markup, no source numbers, nothing that cannot be shown."""
    words = unescape(re.sub(r"<[^>]+>", "", _BLOCK.sub(" ", _LEFT_OUT.sub("", html))))
    shown = (c if c.isprintable() and c not in (START, STOP) else " " for c in words)
    return " ".join("".join(shown).split())


def typed(question: str) -> str:
    """A question as it can be shown again: one line, as much of it as is read."""
    return " ".join("".join(c if c.isprintable() else " " for c in question[:LONGEST]).split())


def entries(everything: Catalogue) -> tuple[Entry, ...]:
    """Everything that can be found, in reading order."""
    return tuple(one for module in everything.modules for one in _of_module(module))


def edition(of: Iterable[Entry]) -> str:
    """The name of one state of the index; it changes when anything that can be found does."""
    digest = hashlib.sha256()
    for one in of:
        for part in (one.kind, one.key, one.programme, one.title, one.body):
            digest.update(part.encode() + b"\0")
    return digest.hexdigest()


def phrases(question: str) -> Phrases:
    """The words asked for; words in quotation marks stand together.

    Everything else (operators, brackets, signs) only parts words, so that nothing typed can be
    read as a command by either database. Empty when there is no word in it.
    """
    read = unicodedata.normalize("NFC", question[:LONGEST]).replace("“", '"').replace("”", '"')
    found: list[tuple[str, ...]] = []
    left = MOST
    for quoted, single in _PART.findall(read):
        words = tuple(word.lower() for word in _WORD.findall(quoted or single))[:left]
        left -= len(words)
        # `self-harm` and `people's` are found as one thing, as they stand in the text.
        found += [words] if words else []
    return tuple(found)


def _of_module(module: Module) -> Iterator[Entry]:
    for unit in module.units:
        yield _of_unit(unit)
        yield from (_of_page(page, unit) for page in unit.pages)
    yield from (_of_assessment(assessment, module) for assessment in module.assessments)


def _of_unit(unit: Unit) -> Entry:
    body = " ".join((unit.summary, *unit.outcomes)) if unit.written else ""
    return Entry(Kind.UNIT, unit.key, unit.programme, f"{unit.label}: {unit.title}", plain(body))


def _of_page(page: Page, unit: Unit) -> Entry:
    body = f"{page.note.holds} {page.note.not_held}" if page.note else page.text.html
    return Entry(Kind.PAGE, page.key, unit.programme, page.title, plain(body))


def _of_assessment(assessment: Assessment, module: Module) -> Entry:
    title = f"{assessment.short}: {assessment.title}"
    return Entry(Kind.ASSESSMENT, assessment.key, module.programme, title, plain(assessment.brief))
