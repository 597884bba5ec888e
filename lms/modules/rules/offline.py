"""A unit as one file that a browser reads without a network: nothing in it is fetched. Pure.

It works on HTML that `lms.markdown_html` and our templates made, and on our own style sheets.
Ids are made unique by the slug of their page (`<page>.<id>`), links lead to parts of the file or to
the site, and pictures, drawings and letters become part of it.
"""

import base64
import posixpath
import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urljoin, urlsplit

from markupsafe import Markup

CONTENTS = "file.contents"  # no page is called so: a slug has no full stop
# What the file itself may do: show what it holds. It runs nothing, fetches nothing, sends nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_HREF = re.compile(r'(?<=\shref=")[^"]*')
_SRC = re.compile(r'(?<=\ssrc=")[^"]*')
_ID = re.compile(r'(?<=\sid=")[^"]+')
_HEADING = re.compile(r"<(/?)h([2-5])(?=[ >])")
_TERM = re.compile(r'<a class="term" href="[^"#]*#([^"]+)"')
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)[\"']?\s*\)")


def as_data(media: str, data: bytes) -> str:
    """The address that is the thing itself (RFC 2397)."""
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def part_of_file(
    html: str, prefix: str, *, unit_key: str, slugs: Collection[str], site: str
) -> Markup:
    """One text to stand among others in the file.

    Its ids begin with `prefix`, its headings go down one level, its terms lead to the meanings
    beneath it (`<prefix>.term-<slug>`), the pause's "Stop here" to the contents. `unit_key` is the
    unit it stands in: content links are relative to a page of it.
    """
    lead = _leader(prefix, unit_key, slugs, site)
    seen: set[str] = set()

    def term(found: re.Match[str]) -> str:
        slug = found[1]
        first = "" if slug in seen else f' id="term-ref-{slug}"'
        seen.add(slug)
        return f'<a class="term"{first} href="#term-{slug}"'

    text = _TERM.sub(term, html)
    text = _HREF.sub(lambda found: lead(found[0]), text)
    text = _ID.sub(lambda found: f"{prefix}.{found[0]}", text)
    text = _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", text)
    return Markup(text)  # noqa: S704 (only attributes and heading levels were changed)


def _leader(prefix: str, unit_key: str, slugs: Collection[str], site: str) -> Callable[[str], str]:
    here, unit = f"{site}/modules/{unit_key}/page", f"{site}/modules/{unit_key}"

    def lead(href: str) -> str:
        if href.startswith("#"):
            return f"#{prefix}.{href[1:]}"
        if urlsplit(href).scheme:
            return href
        whole, _, anchor = urljoin(here, href).partition("#")
        slug = whole.removeprefix(f"{unit}/")
        if whole == unit:
            return f"#{CONTENTS}"
        if slug in slugs:
            return f"#{slug}.{anchor}" if anchor else f"#{slug}"
        return whole + (f"#{anchor}" if anchor else "")

    return lead


def pictures_inside(html: str, pictures: Mapping[str, str]) -> str:
    """The page with each picture of the unit as part of it; `pictures` by the name of the file."""
    return _SRC.sub(lambda found: pictures.get(posixpath.basename(found[0]), found[0]), html)


def sheet_inside(css: str, files: Mapping[str, str]) -> str:
    """A style sheet without letters of its own, its drawings inside; `files` by their address."""
    plain = _FACE.sub("", _COMMENT.sub("", css))
    return _URL.sub(lambda found: f'url("{files.get(found[1], found[1])}")', plain)


def anchors_known(html: str) -> str:
    """The page; a link to a part that it leaves out leads to the contents."""
    ids = set(_ID.findall(html))

    def check(found: re.Match[str]) -> str:
        href = found[0]
        known = not href.startswith("#") or href[1:] in ids
        return href if known else f"#{CONTENTS}"

    return _HREF.sub(check, html)
