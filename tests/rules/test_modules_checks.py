"""How a check is scored: a table per type of question, with right, wrong and odd answers."""

from dataclasses import replace

import pytest

from lms.modules.catalogue import Check, Question, load
from lms.modules.rules.checks import (
    Tried,
    attempts_left,
    best,
    needed_to_pass,
    score,
    shuffled,
)
from tests.modules.small_content import write_small_content


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    catalogue = load(write_small_content(tmp_path_factory.mktemp("checks") / "content"))
    found = {key: catalogue.activity(f"m1/u1/{key}") for key in ("check", "needed")}
    return {key: one for key, one in found.items() if isinstance(one, Check)}


@pytest.fixture
def check(checks: dict[str, Check]) -> Check:
    return checks["check"]


@pytest.fixture
def needed(checks: dict[str, Check]) -> Check:
    return checks["needed"]


def one_question(check: Check, question_id: str) -> Check:
    questions = tuple(one for one in check.questions if one.id == question_id)
    return replace(check, questions=questions)


def question_of(check: Check, question_id: str) -> Question:
    return next(one for one in check.questions if one.id == question_id)


@pytest.mark.parametrize(
    ("question", "given", "right", "begins"),
    [
        ("one", ("ask",), True, "We would begin here too. Ask."),
        ("one", ("tell",), False, "Many people choose this."),
        ("one", (), False, None),
        ("one", ("nonsense",), False, None),
        ("many", ("time", "ear"), True, "We would begin here too. Time."),
        ("many", ("ear", "time"), True, "We would begin here too. Time."),
        ("many", ("time",), False, "We would begin here too. Time."),
        ("many", ("time", "ear", "plan"), False, "We would begin here too. Time."),
        ("many", ("plan",), False, "Many people choose this."),
        ("said", ("false",), True, "We would begin here too."),
        ("said", ("true",), False, "Many people choose this."),
        ("steps", ("listen", "agree", "act"), True, "We would begin here too. In that order."),
        ("steps", ("agree", "listen", "act"), False, "Many people choose this."),
        ("steps", ("listen", "agree"), False, "Many people choose this."),
        ("steps", (), False, "Many people choose this."),
        ("days", ("30",), True, "We would begin here too. Thirty."),
        ("days", ("30 days",), True, "We would begin here too. Thirty."),
        ("days", ("at least 30.0 days",), True, "We would begin here too. Thirty."),
        ("days", ("30, but once 45",), False, "Many people write this."),
        ("days", ("130",), False, "Many people write this."),
        ("days", ("v30",), False, "Many people write this."),
        ("days", ("Thirty days.",), True, "We would begin here too. In words."),
        ("days", ("thirtyfold",), False, "Many people write this."),
        ("days", ("  FORTY-FIVE. ",), False, "That was the older number."),
        ("days", ("forty-five days",), False, "Many people write this."),
        ("days", ("",), False, "Many people write this."),
        ("days", (), False, "Many people write this."),
    ],
)
def test_each_question_is_scored(
    check: Check,
    question: str,
    given: tuple[str, ...],
    right: bool,  # noqa: FBT001 (a column of the table)
    begins: str | None,
) -> None:
    scored = score(one_question(check, question), {question: given})
    outcome = scored.outcomes[0]
    assert (outcome.right, scored.points, scored.maximum) == (right, int(right), 1)
    if begins is None:
        assert outcome.feedback == ()
    else:
        assert outcome.feedback[0].text.startswith(begins)


def test_every_chosen_option_of_several_is_answered_and_what_was_left_out_is_named(
    check: Check,
) -> None:
    outcome = score(one_question(check, "many"), {"many": ("ear", "plan")}).outcomes[0]
    assert [(said.about, said.chosen) for said in outcome.feedback] == [
        ("An ear", True),
        ("A plan of your own", True),
        ("Time", False),
    ]


def test_an_unanswered_question_scores_nothing(check: Check) -> None:
    scored = score(check, {})
    assert (scored.points, scored.maximum, scored.passed) == (0, 5, None)


@pytest.mark.parametrize(
    ("given", "points", "passed"),
    [
        ({"safe": ("999",), "other": ("stay",)}, 2, True),
        ({"safe": ("999",), "other": ("go",)}, 1, True),
        ({"safe": ("wait",), "other": ("stay",)}, 1, False),  # enough points, not safe
        ({"safe": ("wait",), "other": ("go",)}, 0, False),
    ],
)
def test_what_must_be_right_must_be_right(
    needed: Check,
    given: dict[str, tuple[str, ...]],
    points: int,
    passed: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    scored = score(needed, given)
    assert (scored.points, scored.passed) == (points, passed)


def test_a_check_without_a_line_passes_on_what_must_be_right(needed: Check) -> None:
    check = replace(needed, pass_percent=None)
    assert check.to_pass
    assert score(check, {"safe": ("999",), "other": ("go",)}).passed
    assert not score(check, {"safe": ("wait",), "other": ("stay",)}).passed


@pytest.mark.parametrize(
    ("percent", "count", "wanted"), [(80, 12, 10), (50, 2, 1), (100, 5, 5), (1, 5, 1), (None, 5, 0)]
)
def test_how_many_are_needed_is_rounded_up(
    needed: Check, percent: int | None, count: int, wanted: int
) -> None:
    check = replace(needed, pass_percent=percent, questions=needed.questions[:1] * count)
    assert needed_to_pass(check) == wanted


def test_the_best_attempt_is_kept() -> None:
    tries = [
        Tried(1, 3, 5, passed=False),
        Tried(2, 4, 5, passed=False),
        Tried(3, 3, 5, passed=True),
        Tried(4, 3, 5, passed=True),
        Tried(5, 4, 5, passed=False),
    ]
    kept = best(tries)
    assert kept is not None
    assert kept.number == 3  # passed, and before the other one that passed
    earlier = best(tries[:2] + tries[4:])
    assert earlier is not None
    assert earlier.number == 2
    assert best([]) is None


def test_a_later_version_with_fewer_questions_is_compared_by_its_share() -> None:
    kept = best([Tried(1, 4, 8, passed=None), Tried(2, 3, 4, passed=None)])
    assert kept is not None
    assert kept.number == 2


@pytest.mark.parametrize(
    ("limit", "used", "left"), [(None, 9, None), (2, 0, 2), (2, 2, 0), (2, 3, 0)]
)
def test_tries_run_out(check: Check, limit: int | None, used: int, left: int | None) -> None:
    assert attempts_left(replace(check, attempts=limit), used) == left


def test_an_ordering_question_is_always_mixed_the_same_way_and_never_solved(check: Check) -> None:
    question = question_of(check, "steps")
    mixed = shuffled(question)
    assert mixed == shuffled(question)
    assert mixed != question.items
    assert set(mixed) == set(question.items)
    for first in range(3):
        turned = question.items[first:] + question.items[:first]
        assert shuffled(replace(question, items=turned)) != turned
