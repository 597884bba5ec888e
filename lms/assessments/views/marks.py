"""Marks of whole modules: a learner's own, and a cohort's for those who may see all its marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request
from werkzeug.wrappers import Response

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.rules.modules import Attempted, ModuleStanding, module_standing
from lms.assessments.views.blueprints import assessments, marking
from lms.modules.catalogue import Module, Regulations, catalogue
from lms.people import queries as people
from lms.web.access import current_actor, not_found_here, requires

PROGRAMME = "pgcert"
Attempts = Mapping[str, Sequence[Attempted]]


@dataclass(frozen=True)
class ModuleShown:
    """A module and where somebody stands in it."""

    module: Module
    standing: ModuleStanding


def _attempts(enrolment_ids: list[int]) -> dict[int, dict[str, list[Attempted]]]:
    found: dict[int, dict[str, list[Attempted]]] = {}
    for one in queries.attempts_of(enrolment_ids):
        mine = found.setdefault(one.enrolment_id, {})
        mine.setdefault(one.assessment, []).append(Attempted(one.kind, one.points))
    return found


def _modules(programme: str, attempts: Attempts, regulations: Regulations) -> list[ModuleShown]:
    return [
        ModuleShown(module, module_standing(module.assessments, attempts, regulations))
        for module in catalogue().programme(programme).modules
        if module.assessments
    ]


@assessments.get("/marks")
@requires(Action.SEE_OWN_PROGRESS)
def own_marks() -> str:
    """One's own marks so far, module by module."""
    place = _own_place(current_actor())
    cohort = people.get_cohort(place[1])
    regulations = queries.regulations_of(cohort)
    mine = _attempts([place[0]]).get(place[0], {})
    return render_template(
        "assessments/marks.html",
        modules=_modules(cohort.programme, mine, regulations),
        regulations=regulations,
    )


def _own_place(actor: Actor) -> tuple[int, int]:
    held = actor.enrolment_in(PROGRAMME)
    if held is None:
        raise not_found_here()
    return held.enrolment_id, held.cohort_id


@marking.get("/results")
@requires(Action.SEE_MARKS)
def cohort_marks() -> str | Response:
    """Released marks of a cohort, by name, with each module's mark so far."""
    actor = current_actor()
    cohorts = [one for one in people.cohorts_visible_to(actor, Action.SEE_MARKS) if one.regulations]
    if "cohort" not in request.args:
        return render_template("marking/results_of_which.html", cohorts=cohorts)
    cohort = people.cohort_visible_to(actor, request.args["cohort"], Action.SEE_MARKS)
    regulations = queries.regulations_of(cohort)
    places = [one for one in people.enrolments_in(cohort.id) if one.user_id != actor.user_id]
    attempts = _attempts([place.id for place in places])
    return render_template(
        "marking/results.html",
        cohort=cohort,
        modules=[m for m in catalogue().programme(cohort.programme).modules if m.assessments],
        rows=[
            (place.user.name, _modules(cohort.programme, attempts.get(place.id, {}), regulations))
            for place in places
        ],
        regulations=regulations,
        pieces=[
            one
            for module in catalogue().programme(cohort.programme).modules
            for one in module.assessments
            if one.record == "here" and actor.may(Action.SEE_RECORD, cohort_id=cohort.id)
        ],
        may_mark=actor.may(Action.MARK, cohort_id=cohort.id),
    )
