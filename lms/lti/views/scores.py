"""How far marks have come on their way to the VLE; sending again; what the VLE holds instead."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.assessments import queries as assessments
from lms.assessments.service.release import what_would_be_released
from lms.db import db
from lms.errors import BadRequest
from lms.lti.queries import on_their_way
from lms.lti.queries import reconcile as differences
from lms.lti.queries import scores as score_queries
from lms.lti.rules.reconcile import Decision
from lms.lti.service import reconcile, rests
from lms.lti.service import scores as service
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Cohort
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


def _asked(given: Any) -> tuple[Assessment, Cohort]:
    assessment = catalogue().assessment(given.get("assessment", ""))
    return assessment, cohort_visible_to(current_actor(), given.get("cohort", ""), Action.RELEASE)


def _back(assessment: str, cohort: str) -> Response:
    return redirect(url_for("lti.scores", assessment=assessment, cohort=cohort), 303)


@requires(Action.RELEASE)
def scores() -> str:
    """What will be sent and where, and per person how far it has come."""
    assessment, cohort = _asked(request.args)
    return _page(assessment, cohort)


def _page(assessment: Assessment, cohort: Cohort, *, faults: dict[int, str] | None = None) -> str:
    scripts = assessments.scripts_to_release(current_actor(), cohort, assessment.key)
    rows = on_their_way.marks_of(assessment.key, cohort.id)
    found = differences.differences_in(assessment.key, cohort.id)
    columns = on_their_way.columns_of(assessment.key, cohort.id)
    return render_template(
        "lti/scores.html",
        assessment=assessment,
        cohort=cohort,
        regulations=assessments.regulations_of(cohort),
        columns=columns,
        rows=rows,
        waiting=[one for one in rows if one.delivery is None or one.delivery.status == "waiting"],
        refused=[one for one in rows if one.delivery and one.delivery.status == "refused"],
        to_release=what_would_be_released(scripts),
        withdrawn=on_their_way.withdrawn_marks(assessment.key, cohort.id),
        differences=[one for one in found if one.row.decision is None],
        decided=[one for one in found if one.row.decision is not None],
        checks=[one.check for one in columns if one.check is not None],
        faults=faults or {},
    )


@requires(Action.RELEASE)
def send_again(delivery_id: int) -> Response:
    """Put a refused mark back among those that wait."""
    cohort_id, assessment = service.send_again(delivery_id, actor=current_actor(), now=clock.now())
    cohort = get_cohort(cohort_id).slug
    db.session.commit()
    poke("scores")
    flash("We send it again now.")
    return _back(assessment, cohort)


@requires(Action.RELEASE)
def send_all_again() -> Response:
    """Put every refused mark of a cohort's assessment back."""
    assessment, cohort = _asked(request.form)
    slug = cohort.slug
    service.send_all_again(cohort.id, assessment.key, actor=current_actor(), now=clock.now())
    db.session.commit()
    poke("scores")
    flash("We send what was refused again now.")
    return _back(assessment.key, slug)


@requires(Action.RELEASE)
def read_back() -> Response:
    """Ask for the VLE's marks to be read now."""
    assessment, cohort = _asked(request.form)
    slug = cohort.slug
    asked = reconcile.ask_for(cohort.id, assessment.key, actor=current_actor(), now=clock.now())
    for platform_id in score_queries.platforms_for(cohort.id, assessment.key):
        rests.end(platform_id)
    db.session.commit()
    poke("reconcile")
    flash(
        "We read the VLE’s marks now. Look at this page again in a minute."
        if asked
        else "There is no gradebook column to read yet."
    )
    return _back(assessment.key, slug)


@requires(Action.RELEASE)
def decide(difference_id: int) -> Response:
    """Keep the VLE's mark, with a reason, or send ours again."""
    try:
        decision = Decision(request.form.get("decision", ""))
    except ValueError:
        raise BadRequest("Choose what to do about this mark.") from None
    reason = request.form.get("reason", "").strip()
    assessment_key, cohort_id = differences.place_of(difference_id, current_actor())
    cohort = get_cohort(cohort_id)
    slug = cohort.slug
    if fault := reconcile.reason_fault(decision, reason):
        page = _page(catalogue().assessment(assessment_key), cohort, faults={difference_id: fault})
        return Response(page, 400, mimetype="text/html")
    reconcile.decide(difference_id, decision, reason=reason, actor=current_actor(), now=clock.now())
    db.session.commit()
    if decision is Decision.SEND:
        poke("scores")
    flash(
        "The VLE’s mark stays as it is, and your reason is kept."
        if decision is Decision.KEEP
        else "We send our mark again now."
    )
    return _back(assessment_key, slug)


def register(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    bp.add_url_rule("/lti/scores", view_func=scores)
    rules: list[tuple[str, Any]] = [
        ("/lti/scores/<int:delivery_id>/again", send_again),
        ("/lti/scores/again", send_all_again),
        ("/lti/scores/read-back", read_back),
        ("/lti/scores/differences/<int:difference_id>", decide),
    ]
    for rule, view in rules:
        bp.add_url_rule(rule, view_func=view, methods=["POST"])
