"""How far marks have come on their way to the VLE, and sending a refused one again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.db import db
from lms.lti.queries import scores as queries
from lms.lti.service import scores as service
from lms.modules.catalogue import catalogue
from lms.people.queries import cohort_visible_to, get_cohort
from lms.tasks import poke
from lms.web.access import current_actor, requires
from lms.web.doors import Door


def door(actor: Actor, *, assessment: str, cohort: str) -> Door | None:
    """From a marking queue to its scores."""
    if not actor.may(Action.RELEASE):
        return None
    return Door(
        "Marks sent to the VLE",
        "Which have arrived, and which need somebody",
        url_for("lti.scores", assessment=assessment, cohort=cohort),
    )


@requires(Action.RELEASE)
def scores() -> str:
    """Per person of a cohort: waiting, sent and when, or refused and why."""
    assessment = catalogue().assessment(request.args.get("assessment", ""))
    cohort = cohort_visible_to(current_actor(), request.args.get("cohort", ""), Action.RELEASE)
    return render_template(
        "lti/scores.html",
        assessment=assessment,
        cohort=cohort,
        rows=queries.delivery_words(assessment.key, cohort.id),
    )


@requires(Action.RELEASE)
def send_again(delivery_id: int) -> Response:
    """Put a refused mark back among those that wait."""
    cohort_id, assessment = service.send_again(delivery_id, actor=current_actor(), now=clock.now())
    cohort = get_cohort(cohort_id).slug
    db.session.commit()
    poke("scores")
    flash("We send it again now.")
    return redirect(url_for("lti.scores", assessment=assessment, cohort=cohort), 303)


def register(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    bp.add_url_rule("/lti/scores", view_func=scores)
    bp.add_url_rule("/lti/scores/<int:delivery_id>/again", view_func=send_again, methods=["POST"])
