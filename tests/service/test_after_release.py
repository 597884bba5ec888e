"""Deciding about penalties, correcting a released result, asking about a mark, next steps."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.actor import Actor, Role
from lms.assessments import queries
from lms.assessments.models import (
    LedgerEntry,
    MarkQuery,
    NextStep,
    ResultRow,
    Submission,
)
from lms.assessments.rules.marking import Decision
from lms.assessments.service import release as releasing
from lms.assessments.service.corrections import begin_correction, decide_penalty, settle_mark
from lms.assessments.service.feedback import feedback_of
from lms.assessments.service.mark_queries import answer_query, ask_about_mark
from lms.assessments.service.marks import finish_script, reopen_script, save_mark
from lms.assessments.service.next_steps import save_next_step
from lms.assessments.service.scripts import (
    decisions_of,
    mark_of,
    piece_of,
    released_result_of,
    result_of,
)
from lms.audit.models import AuditEntry
from lms.db import db
from lms.errors import Conflict, LmsError, NotFound, RuleBroken
from lms.messages.models import Message
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Cohort
from lms.people.queries import get_cohort
from lms.people.service import places
from lms.regulations import StepKind
from tests.conftest import NOW, People
from tests.factories import PLAN, finished_script
from tests.service.test_assessments_at_once import count
from tests.service.test_assessments_handing_in import actor
from tests.together import at_once

REASON = "One criterion was put down wrongly."
SECOND_RULES = "pgcert-example-2"


def under(regulations: str, people: People) -> None:
    """Pin a cohort to other regulations; its marks are made under them from then on."""
    db.session.execute(
        sa.update(Cohort).where(Cohort.id == people.cohort).values(regulations=regulations)
    )
    db.session.flush()
    db.session.expire_all()


def made_under(script: Submission, regulations: str) -> None:
    """A mark made under these regulations: given again, as a marker would."""
    who = actor(mark_of(script).marker_id)  # type: ignore[union-attr]
    reopen_script(script.id, actor=who, now=NOW)
    finish_script(script.id, actor=who, now=NOW)


@pytest.fixture
def plan(database: Any) -> Assessment:
    return catalogue().assessment(PLAN)


def ready(people: People, **about: Any) -> Submission:
    """Ada's script, finished by Max under the second regulations."""
    script = finished_script(people.ada_place, people.max, **about)
    db.session.flush()
    under(SECOND_RULES, people)
    made_under(queries.script_visible_to(actor(people.max), script.id), SECOND_RULES)
    return queries.script_visible_to(actor(people.max), script.id)


def release(people: People, who: int | None = None, at: Any = NOW + timedelta(days=7)) -> int:
    by = actor(who or people.lin)
    cohort = get_cohort(people.cohort)
    plan = catalogue().assessment(PLAN)
    scripts = queries.scripts_to_release(by, cohort, PLAN)
    agreed = releasing.list_hash(releasing.what_would_be_released(scripts))
    return releasing.release_results(plan, cohort, agreed=agreed, actor=by, now=at)


def kinds(script: Submission) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(LedgerEntry.kind)
            .where(LedgerEntry.submission_id == script.id)
            .order_by(LedgerEntry.sequence)
        )
    )


def decide(script: Submission, who: Actor, kind: StepKind, **more: Any) -> Submission:
    given = {
        "holds": False,
        "reason": REASON,
        "seen": piece_of(script).met(kind),
        "now": NOW,
        **more,
    }
    return decide_penalty(script.id, kind, actor=who, **given)


LONG = {"words": 2900}  # 16% over the 2,500 of the plan


def test_a_length_holds_a_release_up_until_somebody_decides(
    plan: Assessment, people: People
) -> None:
    script = ready(people, **LONG)
    with pytest.raises(RuleBroken, match="somebody must confirm"):
        release(people)
    decide(script, actor(people.max), StepKind.WORDS, holds=True, reason="")
    assert release(people) == 1
    row = db.session.scalars(sa.select(ResultRow)).one()
    assert row.points == Decimal(59)


def test_work_is_excused_only_with_a_reason(plan: Assessment, people: People) -> None:
    script = ready(people, handed_in_at=NOW, due_at=NOW - timedelta(hours=2))
    max_ = actor(people.max)
    assert result_of(script).points == Decimal(59)  # type: ignore[union-attr]
    with pytest.raises(RuleBroken, match="Give the reason"):
        decide(script, max_, StepKind.LATE, reason="")
    assert "penalty-waived" not in kinds(script)
    script = decide(script, max_, StepKind.LATE)
    assert result_of(script).points == Decimal(64)  # type: ignore[union-attr]
    script = decide(script, max_, StepKind.LATE, holds=True, reason="")
    assert result_of(script).points == Decimal(59)  # type: ignore[union-attr]


def test_a_penalty_that_is_not_met_is_not_decided(plan: Assessment, people: People) -> None:
    script = ready(people)
    with pytest.raises(RuleBroken, match="Nothing is taken off"):
        decide(script, actor(people.max), StepKind.LATE)


def test_what_changed_since_it_was_shown_is_looked_at_again(
    plan: Assessment, people: People
) -> None:
    script = ready(people, **LONG)
    with pytest.raises(Conflict):
        decide(script, actor(people.max), StepKind.WORDS, seen="2800 of 2500")


def test_after_the_release_and_before_the_end_of_marking_nothing_is_decided(
    plan: Assessment, people: People
) -> None:
    script = ready(people, **LONG)
    max_ = actor(people.max)
    decide(script, max_, StepKind.WORDS, holds=True)
    release(people)
    with pytest.raises(RuleBroken, match="has been released"):
        decide(script, max_, StepKind.WORDS)
    begin_correction(script.id, reason=REASON, actor=actor(people.lin), now=NOW)
    with pytest.raises(RuleBroken, match="not finished"):
        decide(script, max_, StepKind.WORDS)


def test_a_silent_rule_is_settled_by_whoever_releases(plan: Assessment, people: People) -> None:
    script = ready(people, handed_in_at=NOW, due_at=NOW - timedelta(hours=2))
    rules = catalogue().regulations(SECOND_RULES)
    terms = rules.terms
    object.__setattr__(rules, "terms", replace(terms, late=None))
    try:
        with pytest.raises(RuleBroken, match="do not say"):
            release(people)
        lin = actor(people.lin)
        for points in (Decimal(65), Decimal(-1)):
            with pytest.raises(RuleBroken, match="from 0 to 64"):
                settle_mark(script.id, points=points, reason=REASON, actor=lin, now=NOW)
        settle_mark(script.id, points=Decimal(60), reason=REASON, actor=lin, now=NOW)
        assert release(people) == 1
    finally:
        object.__setattr__(rules, "terms", terms)
    assert db.session.scalars(sa.select(ResultRow.points)).one() == Decimal(60)


def test_results_wait_for_the_hour_of_the_rules(plan: Assessment, people: People) -> None:
    ready(people)  # finished on Tuesday 24 November 2026, 10:00
    with pytest.raises(RuleBroken, match="These can be released from"):
        release(people, at=NOW - timedelta(minutes=30))
    assert release(people, at=NOW) == 1


def correct(script: Submission, people: People, points: int) -> None:
    """Begin a correction, give every criterion these points, finish."""
    begin_correction(script.id, reason=REASON, actor=actor(people.lin), now=NOW)
    max_ = actor(people.max)
    open_ = queries.script_visible_to(max_, script.id)
    mark = mark_of(open_)
    assert mark
    given = {
        key: Decision("merit", Decimal(points), "Now it is right.") for key in decisions_of(mark)
    }
    save_mark(
        script.id,
        decisions=given,
        comment="Looked at again.",
        version=mark.version,
        actor=max_,
        now=NOW,
    )
    finish_script(script.id, actor=max_, now=NOW)


def test_a_correction_appends_and_tells_its_writer(plan: Assessment, people: People) -> None:
    script = ready(people)
    release(people)
    correct(script, people, 68)
    assert release(people) == 1
    rows = db.session.scalars(sa.select(ResultRow).order_by(ResultRow.sequence)).all()
    assert [(row.sequence, row.points) for row in rows] == [
        (1, Decimal(64)),
        (2, Decimal(68)),
    ]
    assert kinds(script)[-4:] == ["released", "correction", "marked", "released"]
    first, second = db.session.scalars(sa.select(Message).order_by(Message.id)).all()
    assert second.subject == "Your feedback was looked at again"
    assert second.to == "ada@example.test"
    for number in ("68", "64"):
        assert number not in second.body
    assert first.dedupe_key != second.dedupe_key


def test_a_correction_that_leaves_the_mark_sends_no_further_result(
    plan: Assessment, people: People
) -> None:
    script = ready(people)
    release(people)
    correct(script, people, 64)
    assert release(people) == 1
    assert db.session.scalar(sa.select(sa.func.count(ResultRow.id))) == 1
    assert kinds(script)[-1] == "released"


def test_while_it_is_corrected_its_writer_reads_what_was_released(
    plan: Assessment, people: People
) -> None:
    script = ready(people)
    release(people)
    correct(script, people, 68)
    mine = queries.released_visible_to(actor(people.ada), plan)[0]
    assert released_result_of(mine).points == Decimal(64)  # type: ignore[union-attr]
    feedback = feedback_of(mine)
    assert feedback.comment == "Clear and kind."
    assert set(feedback.criteria.values()) == {"You show how you chose."}
    release(people)
    mine = queries.released_visible_to(actor(people.ada), plan)[0]
    assert feedback_of(mine).comment == "Looked at again."


@pytest.mark.parametrize("who", ["ada", "ben", "max", "hub", "admin", "morgan"])
def test_only_a_lead_corrects(plan: Assessment, people: People, who: str) -> None:
    script = ready(people)
    release(people)
    with pytest.raises(NotFound):
        begin_correction(script.id, reason=REASON, actor=actor(getattr(people, who)), now=NOW)


def test_a_correction_needs_a_released_result_and_a_reason(
    plan: Assessment, people: People
) -> None:
    script, lin = ready(people), actor(people.lin)
    with pytest.raises(RuleBroken, match="not released"):
        begin_correction(script.id, reason=REASON, actor=lin, now=NOW)
    release(people)
    with pytest.raises(RuleBroken, match="Give the reason"):
        begin_correction(script.id, reason="So.", actor=lin, now=NOW)
    begin_correction(script.id, reason=REASON, actor=lin, now=NOW)
    with pytest.raises(Conflict, match="already"):
        begin_correction(script.id, reason=REASON, actor=lin, now=NOW)


def ask(people: People, text: str = "Was the ending counted?", **more: Any) -> MarkQuery:
    plan = catalogue().assessment(PLAN)
    given = {"now": NOW + timedelta(days=8), **more}
    return ask_about_mark(plan, text=text, actor=actor(people.ada), **given)


def test_a_question_is_answered_by_somebody_else(plan: Assessment, people: People) -> None:
    script = ready(people)
    release(people)
    query = ask(people)
    assert ask(people).id == query.id  # a double click
    with pytest.raises(RuleBroken, match="with the team"):
        ask(people, "And another thing?")
    mail = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert mail
    assert (mail.to, "ending" in mail.body) == ("lin@example.test", False)
    with pytest.raises(NotFound):
        answer_query(query.id, outcome="no-change", answer="No.", actor=actor(people.max), now=NOW)
    lin = actor(people.lin)
    for outcome, answer in (("perhaps", "It was."), ("no-change", " ")):
        with pytest.raises(RuleBroken):
            answer_query(query.id, outcome=outcome, answer=answer, actor=lin, now=NOW)
    answer_query(query.id, outcome="no-change", answer="It was counted.", actor=lin, now=NOW)
    with pytest.raises(Conflict, match="meanwhile"):
        answer_query(query.id, outcome="no-change", answer="Again.", actor=lin, now=NOW)
    kept = queries.own_queries(script.id)[0]
    assert (kept.outcome, kept.answer, kept.answered_by) == (
        "no-change",
        "It was counted.",
        people.lin,
    )
    told = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert told
    assert (told.to, "counted" in told.body) == ("ada@example.test", False)


def test_an_answer_may_begin_a_correction(plan: Assessment, people: People) -> None:
    script = ready(people)
    release(people)
    query = ask(people)
    answer_query(query.id, outcome="correction", answer=REASON, actor=actor(people.lin), now=NOW)
    assert kinds(script)[-1] == "correction"
    with pytest.raises(RuleBroken, match="looked at again"):
        ask(people, "And the length?")


def test_a_lead_who_marked_it_does_not_answer(plan: Assessment, people: People) -> None:
    places.appoint(user_id=people.max, role=Role.MODULE_LEAD, cohort_id=people.cohort, now=NOW)
    ready(people)
    release(people)
    query = ask(people)
    with pytest.raises(RuleBroken, match="You marked this script"):
        answer_query(
            query.id, outcome="no-change", answer="It was.", actor=actor(people.max), now=NOW
        )


def test_asking_has_its_days_and_its_owner(plan: Assessment, people: People) -> None:
    ready(people)
    with pytest.raises(NotFound):
        ask(people)
    release(people)
    with pytest.raises(RuleBroken, match="have passed"):
        ask(people, now=NOW + timedelta(days=40))
    with pytest.raises(RuleBroken, match="Write what"):
        ask(people, " ")
    with pytest.raises(NotFound):
        ask_about_mark(plan, text="Mine?", actor=actor(people.ben), now=NOW)


def test_a_next_step_is_kept_changed_and_taken_away(plan: Assessment, people: People) -> None:
    ready(people)
    ada = actor(people.ada)
    with pytest.raises(NotFound):
        save_next_step(plan, text="Begin sooner.", actor=ada, now=NOW)
    release(people)
    save_next_step(plan, text="Begin sooner.", actor=ada, now=NOW)
    save_next_step(plan, text="Begin a week sooner.", actor=ada, now=NOW)
    assert db.session.scalars(sa.select(NextStep.text)).all() == ["Begin a week sooner."]
    assert queries.last_next_step(people.ada_place, PLAN) is None
    assert queries.last_next_step(people.ada_place, "m2-case")
    with pytest.raises(RuleBroken):
        save_next_step(plan, text="a" * 5000, actor=ada, now=NOW)
    save_next_step(plan, text=" ", actor=ada, now=NOW)
    assert db.session.scalar(sa.select(sa.func.count(NextStep.id))) == 0


def test_two_leads_correcting_at_once_begin_one_correction(app: Flask, people: People) -> None:
    with app.app_context():
        script = ready(people)
        release(people)
        places.appoint(user_id=people.ben, role=Role.MODULE_LEAD, cohort_id=None, now=NOW)
        number = script.id
        db.session.commit()

    def begin(user_id: int) -> Any:
        return lambda: begin_correction(number, reason=REASON, actor=actor(user_id), now=NOW).code

    given = at_once(app, begin(people.lin), begin(people.ben), begin(people.lin))
    assert sum(isinstance(each, LmsError) for each in given) == 2
    with app.app_context():
        assert kinds(db.session.get_one(Submission, number)).count("correction") == 1


def test_two_answers_at_once_are_one(app: Flask, people: People) -> None:
    with app.app_context():
        ready(people)
        release(people)
        number = ask(people).id
        db.session.commit()

    def answer(outcome: str) -> Any:
        return lambda: (
            answer_query(
                number, outcome=outcome, answer=REASON, actor=actor(people.lin), now=NOW
            ).code
        )

    given = at_once(app, answer("no-change"), answer("correction"), answer("no-change"))
    assert sum(isinstance(each, LmsError) for each in given) == 2
    assert count(app, MarkQuery) == 1
    with app.app_context():
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("answered a question about a mark") == 1


def test_a_double_question_is_one(app: Flask, people: People) -> None:
    with app.app_context():
        ready(people)
        release(people)
        db.session.commit()
    given = at_once(app, *[lambda: ask(people).id] * 3)
    assert len({each for each in given if isinstance(each, int)}) == 1
    assert count(app, MarkQuery) == 1
