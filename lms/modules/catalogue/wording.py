"""The words inside an activity's file: rendered, and refused where they could not stand.

An activity may be shown on its page, in print and in the journal, so its words carry no numbered
sources, no headings, no pictures, and no links that only work on one page.
"""

import re

from markupsafe import Markup

from lms.markdown_html import Rendered, inline, render
from lms.modules.catalogue.source import Source

_JUDGES = re.compile(r"(wrong|incorrect|correct|right|well done)\b", re.IGNORECASE)


def block(source: Source, line: int, text: str | None) -> Markup:
    """Paragraphs of Markdown."""
    if not text:
        return Markup()
    rendered = render(text)
    _check(source, line, rendered)
    return rendered.html


def phrase(source: Source, line: int, text: str | None) -> Markup:
    """One line of Markdown: a label, an option, what is said to it."""
    if not text:
        return Markup()
    if any(mark in text for mark in "[<#!/"):
        _check(source, line, render(text))
    return inline(text)


def check_tone(source: Source, line: int, words: str) -> None:
    """Feedback says where we would begin; it judges nobody (look.md section 5)."""
    if _JUDGES.match(words):
        message = (
            f"feedback begins with “{words.split()[0]}”: begin with where we would begin, "
            "such as “We would begin here too.”"
        )
        source.fault(line, message)


def check_ids(source: Source, table: str, ids: list[str]) -> None:
    """Ids are kept with what people did: small letters, digits, hyphens, each once."""
    for index, one in enumerate(ids):
        line = source.line(table, index, "id")
        if one in ids[:index]:
            source.fault(line, f"{table} id `{one}` stands twice: change one")
        check_id(source, line, one)


def check_count(source: Source, table: str, count: int, least: int) -> None:
    if 0 < count < least:
        message = f"give at least {least} [[{table}]]: there is only {count}"
        source.fault(source.line(table, 0), message)


def check_id(source: Source, line: int, one: str) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one):
        source.fault(line, f"id `{one}`: use small letters, digits and hyphens")


def _check(source: Source, line: int, rendered: Rendered) -> None:
    if rendered.citations:
        message = (
            "numbered sources belong to a page: take [@…] out here and name the facts in `facts`"
        )
        source.fault(line, message)
    if rendered.headings:
        source.fault(line, "a heading has no place here: use **bold** words instead")
    if rendered.images:
        source.fault(line, "a picture has no place in an activity: show it on the page")
    for link in rendered.links:
        if not link.startswith(("https:", "mailto:", "tel:")):
            message = f"this links to {link}: link to https addresses only in an activity"
            source.fault(line, message)
    for leftover in rendered.leftovers:
        if leftover.strip("/ "):
            source.fault(line, f"this block was not understood: {leftover}")
