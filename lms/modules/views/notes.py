"""Bookmarks and private notes: on a page, and all of them in one list. Nobody else sees them."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, jsonify, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from lms import clock
from lms.actor import Action
from lms.db import db
from lms.errors import BadRequest, Conflict
from lms.markdown_html import learner_text
from lms.modules.catalogue import Page, catalogue
from lms.modules.forms.notes import NoteForm
from lms.modules.models.notes import PageKept
from lms.modules.queries.notes import pages_kept
from lms.modules.service import notes as service
from lms.modules.views.blueprint import bp
from lms.modules.views.shown import page_url, show_page
from lms.web.access import current_actor, requires

PATH = "/modules/<module>/<unit>/<page>"


@dataclass(frozen=True)
class KeptShown:
    """What stands on one page: its bookmark and note, and the words in the field."""

    marked: bool
    words: str
    version: int
    saved_at: datetime | None
    fault: str = ""
    other: str = ""  # what another window wrote meanwhile


@dataclass(frozen=True)
class NoteShown:
    """A line of the list. A page may have been taken out; the words stay."""

    title: str
    where: str
    url: str | None
    marked: bool
    text: str
    noted_at: datetime | None

    @property
    def html(self) -> Markup:
        return learner_text(self.text)


@bp.post(f"{PATH}/bookmark")
@requires(Action.KEEP_JOURNAL)
def bookmark(module: str, unit: str, page: str) -> BaseResponse:
    """Put a bookmark here, or take it away."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    if request.form.get("away"):
        service.take_bookmark_away(read.key, actor=current_actor())
        said = "The bookmark is taken away."
    else:
        service.keep_bookmark(read.key, actor=current_actor(), now=clock.now())
        said = "There is a bookmark here now. Only you can see it."
    db.session.commit()
    flash(said)
    return redirect(page_url(read), 303)


@bp.post(f"{PATH}/note")
@requires(Action.KEEP_JOURNAL)
def note(module: str, unit: str, page: str) -> BaseResponse | tuple[str, int]:
    """Keep a note, by the button."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    form = NoteForm()
    if not form.validate():
        return _again(read, form, _fault(form)), 422
    try:
        _save(read, form)
    except Conflict as refused:
        db.session.rollback()
        return _again(read, form, refused.message, conflict=True), 409
    flash("Your note is saved. Only you can see it.")
    return redirect(page_url(read, anchor="note"), 303)


@bp.post(f"{PATH}/note/draft")
@requires(Action.KEEP_JOURNAL)
def note_draft(module: str, unit: str, page: str) -> Response:
    """Keep a note while it is written (js/autosave.js)."""
    read = catalogue().page(f"{module}/{unit}/{page}")
    form = NoteForm()
    if not form.validate():
        raise BadRequest(_fault(form))
    kept = _save(read, form)
    return jsonify(saved_at=clock.clock_time(kept.noted_at or clock.now()), version=kept.version)


@bp.get("/modules/notes")
@requires(Action.KEEP_JOURNAL)
def notes() -> str:
    """Every bookmark and note, in the order of the pages."""
    return render_template("modules/notes.html", notes=notes_of(current_actor().user_id))


def kept_shown(kept: PageKept | None) -> KeptShown:
    """What stands on a page of what its reader keeps there."""
    if kept is None:
        return KeptShown(marked=False, words="", version=0, saved_at=None)
    return KeptShown(kept.marked_at is not None, kept.note, kept.version, kept.noted_at)


def notes_here() -> list[NoteShown]:
    """For the journal's text file: what its writer keeps at pages."""
    return notes_of(current_actor().user_id)


def notes_of(user_id: int) -> list[NoteShown]:
    """A person's own bookmarks and notes, in reading order; what was taken out comes last."""
    order = {page.key: n for n, page in enumerate(p for u in catalogue().units for p in u.pages)}
    kept = [one for one in pages_kept(user_id) if one.marked_at or one.note.strip()]
    return [
        _shown(one) for one in sorted(kept, key=lambda one: order.get(one.page_key, len(order)))
    ]


def _shown(kept: PageKept) -> NoteShown:
    page = catalogue().find_page(kept.page_key)
    title, where, url = "A page that has been taken out since", "", None
    if page is not None:
        unit = catalogue().unit(page.unit_key)
        where = f"{catalogue().module(unit.module_key).short}, {unit.label}: {unit.title}"
        title, url = page.title, page_url(page)
    marked = kept.marked_at is not None
    return NoteShown(title, where, url, marked, kept.note.strip(), kept.noted_at)


def _save(page: Page, form: NoteForm) -> PageKept:
    kept = service.save_note(
        page.key,
        form.note.data or "",
        version=form.version.data or 0,
        actor=current_actor(),
        now=clock.now(),
    )
    db.session.commit()
    return kept


def _fault(form: NoteForm) -> str:
    return " ".join(str(words) for errors in form.errors.values() for words in errors)


def _again(page: Page, form: NoteForm, fault: str, *, conflict: bool = False) -> str:
    """The page with the words still in the field; what another window wrote stands beside them."""
    shown = show_page(current_actor(), page)
    now_kept = kept_shown(shown.kept)
    words = form.note.data or ""
    version = now_kept.version if conflict else form.version.data or 0
    other = now_kept.words if conflict else ""
    kept = KeptShown(now_kept.marked, words, version, now_kept.saved_at, fault, other)
    return render_template("modules/page.html", shown=shown, kept=kept)
