"""By when marks come, asking about one, and the mark of a module: pure rules."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from lms.assessments.rules.asking import answer_blocks, asking_blocks, reason_given, text_blocks
from lms.assessments.rules.modules import Attempted, module_standing
from lms.assessments.rules.releasing import ScriptState, earliest_release, release_blocks
from lms.assessments.rules.turnaround import first_due, marks_by
from lms.modules.catalogue import Assessment
from lms.regulations import Attempt, NeedsSetting, Terms, no_days_off, query_until
from lms.regulations.terms import Query
from tests.rules.test_assessments_result import CATALOGUE, DUE, FIRST_RULES, RULES

TODAY = date(2026, 6, 9)
FROM, TO = date(2026, 1, 1), date(2026, 12, 31)


def test_marks_come_by_a_working_day_and_later_for_late_work() -> None:
    on_time = marks_by(DUE, DUE - timedelta(hours=1), RULES, TODAY)
    assert (on_time.on, on_time.passed, on_time.left) == (date(2026, 7, 6), False, 19)
    late = marks_by(DUE, DUE + timedelta(minutes=1), RULES, TODAY)
    assert late.on == date(2026, 7, 20)
    assert marks_by(DUE, DUE, RULES, date(2026, 7, 7)).passed
    assert first_due([late, on_time]) == on_time
    assert first_due([]) is None


def test_for_work_that_is_later_than_the_rules_say_a_sentence_stands() -> None:
    found = marks_by(DUE, DUE + timedelta(days=40), RULES, TODAY)
    assert found.on is None
    assert "when marks for late work are due" in found.sentence


@pytest.mark.parametrize(
    ("rule", "until"),
    [
        (None, None),
        (Query(10, "calendar"), date(2026, 6, 19)),
        (Query(10, "working", ()), date(2026, 6, 23)),
    ],
)
def test_how_long_one_may_ask(rule: Query | None, until: date | None) -> None:
    assert query_until(Terms(query=rule), TODAY, no_days_off(FROM, TO)) == until


def test_a_text_that_does_not_say_which_days_is_asked() -> None:
    found = query_until(Terms(query=Query(10)), TODAY, no_days_off(FROM, TO))
    assert isinstance(found, NeedsSetting)
    assert "query.day" in found.settings


def test_the_rules_of_the_examples_about_asking() -> None:
    assert FIRST_RULES.terms.query is None
    assert "10 working days" in RULES.clause("query").text


@pytest.mark.parametrize(
    ("until", "waiting", "corrected", "says"),
    [
        (TODAY, False, False, None),
        (TODAY - timedelta(days=1), False, False, "have passed"),
        (None, False, False, "no rule"),
        (NeedsSetting(("query.day",), "The regulations do not say."), False, False, "do not say"),
        (TODAY, True, False, "is with the team"),
        (TODAY, False, True, "looked at again"),
    ],
)
def test_what_stands_in_the_way_of_asking(
    until: date | NeedsSetting | None, waiting: object, corrected: object, says: str | None
) -> None:
    blocks = asking_blocks(
        until=until, today=TODAY, waiting=bool(waiting), corrected=bool(corrected)
    )
    assert (says is None and not blocks) or (says and says in blocks[0])


def test_whoever_marked_does_not_answer() -> None:
    assert answer_blocks(answers=3, markers=frozenset({4}), answered=False) == ()
    assert answer_blocks(answers=4, markers=frozenset({4}), answered=False)
    assert answer_blocks(answers=3, markers=frozenset({4}), answered=True)


def test_words_are_asked_for() -> None:
    assert reason_given("  long   enough ") == ()
    assert reason_given("short")
    assert text_blocks("   ", "an answer") == ("Write an answer.",)
    assert text_blocks("a" * 4001, "an answer")
    assert text_blocks("Yes.", "an answer") == ()


def test_results_go_out_when_the_rules_say() -> None:
    friday = datetime(2026, 6, 12, 14, 0, tzinfo=UTC)
    ready = ScriptState("4F2K", finished=True, released=False, ready_at=friday)
    assert earliest_release([ready], RULES) == datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    assert earliest_release([ready], FIRST_RULES) == friday
    assert earliest_release([replace(ready, released=True)], RULES) is None
    asked = replace(ready, open=("Its length is to be decided.",))
    assert release_blocks([asked]) == ("Script 4F2K: Its length is to be decided.",)


def pieces(*, must_pass: bool = False) -> tuple[Assessment, Assessment]:
    first, second = CATALOGUE.module("m1").assessments
    return replace(first, must_pass=must_pass), second


def test_a_module_has_a_mark_once_every_piece_has_one() -> None:
    first, second = pieces()
    some = {first.key: [Attempted(Attempt.FIRST, Decimal(66))]}
    waiting = module_standing([first, second], some, RULES)
    assert waiting.mark.points is None
    assert waiting.begun
    assert waiting.missing == (f"“{second.title}” is not handed in yet.",)
    handed_in = {**some, second.key: [Attempted(Attempt.FIRST, None)]}
    assert "not released yet" in module_standing([first, second], handed_in, RULES).missing[0]
    whole = {**some, second.key: [Attempted(Attempt.FIRST, Decimal(58))]}
    found = module_standing([first, second], whole, RULES)
    assert (found.mark.points, found.mark.exact) == (Decimal(61), Decimal("61.2"))
    assert [step.clause.id for step in found.steps] == ["module-mark", "rounding", "pass"]
    assert found.steps[0].arithmetic == "66 × 40% + 58 × 60% = 61.2"
    assert found.band
    assert found.band.id == "merit"


def test_a_resit_counts_as_the_rules_say_and_a_required_piece_is_named() -> None:
    first, second = pieces(must_pass=True)
    attempts = {
        first.key: [Attempted(Attempt.FIRST, Decimal(42)), Attempted(Attempt.RESIT, Decimal(50))],
        second.key: [Attempted(Attempt.FIRST, Decimal(70))],
    }
    found = module_standing([first, second], attempts, RULES)
    assert found.pieces[0].counts == Decimal(50)
    assert found.mark.passed
    attempts[first.key].pop()
    unmet = module_standing([first, second], attempts, RULES)
    assert unmet.mark.passed is False
    assert any("must be passed" in step.what for step in unmet.steps)
