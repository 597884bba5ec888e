"""The result of an assessment: feedback first, the mark one click away, and why it is that mark."""

import re

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import AskForm, NextStepForm
from lms.assessments.rules.ledger import corrections
from lms.assessments.service import mark_queries as service
from lms.assessments.service.feedback import feedback_of
from lms.assessments.service.next_steps import save_next_step
from lms.assessments.service.scripts import (
    entries_of,
    is_corrected,
    regulations_of_mark,
    released_result_of,
)
from lms.assessments.views.blueprints import assessments
from lms.assessments.views.handing_in import because_of
from lms.assessments.views.passages import files_of, passages_of
from lms.db import db
from lms.errors import RuleBroken
from lms.modules.catalogue import Assessment, catalogue
from lms.tasks import poke
from lms.web.access import current_actor, not_found_here, requires


@assessments.get("/<assessment>/result")
@requires(Action.SEE_OWN_PROGRESS)
def result(assessment: str) -> str:
    """One's own released result: the newest, or that of one attempt."""
    asked = queries.assessment_visible_to(current_actor(), assessment)
    attempt = request.args.get("attempt")
    if attempt is not None and not re.fullmatch("[0-9]{1,3}", attempt):
        raise not_found_here()
    return _page(asked, attempt=int(attempt) if attempt else None)


def _page(
    asked: Assessment,
    *,
    refused: tuple[str, ...] = (),
    question: str = "",
    step: str | None = None,
    attempt: int | None = None,
) -> str:
    """The page; `question` and `step` are what was typed and not taken."""
    actor = current_actor()
    newest, _row, said = queries.released_visible_to(actor, asked)
    submission = newest
    if attempt is not None and attempt != newest.attempt:
        submission, _, said = queries.released_visible_to(actor, asked, attempt)
    regulations = regulations_of_mark(submission)
    found = released_result_of(submission)
    if found is None or regulations is None:
        raise not_found_here()
    feedback = feedback_of(submission)
    asked_about = list(queries.own_queries(submission.id))
    noted = queries.find_next_step(submission.enrolment_id, asked.key)
    return render_template(
        "assessments/result.html",
        asked=asked,
        module=catalogue().module(asked.module_key),
        submission=submission,
        newer=None if submission is newest else newest.attempt,
        because=because_of(submission, asked),
        found=found,
        feedback=feedback,
        pinned=[one for one in passages_of(submission, feedback.pins) if one.pin],
        pinned_files=files_of(submission, feedback.pins, only_pinned=True),
        to_cohort=said,
        regulations=regulations,
        shown="mark" in request.args or bool(question),
        corrected=corrections(entries_of(submission)),
        being_corrected=is_corrected(submission),
        asked_about=asked_about,
        asking_blocks=service.asking_blocked(submission, asked_about, clock.now()),
        until=service.until_of(submission),
        refused=refused,
        question=question,
        step=step if step is not None else (noted.text if noted else ""),
        noted=noted,
    )


@assessments.post("/<assessment>/result/ask")
@requires(Action.HAND_IN)
def ask(assessment: str) -> Response | tuple[str, int]:
    """Ask whether the mark was put together rightly."""
    actor = current_actor()
    asked = queries.assessment_visible_to(actor, assessment)
    form = AskForm()
    text = form.text.data or ""
    try:
        service.ask_about_mark(asked, text=text, actor=actor, now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(asked, refused=refusal.reasons, question=text), 409
    db.session.commit()
    poke("messages")
    flash("Your question is sent. Somebody other than your marker answers it.")
    return redirect(url_for("assessments.result", assessment=asked.key, _anchor="asked"), 303)


@assessments.post("/<assessment>/result/next-step")
@requires(Action.HAND_IN)
def next_step(assessment: str) -> Response | tuple[str, int]:
    """Keep what the learner wants to do next time."""
    asked = queries.assessment_visible_to(current_actor(), assessment)
    text = NextStepForm().text.data or ""
    try:
        save_next_step(asked, text=text, actor=current_actor(), now=clock.now())
    except RuleBroken as refusal:
        db.session.rollback()
        return _page(asked, refused=refusal.reasons, step=text), 409
    db.session.commit()
    flash("Kept. You will see it on your next brief." if text.strip() else "Taken away.")
    return redirect(url_for("assessments.result", assessment=asked.key, _anchor="next-step"), 303)
