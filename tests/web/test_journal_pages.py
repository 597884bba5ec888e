"""Reflections and the journal: kept in versions, escaped, and nobody else's to see."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules import models, queries
from tests.conftest import People
from tests.modules.sheet import open_page, read

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]
LAST = "/modules/m1/u1/last"
SAVE, DRAFT = LAST + "/reflection", LAST + "/reflection/draft"
WORDS = "I kept the sums.\n\nThen I stopped."


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def kept(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        entries = db.session.query(models.JournalEntry).order_by(models.JournalEntry.id)
        return [(one.text, one.version) for one in entries]


def test_words_are_saved_by_a_button_and_stand_in_the_journal(app: Flask, ada: FlaskClient) -> None:
    page = open_page(ada, LAST)
    assert "Only you can see this." in page.text
    saved = ada.post(
        page.address_of("/reflection"), data=page.form("/reflection") | {"text": WORDS}
    )
    assert saved.status_code == 303
    assert saved.location.endswith(LAST + "#reflection")
    assert kept(app) == [(WORDS, 1)]
    page = open_page(ada, LAST)
    assert "Your words are saved. Only you can see them." in page.text
    assert page.form("/reflection")["text"] == [WORDS]
    assert page.form("/reflection")["version"] == ["1"]
    journal = open_page(ada, "/journal")
    assert "<p>I kept the sums.</p>\n<p>Then I stopped.</p>" in journal.html
    assert "Module 1, Unit 1.1: Beside, not before" in journal.text
    assert journal.links()["Go on writing"].endswith(LAST + "#reflection")


def test_words_are_saved_while_they_are_written(app: Flask, ada: FlaskClient) -> None:
    first = ada.post(DRAFT, data={"text": "One", "version": "0"})
    assert first.status_code == 200
    assert first.json is not None
    assert first.json["version"] == 1
    assert len(first.json["saved_at"]) == 5
    second = ada.post(DRAFT, data={"text": "One, two", "version": "1"})
    assert second.json is not None
    assert second.json["version"] == 2
    same = ada.post(DRAFT, data={"text": "One, two", "version": "1"})  # an answer that got lost
    assert same.json is not None
    assert same.json["version"] == 2
    assert kept(app) == [("One, two", 2)]


@pytest.mark.parametrize("version", ["0", "1", "9"])
def test_an_older_window_is_told_and_saves_nothing_over(
    app: Flask, ada: FlaskClient, version: str
) -> None:
    ada.post(DRAFT, data={"text": "One", "version": "0"})
    ada.post(DRAFT, data={"text": "The later words", "version": "1"})
    headers = {"Accept": "application/json"}
    stale = ada.post(DRAFT, data={"text": "Other words", "version": version}, headers=headers)
    assert stale.status_code == 409
    assert stale.json is not None
    assert "changed in another window" in stale.json["message"]
    assert kept(app) == [("The later words", 2)]

    pressed = ada.post(SAVE, data={"text": "Other words", "version": version})
    assert pressed.status_code == 409
    page = read(pressed)
    assert "The later words" in page.text  # both stand there, to put together
    again = page.form("/reflection")
    assert again["text"] == ["Other words"]
    together = ada.post(SAVE, data=again | {"text": "The later words. Other words"})
    assert together.status_code == 303
    assert kept(app) == [("The later words. Other words", 3)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "", "version": "0"}, "There is nothing to save yet."),
        ({"text": "  \n ", "version": "0"}, "There is nothing to save yet."),
        ({"text": "x" * 50_001, "version": "0"}, "This is longer than the journal keeps"),
        ({"text": "Words"}, "Load the page again, then save."),
        ({"text": "Words", "version": "-1"}, "Load the page again, then save."),
        ({"text": "Words", "version": "one"}, "Load the page again"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_the_field(
    app: Flask, ada: FlaskClient, sent: dict[str, str], said: str
) -> None:
    answer = ada.post(SAVE, data=sent)
    assert answer.status_code == 422
    page = read(answer)
    assert said in page.text
    assert page.form("/reflection")["text"] == [sent["text"]]
    assert kept(app) == []


def test_a_draft_that_cannot_be_saved_is_answered_in_words(app: Flask, ada: FlaskClient) -> None:
    headers = {"Accept": "application/json"}
    answer = ada.post(DRAFT, data={"text": "x" * 50_001, "version": "0"}, headers=headers)
    assert answer.status_code == 400
    assert answer.json is not None
    assert "Shorten it a little" in answer.json["message"]
    assert kept(app) == []


def test_words_can_be_taken_out_again(app: Flask, ada: FlaskClient) -> None:
    ada.post(SAVE, data={"text": WORDS, "version": "0"})
    assert ada.post(SAVE, data={"text": "", "version": "1"}).status_code == 303
    assert kept(app) == [("", 2)]
    assert "You have not written anything yet." in open_page(ada, "/journal").text


def test_own_words_are_never_markup(ada: FlaskClient) -> None:
    attack = "<script>alert(1)</script> </textarea><img src=x onerror=alert(1)> **bold** {{ 7*7 }}"
    ada.post(SAVE, data={"text": attack, "version": "0"})
    for address in (LAST, "/journal"):
        page = open_page(ada, address)
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
        assert "{{ 7*7 }}" in page.text
    assert open_page(ada, LAST).form("/reflection")["text"] == [attack]


def test_nobody_else_ever_sees_an_entry(browse: Browse, people: People, ada: FlaskClient) -> None:
    ada.post(SAVE, data={"text": "ADA'S OWN WORDS", "version": "0"})
    for other in (people.ben, people.zoe, people.max, people.lin, people.hub):
        browser = browse(other)
        assert "OWN WORDS" not in open_page(browser, LAST).html
        assert "OWN WORDS" not in open_page(browser, "/journal").html
        assert "OWN WORDS" not in browser.get("/journal/export").get_data(as_text=True)
    for address in ("/journal/1", f"/journal/{people.ada}", f"/journal?user_id={people.ada}"):
        answer = browse(people.ben).get(address)
        assert "OWN WORDS" not in answer.get_data(as_text=True)
    assert browse(people.ben).get("/journal/1").status_code == 404


def test_saving_writes_only_ones_own(
    app: Flask, browse: Browse, people: People, ada: FlaskClient
) -> None:
    ada.post(SAVE, data={"text": "Ada's", "version": "0"})
    browse(people.ben).post(SAVE, data={"text": "Ben's", "version": "0", "user_id": people.ada})
    assert kept(app) == [("Ada's", 1), ("Ben's", 1)]


def test_staff_and_other_programmes_write_nothing(
    app: Flask, browse: Browse, people: People
) -> None:
    for other, status in ((people.max, 404), (people.morgan, 404), (people.admin, 403)):
        answer = browse(other).post(SAVE, data={"text": "Words", "version": "0"})
        assert answer.status_code == status
    assert browse(people.admin).get("/journal").status_code == 403
    assert kept(app) == []


def test_a_page_without_a_reflection_takes_no_words(ada: FlaskClient) -> None:
    for act in ("reflection", "reflection/draft"):
        answer = ada.post(f"/modules/m1/u1/first/{act}", data={"text": "Words", "version": "0"})
        assert answer.status_code == 404


def test_the_journal_can_be_taken_away_as_text(ada: FlaskClient) -> None:
    ada.post(SAVE, data={"text": "Fish & chips <b>", "version": "0"})
    answer = ada.get("/journal/export")
    assert answer.mimetype == "text/plain"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.get_data(as_text=True)
    assert "Fish & chips <b>" in text
    assert "Your own words\nModule 1, Unit 1.1: Beside, not before\nSaved " in text


def test_words_outlive_their_page(app: Flask, ada: FlaskClient, people: People) -> None:
    ada.post(SAVE, data={"text": WORDS, "version": "0"})
    with app.app_context():
        entry = queries.find_entry(people.ada, "m1/u1/reflection")
        assert entry is not None
        entry.activity_key = "m1/u1/gone"
        db.session.commit()
    journal = open_page(ada, "/journal")
    assert "A page that has been taken out since" in journal.text
    assert "I kept the sums." in journal.text
    assert ada.get("/journal/export").status_code == 200


FOUND = "Ring 07700 900 123, she said."


def test_words_that_could_tell_who_somebody_is_are_shown_before_they_are_kept(
    app: Flask, ada: FlaskClient
) -> None:
    page = open_page(ada, LAST)
    form = page.form("/reflection") | {"text": FOUND}
    asked = ada.post(SAVE, data=form)
    assert asked.status_code == 422
    assert 'Ring <mark class="find">07700 900 123</mark>, she said.' in asked.text
    assert "Nothing of this is kept" in asked.text
    assert f"{FOUND}</textarea>" in asked.text
    assert kept(app) == []
    assert ada.post(SAVE, data=form | {"act": "keep-anyway"}).status_code == 303
    assert kept(app) == [(FOUND, 1)]


def test_words_saved_as_they_are_typed_are_said_to_need_a_look(ada: FlaskClient) -> None:
    told = ada.post(DRAFT, data={"text": FOUND, "version": "0"}).json
    assert told is not None
    assert "could tell who somebody is" in told["note"]
    calm = ada.post(DRAFT, data={"text": "She rang.", "version": "1"}).json
    assert calm is not None
    assert calm["note"] == ""
