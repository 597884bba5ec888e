"""A learner asks whether a mark was put together rightly; somebody who did not mark it answers."""

from datetime import date, datetime

from lms.actor import Action, Actor, Role
from lms.assessments import queries
from lms.assessments.models import MarkQuery, Submission
from lms.assessments.rules.asking import answer_blocks, asking_blocks, text_blocks
from lms.assessments.service.corrections import begin_correction
from lms.assessments.service.scripts import (
    is_corrected,
    mark_of,
    regulations_of_mark,
    released_result_of,
)
from lms.audit.service import record
from lms.clock import today
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment
from lms.people.queries import holders_of
from lms.regulations import NeedsSetting, query_until

OUTCOMES = ("no-change", "correction")


def until_of(submission: Submission) -> date | NeedsSetting | None:
    """The last day for asking about a released result."""
    rules, found = regulations_of_mark(submission), released_result_of(submission)
    if rules is None or found is None or found.released_at is None:
        return None
    return query_until(rules.terms, today(found.released_at), rules.calendar)


def asking_blocked(
    submission: Submission, asked: list[MarkQuery], now: datetime
) -> tuple[str, ...]:
    """Every reason why its writer cannot ask about the mark now."""
    return asking_blocks(
        until=until_of(submission),
        today=today(now),
        waiting=any(one.answered_at is None for one in asked),
        corrected=is_corrected(submission),
    )


def ask_about_mark(assessment: Assessment, *, text: str, actor: Actor, now: datetime) -> MarkQuery:
    """Ask. Twice the same (a double click) is one question."""
    place = queries.place_visible_to(actor, assessment)
    queries.hold_place(place.id)
    script, _row, _said = queries.released_visible_to(actor, assessment)
    earlier = list(queries.own_queries(script.id))
    if earlier and earlier[0].answered_at is None and earlier[0].text == text:
        return earlier[0]
    blocks = asking_blocked(script, earlier, now) or text_blocks(text, "what you would like to ask")
    if blocks:
        raise RuleBroken(*blocks)
    query = MarkQuery(submission_id=script.id, text=text, asked_at=now)
    db.session.add(query)
    db.session.flush()
    record(actor=actor, act="asked about a mark", subject=f"submission:{script.id}", now=now)
    _tell_leads(query, script, now)
    return query


def _tell_leads(query: MarkQuery, script: Submission, now: datetime) -> None:
    mark = mark_of(script)
    for lead in holders_of((Role.MODULE_LEAD,), script.enrolment.cohort_id):
        if lead.email is None or (mark and lead.id == mark.marker_id):
            continue
        queue_message(
            to=lead.email,
            subject="A question about a mark is waiting",
            body=(
                "A learner has asked whether a mark was put together rightly.\n\n"
                "Open “Marking”, then “Questions about marks”, to read and answer it.\n"
            ),
            dedupe_key=f"mark-query:{query.id}:{lead.id}",
            now=now,
        )


def markers_of_script(script: Submission) -> frozenset[int]:
    """Everybody who gave a mark on a script."""
    gave = {entry.actor_id for entry in script.entries if entry.kind == "marked"}
    mark = mark_of(script)
    return frozenset({*gave, mark.marker_id if mark else None} - {None})  # type: ignore[arg-type]


def answering_blocked(query: MarkQuery, script: Submission, *, actor: Actor) -> tuple[str, ...]:
    """Every reason why this person cannot answer."""
    return answer_blocks(
        answers=actor.user_id,
        markers=markers_of_script(script),
        answered=query.answered_at is not None,
    )


def answer_query(
    query_id: int, *, outcome: str, answer: str, actor: Actor, now: datetime
) -> Submission:
    """Answer: the mark stays, or a correction begins, with the same words as its reason."""
    seen = queries.mark_query_visible_to(actor, query_id)
    queries.hold_scripts([seen.submission_id])
    query = queries.mark_query_visible_to(actor, query_id).query
    script = queries.script_visible_to(actor, seen.submission_id)
    if query.answered_at is not None:
        raise Conflict("This question was answered meanwhile, so nothing was changed.")
    blocks = answering_blocked(query, script, actor=actor)
    blocks = blocks or text_blocks(answer, "an answer, which the learner will read")
    if outcome not in OUTCOMES:
        blocks = (*blocks, "Choose whether the mark stays or is corrected.")
    if blocks:
        raise RuleBroken(*blocks)
    if outcome == "correction":
        script = begin_correction(seen.submission_id, reason=answer, actor=actor, now=now)
    query.answer, query.outcome = answer, outcome
    query.answered_by, query.answered_at = actor.user_id, now
    record(
        actor=actor,
        act="answered a question about a mark",
        subject=f"submission:{script.id}",
        now=now,
        detail={"outcome": outcome},
    )
    _tell_asker(query, script, now)
    return script


def _tell_asker(query: MarkQuery, script: Submission, now: datetime) -> None:
    address = queries.addresses([script.enrolment_id])[script.enrolment_id]
    if address is None:
        return
    queue_message(
        to=address,
        subject="Your question is answered",
        body=(
            "There is an answer to the question that you asked about a mark.\n\n"
            "Open the assessment as you opened it to hand in; the answer is beside the result.\n"
        ),
        dedupe_key=f"mark-query:{query.id}:answer",
        now=now,
    )


def waiting_for(actor: Actor) -> int:
    """How many questions wait where this person may answer."""
    return len(queries.queries_to_answer(actor)) if actor.may(Action.CORRECT) else 0
