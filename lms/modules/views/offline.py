"""The whole unit as one file that a browser reads without a network, and the page before it.

The file is the same for everybody who saves it: no name, no answers, and not how somebody chose to
take a heavy page, because whoever has the device can open it. Only notes, and only when asked.
"""

from dataclasses import dataclass
from functools import cache

from flask import Response, current_app, render_template, request
from markupsafe import Markup

from lms.actor import Action
from lms.errors import NotFound
from lms.markdown_html import learner_text
from lms.modules.catalogue import Page, Term, Text, Unit, catalogue
from lms.modules.catalogue.page import FIGURES
from lms.modules.queries.notes import pages_kept
from lms.modules.rules.changes import ApprovalStanding, approvals_of
from lms.modules.rules.offline import (
    POLICY,
    anchors_known,
    as_data,
    part_of_file,
    pictures_inside,
    sheet_inside,
)
from lms.modules.rules.reading import reader_of
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import SourceShown, sources_of
from lms.web.access import current_actor, requires
from lms.web.pages import STATIC

NOT_YET = "This unit is being written: there is nothing to save of it yet."
WITH_NOTES = "yes"
SHEETS = ("theme.css", "offline.css", "base.css", "parts.css", "reading.css")
LETTERS = (
    ("Atkinson Hyperlegible Next", "fonts/atkinson-latin.woff2", "400 700"),
    ("Literata", "fonts/literata-latin.woff2", "380 650"),
)


@dataclass(frozen=True)
class WayInFile:
    """One text of a page; `name` and `more` say which when there are several to choose from."""

    name: str
    more: str
    html: Markup
    prefix: str
    sources: list[SourceShown]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class PageInFile:
    page: Page
    ways: list[WayInFile]
    read_next: Markup  # “What to read next”, which stands after what the page asks; or nothing
    approvals: tuple[ApprovalStanding, ...]
    note: Markup  # the reader's own, or nothing


@bp.get("/modules/<module>/<unit>/offline")
@requires(Action.READ_MODULES)
def offline(module: str, unit: str) -> str:
    """What the file holds, and who else could read it, before it is saved."""
    read = _written(module, unit)
    return render_template(
        "modules/offline.html",
        module=catalogue().module(module),
        unit=read,
        noted=bool(_notes_on(read)),
        yes=WITH_NOTES,
    )


@bp.get("/modules/<module>/<unit>/offline/file")
@requires(Action.READ_MODULES)
def offline_file(module: str, unit: str) -> Response:
    """The file. Its name says nothing about what it holds."""
    read = _written(module, unit)
    notes = _notes_on(read) if request.args.get("notes") == WITH_NOTES else {}
    response = Response(_file(read, notes), mimetype="text/html")
    name = f"{module}-{unit}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _written(module: str, unit: str) -> Unit:
    read = catalogue().unit(f"{module}/{unit}")
    reader_of(current_actor(), read.programme)
    if not read.written:
        raise NotFound(NOT_YET)
    return read


def _notes_on(unit: Unit) -> dict[str, Markup]:
    """The reader's own notes on the unit's pages, by page."""
    actor = current_actor()
    if not actor.may(Action.KEEP_JOURNAL):
        return {}
    pages = {page.key for page in unit.pages}
    return {
        kept.page_key: learner_text(kept.note)
        for kept in pages_kept(actor.user_id)
        if kept.page_key in pages and kept.note.strip()
    }


def _file(unit: Unit, notes: dict[str, Markup]) -> str:
    html = render_template(
        "modules/offline_file.html",
        module=catalogue().module(unit.module_key),
        unit=unit,
        pages=[_page(unit, page, notes.get(page.key, Markup())) for page in unit.pages],
        closing=_part(unit, unit.closing.html, "file.closing") if unit.closing else None,
        lines=catalogue().support_lines,
        with_notes=bool(notes),
        policy=POLICY,
        style=Markup(_style()),  # noqa: S704 (our own style sheets)
        site=_site(),
    )
    pictures = {name: _picture(unit, name) for name in unit.files if f"/{name}" in html}
    return anchors_known(pictures_inside(html, pictures))


def _page(unit: Unit, page: Page, note: Markup) -> PageInFile:
    """The page with every way to take it: whoever reads chooses there, and nothing opens first."""
    minutes = _about(page.minutes)
    if page.note is None:
        ways = [_way(unit, page.text, page.slug, "", minutes)]
    else:
        short = _about(page.note.summary_minutes)
        other = f"{page.slug}.other"
        ways = [
            _way(unit, page.text, page.slug, "Read it all", minutes),
            _way(unit, page.note.summary, f"{page.slug}.summary", "Read the summary", short),
            _way(unit, page.note.alternative, other, "Take another way", "it counts the same"),
        ]
    read_next = _part(unit, page.text.read_next, page.slug)
    return PageInFile(page, ways, read_next, approvals_of(page), note)


def _way(unit: Unit, text: Text, prefix: str, name: str, more: str) -> WayInFile:
    html = _part(unit, text.before_tasks, prefix)
    return WayInFile(name, more, html, prefix, sources_of(text), text.terms)


def _part(unit: Unit, html: Markup, prefix: str) -> Markup:
    slugs = [page.slug for page in unit.pages]
    return part_of_file(html, prefix, unit_key=unit.key, slugs=slugs, site=_site())


def _about(minutes: int) -> str:
    return f"about {minutes} {'minute' if minutes == 1 else 'minutes'}"


def _site() -> str:
    site: str = current_app.config["LMS_SETTINGS"].public_url
    return site


def _picture(unit: Unit, name: str) -> str:
    path = catalogue().figure(unit.key, name)
    return as_data(FIGURES[path.suffix], path.read_bytes())


@cache
def _style() -> str:
    """Everything the file needs to look as the site does."""
    drawings = {
        f"drawings/{path.name}": as_data("image/svg+xml", path.read_bytes())
        for path in sorted((STATIC / "drawings").glob("*.svg"))
    }
    faces = [
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: '
        f'url("{as_data("font/woff2", (STATIC / name).read_bytes())}") format("woff2"); }}'
        for family, name, weight in LETTERS
    ]
    sheets = [sheet_inside((STATIC / name).read_text(), drawings) for name in SHEETS]
    return "\n".join([*faces, *sheets])
