"""A unit as an EPUB 3 book: chapters of valid XHTML in a zip, with its contents and metadata. Pure.

Chapters come as the HTML of our own pages, which nh3 and our templates made well-formed: here it
becomes XHTML, and its links lead to chapters of the book, or to the site. https://www.w3.org/TR/epub-33/
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape, quoteattr

_VOID = re.compile(r"<(br|hr|img)\b((?:[^>\"]|\"[^\"]*\")*?)\s*/?>")
_HREF = re.compile(r'(?<=\shref=")[^"]*')
_SRC = re.compile(r'(?<=\ssrc=")[^"]*')
_ID = re.compile(r'\sid="([^"]+)"')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same book is the same bytes
CONTENTS = "contents"
_PAGE = "application/xhtml+xml"


@dataclass(frozen=True)
class Chapter:
    """One file of the book. `name` is its page's slug, or a word of ours."""

    name: str
    title: str
    html: str


@dataclass(frozen=True)
class Picture:
    name: str
    media: str
    data: bytes


@dataclass(frozen=True)
class Book:
    identifier: str  # a URN
    title: str
    author: str | None
    description: str
    language: str
    modified: datetime
    chapters: tuple[Chapter, ...]
    pictures: tuple[Picture, ...]
    style: str


def xhtml(html: str) -> str:
    """The same markup as XML reads it."""
    closed = _VOID.sub(r"<\1\2/>", _CONTROL.sub("", html))
    return closed.replace("&nbsp;", "\u00a0")


def led(html: str, *, unit_key: str, slugs: Collection[str], site: str) -> str:
    """The markup with its links and pictures led to parts of the book, or to the site.

    `unit_key` is the unit the page stands in: content links are relative to a page of it.
    """
    here = f"{site}/modules/{unit_key}/page"
    pages = f"{site}/modules/{unit_key}"

    def lead(found: re.Match[str]) -> str:
        href = found[0]
        if href.startswith("#") or urlsplit(href).scheme:
            return href
        whole, _, anchor = urljoin(here, href).partition("#")
        slug = whole.removeprefix(f"{pages}/")
        if whole == pages:
            return f"{CONTENTS}.xhtml"
        if slug in slugs:
            return f"{slug}.xhtml" + (f"#{anchor}" if anchor else "")
        return whole + (f"#{anchor}" if anchor else "")

    def picture(found: re.Match[str]) -> str:
        return f"images/{posixpath.basename(found[0])}"

    return _SRC.sub(picture, _HREF.sub(lead, html))


def make(book: Book) -> bytes:
    """The book as the bytes of its file."""
    ids = {f"{one.name}.xhtml": set(_ID.findall(one.html)) for one in book.chapters}
    files: dict[str, bytes] = {
        "META-INF/container.xml": _CONTAINER.encode(),
        "OEBPS/package.opf": _package(book).encode(),
        f"OEBPS/{CONTENTS}.xhtml": _contents(book).encode(),
        "OEBPS/book.css": book.style.encode(),
    }
    for one in book.chapters:
        body = _only_known_anchors(xhtml(one.html), f"{one.name}.xhtml", ids)
        page = _document(book, one.title, body)
        files[f"OEBPS/{one.name}.xhtml"] = page.encode()
    files |= {f"OEBPS/images/{one.name}": one.data for one in book.pictures}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        # First and not compressed, so that the kind of file can be told from its first bytes.
        _put(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        for name, data in files.items():
            _put(archive, name, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, how: int) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
    entry.compress_type = how
    archive.writestr(entry, data)


def _only_known_anchors(html: str, own: str, ids: Mapping[str, Collection[str]]) -> str:
    """A link to a part that this book leaves out (for a summary) leads to its page instead."""

    def check(found: re.Match[str]) -> str:
        name, _, anchor = found[0].partition("#")
        known = ids.get(name or own)
        if not anchor or known is None or anchor in known:
            return found[0]
        return name or own

    return _HREF.sub(check, html)


def _document(book: Book, title: str, body: str, *, more: str = "") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"{more} lang={quoteattr(book.language)} \
xml:lang={quoteattr(book.language)}>
<head>
<meta charset="utf-8"/>
<title>{escape(title)}</title>
<link rel="stylesheet" type="text/css" href="book.css"/>
</head>
<body>
{body}
</body>
</html>
"""


def _contents(book: Book) -> str:
    rows = "\n".join(
        f'<li><a href="{one.name}.xhtml">{escape(one.title)}</a></li>' for one in book.chapters
    )
    body = f"""<nav epub:type="toc" role="doc-toc" id="toc" aria-labelledby="toc-title">
<h1 id="toc-title">Contents</h1>
<ol>
{rows}
</ol>
</nav>"""
    return _document(book, "Contents", body, more=' xmlns:epub="http://www.idpf.org/2007/ops"')


def _package(book: Book) -> str:
    modified = book.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    modes = ["textual", "visual"] if book.pictures else ["textual"]
    meta = [
        f'<dc:identifier id="book-id">{escape(book.identifier)}</dc:identifier>',
        f"<dc:title>{escape(book.title)}</dc:title>",
        f"<dc:language>{escape(book.language)}</dc:language>",
        f"<dc:description>{escape(book.description)}</dc:description>",
        *([f"<dc:creator>{escape(book.author)}</dc:creator>"] if book.author else []),
        f'<meta property="dcterms:modified">{modified}</meta>',
        *(f'<meta property="schema:accessMode">{mode}</meta>' for mode in modes),
        '<meta property="schema:accessModeSufficient">textual</meta>',
        *(f'<meta property="schema:accessibilityFeature">{one}</meta>' for one in _FEATURES),
        '<meta property="schema:accessibilityHazard">none</meta>',
        f'<meta property="schema:accessibilitySummary">{_SUMMARY}</meta>',
    ]
    items = [
        f'<item id="{CONTENTS}" href="{CONTENTS}.xhtml" media-type="{_PAGE}" properties="nav"/>',
        '<item id="style" href="book.css" media-type="text/css"/>',
        *(
            f'<item id="page-{one.name}" href="{one.name}.xhtml" media-type="{_PAGE}"/>'
            for one in book.chapters
        ),
        *(
            f'<item id="picture-{n}" href="images/{one.name}" media-type="{one.media}"/>'
            for n, one in enumerate(book.pictures, 1)
        ),
    ]
    first, *rest = [f'<itemref idref="page-{one.name}"/>' for one in book.chapters]
    spine = [first, f'<itemref idref="{CONTENTS}"/>', *rest]
    return _PACKAGE.format(
        language=quoteattr(book.language),
        meta="\n".join(meta),
        items="\n".join(items),
        spine="\n".join(spine),
    )


_FEATURES = (
    "tableOfContents",
    "readingOrder",
    "structuralNavigation",
    "alternativeText",
    "displayTransformability",
)
_SUMMARY = (
    "Every chapter has headings and can be read in any size, colour or voice. Each picture is said "
    "in words. Content notes stand before what they cover."
)
_CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="OEBPS/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""
_PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book-id" \
xml:lang={language}>
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{meta}
</metadata>
<manifest>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
