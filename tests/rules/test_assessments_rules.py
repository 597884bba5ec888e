"""What stands in the way of handing in, of finishing a script, of a release: one table per rule."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lms.assessments.rules.handing_in import (
    LETTERS,
    HandInFacts,
    count_words,
    draft_blocks,
    fingerprint,
    hand_in_blocks,
    receipt_number,
    script_code,
)
from lms.assessments.rules.marking import (
    Decision,
    adds,
    band_ranges,
    decided,
    finish_blocks,
    mark_blocks,
    plain,
)
from lms.assessments.rules.releasing import ScriptState, release_blocks
from lms.modules.catalogue import Band, Clause, Criterion, Regulations, Rounding
from lms.regulations import Terms
from lms.regulations.terms import Pass
from lms.regulations.terms import Rounding as RoundingTerms

READY = HandInFacts(words=2400, files=0, declared=True, handed_in=False, record="here")


def regulations(**changed: Any) -> Regulations:
    """Small example regulations."""
    bands = (("not-yet", 0), ("pass", 50), ("merit", 60), ("distinction", 70))
    clauses = ("weighting", "rounding", "pass", "release", "vle", "words", "turnaround")
    made = Regulations(
        id="test-1",
        version="1",
        title="Test regulations",
        example=True,
        note=None,
        maximum=Decimal(100),
        pass_mark=Decimal(50),
        turnaround_working_days=20,
        bands=tuple(Band(i, i.replace("-", " ").capitalize(), Decimal(at)) for i, at in bands),
        rounding=Rounding(Decimal(1), "half-up"),
        send_on="release",
        clauses=tuple(Clause(i, f"The clause on {i}.") for i in clauses),
        terms=Terms(pass_=Pass(Decimal(50)), rounding=RoundingTerms(Decimal(1), "half-up")),
    )
    return replace(made, **changed)


def criterion(key: str, weight: int) -> Criterion:
    """A criterion without levels."""
    return Criterion(key, key.capitalize(), weight, (1,), ())


CRITERIA = (criterion("judgement", 60), criterion("sources", 40))
DECIDED = {
    "judgement": Decision("merit", Decimal(64), "You show how you chose."),
    "sources": Decision("pass", Decimal(55), "Clear and plain."),
}


def test_a_finished_draft_can_be_handed_in() -> None:
    assert hand_in_blocks(READY) == ()
    assert hand_in_blocks(replace(READY, words=0, files=1)) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"words": 0}, "There is nothing to hand in yet"),
        ({"declared": False}, "Read the declaration"),
        ({"handed_in": True}, "You have handed this in already"),
        ({"record": "vle"}, "on your university’s learning site"),
    ],
)
def test_what_stands_in_the_way_of_handing_in(change: dict[str, Any], says: str) -> None:
    blocks = hand_in_blocks(replace(READY, **change))
    assert len(blocks) == 1
    assert says in blocks[0]


def test_every_reason_is_given_at_once() -> None:
    assert len(hand_in_blocks(replace(READY, words=0, declared=False))) == 2


def test_when_a_draft_can_be_changed() -> None:
    assert draft_blocks(handed_in=False, record="here") == ()
    assert "no longer be changed" in draft_blocks(handed_in=True, record="here")[0]
    assert "learning site" in draft_blocks(handed_in=False, record="vle")[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), (" \n\t", 0), ("one", 1), ("one two\nthree", 3), ("well-being isn’t two", 3)],
)
def test_words_are_what_stands_between_spaces(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_fingerprint_changes_with_one_letter_or_one_file() -> None:
    first = fingerprint("a text", ["f" * 64])
    assert first == fingerprint("a text", ["f" * 64])
    others = {fingerprint("a texT", ["f" * 64]), fingerprint("a text", ["e" * 64])}
    assert first not in others | {fingerprint("a text", [])}


def test_codes_have_no_letters_that_are_read_for_others() -> None:
    assert not set("ILO01") & set(LETTERS)
    assert receipt_number(lambda letters: letters[0]) == "AAAA-AAAA-AAAA"
    assert script_code(lambda letters: letters[-1]) == "9999"


def test_the_whole_marks_of_each_band() -> None:
    assert [r.in_words for r in band_ranges(regulations())] == [
        "0 to 49",
        "50 to 59",
        "60 to 69",
        "70 to 100",
    ]


def finish(overall: str = "Good.", **changed: Decision) -> tuple[str, ...]:
    return finish_blocks(CRITERIA, DECIDED | changed, overall, regulations())


def test_a_script_with_everything_can_be_finished() -> None:
    assert finish() == ()


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (Decision(), "“Judgement” is not decided yet."),
        (Decision(None, Decimal(64), "Why."), "Choose a band for “Judgement”."),
        (Decision("gone", Decimal(64), "Why."), "Choose a band for “Judgement”."),
        (Decision("merit", None, "Why."), "Give a mark for “Judgement”."),
        (
            Decision("merit", Decimal(70), "Why."),
            "“Judgement”: 70 is outside merit, which is 60 to 69.",
        ),
        (Decision("merit", Decimal(59), "Why."), "59 is outside merit"),
        (Decision("merit", Decimal(64), " \n"), "Write why for “Judgement”"),
    ],
)
def test_what_stands_in_the_way_of_finishing(decision: Decision, says: str) -> None:
    blocks = finish(judgement=decision)
    assert len(blocks) == 1
    assert says in blocks[0]


@pytest.mark.parametrize(
    ("decision", "done"),
    [
        (Decision("merit", Decimal(60)), True),
        (Decision("merit", Decimal(69)), True),
        (Decision("merit", Decimal(70)), False),
        (Decision("merit"), False),
        (Decision(None, Decimal(64)), False),
        (Decision("gone", Decimal(64)), False),
        (Decision(), False),
    ],
)
def test_when_a_criterion_is_decided(decision: Decision, done: object) -> None:
    assert decided(decision, CRITERIA[0], regulations()) is done


def test_a_script_needs_an_overall_comment() -> None:
    assert finish(overall="  ") == ("Write the overall comment.",)


def test_nothing_decided_names_every_criterion() -> None:
    assert len(finish_blocks(CRITERIA, {}, "", regulations())) == 3


def test_when_a_mark_can_be_changed() -> None:
    assert mark_blocks(released=False, finished=False) == ()
    assert "Reopen it" in mark_blocks(released=False, finished=True)[0]
    assert "released" in mark_blocks(released=True, finished=True)[0]


def script(code: str, *, finished: bool = True, released: bool = False) -> ScriptState:
    return ScriptState(code, finished, released, () if finished else ("One thing.", "Another."))


@pytest.mark.parametrize(
    ("scripts", "says"),
    [
        ([], ["Nobody in this cohort has handed in yet."]),
        ([script("AAAA")], []),
        ([script("AAAA", released=True)], ["Everything handed in so far has been released."]),
        ([script("AAAA", released=True), script("BBBB")], []),
        (
            [script("AAAA"), script("BBBB", finished=False)],
            ["Script BBBB is not finished: 2 things are missing."],
        ),
        (
            [replace(script("BBBB", finished=False), missing=())],
            ["Script BBBB is not finished: press “Finish this script” on its page."],
        ),
        (
            [replace(script("BBBB", finished=False), missing=("One.",))],
            ["Script BBBB is not finished: 1 thing is missing."],
        ),
    ],
)
def test_what_stands_in_the_way_of_a_release(scripts: list[ScriptState], says: list[str]) -> None:
    assert list(release_blocks(scripts)) == says


@pytest.mark.parametrize(
    ("points", "text"),
    [("65.00", "65"), ("64.70", "64.7"), ("0", "0"), ("1E+2", "100"), ("100", "100")],
)
def test_numbers_are_written_as_people_write_them(points: str, text: str) -> None:
    assert plain(Decimal(points)) == text


def test_a_marking_guide_asks_for_a_mark_out_of_the_weight_and_for_no_band() -> None:
    guide = replace(CRITERIA[0], guidance="Up to 60.")
    for points, done in ((None, False), (Decimal(60), True), (Decimal(61), False)):
        decision = Decision(None, points, "Why.")
        assert decided(decision, guide, regulations()) is done
        blocks = finish_blocks([guide], {guide.id: decision}, "Overall.", regulations())
        assert bool(blocks) is not done
    assert adds(guide, Decimal(45), Decimal(100)) == 45
    assert adds(guide, Decimal(45), Decimal(20)) == 9
    assert adds(CRITERIA[0], Decimal(45), Decimal(100)) == 27
