"""Scenarios, cards and ratings on their pages: by ordinary forms, kept, and nobody else's."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.db import db
from lms.modules import models
from tests.conftest import People
from tests.modules.sheet import Sheet, open_page, read

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("doing")

Browse = Callable[[int], FlaskClient]
BEGIN, CARDS, END = "/modules/m1/u3/begin", "/modules/m1/u3/cards", "/modules/m1/u3/end"
SCENARIO, WHOSE, FELLOWS = "/scenario/friday", "/cards/whose", "/cards/fellows"
JSON = {"Accept": "application/json"}
EVERY = {"card-told": "hers", "card-letter": "hers", "card-pace": "hers"}
TABLES = (
    models.ScenarioAct,
    models.CardPlacing,
    models.FilledTemplate,
    models.ConfidenceRating,
)


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def rows(app: Flask) -> int:
    with app.app_context():
        return sum(db.session.query(table).count() for table in TABLES)


def forms_of(page: Sheet, act: str) -> list[dict[str, str]]:
    """The hidden fields of every form with an address."""
    return [
        {
            one.get("name", ""): one.get("value", "")
            for one in form.iter("input")
            if one.get("type") == "hidden"
        }
        for form in page.root.iter("form")
        if form.get("action", "").split("#")[0].endswith(act)
    ]


def choose(browser: FlaskClient, way: str) -> TestResponse:
    """Choose on the page as it stands."""
    page = open_page(browser, BEGIN)
    (hidden,) = [form for form in forms_of(page, SCENARIO) if form["act"] == "chose"]
    return browser.post(BEGIN + SCENARIO, data=hidden | {"way": way})


# Scenarios


def test_a_scenario_is_gone_through_scene_by_scene(ada: FlaskClient) -> None:
    page = open_page(ada, BEGIN)
    assert "Rosa rings. She is told to leave." in page.text
    assert "Rosa is invented." in page.text
    assert "It is hers to say." not in page.text  # nothing is said before it is chosen
    assert "And it is dark." not in page.text
    chosen = choose(ada, "ask")
    assert chosen.status_code == 303
    assert chosen.location.endswith(BEGIN + "#a-friday-here")
    page = open_page(ada, BEGIN)
    assert "You chose: Ask what she wants first" in page.text
    assert "We would begin here too. It is hers to say." in page.text
    assert "She wants her papers, and tonight a bed." in page.text
    assert "It is quick, and Rosa has not asked" not in page.text
    choose(ada, "papers")
    page = open_page(ada, BEGIN)
    assert "An ending: The papers are there" in page.text
    assert not [form for form in forms_of(page, SCENARIO) if form["act"] == "chose"]
    for word in ("score", "points", "correct", "wrong", "failed"):
        assert word not in page.text.lower()


def test_it_goes_on_where_it_was_after_signing_out(browse: Browse, people: People) -> None:
    choose(browse(people.ada), "ring")
    page = open_page(browse(people.ada), BEGIN)
    assert "They ask what Rosa wants." in page.text
    assert "Ben, who answers, is invented." in page.text


def test_going_back_and_starting_again_keep_the_way_gone_first(
    app: Flask, ada: FlaskClient
) -> None:
    choose(ada, "ask")
    choose(ada, "papers")
    page = open_page(ada, BEGIN)
    back = [form for form in forms_of(page, SCENARIO) if form["act"] == "went back"]
    assert [form["scene"] for form in back] == ["call", "wish"]
    assert ada.post(BEGIN + SCENARIO, data=back[1]).status_code == 303
    page = open_page(ada, BEGIN)
    assert "A way you went before" in page.text
    assert "What Rosa wants: Begin with the papers" in page.text
    choose(ada, "bed")
    page = open_page(ada, BEGIN)
    assert "An ending: A bed for tonight" in page.text
    (again,) = [form for form in forms_of(page, SCENARIO) if form["act"] == "began again"]
    ada.post(BEGIN + SCENARIO, data=again)
    page = open_page(ada, BEGIN)
    assert "The 2 ways you went before" in page.text
    assert not [form for form in forms_of(page, SCENARIO) if form["act"] == "went back"]
    assert rows(app) == 5  # nothing was taken away
    journal = open_page(ada, "/journal")
    assert "An ending you came to: A bed for tonight" in journal.text
    assert "An ending you came to: The papers are there" in journal.text
    assert journal.links()["Look at it again"].endswith(BEGIN + "#a-friday")
    text = ada.get("/journal/export").get_data(as_text=True)
    assert "The telephone: Ask what she wants first\nWhat Rosa wants: Begin with the bed" in text


def test_a_scenario_without_an_ending_yet_is_not_in_the_journal(ada: FlaskClient) -> None:
    choose(ada, "ask")
    assert "You have not written anything yet." in open_page(ada, "/journal").text


def test_pressing_twice_is_one_choice(app: Flask, ada: FlaskClient) -> None:
    sent = {"act": "chose", "number": "1", "scene": "call", "way": "ask"}
    for _ in range(2):
        assert ada.post(BEGIN + SCENARIO, data=sent).status_code == 303
    assert rows(app) == 1


def test_another_window_is_told_and_changes_nothing(app: Flask, ada: FlaskClient) -> None:
    choose(ada, "ask")
    stale = {"act": "chose", "number": "1", "scene": "call", "way": "ring"}
    answer = ada.post(BEGIN + SCENARIO, data=stale)
    assert answer.status_code == 409
    page = read(answer)
    assert "You went on in another window meanwhile" in page.text
    assert "She wants her papers, and tonight a bed." in page.text
    assert rows(app) == 1


def test_choosing_nothing_is_said_at_the_choice(app: Flask, ada: FlaskClient) -> None:
    answer = ada.post(BEGIN + SCENARIO, data={"act": "chose", "number": "1", "scene": "call"})
    assert answer.status_code == 422
    page = read(answer)
    assert "Choose one of the ways on, then go on." in page.text
    field = page.links()["Choose one of the ways on, then go on."].split("#")[1]
    assert f'id="{field}"' in page.html
    assert rows(app) == 0


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"act": "chose", "scene": "call", "way": "fly"}, "not one of the ways on from here"),
        ({"act": "went back", "scene": "council"}, "You have not come through that scene"),
        ({"act": "went back", "scene": "<script>"}, "You have not come through that scene"),
        ({"act": "jump", "scene": "call"}, "We could not tell what to do"),
        ({}, "We could not tell what to do"),
    ],
)
def test_what_a_scenario_does_not_know_is_refused(
    app: Flask, ada: FlaskClient, sent: dict[str, str], said: str
) -> None:
    answer = ada.post(BEGIN + SCENARIO, data={"number": "1"} | sent)
    assert answer.status_code == 400
    assert said in read(answer).text
    assert rows(app) == 0


def test_a_scenario_rewritten_meanwhile_says_so(app: Flask, ada: FlaskClient) -> None:
    choose(ada, "ask")
    with app.app_context():
        db.session.query(models.ScenarioAct).update({"way_id": "taken-out"})
        db.session.commit()
    page = open_page(ada, BEGIN)
    assert "This scenario has changed since you went through it." in page.text
    assert "Rosa rings." in page.text
    assert choose(ada, "ask").status_code == 303
    assert "has changed since" not in open_page(ada, BEGIN).text


# Cards


def test_cards_are_placed_and_each_is_answered(ada: FlaskClient) -> None:
    page = open_page(ada, CARDS)
    assert "It is her account." not in page.text
    sent = page.form(WHOSE) | EVERY
    answer = ada.post(CARDS + WHOSE, data=sent)
    assert answer.status_code == 303
    assert answer.location.endswith(CARDS + "#a-whose")
    page = open_page(ada, CARDS)
    assert "We would begin here too. It is her account." in page.text
    assert "We would put it under Yours to do. You offered." in page.text
    again = open_page(ada, page.links()["Move them again"].split("#")[0])
    assert again.form(WHOSE)["card-letter"] == ["hers"]
    ada.post(CARDS + WHOSE, data=again.form(WHOSE) | {"card-letter": "yours"})
    assert "We would put it" not in open_page(ada, CARDS).text


def test_a_match_is_answered_the_same_way(ada: FlaskClient) -> None:
    sent = {"card-advocate": "advocate", "card-lawyer": "support", "card-support": "lawyer"}
    ada.post(CARDS + FELLOWS, data=open_page(ada, CARDS).form(FELLOWS) | sent)
    page = open_page(ada, CARDS)
    assert "You matched it with: Stands beside" in page.text
    assert "We would match it with Advises on law. By training." in page.text
    assert page.has_form(WHOSE)  # the other one is still to do


def test_steps_are_put_in_order_and_none_shares_a_place(ada: FlaskClient) -> None:
    address = CARDS + "/cards/first"
    sent = open_page(ada, CARDS).form("/cards/first")
    shared = {"card-ask": "first", "card-ring": "third", "card-note": "third"}
    answer = ada.post(address, data=sent | shared)
    assert answer.status_code == 422
    page = read(answer)
    assert page.text.count("Another stands here too, so move one: ") == 2
    assert page.form("/cards/first")["card-note"] == ["third"]
    mended = page.form("/cards/first") | {"card-ring": "second"}
    assert ada.post(address, data=mended).status_code == 303
    page = open_page(ada, CARDS)
    assert page.text.count("We would begin here too.") == 3
    again = open_page(ada, page.links()["Move them again"].split("#")[0])
    ada.post(
        address, data=again.form("/cards/first") | {"card-ask": "second", "card-ring": "first"}
    )
    page = open_page(ada, CARDS)
    assert "You put it: Second" in page.text
    assert "We would put it first. Nothing is right before it." in page.text


def test_what_is_placed_is_kept_also_when_some_is_not(app: Flask, ada: FlaskClient) -> None:
    answer = ada.post(CARDS + WHOSE, data={"version": "0", "card-told": "hers", "card-pace": ""})
    assert answer.status_code == 422
    page = read(answer)
    assert "Choose where this belongs: Who writes the letter" in page.text
    assert page.form(WHOSE)["version"] == ["1"]
    assert open_page(ada, CARDS).form(WHOSE)["card-told"] == ["hers"]
    sent = open_page(ada, CARDS).form(WHOSE) | EVERY
    assert ada.post(CARDS + WHOSE, data=sent).status_code == 303


def test_cards_are_kept_while_they_are_moved(app: Flask, ada: FlaskClient) -> None:
    draft = CARDS + WHOSE + "/draft"
    first = ada.post(draft, data={"version": "0", "card-told": "hers"})
    assert first.json is not None
    assert first.json["version"] == 1
    stale = ada.post(draft, data={"version": "0", "card-told": "yours"}, headers=JSON)
    assert stale.status_code == 409
    assert stale.json is not None
    assert "moved in another window" in stale.json["message"]
    pressed = ada.post(CARDS + WHOSE, data={"version": "0"} | EVERY | {"card-told": "yours"})
    assert pressed.status_code == 409
    page = read(pressed)
    assert "Saved from the other window" in page.text
    assert "How much is told: Hers to decide" in page.text
    assert page.form(WHOSE)["card-told"] == ["yours"]  # what was chosen here is not lost
    assert ada.post(CARDS + WHOSE, data=page.form(WHOSE)).status_code == 303
    assert rows(app) == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"version": "0", "card-told": "nowhere"}, "There is no such place for a card."),
        ({"version": "0", "card-odd": "hers"}, "Part of this is no longer here."),
        ({"card-told": "hers"}, "Load the page again, then save."),
        ({"version": "-1", "card-told": "hers"}, "Load the page again, then save."),
        ({"version": "९", "card-told": "hers"}, "Load the page again, then save."),
    ],
)
def test_what_is_no_card_and_no_place_is_refused(
    app: Flask, ada: FlaskClient, sent: dict[str, str], said: str
) -> None:
    answer = ada.post(CARDS + WHOSE, data=sent)
    assert answer.status_code == 400
    assert said in read(answer).text
    draft = ada.post(CARDS + WHOSE + "/draft", data=sent, headers=JSON)
    assert draft.status_code == 400
    assert draft.json is not None
    assert said in draft.json["message"]
    assert rows(app) == 0


def test_cards_that_changed_since_are_looked_at_once_more(app: Flask, ada: FlaskClient) -> None:
    ada.post(CARDS + WHOSE, data={"version": "0"} | EVERY)
    with app.app_context():
        db.session.query(models.CardPlacing).update({"content_hash": "an older version"})
        db.session.commit()
    page = open_page(ada, CARDS)
    assert "This has changed since you did it." in page.text
    assert ada.post(CARDS + WHOSE, data=page.form(WHOSE)).status_code == 303
    assert "This has changed" not in open_page(ada, CARDS).text


# How sure somebody is


def rate(browser: FlaskClient, address: str, **steps: str) -> TestResponse:
    return browser.post(
        f"{address}/confidence/sure", data={f"sure-{key}": step for key, step in steps.items()}
    )


def test_before_and_after_stand_side_by_side(ada: FlaskClient) -> None:
    page = open_page(ada, BEGIN)
    assert page.text.index("Before you begin: how sure are you?") < page.text.index("Rosa is")
    assert rate(ada, BEGIN, whose="1", stop="3").status_code == 303
    page = open_page(ada, BEGIN)
    assert "Not sure yet" in page.text
    assert not page.has_form("/confidence/sure")
    changed = open_page(ada, page.links()["Change what you said"].split("#")[0])
    assert changed.form("/confidence/sure") == {
        "sure-whose": ["1"],
        "sure-stop": ["3"],
        "csrf_token": changed.form("/confidence/sure")["csrf_token"],
    }
    rate(ada, BEGIN, whose="2", stop="3")
    assert "After this unit: how sure are you?" in open_page(ada, END).text
    rate(ada, END, whose="4", stop="5")
    for address in (BEGIN, END):
        page = open_page(ada, address)
        cells = [" ".join("".join(td.itertext()).split()) for td in page.root.iter("td")]
        assert cells == ["A little sure", "Mostly sure", "Half sure", "Sure"]
    assert "Change what you said" not in open_page(ada, BEGIN).links()
    assert "Change what you said" in open_page(ada, END).links()


def test_what_was_said_before_stays_once_it_is_said_after(app: Flask, ada: FlaskClient) -> None:
    rate(ada, END, whose="4", stop="5")
    assert "You did not say how sure you were before the unit" in open_page(ada, END).text
    assert rate(ada, BEGIN, whose="1", stop="1").status_code == 303
    assert "stays as it was" in open_page(ada, BEGIN).text
    assert rows(app) == 2


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"whose": "1"}, 422, "Choose how sure you are: I know when to stop."),
        ({}, 422, "Choose how sure you are: I can say whose decision it is."),
        ({"whose": "6", "stop": "1"}, 400, "Choose one of the five answers."),
        ({"whose": "0", "stop": "1"}, 400, "Choose one of the five answers."),
        ({"whose": "sure", "stop": "1"}, 400, "Choose one of the five answers."),
        ({"whose": "1", "stop": "1", "odd": "1"}, 400, "Part of this is no longer here."),
    ],
)
def test_a_rating_that_is_not_whole_is_refused(
    app: Flask, ada: FlaskClient, sent: dict[str, str], status: int, said: str
) -> None:
    answer = rate(ada, BEGIN, **sent)
    assert answer.status_code == status
    page = read(answer)
    assert said in page.text
    if status == 422:
        kept = page.form("/confidence/sure")
        assert kept.get("sure-whose", [""]) == [sent.get("whose", "")]
    assert rows(app) == 0


# Everybody


def test_nobody_sees_or_touches_what_another_did(
    app: Flask, browse: Browse, people: People, ada: FlaskClient
) -> None:
    choose(ada, "ask")
    ada.post(CARDS + WHOSE, data={"version": "0"} | EVERY)
    rate(ada, BEGIN, whose="1", stop="1")
    before = rows(app)
    for other in (people.ben, people.zoe, people.max, people.lin):
        browser = browse(other)
        assert "You chose:" not in open_page(browser, BEGIN).text
        assert "You put it under" not in open_page(browser, CARDS).text
        assert "Change what you said" not in open_page(browser, BEGIN).text
        assert "Friday" not in open_page(browser, "/journal").text
    assert rows(app) == before
    assert choose(browse(people.ben), "ring").status_code == 303  # his own, from the beginning
    assert "You chose: Ask what she wants first" in open_page(ada, BEGIN).text


ACTS = {
    BEGIN + SCENARIO: {"act": "chose", "number": "1", "scene": "call", "way": "ask"},
    CARDS + WHOSE: {"version": "0"} | EVERY,
    CARDS + WHOSE + "/draft": {"version": "0"} | EVERY,
    BEGIN + "/confidence/sure": {"sure-whose": "1", "sure-stop": "1"},
}


@pytest.mark.parametrize("address", ACTS)
def test_who_has_no_place_records_nothing(
    app: Flask, browse: Browse, people: People, address: str
) -> None:
    for other in (people.max, people.lin, people.morgan, people.admin):
        assert browse(other).post(address, data=ACTS[address]).status_code == 404
    assert rows(app) == 0


@pytest.mark.parametrize(
    "address",
    [
        BEGIN + "/scenario/whose",
        BEGIN + "/scenario/gone",
        CARDS + "/scenario/friday",
        BEGIN + "/cards/friday",
        END + "/confidence/letter",
        "/modules/m1/u9/begin/scenario/friday",
    ],
)
def test_an_activity_that_is_not_there_takes_nothing(ada: FlaskClient, address: str) -> None:
    assert ada.post(address, data=ACTS[BEGIN + SCENARIO]).status_code == 404


def test_staff_read_everything_with_what_is_said(browse: Browse, people: People) -> None:
    max_ = browse(people.max)
    begin, cards, end = (open_page(max_, one) for one in (BEGIN, CARDS, END))
    assert "It is quick, and Rosa has not asked for it. On to scene 2." in begin.text
    assert "Scene 6. A bed for tonight (an ending)" in begin.text
    assert "Yours to do. You offered." in cards.text
    assert "Has she agreed?" in end.text
    for page in (begin, cards, end):
        assert "Nothing you do here is recorded." in page.text
        assert not [form for form in page.root.iter("form") if "/u3/" in form.get("action", "")]


def test_the_unit_in_print_holds_every_activity_without_answers(ada: FlaskClient) -> None:
    page = open_page(ada, "/modules/m1/u3/print")
    assert "Scene 2. The council" in page.text
    assert "Put each card under one of these:" in page.text
    assert "You offered." not in page.text
    assert "Find for each card what goes with it:" in page.text
    assert "A letter to the council" in page.text
    assert page.text.count("how sure are you?") == 1


def test_a_page_of_activities_takes_at_most_eight_statements(
    ada: FlaskClient, statements: Callable[[], int]
) -> None:
    choose(ada, "ask")
    choose(ada, "papers")
    ada.post(CARDS + WHOSE, data={"version": "0"} | EVERY)
    ada.post(END + "/template/letter", data={"version": "0", "part-about": "One"})
    rate(ada, BEGIN, whose="1", stop="1")
    rate(ada, END, whose="1", stop="1")
    for address in (BEGIN, CARDS, END, END + "/template/letter/sheet", "/journal"):
        statements()
        open_page(ada, address)
        assert statements() <= 8, address
