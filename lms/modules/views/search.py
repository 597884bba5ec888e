"""Searching all that somebody may read. The question stands in the address, and nowhere else."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from markupsafe import Markup, escape

from lms import clock
from lms.actor import Action
from lms.db import db, db_writes
from lms.modules.catalogue import catalogue
from lms.modules.queries.search import Found
from lms.modules.rules.search import START, STOP, Kind, typed
from lms.modules.service.search import build_index, index_is_built, search
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import page_url, unit_url
from lms.tasks import sweep
from lms.web.access import current_actor, requires


@dataclass(frozen=True)
class FoundShown:
    """One line of the answer."""

    title: str
    url: str
    where: str
    words: Markup


@bp.get("/modules/search")
@requires(Action.READ_MODULES)
def find() -> str:
    """The form, and what was found."""
    question = typed(request.args.get("q", ""))
    answer = None
    if question:
        actor = current_actor()
        keep_index()
        answer = search(question, actor=actor)
    return render_template(
        "modules/search.html",
        question=question,
        answer=answer,
        found=[_shown(one) for one in answer.found] if answer else [],
    )


@sweep("search")
def keep_index() -> int:
    """Make the index anew when the content has changed since it was made."""
    if index_is_built():
        return 0
    db.session.rollback()  # nothing is pending; on SQLite a read cannot turn into a write
    with db_writes():
        made = build_index(now=clock.now())
        db.session.commit()
    return made


def _shown(found: Found) -> FoundShown:
    words = escape(found.snippet)
    marked = words.replace(START, Markup("<mark>")).replace(STOP, Markup("</mark>"))
    if found.kind is Kind.ASSESSMENT:
        module = catalogue().module(catalogue().assessment(found.key).module_key)
        url = url_for("assessments.brief", assessment=found.key)
        return FoundShown(found.title, url, module.short, marked)
    if found.kind is Kind.UNIT:
        unit = catalogue().unit(found.key)
        module = catalogue().module(unit.module_key)
        state = "" if unit.written else ", being written"
        return FoundShown(found.title, unit_url(unit), f"{module.short}{state}", marked)
    page = catalogue().page(found.key)
    unit = catalogue().unit(page.unit_key)
    where = f"{unit.label}: {unit.title}"
    if page.note:
        where += ". Opens with a note on what it holds"
    return FoundShown(found.title, page_url(page), where, marked)
