"""Which asides stand open: those on the reader's own nation; the others are folded, never hidden.

Decided by an aside's title alone: "In Scotland", "In England and Wales", "In England, Wales and
Scotland". Any other title ("In your nation", "Being checked", "For managers") concerns everybody
and is left as it stands. Pure: it works on HTML that `lms.markdown_html` made and cleaned.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup, escape

NATIONS = {
    "England": "england",
    "Scotland": "scotland",
    "Wales": "wales",
    "Northern Ireland": "northern-ireland",
}
_ONE = "|".join(NATIONS)
_TITLE = re.compile(rf"In (?:the )?((?:{_ONE})(?:(?:, | and |, and )(?:{_ONE}))*)")
_ASIDE = re.compile(r'<div\b[^>]*class="aside-note"[^>]*>')
_TITLES = re.compile(r'<p class="aside-title">([^<]*)</p>')
_NAME = re.compile(r'aria-label="([^"]*)"')
_DIV = re.compile(r"<(/?)div\b[^>]*>")


@dataclass(frozen=True)
class _Part:
    """A piece of a text; `nations` are those an aside is on, none for everything else."""

    html: str
    nations: tuple[str, ...] = ()


def nations_of(title: str) -> tuple[str, ...]:
    """The nations an aside is on, in its own order; none when it concerns everybody."""
    named = _TITLE.fullmatch(title.strip())
    return tuple(re.findall(_ONE, named[1])) if named else ()


def has_nations(html: str) -> bool:
    """Does a text have asides that a nation decides?"""
    return any(nations_of(unescape(title)) for title in _TITLES.findall(html))


@functools.lru_cache(maxsize=4096)
def for_nation(html: Markup, nation: str) -> Markup:
    """The text for a reader of one nation; with `all` as it was written."""
    if nation not in NATIONS.values() or not has_nations(html):
        return html
    made: list[str] = []
    folded: list[_Part] = []
    for part in _parts(html):
        if part.nations and nation not in [NATIONS[name] for name in part.nations]:
            folded.append(part)
        elif part.html.strip() or not folded:
            made += [_fold(folded), part.html]
            folded = []
    made.append(_fold(folded))
    return Markup("".join(made))  # noqa: S704 (cleaned HTML, with our own details round parts of it)


def _fold(parts: list[_Part]) -> str:
    if not parts:
        return ""
    names = list(dict.fromkeys(name for part in parts for name in part.nations))
    words = escape(", ".join(names))
    inside = "\n".join(part.html for part in parts)
    summary = f"<summary>Other nations: {words}</summary>"
    return f'<details class="other-nations">{summary}\n{inside}\n</details>\n'


def _parts(html: str) -> Iterator[_Part]:
    """The text in pieces: each aside on a nation by itself, and what stands between."""
    at = 0
    while aside := _ASIDE.search(html, at):
        end = _end_of(html, aside.start())
        title = _NAME.search(aside[0])
        yield _Part(html[at : aside.start()])
        yield _Part(html[aside.start() : end], nations_of(unescape(title[1])) if title else ())
        at = end
    yield _Part(html[at:])


def _end_of(html: str, start: int) -> int:
    """Where the `div` that begins at `start` ends."""
    depth = 0
    for tag in _DIV.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return len(html)
