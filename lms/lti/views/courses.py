"""Courses that are not linked yet: what a person is told, and where a module lead links one."""

import logging
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.db import db
from lms.errors import NotAllowed
from lms.lti.models import Context
from lms.lti.queries import launches as queries
from lms.lti.service import courses as service
from lms.people.queries import cohorts_visible_to, find_enrolment
from lms.web.access import current_actor, not_found_here, requires
from lms.web.doors import Door
from lms.web.errors import new_reference
from lms.web.prefix import launch_id

log = logging.getLogger(__name__)


@requires(Action.SIGNED_IN)
def waiting() -> str:
    """Why this launch opened no page, and to whom to turn."""
    arrival = queries.find_arrival(launch_id(request.environ) or "")
    if arrival is None:
        raise not_found_here()
    launch, context = arrival
    linked_since = bool(context and context.linked_at and context.linked_at > launch.created_at)
    ended, reference = _place_ended(context), new_reference()
    why = "place ended" if ended else "not linked" if _is_unlinked(context) else "no place"
    log.info("launch waits %s: %s, course %s", reference, why, context.id if context else None)
    return render_template(
        "lti/waiting.html",
        context=context,
        linked_since=linked_since,
        ended=ended,
        reference=reference,
    )


def _is_unlinked(context: Context | None) -> bool:
    return context is not None and context.cohort_id is None


def _place_ended(context: Context | None) -> bool:
    if context is None or context.cohort_id is None:
        return False
    place = find_enrolment(current_actor().user_id, context.cohort_id)
    return place is not None and place.left_at is not None


def _only_those_who_link() -> None:
    if not service.may_link(current_actor()):
        raise NotAllowed("Linking a course is for module leads and administrators.")


def door(actor: Actor) -> Door | None:
    """From home to the courses, for whoever links them."""
    if not service.may_link(actor):
        return None
    return Door(
        "Courses in the VLE",
        "Which course belongs to which cohort",
        url_for("lti.courses"),
    )


@requires(Action.LINK_CONTEXT)
def courses() -> str:
    """Every course that people came from."""
    _only_those_who_link()
    return render_template("lti/courses.html", contexts=queries.contexts())


@requires(Action.LINK_CONTEXT)
def course(context_id: int) -> str | Response:
    """Link one course to a cohort."""
    _only_those_who_link()
    context = queries.get_context(context_id)
    cohorts = cohorts_visible_to(current_actor(), Action.LINK_CONTEXT)
    fault = ""
    if request.method == "POST":
        chosen = {str(one.id): one.id for one in cohorts}.get(request.form.get("cohort", ""))
        if chosen is not None:
            return _link(context_id, chosen)
        fault = "Choose a cohort."
    page = render_template("lti/course.html", context=context, cohorts=cohorts, fault=fault)
    return Response(page, 400 if fault else 200, mimetype="text/html")


def _link(context_id: int, cohort_id: int) -> Response:
    service.link_context(context_id, cohort_id, actor=current_actor(), now=clock.now())
    db.session.commit()
    flash("The course is linked. Learners get their place when they next open an activity.")
    return redirect(url_for("lti.course", context_id=context_id), 303)


def register(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    rules: list[tuple[str, Any, list[str]]] = [
        ("/lti/waiting", waiting, ["GET"]),
        ("/lti/courses", courses, ["GET"]),
        ("/lti/courses/<int:context_id>", course, ["GET", "POST"]),
    ]
    for rule, view, methods in rules:
        bp.add_url_rule(rule, view_func=view, methods=methods)
