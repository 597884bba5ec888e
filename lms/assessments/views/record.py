"""What was done to one script, or to all of an assessment in a cohort."""

from flask import render_template, request

from lms.actor import Action
from lms.assessments import queries
from lms.assessments.views.blueprints import marking
from lms.modules.catalogue import catalogue
from lms.people import queries as people
from lms.web.access import current_actor, requires


@marking.get("/scripts/<int:submission_id>/record")
@requires(Action.SEE_RECORD)
def script_record(submission_id: int) -> str:
    """Everything that was done to one script, the newest first."""
    script = queries.script_on_record(current_actor(), submission_id)
    return _page([script], script.assessment, people.get_cohort(script.cohort_id).slug, script.code)


@marking.get("/<assessment>/record")
@requires(Action.SEE_RECORD)
def assessment_record(assessment: str) -> str:
    """Everything that was done to the scripts of an assessment in a cohort, the newest first."""
    asked = catalogue().assessment(assessment)
    slug = request.args.get("cohort", "")
    cohort = people.cohort_visible_to(current_actor(), slug, Action.SEE_RECORD)
    return _page(queries.scripts_on_record(current_actor(), cohort, asked.key), asked.key, slug, "")


def _page(scripts: list[queries.OnRecord], assessment: str, slug: str, code: str) -> str:
    acts = queries.acts_on(scripts, before=request.args.get("before", type=int))
    actor = current_actor()
    cohort = people.cohort_visible_to(actor, slug, Action.SEE_RECORD)
    return render_template(
        "marking/record.html",
        acts=acts,
        asked=catalogue().assessment(assessment),
        cohort=cohort,
        code=code,
        scripts={script.code: script.id for script in scripts},
        may_mark=actor.may(Action.MARK, cohort_id=cohort.id),
        older=acts[-1].entry_id if len(acts) == queries.A_PAGE else None,
    )
