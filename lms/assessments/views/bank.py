"""The comment bank; and what is said to a whole cohort."""

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import BankForm, CohortFeedbackForm
from lms.assessments.models import CohortFeedback
from lms.assessments.service import bank
from lms.assessments.views.blueprints import marking
from lms.db import db
from lms.errors import Conflict, NotFound, RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.people import queries as people
from lms.people.models import Cohort
from lms.web.access import current_actor, requires
from lms.web.errors import wants_json


@marking.get("/comments")
@requires(Action.MARK)
def comments() -> str:
    """One's own comments, to be changed, and those that colleagues share."""
    return _page()


def _page(refused: tuple[str, ...] = (), unsaved: str = "") -> str:
    kept = queries.bank_of(current_actor())
    titles = {
        (asked.key, criterion.id): f"{asked.short}: {criterion.title}"
        for asked in catalogue().assessments
        for criterion in asked.criteria
    }
    return render_template(
        "marking/comments.html",
        own=[one.comment for one in kept if not one.owner],
        shared=[one for one in kept if one.owner],
        titles=titles,
        often=queries.often_used(current_actor(), bank.OFTEN),
        shorts={asked.key: asked.short for asked in catalogue().assessments},
        refused=refused,
        unsaved=unsaved,
    )


@marking.post("/comments")
@requires(Action.MARK)
def keep_comment() -> Response | tuple[str, int]:
    """A new comment for anywhere; or one's own, changed or taken away."""
    form, actor = BankForm(), current_actor()
    text = form.text.data or ""
    number = request.form.get("comment", 0, type=int)
    try:
        if not number:
            bank.keep_comment(text, assessment=None, criterion=None, actor=actor, now=clock.now())
        elif request.form.get("act") == "drop":
            bank.drop_comment(number, actor=actor)
        else:
            bank.change_comment(
                number,
                text=text,
                shared=form.shared.data,
                anywhere=form.anywhere.data,
                actor=actor,
            )
    except (RuleBroken, NotFound) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        return _page(reasons, text), 404 if isinstance(refusal, NotFound) else 409
    db.session.commit()
    flash("Saved.")
    return redirect(url_for("marking.comments"), 303)


@marking.route("/<assessment>/cohort-feedback", methods=["GET", "POST"])
@requires(Action.RELEASE)
def cohort_feedback(assessment: str) -> Response | str | tuple[str, int]:
    """What the whole cohort reads beside each person's own feedback; kept as it is typed (JSON)."""
    asked = catalogue().assessment(assessment)
    slug = request.values.get("cohort", "")
    cohort = people.cohort_visible_to(current_actor(), slug, Action.RELEASE)
    form = CohortFeedbackForm()
    if request.method != "POST":
        said = queries.find_cohort_feedback(cohort.id, asked.key)
        form.text.data = said.draft if said else ""
        form.write_over(said.version if said else 0)
        return _cohort_page(asked, cohort, form, said)
    try:
        said = bank.say_to_cohort(
            asked,
            cohort,
            text=form.text.data or "",
            version=form.version.data or 0,
            actor=current_actor(),
            now=clock.now(),
            draft=wants_json(),
        )
    except Conflict as refusal:
        db.session.rollback()
        return _not_said(asked, slug, form, refusal)
    if wants_json():
        answer = jsonify(saved_at=clock.clock_time(said.saved_at), version=said.version)
        db.session.commit()
        return answer
    db.session.commit()
    flash("Given to the cohort. They read it with their own feedback.")
    return redirect(url_for("marking.queue", assessment=asked.key, cohort=slug), 303)


def _not_said(
    asked: Assessment, slug: str, form: CohortFeedbackForm, refusal: Conflict
) -> Response | tuple[str, int]:
    if wants_json():
        return make_response(jsonify(message=refusal.message), 409)
    cohort = people.cohort_visible_to(current_actor(), slug, Action.RELEASE)
    theirs = queries.find_cohort_feedback(cohort.id, asked.key)
    form.write_over(theirs.version if theirs else 0)
    page = _cohort_page(asked, cohort, form, theirs, refused=(refusal.message,))
    return page, 409


def _cohort_page(
    asked: Assessment,
    cohort: Cohort,
    form: CohortFeedbackForm,
    said: CohortFeedback | None,
    *,
    refused: tuple[str, ...] = (),
) -> str:
    return render_template(
        "marking/cohort_feedback.html",
        asked=asked,
        cohort=cohort,
        form=form,
        said=said,
        theirs=said if refused else None,
        refused=refused,
    )
