"""The whole unit as an EPUB 3 book; heavy pages as their reader chose to take them."""

import uuid

from flask import Response, current_app, render_template

from lms import clock
from lms.actor import Action
from lms.errors import NotFound
from lms.modules import queries
from lms.modules.catalogue import Page, Text, Unit, catalogue
from lms.modules.catalogue.page import FIGURES
from lms.modules.rules.book import Book, Chapter, Picture, led, make
from lms.modules.rules.reading import Way, reader_of
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import sources_of, text_for
from lms.web.access import current_actor, requires

NOT_YET = "This unit is being written: there is no book of it yet."


@bp.get("/modules/<module>/<unit>/epub")
@requires(Action.READ_MODULES)
def epub(module: str, unit: str) -> Response:
    """The unit's pages, sources and figures in one file."""
    read = catalogue().unit(f"{module}/{unit}")
    reader = reader_of(current_actor(), read.programme)
    if not read.written:
        raise NotFound(NOT_YET)
    ways = queries.ways_chosen(reader.enrolment_id, [p.key for p in read.pages if p.note])
    response = Response(make(_book(read, ways)), mimetype="application/epub+zip")
    name = f"{module}-{unit}.epub"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _book(unit: Unit, ways: dict[str, Way]) -> Book:
    chosen = {page.key: text_for(page, ways.get(page.key)) for page in unit.pages}
    # As in print: whoever has not chosen gets the summary, so that nothing opens by itself.
    texts = {page.key: chosen[page.key] or text_for(page, Way.SUMMARY) for page in unit.pages}
    chapters = [_part("start", unit.title, unit, "modules/book_start.html")]
    for page in unit.pages:
        unasked = chosen[page.key] is None
        chapters.append(_chapter(unit, page, texts[page.key], unasked=unasked))
    chapters.append(_part("before-you-go", "Before you go", unit, "modules/book_end.html"))
    pictures = tuple(_picture(unit, name) for name in _shown_in(unit, chapters))
    site = current_app.config["LMS_SETTINGS"].public_url
    versions = "".join(page.content_hash for page in unit.pages)
    return Book(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, f"{site}/modules/{unit.key}#{versions}").urn,
        title=f"{unit.label}: {unit.title}",
        author=unit.owner,
        description=unit.summary,
        language="en-GB",
        modified=clock.now(),
        chapters=tuple(chapters),
        pictures=pictures,
        style=render_template("modules/book.css"),
    )


def _chapter(unit: Unit, page: Page, text: Text | None, *, unasked: bool) -> Chapter:
    html = render_template(
        "modules/book_page.html",
        unit=unit,
        page=page,
        text=text,
        unasked=unasked,
        sources=sources_of(text),
    )
    return Chapter(page.slug, page.title, _led(unit, html))


def _part(name: str, title: str, unit: Unit, template: str) -> Chapter:
    html = render_template(
        template,
        unit=unit,
        module=catalogue().module(unit.module_key),
        lines=catalogue().support_lines,
    )
    return Chapter(name, title, _led(unit, html))


def _led(unit: Unit, html: str) -> str:
    site = current_app.config["LMS_SETTINGS"].public_url
    return led(html, unit_key=unit.key, slugs=[page.slug for page in unit.pages], site=site)


def _shown_in(unit: Unit, chapters: list[Chapter]) -> list[str]:
    """The figures that this reader's chapters show; a summary leaves some out."""
    return [
        name
        for name in sorted(unit.files)
        if any(f'src="images/{name}"' in one.html for one in chapters)
    ]


def _picture(unit: Unit, name: str) -> Picture:
    path = catalogue().figure(unit.key, name)
    return Picture(name, FIGURES[path.suffix], path.read_bytes())
