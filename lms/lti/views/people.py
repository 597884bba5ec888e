"""A VLE's list of people against a cohort: what it would change, and doing exactly that."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.db import db
from lms.lti import rosters as reading
from lms.lti.models import Context
from lms.lti.queries import launches
from lms.lti.queries import rosters as queries
from lms.lti.rules.rosters import Step
from lms.lti.service import rosters as service
from lms.web.access import current_actor, not_found_here, requires
from lms.web.doors import Door

MEANWHILE = "Somebody came in from the VLE meanwhile. This is what would be done now."


def _course(context_id: int) -> Context:
    context = launches.get_context(context_id)
    if not service.may_sync(current_actor(), context):
        raise not_found_here()
    return context


def door(actor: Actor) -> Door | None:
    """From home to the lists of people, for whoever may use them."""
    if not actor.may(Action.KEEP_ROSTER):
        return None
    return Door(
        "People of your courses",
        "The VLE’s list, and who would join or leave",
        url_for("lti.rosters"),
    )


@requires(Action.KEEP_ROSTER)
def rosters() -> str:
    """The linked courses whose people somebody may look after."""
    where = current_actor().cohorts_where(Action.KEEP_ROSTER)
    return render_template("lti/rosters.html", contexts=queries.linked_contexts(where))


@requires(Action.KEEP_ROSTER)
def roster(context_id: int) -> str:
    """What the list that was read last would do."""
    return _page(_course(context_id))


def _page(context: Context, fault: str = "") -> str:
    found = queries.find_roster(context.id)
    fresh = bool(
        found
        and found.listed.get("people") is not None
        and found.listed_at
        and clock.now() - found.listed_at <= service.GOOD_FOR
    )
    return render_template(
        "lti/roster.html",
        context=context,
        roster=found,
        plan=service.what_would_be_done(context, found) if found and fresh else None,
        whole=bool(found and found.listed.get("whole")),
        groups=found.listed.get("groups", []) if found else [],
        Step=Step,
        fault=fault,
        not_offered=None if context.memberships_url else reading.NOT_OFFERED,
    )


@requires(Action.KEEP_ROSTER)
def roster_look(context_id: int) -> Response:
    """Ask the VLE who is in the course. Nothing is changed by it."""
    _course(context_id)
    db.session.expunge_all()
    db.session.rollback()
    fault = reading.read_list(context_id)
    if fault is not None:
        page = _page(_course(context_id), fault)
        return Response(page, 409, mimetype="text/html")
    return redirect(url_for("lti.roster", context_id=context_id), 303)


@requires(Action.KEEP_ROSTER)
def roster_apply(context_id: int) -> Response:
    """Do what was shown, or show it again when it is not what would be done now."""
    _course(context_id)
    fault = ""
    try:
        service.apply_list(
            context_id,
            agreed=request.form.get("agreed", ""),
            actor=current_actor(),
            now=clock.now(),
        )
        db.session.commit()
    except service.ListChanged as changed:
        fault = changed.message
    except IntegrityError:  # somebody's first launch made the same person
        fault = MEANWHILE
    if fault:
        db.session.rollback()
        return Response(_page(_course(context_id), fault), 409, mimetype="text/html")
    flash("Done. From now on the list is read every night, and people are kept in step.")
    return redirect(url_for("lti.roster", context_id=context_id), 303)


def register(bp: Blueprint) -> None:
    """Give the blueprint these pages."""
    bp.add_url_rule("/lti/people", view_func=rosters)
    bp.add_url_rule("/lti/people/<int:context_id>", view_func=roster)
    bp.add_url_rule("/lti/people/<int:context_id>/look", view_func=roster_look, methods=["POST"])
    bp.add_url_rule("/lti/people/<int:context_id>/apply", view_func=roster_apply, methods=["POST"])
