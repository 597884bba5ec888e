"""More time, for the learner: what is possible is shown first; taken at once, or asked for."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms.more_time import AskTimeForm, TakeTimeForm
from lms.assessments.rules.more_time import MOST_EVIDENCE, Category, Wants, ask_blocks, take_blocks
from lms.assessments.rules.uploads import FileRefused
from lms.assessments.service import more_time as service
from lms.assessments.views.blueprints import assessments
from lms.db import db
from lms.errors import Conflict, LmsError, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.storage import storage
from lms.tasks import poke
from lms.web.access import current_actor, requires


def _asked(key: str) -> Assessment:
    return queries.assessment_visible_to(current_actor(), key)


@assessments.get("/<assessment>/more-time")
@requires(Action.HAND_IN)
def more_time(assessment: str) -> str:
    """The date, why it is that date, and what could move it."""
    return _page(_asked(assessment))


def _page(
    asked: Assessment, *, form: AskTimeForm | None = None, refused: Sequence[str] = ()
) -> str:
    place = queries.place_visible_to(current_actor(), asked)
    where = service.where_stands(place, asked, clock.now())
    rules = queries.terms_of(place.cohort.regulations)
    take, found = take_blocks(where.now, rules.terms, rules.calendar)
    return render_template(
        "assessments/more_time.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        date=where.date,
        take_blocks=take,
        found=found,
        ask_blocks=ask_blocks(where.now, rules.terms),
        most=rules.terms.extensions.most_working_days if rules.terms.extensions else None,
        most_files=MOST_EVIDENCE,
        take_form=TakeTimeForm(formdata=None, data={"seen": where.date.due.isoformat()}),
        form=form or AskTimeForm(formdata=None),
        requests=queries.own_requests(place.id, asked.key),
        refused=refused,
    )


@assessments.post("/<assessment>/more-time/take")
@requires(Action.HAND_IN)
def take_more_time(assessment: str) -> Response | tuple[str, int]:
    """Take the time that needs nobody's answer."""
    asked = _asked(assessment)
    form = TakeTimeForm()
    seen = form.seen_at()
    try:
        if not form.validate() or seen is None:
            raise RuleBroken("This page did not arrive whole. Try once more from here.")
        service.take_more_time(
            asked,
            category=Category[form.category.data],
            seen=seen,
            actor=current_actor(),
            now=clock.now(),
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        return _page(_asked(assessment), refused=_reasons(refusal)), 409
    db.session.commit()
    poke("messages")
    flash("You have more time. The new date is below.")
    return redirect(url_for("assessments.more_time", assessment=asked.key), 303)


def _reasons(refusal: LmsError) -> tuple[str, ...]:
    return refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)


@assessments.post("/<assessment>/more-time/ask")
@requires(Action.HAND_IN)
def ask_for_more_time(assessment: str) -> Response | tuple[str, int]:
    """Ask whoever decides; what was typed comes back with any refusal."""
    asked = _asked(assessment)
    form = AskTimeForm()
    if not form.validate():
        return _page(asked, form=form), 400
    try:
        service.ask_for_more_time(
            asked,
            wants=Wants[form.wants.data],
            days=form.days.data,
            category=Category[form.category.data],
            text=form.text.data or "",
            files=form.sent_files(),
            actor=current_actor(),
            now=clock.now(),
        )
    except FileRefused as refusal:
        db.session.rollback()
        form.files.errors = [f"{refusal} Nothing was sent yet; choose the files once more."]
        return _page(_asked(assessment), form=form), 400
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(_asked(assessment), form=form, refused=refusal.reasons), 409
    db.session.commit()
    poke("messages")
    flash("Your request is sent. You get an e-mail when there is an answer.")
    return redirect(url_for("assessments.more_time", assessment=asked.key), 303)


@assessments.post("/<assessment>/more-time/<int:request_id>/take-back")
@requires(Action.HAND_IN)
def take_back_request(assessment: str, request_id: int) -> Response | tuple[str, int]:
    """Take a request back; what was written is erased."""
    asked = _asked(assessment)
    try:
        keys = service.take_back(
            asked, request_id=request_id, actor=current_actor(), now=clock.now()
        )
    except Conflict as refusal:
        db.session.rollback()
        return _page(_asked(assessment), refused=(refusal.message,)), 409
    db.session.commit()
    for key in keys:
        storage().delete(key)
    flash("You took the request back. What you wrote and the files are erased.")
    return redirect(url_for("assessments.more_time", assessment=asked.key), 303)


@assessments.get("/evidence/<int:evidence_id>")
@requires(Action.SIGNED_IN)
def evidence(evidence_id: int) -> Response:
    """A file of evidence, as a download, for its owner and for whoever decides."""
    found = queries.evidence_visible_to(current_actor(), evidence_id)
    response = make_response(storage().open(found.storage_key))
    response.headers["Content-Type"] = found.media_type
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"file\"; filename*=UTF-8''{quote(found.name, safe='')}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


LARGEST = (MOST_EVIDENCE + 1) * 10 * 1024 * 1024


@assessments.url_value_preprocessor
def _read_evidence(endpoint: str | None, _values: object) -> None:
    """Let a form with files be read, so that a file too large is answered by the page."""
    if endpoint == "assessments.ask_for_more_time":
        request.max_content_length = LARGEST
