"""The brief of an assessment, and the draft beneath it."""

from collections.abc import Sequence

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import DraftForm
from lms.assessments.models import Draft
from lms.assessments.rules.dates import due_in_words
from lms.assessments.rules.marking import band_ranges
from lms.assessments.rules.turnaround import marks_by
from lms.assessments.rules.uploads import MOST_FILES, FileRefused
from lms.assessments.service.confidentiality import look_through
from lms.assessments.service.drafts import StaleDraft, save_draft
from lms.assessments.service.files import add_file, remove_file
from lms.assessments.service.handing_in import words_in
from lms.assessments.views.blueprints import assessments
from lms.db import db
from lms.errors import LmsError, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Enrolment
from lms.storage import storage
from lms.web.access import current_actor, requires
from lms.web.errors import wants_json

# More than we take: a file that is too large is answered by the form, with the words still in it.
READABLE = 50 * 1024 * 1024
UNREADABLE = "This page’s own fields did not arrive whole. Load the page again, and save once more."


@assessments.url_value_preprocessor
def _read_large_files(endpoint: str | None, _values: object) -> None:
    """Let a form with a large file be read; set before the CSRF check, which reads it first."""
    if endpoint == "assessments.draft":
        request.max_content_length = READABLE


@assessments.get("/<assessment>")
@requires(Action.READ_MODULES)
def brief(assessment: str) -> str:
    """What is asked, by when, how it is marked; and for whoever takes it, the draft."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    return _page(asked, queries.find_place(actor, asked))


def _page(
    asked: Assessment,
    place: Enrolment | None,
    *,
    form: DraftForm | None = None,
    theirs: Draft | None = None,
    refused: Sequence[str] = (),
) -> str:
    """The page; `theirs` is what another window saved while this one was writing."""
    module = catalogue().module(asked.module_key)
    about = {
        "asked": asked,
        "module": module,
        "due_words": due_in_words(asked.due),
        "can_mark": asked.record == "here" and current_actor().may(Action.MARK),
    }
    if place is None:
        return render_template("assessments/brief_for_staff.html", **about, band_titles={})
    regulations = queries.regulations_of(place.cohort)
    ranges = band_ranges(regulations)
    moves = queries.moves_of([place.id])[place.id]
    date = queries.dated_by(moves, place.cohort, asked, clock.now())
    submission = queries.find_submission(place.id, asked.key, date.attempt)
    draft = None if submission else queries.find_draft(place.id, asked.key, date.attempt)
    return render_template(
        "assessments/brief.html",
        **about,
        regulations=regulations,
        band_titles={each.band.id: f"{each.band.title}, {each.in_words}" for each in ranges},
        date=date,
        more_time=moves.newest_request(asked.key, date.attempt),
        formats=moves.formats,
        earlier=_earlier(place, asked, moves) if date.attempt > 1 else (),
        submission=submission,
        released_at=queries.find_released_at(submission.id) if submission else None,
        by=marks_by(
            submission.due_at, submission.handed_in_at, regulations, clock.today(clock.now())
        )
        if submission
        else None,
        noted=None if submission else queries.last_next_step(place.id, asked.key),
        draft=draft,
        words=words_in(draft),
        most_files=MOST_FILES,
        form=form or _form_of(draft),
        theirs=theirs,
        refused=refused,
        unsaved=form.text.data if form and (refused or submission) else None,
    )


def _earlier(
    place: Enrolment, asked: Assessment, moves: queries.Moves
) -> Sequence[queries.PastAttempt]:
    """The attempts before the current one."""
    return queries.history_of(moves, queries.handed_in_by(place.id), asked.key)[:-1]


def _kept(place: Enrolment, asked: Assessment) -> Draft | None:
    """The draft of the current attempt."""
    return queries.find_draft(place.id, asked.key, queries.current_attempt(place.id, asked.key)[0])


def _form_of(draft: Draft | None) -> DraftForm:
    """The form with what is kept, whatever request this is."""
    return DraftForm(
        formdata=None,
        data={"text": draft.text if draft else "", "version": draft.version if draft else 0},
    )


@assessments.post("/<assessment>/draft")
@requires(Action.HAND_IN)
def draft(assessment: str) -> Response | tuple[str, int]:
    """Keep what is typed: as it is typed (JSON), or by one of the page's buttons."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    place = queries.place_visible_to(actor, asked)
    form = DraftForm()
    saved = _save(asked, form)
    if wants_json():
        return _say_saved(saved)
    if isinstance(saved, LmsError):
        return _not_saved(asked, place, form, saved)
    db.session.commit()
    return _then(asked, place, form)


def _save(asked: Assessment, form: DraftForm) -> Draft | LmsError:
    if not form.validate():
        return RuleBroken(UNREADABLE)
    try:
        return save_draft(
            asked,
            text=form.text.data or "",
            version=form.version.data or 0,
            actor=current_actor(),
            now=clock.now(),
        )
    except (StaleDraft, RuleBroken) as refusal:
        db.session.rollback()
        return refusal


def _say_saved(saved: Draft | LmsError) -> Response:
    if isinstance(saved, LmsError):
        message = " ".join(saved.reasons) if isinstance(saved, RuleBroken) else saved.message
        return make_response(jsonify(message=message), 409)
    answer = jsonify(saved_at=clock.clock_time(saved.saved_at), version=saved.version)
    db.session.commit()
    return answer


def _not_saved(
    asked: Assessment, place: Enrolment, form: DraftForm, refusal: LmsError
) -> tuple[str, int]:
    """The page again with what was typed, and beside it what stands in the way."""
    place = queries.place_visible_to(current_actor(), asked)
    if isinstance(refusal, RuleBroken):
        return _page(asked, place, form=form, refused=refusal.reasons), 409
    theirs = _kept(place, asked)
    form.write_over(theirs.version if theirs else 0)
    return _page(asked, place, form=form, theirs=theirs), 409


def _then(asked: Assessment, place: Enrolment, form: DraftForm) -> Response | tuple[str, int]:
    """What else the pressed button asked for, once the words are safe."""
    here = url_for("assessments.brief", assessment=asked.key)
    act = request.form.get("act", "save")
    sent = form.sent_file()
    if act.startswith("remove-"):
        return _remove(asked, act.removeprefix("remove-"), here)
    if sent is not None or act == "add":
        refusal = _add(asked, sent)
        if refusal:
            return _file_refused(asked, form, refusal)
    if act == "hand-in":
        _note_look(asked)
        return redirect(url_for("assessments.hand_in", assessment=asked.key), 303)
    return redirect(f"{here}#{'files' if act == 'add' else 'draft'}", 303)


def _note_look(asked: Assessment) -> None:
    """Count what the confidentiality check finds now, so that fixing can be counted later."""
    place = queries.place_visible_to(current_actor(), asked)
    queries.hold_place(place.id)
    draft = _kept(place, asked)
    look_through(draft, place, now=clock.now())
    db.session.commit()


def _add(asked: Assessment, sent: tuple[str, bytes] | None) -> str | None:
    """Keep the file; or the sentence that says why not."""
    if sent is None:
        return "Choose a file first, then add it."
    name, data = sent
    try:
        file = add_file(asked, name=name, data=data, actor=current_actor(), now=clock.now())
    except FileRefused as refusal:
        db.session.rollback()
        return str(refusal)
    db.session.commit()
    flash(f"“{file.name}” was added to your draft.")
    return None


def _file_refused(asked: Assessment, form: DraftForm, refusal: str) -> tuple[str, int]:
    place = queries.place_visible_to(current_actor(), asked)
    kept = _form_of(_kept(place, asked))
    kept.file.errors = [refusal]
    return _page(asked, place, form=kept), 400


def _remove(asked: Assessment, file_id: str, here: str) -> Response:
    if file_id.isdecimal():
        keys = remove_file(asked, file_id=int(file_id), actor=current_actor())
        db.session.commit()
        for key in keys:
            storage().delete(key)  # only now: a file that is still named somewhere must exist
        flash("The file was taken out of your draft.")
    return redirect(f"{here}#files", 303)
