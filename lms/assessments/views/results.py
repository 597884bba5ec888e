"""The result of an assessment: feedback first, the mark one click away, and why it is that mark."""

from flask import render_template, request

from lms.actor import Action
from lms.assessments import queries
from lms.assessments.rules.dates import date_rule
from lms.assessments.service.scripts import (
    decisions_of,
    mark_of,
    pins_of,
    regulations_of_mark,
    result_of,
)
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.passages import file_pins_of, passages_of
from lms.modules.catalogue import catalogue
from lms.web.access import current_actor, not_found_here, requires


@assessments.get("/<assessment>/result")
@requires(Action.SEE_OWN_PROGRESS)
def result(assessment: str) -> str:
    """One's own released result."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    submission, row, said = queries.released_visible_to(actor, asked)
    regulations = regulations_of_mark(submission)
    found = result_of(submission)
    mark = mark_of(submission)
    if found is None or mark is None or regulations is None:
        raise not_found_here()
    return render_template(
        "assessments/result.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        submission=submission,
        row=row,
        found=found,
        mark=mark,
        decisions=decisions_of(mark),
        pinned=[one for one in passages_of(submission, pins_of(mark)) if one.pin],
        file_pins=file_pins_of(submission, pins_of(mark)),
        to_cohort=said,
        regulations=regulations,
        rule=date_rule(submission.due_at, submission.handed_in_at),
        shown="mark" in request.args,
    )
