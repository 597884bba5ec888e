"""Reading: the list of modules, a module, a unit, a page, and the unit in print."""

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.modules import queries, service
from lms.modules.catalogue import Module, Page, Unit, catalogue
from lms.modules.catalogue.page import FIGURES
from lms.modules.forms import NO_WAY, WayForm
from lms.modules.rules.reading import Way, readable_programmes, reader_of
from lms.modules.rules.standing import UnitState, after, here, module_standings
from lms.modules.views.blueprint import bp
from lms.modules.views.history import changed_since, page_for
from lms.modules.views.shown import (
    page_url,
    parts_of,
    record_of,
    show_page,
    sources_of,
    text_for,
    unit_url,
)
from lms.web.access import current_actor, requires

CHANGED_MEANWHILE = (
    "This page changed while you had it open, so we have not noted that you read it. "
    "This is the new version: when you have looked at it, you can say that you are done."
)


@bp.get("/modules")
@requires(Action.READ_MODULES)
def programme() -> str:
    """Everything somebody may read: their own programme first."""
    keys = tuple(one.key for one in catalogue().programmes)
    readable = readable_programmes(current_actor(), keys)
    return render_template(
        "modules/programmes.html", programmes=[catalogue().programme(key) for key in readable]
    )


@bp.get("/modules/<module>")
@requires(Action.READ_MODULES)
def module(module: str) -> str:
    """A module: its outcomes, its units with where the reader stands, its assessments."""
    read = catalogue().module(module)
    reader = reader_of(current_actor(), read.programme)
    place = reader.enrolment_id
    passed = queries.passed_checks([place])[place] if place is not None else set()
    standings = module_standings(read, queries.versions_read(place), passed)
    return render_template(
        "modules/module.html",
        module=read,
        programme=catalogue().programme(read.programme),
        standings=standings,
        here=here(standings) if reader.recorded else None,
        reader=reader,
        states=UnitState,
    )


@bp.get("/modules/<module>/<unit>")
@requires(Action.READ_MODULES)
def unit(module: str, unit: str) -> str:
    """A unit before it is read: what it holds, how long, where to begin or carry on."""
    read = catalogue().unit(f"{module}/{unit}")
    record = record_of(current_actor(), read)
    return render_template(
        "modules/unit.html",
        module=catalogue().module(module),
        unit=read,
        reader=record.reader,
        standing=record.standing,
        parts=parts_of(record.standing),
        states=UnitState,
        page_url=page_url,
        changes=changed_since(record.reader, record.standing.pages),
        next_unit=_unit_after(catalogue().module(module), read),
    )


@bp.get("/modules/<module>/<unit>/print")
@requires(Action.READ_MODULES)
def printable(module: str, unit: str) -> str:
    """The whole unit in one page, for paper. Heavy pages as their reader chose to take them."""
    read = catalogue().unit(f"{module}/{unit}")
    reader = reader_of(current_actor(), read.programme)
    ways = queries.ways_chosen(reader.enrolment_id, [p.key for p in read.pages if p.note])
    chosen = {page.key: text_for(page, ways.get(page.key)) for page in read.pages}
    # A heavy page whose reader has not chosen prints its summary: nothing opens by itself.
    texts = {page.key: chosen[page.key] or text_for(page, Way.SUMMARY) for page in read.pages}
    return render_template(
        "modules/print.html",
        module=catalogue().module(module),
        unit=read,
        texts=texts,
        unchosen={key for key, text in chosen.items() if text is None},
        sources={key: sources_of(text) for key, text in texts.items()},
        lines=catalogue().support_lines,
    )


@bp.get("/modules/<module>/<unit>/files/<name>")
@requires(Action.READ_MODULES)
def figure(module: str, unit: str, name: str) -> Response:
    """A figure: only files that a page of the unit shows."""
    key = f"{module}/{unit}"
    reader = reader_of(current_actor(), catalogue().unit(key).programme)
    find = catalogue().figure if reader.recorded else catalogue().draft_figure
    path = find(key, name)
    response = Response(path.read_bytes(), mimetype=FIGURES[path.suffix])
    response.headers["Cache-Control"] = "private, max-age=3600"
    # An SVG opened by itself is a document: nothing in it may run or be fetched.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


@bp.get("/modules/<module>/<unit>/<page>")
@requires(Action.READ_MODULES)
def page(module: str, unit: str, page: str) -> str:
    """One page of a unit."""
    read = page_for(current_actor(), f"{module}/{unit}/{page}")
    asked = request.args.get("way", "")
    way = Way(asked) if asked in list(Way) else None
    again = "again" in request.args
    opened = request.args.get("open", "")
    shown = show_page(current_actor(), read, way=way, again=again, opened=opened)
    return render_template("modules/page.html", shown=shown)


@bp.post("/modules/<module>/<unit>/<page>/done")
@requires(Action.READ_MODULES)
def mark_done(module: str, unit: str, page: str) -> BaseResponse:
    """The reader is done with a page: on to the next one."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    if request.form.get("version", read.content_hash) != read.content_hash:
        flash(CHANGED_MEANWHILE)
        return redirect(page_url(read), 303)
    service.mark_done(read.key, actor=current_actor(), now=clock.now())
    db.session.commit()
    return redirect(_onward(read), 303)


@bp.post("/modules/<module>/<unit>/<page>/not-done")
@requires(Action.READ_MODULES)
def take_back(module: str, unit: str, page: str) -> BaseResponse:
    """The reader is not done with it after all."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    service.take_back(read.key, actor=current_actor())
    db.session.commit()
    flash("This page is no longer marked as read.")
    return redirect(page_url(read), 303)


@bp.post("/modules/<module>/<unit>/<page>/way")
@requires(Action.READ_MODULES)
def choose_way(module: str, unit: str, page: str) -> BaseResponse | tuple[str, int]:
    """How the reader takes a heavy page."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    form = WayForm()
    if not form.validate():
        shown = show_page(current_actor(), read)
        shown.way_fault = NO_WAY
        return render_template("modules/page.html", shown=shown), 422
    service.choose_way(read.key, Way(form.way.data or ""), actor=current_actor(), now=clock.now())
    db.session.commit()
    return redirect(page_url(read, anchor="text"), 303)


def _onward(read: Page) -> str:
    """The next page; after the last one the unit, with what is still open in it."""
    unit = catalogue().unit(read.unit_key)
    following = after(unit, read)
    if following is not None:
        return page_url(following)
    standing = record_of(current_actor(), unit).standing
    if standing.state is UnitState.DONE:
        flash("You have come to the end of this unit. It is complete.")
    return unit_url(unit)


def _unit_after(module: Module, unit: Unit) -> tuple[str, str] | None:
    if unit.number >= len(module.units):
        return None
    following = module.units[unit.number]
    return following.title, url_for("modules.unit", module=module.key, unit=following.slug)
