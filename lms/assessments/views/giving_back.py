"""Whoever leads a module gives handed-in work back to its writer, from that person's dates."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms.more_time import GiveBackForm
from lms.assessments.service import taking_back as service
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.deciding import one_of
from lms.db import db
from lms.errors import RuleBroken
from lms.tasks import poke
from lms.web.access import current_actor, requires


@assessments.get("/people/<int:place_id>/<assessment>/give-back")
@requires(Action.SIGNED_IN)
def giving_back(place_id: int, assessment: str) -> str:
    """What stands in the way, or the form."""
    return _page(place_id, assessment, GiveBackForm(formdata=None))


def _page(place_id: int, assessment: str, form: GiveBackForm, refused: Sequence[str] = ()) -> str:
    actor, now = current_actor(), clock.now()
    place = queries.place_decided_by(actor, place_id, Action.DECIDE_MORE_TIME)
    asked = one_of(place, assessment)
    date = queries.deadline_of(place, asked, now)
    submission = queries.find_submission(place.id, asked.key, date.attempt)
    return render_template(
        "assessments/give_back.html",
        place=place,
        asked=asked,
        date=date,
        submission=submission,
        blocks=service.why_kept(place, asked, submission, now=now),
        form=form,
        refused=refused,
    )


@assessments.post("/people/<int:place_id>/<assessment>/give-back")
@requires(Action.SIGNED_IN)
def give_back(place_id: int, assessment: str) -> Response | tuple[str, int]:
    """It is a draft again, and its writer is told why."""
    actor = current_actor()
    place = queries.place_decided_by(actor, place_id, Action.DECIDE_MORE_TIME)
    asked = one_of(place, assessment)
    form = GiveBackForm()
    if not form.validate():
        return _page(place_id, assessment, form), 400
    try:
        service.give_back(
            place_id, asked, reason=form.reason.data or "", actor=actor, now=clock.now()
        )
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(place_id, assessment, form, refusal.reasons), 409
    db.session.commit()
    poke("messages")
    flash("It is given back, and the learner gets an e-mail with your words.")
    return redirect(url_for("assessments.person", place_id=place_id), 303)
