"""The cohorts and their tables: who is where, who may need somebody; as a page and as CSV."""

import csv
import io

from flask import Blueprint, Response, make_response, render_template

from lms import clock
from lms.actor import Action, Actor
from lms.errors import NotAllowed
from lms.modules.catalogue import catalogue
from lms.progress import queries
from lms.progress.queries import Own
from lms.progress.rules import Course
from lms.web.access import current_actor, requires

bp = Blueprint("progress", __name__, template_folder="../templates", url_prefix="/cohorts")


def _may_see(actor: Actor) -> None:
    if not (actor.may(Action.SEE_COHORT) or actor.may(Action.SEE_COHORT_STATUS)):
        raise NotAllowed("Your account does not include cohorts.")


def unit_words(own: Own) -> str:
    """Which unit somebody is in: `Module 1, unit 1: 2 of 6 pages`."""
    here = own.here
    if here is None:
        return "All open units complete"
    module = catalogue().module(here.unit.module_key)
    pages = f"{here.done_count} of {len(here.pages)} pages"
    return f"{module.short}, unit {here.unit.number}: {pages}"


@bp.get("/")
@requires(Action.SIGNED_IN)
def cohorts() -> str:
    """Every cohort the person may see."""
    actor = current_actor()
    _may_see(actor)
    programmes = {programme.key: programme.title for programme in catalogue().programmes}
    return render_template(
        "progress/cohorts.html",
        cohorts=queries.cohorts_visible_to(actor),
        programmes=programmes,
    )


@bp.get("/<slug>")
@requires(Action.SIGNED_IN)
def cohort(slug: str) -> str:
    """One cohort's table."""
    actor = current_actor()
    _may_see(actor)
    found = queries.cohort_visible_to(actor, slug)
    rows = queries.cohort_table(found, now=clock.now())
    return render_template(
        "progress/cohort.html",
        cohort=found,
        rows=[(name, own, unit_words(own)) for name, own in rows],
        conversations=sum(own.standing.course is Course.CONVERSATION for _, own in rows),
        may_decide=actor.may(Action.DECIDE_MORE_TIME, cohort_id=found.id),
        see_dates=actor.may(Action.SEE_COHORT, cohort_id=found.id),
        may_mark=actor.may(Action.MARK, cohort_id=found.id),
        Course=Course,
    )


@bp.get("/<slug>.csv")
@requires(Action.SIGNED_IN)
def cohort_csv(slug: str) -> Response:
    """The same table as a file for a spreadsheet."""
    actor = current_actor()
    _may_see(actor)
    found = queries.cohort_visible_to(actor, slug)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["Name", "Unit", "Units complete", "Assessments", "Standing", "Why"])
    for name, own in queries.cohort_table(found, now=clock.now()):
        work = "; ".join(f"{piece.title}: {piece.words}" for _, piece in own.pieces)
        cells = [name, unit_words(own), str(own.units_complete), work]
        sheet.writerow([_plain(cell) for cell in [*cells, own.standing.course, own.standing.why]])
    response = make_response("\ufeff" + out.getvalue())  # the mark makes Excel read UTF-8
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return response


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
