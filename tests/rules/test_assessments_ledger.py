"""From the ledger to the result: examples, the order of entries, and properties for any marks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.rules.ledger import (
    KINDS,
    BadLedger,
    Entry,
    Result,
    marked_data,
    result,
)
from lms.assessments.rules.marking import Decision
from tests.rules.test_assessments_rules import criterion, regulations

AT = datetime(2026, 12, 15, 9, 0, tzinfo=UTC)
RULES = regulations()
PICTURED = [("reflection", 25, 66), ("law", 20, 58), ("judgement", 30, 64), ("writing", 15, 68)]
PICTURED.append(("care", 10, 72))


def entries(*kinds: str, data: dict[str, Any] | None = None) -> list[Entry]:
    """A ledger of these kinds, an hour apart."""
    marked = data or marks_of(PICTURED)
    return [
        Entry(n, kind, marked if kind == "marked" else {}, 7, AT + timedelta(hours=n))
        for n, kind in enumerate(kinds, start=1)
    ]


def marks_of(rubric: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
    criteria = [criterion(key, weight) for key, weight, _ in rubric]
    given = {key: Decision("any", Decimal(points), "Why.") for key, _, points in rubric}
    return marked_data(criteria, given, RULES)


def found(*kinds: str, data: dict[str, Any] | None = None) -> Result:
    made = result(entries(*kinds, data=data), RULES)
    assert made is not None
    return made


def test_the_pictured_result() -> None:
    made = found("marked", "released")
    assert [line.adds for line in made.lines] == [
        Decimal("16.5"),
        Decimal("11.6"),
        Decimal("19.2"),
        Decimal("10.2"),
        Decimal("7.2"),
    ]
    assert (made.exact, made.points, made.band.id) == (Decimal("64.7"), Decimal(65), "merit")
    assert made.passed
    assert made.provisional
    assert made.released_at == AT + timedelta(hours=2)
    assert [step.clause.id for step in made.steps] == ["weighting", "rounding", "pass", "release"]
    assert made.steps[0].arithmetic == "16.5 + 11.6 + 19.2 + 10.2 + 7.2 = 64.7"
    assert made.steps[1].arithmetic == "64.7 becomes 65"
    assert made.steps[2].arithmetic == "65 is in merit, which is 60 to 69"


@pytest.mark.parametrize(
    ("points", "rounds_to", "band", "passed"),
    [
        ((49, 50), 50, "pass", True),  # 49.5: a half goes up, over the pass line
        ((49, 49), 49, "not-yet", False),
        ((69, 70), 70, "distinction", True),
        ((0, 0), 0, "not-yet", False),
        ((100, 100), 100, "distinction", True),
    ],
)
def test_rounding_happens_once_and_before_the_band(
    points: tuple[int, int], rounds_to: int, band: str, passed: object
) -> None:
    made = found("marked", data=marks_of([("a", 50, points[0]), ("b", 50, points[1])]))
    assert (made.points, made.band.id, made.passed) == (Decimal(rounds_to), band, passed)


def test_three_thirds_are_not_rounded_on_the_way() -> None:
    made = found("marked", data=marks_of([("a", 33, 55), ("b", 33, 55), ("c", 34, 56)]))
    assert made.exact == Decimal("55.34")
    assert made.points == Decimal(55)


def test_without_a_mark_there_is_no_result() -> None:
    assert result([], RULES) is None
    assert result(entries("marked", "reopened"), RULES) is None


def test_a_later_mark_stands_in_for_a_reopened_one() -> None:
    first = Entry(1, "marked", marks_of([("a", 100, 40)]), 7, AT)
    again = Entry(3, "marked", marks_of([("a", 100, 62)]), 7, AT + timedelta(days=1))
    made = result([first, Entry(2, "reopened", {}, 7, AT), again], RULES)
    assert made
    assert made.points == Decimal(62)
    assert made.released_at is None
    assert len(made.steps) == 3


@pytest.mark.parametrize(
    "kinds",
    [
        ("released",),
        ("reopened",),
        ("marked", "released", "released"),
        ("marked", "released", "marked"),
        ("marked", "released", "reopened"),
        ("marked", "reopened", "released"),
        ("marked", "second-marked"),  # a kind of a later issue is refused, not skipped
    ],
)
def test_entries_in_another_order_or_of_another_kind_are_refused(kinds: tuple[str, ...]) -> None:
    with pytest.raises(BadLedger):
        result(entries(*kinds), RULES)


def test_a_gap_in_the_ledger_is_refused() -> None:
    with pytest.raises(BadLedger):
        result(entries("marked", "released")[1:], RULES)


def test_weights_that_do_not_make_a_whole_are_refused() -> None:
    with pytest.raises(BadLedger):
        result(entries("marked", data=marks_of([("a", 60, 50), ("b", 30, 50)])), RULES)


@pytest.mark.parametrize("other", [{"id": "other-1"}, {"version": "2"}])
def test_a_mark_is_read_by_the_regulations_it_was_made_under(other: dict[str, str]) -> None:
    with pytest.raises(BadLedger):
        result(entries("marked"), regulations(**other))


def test_every_kind_is_tried_here() -> None:
    assert KINDS.keys() == {
        *("marked", "reopened", "released"),
        *("penalty-confirmed", "penalty-waived", "settled", "correction"),
    }


def test_what_a_mark_keeps_is_text_that_json_gives_back() -> None:
    kept = marks_of(PICTURED)["criteria"][0]
    assert (kept["weight"], kept["points"]) == ("25", "66")


@st.composite
def rubrics(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Any criteria whose weights add up to 100, with any whole marks."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=6)))
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    return [(f"c{n}", weight, draw(st.integers(0, 100))) for n, weight in enumerate(weights)]


@settings(deadline=None)  # the machine may be busy
@given(rubrics())
def test_a_result_lies_between_the_lowest_and_the_highest_mark(
    rubric: list[tuple[str, int, int]],
) -> None:
    made = found("marked", data=marks_of(rubric))
    marks = [points for _, _, points in rubric]
    assert min(marks) <= made.exact <= max(marks)
    assert min(marks) <= made.points <= max(marks)
    assert made.exact == sum(line.adds for line in made.lines)
    assert abs(made.points - made.exact) <= Decimal("0.5")


@settings(deadline=None)  # the machine may be busy
@given(rubrics(), st.data())
def test_a_higher_mark_never_lowers_the_result(
    rubric: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rubric) - 1))
    key, weight, points = rubric[place]
    better = [*rubric]
    better[place] = (key, weight, data.draw(st.integers(points, 100)))
    before = found("marked", data=marks_of(rubric))
    after = found("marked", data=marks_of(better))
    assert after.exact >= before.exact
    assert after.points >= before.points
    assert after.band.starts_at >= before.band.starts_at


@settings(deadline=None)  # the machine may be busy
@given(rubrics())
def test_replaying_gives_the_same(rubric: list[tuple[str, int, int]]) -> None:
    ledger = entries("marked", "reopened", "marked", "released", data=marks_of(rubric))
    assert result(ledger, RULES) == result(list(ledger), RULES)


@settings(deadline=None)  # the machine may be busy
@given(rubrics(), st.randoms(use_true_random=False))
def test_the_order_of_criteria_does_not_matter(
    rubric: list[tuple[str, int, int]], random: Any
) -> None:
    other = [*rubric]
    random.shuffle(other)
    one, two = found("marked", data=marks_of(rubric)), found("marked", data=marks_of(other))
    assert one.points == two.points


def test_by_a_marking_guide_marks_add_as_they_are() -> None:
    guide = [replace(criterion(key, weight), guidance="Look.") for key, weight, _ in PICTURED]
    given = {one.id: Decision(None, Decimal(one.weight - 1), "Why.") for one in guide}
    made = found("marked", data=marked_data(guide, given, RULES))
    assert made.exact == 100 - len(guide)
    assert [(line.points, line.out_of) for line in made.lines] == [
        (Decimal(one.weight - 1), Decimal(one.weight)) for one in guide
    ]
