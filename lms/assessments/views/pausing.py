"""A pause: taken with one button, without a reason; ended with another."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments.queries import terms_of
from lms.assessments.views.blueprints import assessments
from lms.db import db
from lms.people import queries as people
from lms.people.service import pauses
from lms.tasks import poke
from lms.web.access import current_actor, requires


@assessments.get("/pause")
@requires(Action.PAUSE)
def pause() -> str:
    """What a pause does, and the button; on a pause, the way back."""
    place = pauses.place_to_pause(current_actor())
    rule = terms_of(people.get_cohort(place.cohort_id).regulations).terms.pause
    return render_template(
        "assessments/pause.html",
        pause=people.find_pause(place.enrolment_id),
        most_days=rule.most_days if rule else None,
    )


@assessments.post("/pause")
@requires(Action.PAUSE)
def take_pause() -> Response:
    """Begin a pause."""
    tell = "tell" in request.form
    pauses.take_pause(tell=tell, actor=current_actor(), now=clock.now())
    db.session.commit()
    if tell:
        poke("messages")
    flash("You are on a pause. Come back when it suits you.")
    return redirect(url_for("assessments.pause"), 303)


@assessments.post("/pause/end")
@requires(Action.PAUSE)
def come_back() -> Response:
    """End the pause; then only what matters next."""
    pauses.come_back(actor=current_actor(), now=clock.now())
    db.session.commit()
    return redirect(url_for("start.back"), 303)
