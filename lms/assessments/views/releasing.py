"""Releasing results: first who gets what, by code, then the button."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import ReleaseForm
from lms.assessments.service import release as service
from lms.assessments.views.blueprints import marking
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people
from lms.people.models import Cohort
from lms.tasks import poke
from lms.web.access import current_actor, requires


@marking.get("/<assessment>/release")
@requires(Action.RELEASE)
def confirm_release(assessment: str) -> str:
    """Who would get what, and anything that stands in the way."""
    asked = catalogue().assessment(assessment)
    slug = request.args.get("cohort", "")
    return _page(asked, people.cohort_visible_to(current_actor(), slug, Action.RELEASE))


def _page(asked: Assessment, cohort: Cohort, *, refused: tuple[str, ...] = ()) -> str:
    regulations = queries.regulations_of(cohort)
    scripts = queries.scripts_to_release(current_actor(), cohort, asked.key)
    blocks = service.blocks_of(
        asked, cohort, scripts, regulations, actor=current_actor(), now=clock.now()
    )
    if service.SHARED in blocks:
        scripts = []  # they are not this person's to see
    would_be = service.what_would_be_released(scripts)
    return render_template(
        "marking/release.html",
        asked=asked,
        cohort=cohort,
        regulations=regulations,
        would_be=would_be,
        agreed=service.list_hash(would_be),
        blocks=blocks,
        not_handed_in=max(
            0, queries.people_in(cohort.id) - len({script.enrolment_id for script in scripts})
        ),
        refused=refused,
    )


@marking.post("/<assessment>/release")
@requires(Action.RELEASE)
def release(assessment: str) -> Response | tuple[str, int]:
    """Release the results on the confirmed list."""
    actor = current_actor()
    asked = catalogue().assessment(assessment)
    form = ReleaseForm()
    cohort = people.cohort_visible_to(actor, form.cohort.data or "", Action.RELEASE)
    slug = cohort.slug
    try:
        count = service.release_results(
            asked, cohort, agreed=form.agreed.data or "", actor=actor, now=clock.now()
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        cohort = people.cohort_visible_to(actor, slug, Action.RELEASE)
        return _page(asked, cohort, refused=reasons), 409
    db.session.commit()
    if count:
        poke("scores")
        poke("messages")
        flash(f"{count} {'result is' if count == 1 else 'results are'} released.")
    else:
        flash("These results had been released already. Nothing was done twice.")
    return redirect(url_for("marking.queue", assessment=asked.key, cohort=slug), 303)
