"""Scenarios, cards, templates and ratings: what is decided about them, without app or database."""

from dataclasses import replace
from datetime import date

import pytest

from lms import clock
from lms.modules.catalogue import Cards, Catalogue, Confidence, Scenario, Template, load
from lms.modules.rules.cards import still_to_place, what_is_said
from lms.modules.rules.confidence import may_still_say, side_by_side
from lms.modules.rules.scenarios import Act, Did, may_go_back_to, walk, ways_to_an_ending
from lms.modules.rules.templates import Filled, fault_of, filled_in, left_over, read_day, tidy
from tests.modules.activity_content import write_activity_content


@pytest.fixture(scope="module")
def doing(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load(write_activity_content(tmp_path_factory.mktemp("doing") / "content"))


@pytest.fixture
def friday(doing: Catalogue) -> Scenario:
    found = doing.activity("m1/u3/friday")
    assert isinstance(found, Scenario)
    return found


@pytest.fixture
def letter(doing: Catalogue) -> Template:
    found = doing.activity("m1/u3/letter")
    assert isinstance(found, Template)
    return found


def cards_of(doing: Catalogue, name: str) -> Cards:
    found = doing.activity(f"m1/u3/{name}")
    assert isinstance(found, Cards)
    return found


def chose(scene: str, way: str) -> Did:
    return Did(Act.CHOSE, scene, way)


def back(scene: str) -> Did:
    return Did(Act.WENT_BACK, scene, None)


AGAIN = Did(Act.BEGAN_AGAIN, None, None)
ASK, RING = chose("call", "ask"), chose("call", "ring")
PAPERS, BED = chose("wish", "papers"), chose("wish", "bed")
ROUND = chose("council", "back-to-her")

# what was done → the scenes come through, the scene one is in, how many ways went before, changed
WALKS: dict[str, tuple[list[Did], list[str], str, int, bool]] = {
    "nothing yet": ([], [], "call", 0, False),
    "one choice": ([ASK], ["call"], "wish", 0, False),
    "to an ending": ([ASK, PAPERS], ["call", "wish"], "papers-first", 0, False),
    "round and on": ([RING, ROUND, ASK], ["call", "council", "call"], "wish", 0, False),
    "back one scene": ([ASK, PAPERS, back("wish")], ["call"], "wish", 1, False),
    "back to the last time there": (
        [RING, ROUND, ASK, back("call")],
        ["call", "council"],
        "call",
        1,
        False,
    ),
    "back to the first time there": (
        [RING, ROUND, ASK, back("call"), back("call")],
        [],
        "call",
        2,
        False,
    ),
    "back where one never was": ([ASK, back("council")], ["call"], "wish", 0, False),
    "again": ([ASK, PAPERS, AGAIN], [], "call", 1, False),
    "again, and another way": (
        [ASK, PAPERS, AGAIN, ASK, BED],
        ["call", "wish"],
        "bed-first",
        1,
        False,
    ),
    "a way taken out since": ([chose("call", "gone")], [], "call", 0, True),
    "a scene moved since": ([ASK, chose("council", "guess")], ["call"], "wish", 0, True),
    "on after a change": ([chose("call", "gone"), ASK], ["call"], "wish", 0, False),
    "again after a change": ([ASK, chose("wish", "gone"), AGAIN], [], "call", 1, False),
    "back after a change": ([ASK, chose("wish", "gone"), back("call")], [], "call", 1, True),
}


@pytest.mark.parametrize("name", WALKS)
def test_where_somebody_stands(friday: Scenario, name: str) -> None:
    done, through, here, earlier, changed = WALKS[name]
    walked = walk(friday, done)
    assert [step.scene.id for step in walked.steps] == through
    assert walked.here.id == here
    assert len(walked.earlier) == earlier
    assert walked.changed is changed
    assert walked.ended is walked.here.ending


def test_one_goes_back_only_to_where_one_came_through(friday: Scenario) -> None:
    walked = walk(friday, [ASK])
    assert may_go_back_to(walked, "call")
    assert not may_go_back_to(walked, "wish")
    assert not may_go_back_to(walked, "council")


def test_every_way_to_an_ending_is_told_once_the_latest_first(friday: Scenario) -> None:
    done = [ASK, PAPERS, back("wish"), BED, AGAIN, RING, AGAIN, ASK, PAPERS]
    ways = ways_to_an_ending(friday, done)
    assert [way[-1].way.to for way in ways] == ["papers-first", "bed-first"]
    assert ways_to_an_ending(friday, [ASK]) == ()


def test_cards_are_in_an_order_that_gives_nothing_away(doing: Catalogue) -> None:
    whose, fellows = cards_of(doing, "whose"), cards_of(doing, "fellows")
    assert [card.id for card in whose.cards] != ["told", "letter", "pace"]
    assert [place.id for place in fellows.places] != [card.id for card in fellows.cards]
    assert {place.id for place in fellows.places} == {card.id for card in fellows.cards}


def test_each_card_is_answered_by_where_it_is(doing: Catalogue) -> None:
    whose = cards_of(doing, "whose")
    places = {"told": "hers", "letter": "hers", "pace": "a place taken out since", "odd": "hers"}
    assert [card.id for card in still_to_place(whose, places)] == ["pace"]
    said = {one.card.id: one for one in what_is_said(whose, places)}
    assert said.keys() == {"told", "letter"}
    assert said["told"].alike
    assert not said["letter"].alike
    assert (said["letter"].put.id, said["letter"].ours.id) == ("hers", "yours")
    assert said["told"].feedback == "It is <em>her</em> account."


DAYS = {
    "2026-12-07": date(2026, 12, 7),
    "7/12/2026": date(2026, 12, 7),
    " 07/12/2026 ": date(2026, 12, 7),
    "7 December 2026": date(2026, 12, 7),
    "7 Dec 2026": date(2026, 12, 7),
    "7.12.2026": date(2026, 12, 7),
    "31/2/2026": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize("written", DAYS)
def test_a_day_is_read_as_people_write_it(written: str) -> None:
    assert read_day(written) == DAYS[written]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("about", "A line", ""),
        ("about", "x" * 301, "shorten this to one line"),
        ("asked", "x" * 20_000, ""),
        ("asked", "x" * 20_001, "longer than one part keeps"),
        ("agreed", "", ""),
        ("agreed", "yes", ""),
        ("agreed", "perhaps", "choose one of the answers given"),
        ("by", "", ""),
        ("by", "7/12/2026", ""),
        ("by", "soon", "write the date as day, month, year"),
    ],
)
def test_what_is_to_be_mended_in_a_template(
    letter: Template, field: str, value: str, said: str
) -> None:
    part = next(one for one in letter.fields if one.id == field)
    fault = fault_of(part, value)
    assert bool(fault) is bool(said)
    assert said in fault


def test_a_template_is_read_out_in_words_with_what_it_once_held(letter: Template) -> None:
    parts = {
        "by": "2026-12-07",
        "agreed": "yes",
        "about": " ",
        "asked": "A bed.",
        "gone": "Older words",
        "empty": " ",
    }
    told = filled_in(letter, parts, clock.day)
    assert [one.text for one in told] == [
        "A bed.",
        "Yes, in words",
        "Monday 7 December 2026",
        "Older words",
    ]
    assert left_over(letter, parts) == (
        Filled("A part that has been taken out since", "Older words"),
    )
    odd = filled_in(letter, {"by": "soon", "agreed": "taken out"}, clock.day)
    assert [one.text for one in odd] == ["taken out", "soon"]


def test_a_day_is_kept_in_one_writing_and_words_as_they_are(letter: Template) -> None:
    fields = {one.id: one for one in letter.fields}
    assert tidy(fields["by"], "7/12/2026") == "2026-12-07"
    assert tidy(fields["by"], "soon") == "soon"
    assert tidy(fields["about"], " 7/12/2026 ") == " 7/12/2026 "


def test_before_and_after_stand_side_by_side_in_words(doing: Catalogue) -> None:
    rating = doing.page("m1/u3/begin").activities[0]
    assert isinstance(rating, Confidence)
    rows = side_by_side(rating, {"whose": 1, "gone": 5}, {"whose": 4})
    assert [(row.before, row.after) for row in rows] == [("Not sure yet", "Mostly sure"), ("", "")]
    assert may_still_say(rating, {})
    assert not may_still_say(rating, {"whose": 4})
    assert may_still_say(replace(rating, after=True), {"whose": 4})


def test_steps_that_share_a_place_are_still_to_place(doing: Catalogue) -> None:
    first = cards_of(doing, "first")
    assert [place.plain for place in first.places] == ["First", "Second", "Third"]
    assert [card.id for card in first.cards] != ["ask", "ring", "note"]
    places = {"ask": "first", "ring": "first", "note": "third"}
    assert {card.id for card in still_to_place(first, places)} == {"ask", "ring"}
    assert not still_to_place(first, {"ask": "third", "ring": "first", "note": "second"})
