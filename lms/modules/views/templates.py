"""Filling in a template: on its page, alone on a sheet to print, and as a text file to keep."""

from collections.abc import Sequence

from flask import Response, flash, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import BadRequest, Conflict, NotFound
from lms.modules import queries, service
from lms.modules.catalogue import Page, Template, catalogue
from lms.modules.forms import FORM_CHANGED, FilledSent, read_filled
from lms.modules.models import FilledTemplate
from lms.modules.rules.templates import left_over
from lms.modules.views.activities import asked
from lms.modules.views.activity_shown import TemplateShown, filled_parts, template_parts
from lms.modules.views.blueprint import bp
from lms.modules.views.identifying import KEEP, NOTE, FindShown, finds_in
from lms.modules.views.shown import page_url, show_page
from lms.web.access import current_actor, requires

NOTHING_YET = "There is nothing to save yet. Write a few words first."


@bp.post("/modules/<module>/<unit>/<page>/template/<name>")
@requires(Action.KEEP_JOURNAL)
def template(module: str, unit: str, page: str, name: str) -> BaseResponse | tuple[str, int]:
    """Keep a template by the button."""
    read, about = asked(f"{module}/{unit}/{page}", name, Template)
    sent = read_filled(about, request.form)
    if sent.strangers:
        return _again(read, about, sent, FORM_CHANGED), 409
    if not sent.faults and sent.version == 0 and not any(map(str.strip, sent.parts.values())):
        return _again(read, about, sent, NOTHING_YET), 422
    if sent.faults:
        return _again(read, about, sent), 422
    if request.form.get("act") != KEEP and (finds := finds_in(sent.parts.values())):
        return _again(read, about, sent, finds=finds), 422
    try:
        _fill(about, sent)
    except Conflict as refused:
        db.session.rollback()
        return _again(read, about, sent, refused.message, both=True), 409
    flash("Your words are saved. Only you can see them.")
    return redirect(page_url(read, anchor=f"a-{name}"), 303)


@bp.post("/modules/<module>/<unit>/<page>/template/<name>/draft")
@requires(Action.KEEP_JOURNAL)
def template_draft(module: str, unit: str, page: str, name: str) -> Response:
    """Keep a template while it is written (js/autosave.js). A day half written is kept too."""
    _, about = asked(f"{module}/{unit}/{page}", name, Template)
    sent = read_filled(about, request.form)
    if sent.strangers:
        raise Conflict("This form was changed while you had it open, so it was not saved here.")
    days = {field.id for field in about.fields if field.type == "date"}
    hard = [said for part, said in sent.faults.items() if part not in days]
    if hard:
        raise BadRequest(" ".join(hard))
    note = NOTE if finds_in(sent.parts.values()) else ""
    filled = _fill(about, sent)
    return jsonify(saved_at=clock.clock_time(filled.saved_at), version=filled.version, note=note)


@bp.get("/modules/<module>/<unit>/<page>/template/<name>/sheet")
@requires(Action.KEEP_JOURNAL)
def template_sheet(module: str, unit: str, page: str, name: str) -> str:
    """What somebody has written, alone on a page: to read through and to print."""
    read, about = asked(f"{module}/{unit}/{page}", name, Template)
    filled = _filled(about)
    unit_read = catalogue().unit(read.unit_key)
    return render_template(
        "modules/template_sheet.html",
        about=about,
        page=read,
        unit=unit_read,
        module=catalogue().module(unit_read.module_key),
        saved_at=filled.saved_at,
        parts=filled_parts(about, template_parts(filled)),
        back=page_url(read, anchor=f"a-{name}"),
        export=page_url(read, endpoint="modules.template_export", name=name),
    )


@bp.get("/modules/<module>/<unit>/<page>/template/<name>/export")
@requires(Action.KEEP_JOURNAL)
def template_export(module: str, unit: str, page: str, name: str) -> Response:
    """The same as a text file."""
    _, about = asked(f"{module}/{unit}/{page}", name, Template)
    filled = _filled(about)
    parts = filled_parts(about, template_parts(filled))
    text = render_template("modules/template.txt", about=about, parts=parts, filled=filled)
    response = make_response(text)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _filled(about: Template) -> FilledTemplate:
    user_id = current_actor().user_id
    filled = queries.filled_by(user_id, [about.key]).get(about.key)
    if filled is None:
        raise NotFound("You have not written anything here yet, so there is nothing to show.")
    return filled


def _fill(about: Template, sent: FilledSent) -> FilledTemplate:
    filled = service.fill_template(
        about, sent.parts, version=sent.version, actor=current_actor(), now=clock.now()
    )
    db.session.commit()
    return filled


def _again(
    read: Page,
    about: Template,
    sent: FilledSent,
    message: str = "",
    *,
    both: bool = False,
    finds: Sequence[FindShown] = (),
) -> str:
    """The page with the words still in the fields, and what another window or form has beside."""
    shown = show_page(current_actor(), read)
    one = shown.activity(about.key, TemplateShown)
    if both:
        one.later = filled_parts(about, one.parts)
    else:
        one.version = sent.version
    one.parts = sent.parts
    one.left_over = (*one.left_over, *left_over(about, sent.strangers))
    one.faults, one.message, one.finds = sent.faults, message, finds
    return render_template("modules/page.html", shown=shown)
