"""Questions about marks, for those who answer them."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action
from lms.assessments import queries
from lms.assessments.forms import AnswerForm
from lms.assessments.service import mark_queries as service
from lms.assessments.views.blueprints import marking
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import catalogue
from lms.tasks import poke
from lms.web.access import current_actor, requires


@marking.get("/questions")
@requires(Action.CORRECT)
def questions() -> str:
    """Every question that waits, the oldest first."""
    waiting = queries.queries_to_answer(current_actor())
    return render_template(
        "marking/questions.html",
        rows=[(one, catalogue().find_assessment(one.assessment)) for one in waiting],
        me=current_actor().user_id,
    )


@marking.get("/questions/<int:query_id>")
@requires(Action.CORRECT)
def question(query_id: int) -> str:
    """One question, with the way to answer it."""
    return _page(query_id)


def _page(
    query_id: int, *, refused: tuple[str, ...] = (), answer: str = "", outcome: str = ""
) -> str:
    actor = current_actor()
    asked = queries.mark_query_visible_to(actor, query_id)
    script = queries.script_visible_to(actor, asked.submission_id)
    return render_template(
        "marking/question.html",
        asked=asked,
        assessment=catalogue().assessment(asked.assessment),
        blocks=service.answering_blocked(asked.query, script, actor=actor),
        refused=refused,
        answer=answer,
        outcome=outcome,
    )


@marking.post("/questions/<int:query_id>")
@requires(Action.CORRECT)
def answer(query_id: int) -> Response | tuple[str, int]:
    """Answer it: the mark stays, or its correction begins."""
    form = AnswerForm()
    words, outcome = form.answer.data or "", form.outcome.data or ""
    try:
        script = service.answer_query(
            query_id, outcome=outcome, answer=words, actor=current_actor(), now=clock.now()
        )
    except (RuleBroken, Conflict) as refusal:
        db.session.rollback()
        reasons = refusal.reasons if isinstance(refusal, RuleBroken) else (refusal.message,)
        return _page(query_id, refused=reasons, answer=words, outcome=outcome), 409
    there = url_for("marking.why", submission_id=script.id)
    db.session.commit()
    poke("messages")
    flash("Your answer is sent.")
    return redirect(there if outcome == "correction" else url_for("marking.questions"), 303)
