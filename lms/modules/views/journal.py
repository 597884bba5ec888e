"""Writing: a reflection on its page, and the journal of one's own entries. Nobody else sees it."""

from flask import Response, flash, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import BadRequest, Conflict, NotFound
from lms.modules import service
from lms.modules.catalogue import Page, Reflection, catalogue
from lms.modules.forms import EntryForm
from lms.modules.models import JournalEntry
from lms.modules.rules.reading import NOT_YOURS
from lms.modules.views.blueprint import bp
from lms.modules.views.identifying import KEEP, NOTE, FindShown, finds_in
from lms.modules.views.journal_shown import entries_of
from lms.modules.views.shown import page_url, show_page
from lms.web.access import current_actor, requires


@bp.post("/modules/<module>/<unit>/<page>/reflection")
@requires(Action.KEEP_JOURNAL)
def reflection(module: str, unit: str, page: str) -> BaseResponse | tuple[str, int]:
    """Keep the words, by the button."""
    read, about = _asked(module, unit, page)
    form = EntryForm()
    if not form.validate():
        return _again(read, form, _fault(form)), 422
    if not (form.text.data or "").strip() and form.version.data == 0:
        return _again(read, form, "There is nothing to save yet. Write a few words first."), 422
    if request.form.get("act") != KEEP and (finds := finds_in([form.text.data or ""])):
        return _look_again(read, form, finds), 422
    try:
        _save(about, form)
    except Conflict as refused:
        db.session.rollback()
        return _both(read, form, refused.message), 409
    flash("Your words are saved. Only you can see them.")
    return redirect(page_url(read, anchor="reflection"), 303)


@bp.post("/modules/<module>/<unit>/<page>/reflection/draft")
@requires(Action.KEEP_JOURNAL)
def reflection_draft(module: str, unit: str, page: str) -> Response:
    """Keep the words while they are written (js/autosave.js)."""
    _, about = _asked(module, unit, page)
    form = EntryForm()
    if not form.validate():
        raise BadRequest(_fault(form))
    note = NOTE if finds_in([form.text.data or ""]) else ""
    entry = _save(about, form)
    return jsonify(saved_at=clock.clock_time(entry.saved_at), version=entry.version, note=note)


@bp.get("/journal")
@requires(Action.KEEP_JOURNAL)
def journal() -> str:
    """Everything somebody has written, the latest first."""
    return render_template("modules/journal.html", entries=entries_of(current_actor()))


@bp.get("/journal/export")
@requires(Action.KEEP_JOURNAL)
def journal_export() -> Response:
    """The journal as a text file to keep."""
    response = make_response(
        render_template("modules/journal.txt", entries=entries_of(current_actor()))
    )
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="journal.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(module: str, unit: str, page: str) -> tuple[Page, Reflection]:
    read = catalogue().page(f"{module}/{unit}/{page}")
    if read.reflection is None:
        raise NotFound(NOT_YOURS)
    return read, read.reflection


def _save(about: Reflection, form: EntryForm) -> JournalEntry:
    entry = service.save_entry(
        about,
        form.text.data or "",
        version=form.version.data or 0,
        actor=current_actor(),
        now=clock.now(),
    )
    db.session.commit()
    return entry


def _fault(form: EntryForm) -> str:
    return " ".join(str(words) for errors in form.errors.values() for words in errors)


def _again(read: Page, form: EntryForm, fault: str) -> str:
    """The page with the words still in the field, and what to do about them."""
    shown = show_page(current_actor(), read)
    shown.words = form.text.data or ""
    shown.version = form.version.data or 0
    shown.entry_fault = fault
    return render_template("modules/page.html", shown=shown)


def _look_again(read: Page, form: EntryForm, finds: list[FindShown]) -> str:
    """The page with the words still in the field, and which of them could tell who somebody is."""
    shown = show_page(current_actor(), read)
    shown.words = form.text.data or ""
    shown.version = form.version.data or 0
    shown.finds = finds
    return render_template("modules/page.html", shown=shown)


def _both(read: Page, form: EntryForm, fault: str) -> str:
    """The page with these words in the field and the later ones beside them, to put together."""
    shown = show_page(current_actor(), read)
    shown.words = form.text.data or ""
    shown.entry_fault = fault
    shown.both = True
    return render_template("modules/page.html", shown=shown)
