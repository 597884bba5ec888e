"""From the ledger to the result under regulations that take something off, and ask."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessments.rules.ledger import (
    BadLedger,
    Entry,
    Piece,
    Reckoning,
    Result,
    as_released,
    corrections,
    marked_data,
    penalty_data,
    reckon,
    released_data,
    settled_data,
    stands_released,
)
from lms.assessments.rules.marking import Decision
from lms.config import ROOT
from lms.modules.catalogue import Regulations, load
from lms.regulations import Attempt, StepKind
from tests.rules.test_assessments_rules import criterion

CATALOGUE = load(ROOT / "content")
RULES: Regulations = CATALOGUE.regulations("pgcert-example-2")
FIRST_RULES: Regulations = CATALOGUE.regulations("pgcert-example-1")
DUE = datetime(2026, 6, 8, 11, 0, tzinfo=UTC)  # a Monday, noon in London
AT = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
ON_TIME = Piece(DUE, DUE - timedelta(hours=1), 1000, 1000)
WHY = "The count took the references in."


def marked(points: int, rules: Regulations = RULES) -> dict[str, Any]:
    decisions = {"one": Decision("any", Decimal(points), "Why.")}
    return marked_data([criterion("one", 100)], decisions, rules)


def ledger(*lines: tuple[str, dict[str, Any]]) -> list[Entry]:
    return [
        Entry(n, kind, data, 7, AT + timedelta(hours=n)) for n, (kind, data) in enumerate(lines, 1)
    ]


def found(entries: Sequence[Entry], piece: Piece = ON_TIME, rules: Regulations = RULES) -> Result:
    made = reckon(entries, rules, piece).result
    assert made is not None
    return made


def late(days: int) -> Piece:
    return replace(ON_TIME, handed_in_at=DUE + timedelta(days=days - 1, hours=1))


def long(words: int) -> Piece:
    return replace(ON_TIME, words=words)


def test_late_work_loses_what_the_clause_says() -> None:
    made = found(ledger(("marked", marked(64))), late(2))
    assert (made.points, made.exact, made.taken) == (Decimal(54), Decimal(64), Decimal(10))
    assert [step.clause.id for step in made.steps] == ["weighting", "late", "rounding", "pass"]
    assert made.steps[1].what == (
        "It came up to 2 working days after the date. 10 marks were taken off."
    )
    assert made.steps[1].at == DUE + timedelta(days=1, hours=1)


def test_the_same_work_under_the_first_rules_keeps_its_mark() -> None:
    made = found(ledger(("marked", marked(64, FIRST_RULES))), late(2), FIRST_RULES)
    assert made.points == Decimal(64)
    assert made.taken == 0
    assert "Nothing was taken off" in made.steps[1].what


def test_a_release_from_before_these_rules_replays_as_it_was() -> None:
    entries = ledger(("marked", marked(64)), ("released", {"points": "64"}))
    assert found(entries, late(3)).points == Decimal(64)


def test_what_was_released_stays_though_the_date_moves() -> None:
    entries = ledger(("marked", marked(64)), ("released", released_data(Decimal(54), late(2))))
    assert found(entries, ON_TIME).points == Decimal(54)


def test_a_length_is_asked_about_until_somebody_decides() -> None:
    piece = long(1150)
    asked = reckon(ledger(("marked", marked(64))), RULES, piece)
    assert [question.kind for question in asked.questions] == ["length"]
    assert "1,150 words were counted, the limit is 1,000" in asked.questions[0].sentence
    confirmed = ledger(
        ("marked", marked(64)),
        ("penalty-confirmed", penalty_data(StepKind.WORDS, piece, "Counted again.")),
    )
    settled = reckon(confirmed, RULES, piece)
    assert not settled.questions
    assert settled.result
    assert settled.result.points == Decimal(59)
    assert settled.result.steps[1].reason == "Counted again."
    waived = ledger(
        ("marked", marked(64)),
        ("penalty-waived", penalty_data(StepKind.WORDS, piece, WHY)),
    )
    excused = found(waived, piece)
    assert (excused.points, excused.excused) == (Decimal(64), (StepKind.WORDS,))
    assert not reckon(waived, RULES, piece).questions


def test_a_decision_about_other_words_does_not_count() -> None:
    confirmed = ledger(
        ("marked", marked(64)),
        ("penalty-confirmed", penalty_data(StepKind.WORDS, long(1150), "Counted.")),
    )
    assert reckon(confirmed, RULES, long(1160)).questions
    waived = ledger(
        ("marked", marked(64)), ("penalty-waived", penalty_data(StepKind.LATE, late(1), WHY))
    )
    assert found(waived, late(1)).points == Decimal(64)
    assert found(waived, late(2)).points == Decimal(54)


def test_a_resit_is_capped_after_anything_taken_off() -> None:
    piece = replace(ON_TIME, attempt=Attempt.RESIT)
    made = found(ledger(("marked", marked(71))), piece)
    assert made.points == Decimal(50)
    assert [step.clause.id for step in made.steps][-2:] == ["resit-cap", "pass"]
    deferred = replace(ON_TIME, attempt=Attempt.DEFERRED)
    assert found(ledger(("marked", marked(71))), deferred).points == Decimal(71)


SILENT = replace(RULES, terms=replace(RULES.terms, late=None))


def test_where_the_rules_are_silent_a_person_decides_and_says_why() -> None:
    entries = ledger(("marked", marked(64)))
    asked = reckon(entries, SILENT, late(1))
    assert asked.result is None
    assert asked.questions[0].kind == "silent"
    assert "do not say what happens to work that comes after the date" in (
        asked.questions[0].sentence
    )
    decided = settled_data(Decimal(60), Decimal(64), asked.questions[0].settings, "As last year.")
    made = found(ledger(("marked", marked(64)), ("settled", decided)), late(1), SILENT)
    assert made.points == Decimal(60)
    assert made.steps[1].reason == "As last year."
    assert made.steps[1].clause.id == "late"
    other = ledger(("marked", marked(66)), ("settled", decided))
    assert reckon(other, SILENT, late(1)).result is None  # it was about other points


@pytest.mark.parametrize(
    "kinds",
    [
        ("correction",),
        ("marked", "correction"),
        ("marked", "released", "correction", "correction"),
        ("marked", "released", "correction", "released"),
        ("marked", "released", "penalty-waived"),
        ("penalty-confirmed",),
        ("marked", "released", "settled"),
        ("marked", "ratified"),
    ],
)
def test_entries_out_of_order_are_refused(kinds: tuple[str, ...]) -> None:
    with pytest.raises(BadLedger):
        reckon(ledger(*[(kind, DATA[kind]) for kind in kinds]), RULES, ON_TIME)


DATA: dict[str, dict[str, Any]] = {
    "marked": marked(64),
    "reopened": {},
    "released": released_data(Decimal(64), ON_TIME),
    "correction": {"reason": WHY},
    "penalty-waived": penalty_data(StepKind.WORDS, ON_TIME, WHY),
    "penalty-confirmed": penalty_data(StepKind.WORDS, ON_TIME, ""),
    "settled": settled_data(Decimal(60), Decimal(64), ["late"], WHY),
    "ratified": {},
}


def test_a_correction_appends_and_tells_before_and_after() -> None:
    entries = ledger(
        ("marked", marked(54)),
        ("released", released_data(Decimal(54), ON_TIME)),
        ("correction", {"reason": WHY}),
        ("marked", marked(59)),
        ("released", released_data(Decimal(59), ON_TIME)),
    )
    assert found(entries).points == Decimal(59)
    assert not stands_released([entry.kind for entry in entries[:3]])
    assert as_released(entries[:4]) == entries[:2]
    (one,) = corrections(entries)
    assert (one.before, one.after) == (Decimal(54), Decimal(59))
    assert (one.changed, one.reason) == (True, WHY)
    (going_on,) = corrections(entries[:3])
    assert going_on.after is None
    assert reckon(entries[:3], RULES, ON_TIME) == Reckoning()


pieces = st.builds(
    Piece,
    due_at=st.just(DUE),
    handed_in_at=st.integers(-3, 20).map(lambda d: DUE + timedelta(days=d, minutes=1)),
    words=st.integers(0, 2000),
    limit=st.just(1000),
    attempt=st.sampled_from(Attempt),
)
points = st.integers(0, 100)


@settings(deadline=None)
@given(points, pieces)
def test_nothing_that_happens_raises_a_mark_above_its_rounding(given: int, piece: Piece) -> None:
    made = found(ledger(("marked", marked(given))), piece)
    assert made.points <= given
    assert made.taken == given - made.points
    excused = ledger(
        ("marked", marked(given)),
        ("penalty-waived", penalty_data(StepKind.LATE, piece, WHY)),
        ("penalty-waived", penalty_data(StepKind.WORDS, piece, WHY)),
    )
    assert found(excused, piece).points >= made.points


@settings(deadline=None)
@given(points, pieces)
def test_a_release_replays_to_the_same_result_whatever_the_work_is_now(
    given: int, piece: Piece
) -> None:
    before = found(ledger(("marked", marked(given))), piece)
    entries = ledger(("marked", marked(given)), ("released", released_data(before.points, piece)))
    again = found(entries, ON_TIME)
    assert again.points == before.points
    assert again.steps[:-1] == before.steps
    assert Piece.read(piece.kept()) == piece


@settings(deadline=None)
@given(st.lists(points, min_size=1, max_size=4), pieces)
def test_each_correction_keeps_what_stood_before(marks: list[int], piece: Piece) -> None:
    lines: list[tuple[str, dict[str, Any]]] = []
    given = []
    for n, mark in enumerate(marks):
        if n:
            lines.append(("correction", {"reason": WHY}))
        lines.append(("marked", marked(mark)))
        given.append(found(ledger(*lines), piece).points)
        lines.append(("released", released_data(given[-1], piece)))
    told = corrections(ledger(*lines))
    assert [one.before for one in told] == given[:-1]
    assert [one.after for one in told] == given[1:]
