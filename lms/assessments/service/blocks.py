"""Reads a file into paragraphs with their styles, so that its words can be counted by rules."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse

from lms.assessments.rules.counting import TITLE_LEVEL, Block, Part, lines
from lms.assessments.rules.uploads import DOCX, PDF
from lms.assessments.service.reading import member, pdf_pages

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"

_INSIDE = {
    f"{_TABLE}table": Part.TABLES,
    f"{_TEXT}table-of-content": Part.CONTENTS,
    f"{_TEXT}bibliography": Part.REFERENCES,
    f"{_TEXT}note-body": Part.NOTES,
}
_GAPS = (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break")
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_MOST_STEPS = 10  # from a style to those it is based on


@dataclass(frozen=True)
class _Style:
    """What a paragraph style says about its paragraphs."""

    level: int | None = None
    inside: Part | None = None


_PLAIN = _Style()


def read_blocks(media_type: str, data: bytes) -> tuple[Block, ...] | None:
    """The paragraphs or lines of a file; None where its words cannot be read."""
    try:
        if media_type == PDF:
            pages = pdf_pages(data)
            return lines("\n".join(pages)) if pages and any(map(str.strip, pages)) else None
        return tuple(_docx(data) if media_type == DOCX else _odt(data))
    except Exception:  # it could be opened when it was added: what cannot be counted is said
        return None


def _named(name: str) -> _Style:
    """What the name of a style that programs bring along says."""
    name = name.replace("_20_", " ").casefold()
    if name in ("title", "subtitle"):
        return _Style(level=TITLE_LEVEL)
    if heading := re.fullmatch(r"heading ?(\d)", name):
        return _Style(level=int(heading[1]))
    if re.match(r"(toc|contents) ?(\d|heading)", name):
        return _Style(inside=Part.CONTENTS)
    if name.startswith("bibliography"):
        return _Style(inside=Part.REFERENCES)
    return _PLAIN


def _docx(data: bytes) -> Iterator[Block]:
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        names = set(pack.namelist())
    known = _docx_styles(member(data, "word/styles.xml")) if "word/styles.xml" in names else {}
    yield from _docx_blocks(member(data, "word/document.xml"), known, None)
    for name in _NOTES:
        if name in names:
            yield from _docx_blocks(member(data, name), known, Part.NOTES)


def _docx_styles(xml: bytes) -> dict[str, _Style]:
    found: dict[str, tuple[_Style, str]] = {}
    for style in fromstring(xml, forbid_dtd=True).iter(f"{_W}style"):
        read = _named(_value(style.find(f"{_W}name")))
        outline = _value(style.find(f"{_W}pPr/{_W}outlineLvl"))
        if read == _PLAIN and outline.isdecimal() and int(outline) < 9:
            read = _Style(level=int(outline) + 1)
        found[style.get(f"{_W}styleId", "")] = read, _value(style.find(f"{_W}basedOn"))
    return {name: _resolved(name, found) for name in found}


def _resolved(name: str, found: Mapping[str, tuple[_Style, str]]) -> _Style:
    for _ in range(_MOST_STEPS):
        style, parent = found.get(name, (_PLAIN, ""))
        if style != _PLAIN or not parent:
            return style
        name = parent
    return _PLAIN


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{_W}val", "")


def _docx_blocks(xml: bytes, known: Mapping[str, _Style], inside: Part | None) -> Iterator[Block]:
    parts: list[str] = []
    style, tables = _PLAIN, 0
    events = iterparse(io.BytesIO(xml), events=("start", "end"), forbid_dtd=True)
    for event, element in events:
        tag = element.tag
        if tag == f"{_W}tbl":
            tables += 1 if event == "start" else -1
        elif event == "end" and tag == f"{_W}p":
            text, parts = "".join(parts), []
            yield Block(text, style.level, inside or style.inside or _table(tables))
            style = _PLAIN
            element.clear()
        elif event == "end":
            parts.append(_docx_text(element))
            if tag == f"{_W}pStyle":
                style = known.get(_value(element)) or _named(_value(element))


def _docx_text(element: Element) -> str:
    if element.tag == f"{_W}t":
        return element.text or ""
    return "\t" if element.tag in (f"{_W}tab", f"{_W}br") else ""


def _table(depth: int) -> Part | None:
    return Part.TABLES if depth else None


def _odt(data: bytes) -> Iterator[Block]:
    content = fromstring(member(data, "content.xml"), forbid_dtd=True)
    styles = {
        style.get(f"{_STYLE}name", ""): _named(style.get(f"{_STYLE}parent-style-name", ""))
        for style in content.iter(f"{_STYLE}style")
    }
    for body in content:
        if body.tag.endswith("}body"):
            yield from _odt_blocks(body, styles, None)


def _odt_blocks(
    element: Element, styles: Mapping[str, _Style], inside: Part | None
) -> Iterator[Block]:
    for child in element:
        within = _INSIDE.get(child.tag, inside)
        if child.tag == f"{_TEXT}tracked-changes":
            continue
        if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            name = child.get(f"{_TEXT}style-name", "")
            style = styles.get(name) or _named(name)
            level = child.get(f"{_TEXT}outline-level", "1") if child.tag == f"{_TEXT}h" else ""
            yield Block(
                _odt_text(child),
                int(level) if level.isdecimal() else style.level,
                within or style.inside,
            )
            for note in child.iter(f"{_TEXT}note-body"):
                yield from _odt_blocks(note, styles, Part.NOTES)
        else:
            yield from _odt_blocks(child, styles, within)


def _odt_text(element: Element) -> str:
    """The words of a paragraph without its notes."""
    gap = " " if element.tag in _GAPS else ""
    inner = "".join(
        ("" if child.tag == f"{_TEXT}note" else _odt_text(child)) + (child.tail or "")
        for child in element
    )
    return gap + re.sub(r"\s+", " ", element.text or "") + inner
