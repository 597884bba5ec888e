"""The regulations of a cohort as clauses, in the same words for learners and staff."""

from dataclasses import dataclass

from flask import render_template, request

from lms.actor import Action
from lms.assessments import queries
from lms.assessments.views.blueprints import assessments
from lms.modules.catalogue import Assessment, Clause, Regulations, catalogue
from lms.people import queries as people
from lms.people.models import Cohort
from lms.regulations import unstated
from lms.web.access import current_actor, requires

MAY_READ = (Action.MARK, Action.SEE_MARKS, Action.SEE_COHORT)
# What regulations may say before this site does it.
ELSEWHERE = frozenset({"second-marking", "sample", "compensation"})


@dataclass(frozen=True)
class ClauseShown:
    """A clause, and whether it is done here."""

    clause: Clause
    elsewhere: bool


@assessments.get("/<assessment>/regulations")
@requires(Action.READ_MODULES)
def regulations(assessment: str) -> str:
    """One's own cohort's regulations; for staff those of `?cohort=`, or the cohorts to choose."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    place = queries.find_place(actor, asked)
    if "cohort" in request.args:
        return _page(asked, people.cohort_visible_to(actor, request.args["cohort"], *MAY_READ))
    if place is not None:
        return _page(asked, place.cohort)
    cohorts = [
        cohort
        for cohort in people.cohorts_visible_to(actor, *MAY_READ)
        if cohort.programme == asked.programme and cohort.regulations
    ]
    return render_template(
        "assessments/regulations_of_which.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        cohorts=cohorts,
    )


def _page(asked: Assessment, cohort: Cohort) -> str:
    rules = queries.regulations_of(cohort)
    return render_template(
        "assessments/regulations.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        cohort=cohort,
        regulations=rules,
        clauses=shown(rules),
        unstated=unstated(rules.terms),
    )


def shown(rules: Regulations) -> list[ClauseShown]:
    """Every clause, in the order in which a piece of work meets them."""
    return [
        ClauseShown(one, one.id in ELSEWHERE or one.id.startswith("class-"))
        for one in rules.clauses
    ]
