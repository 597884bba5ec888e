"""Bookmarks and private notes: kept by their owner, seen by nobody else, never saved over."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules.catalogue import Catalogue
from lms.modules.models.notes import PageKept
from tests.conftest import People
from tests.modules.sheet import open_page, read

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]
FIRST, LAST = "/modules/m1/u1/first", "/modules/m1/u1/last"
JSON = {"Accept": "application/json"}


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def kept(app: Flask) -> list[tuple[str, str, int, bool]]:
    with app.app_context():
        rows = db.session.query(PageKept).order_by(PageKept.id)
        return [(row.page_key, row.note, row.version, row.marked_at is not None) for row in rows]


def test_a_bookmark_is_put_found_again_and_taken_away(app: Flask, ada: FlaskClient) -> None:
    page = open_page(ada, LAST)
    assert ada.post(page.address_of("/bookmark"), data=page.form("/bookmark")).status_code == 303
    ada.post(LAST + "/bookmark")  # twice is nothing more
    ada.post(FIRST + "/bookmark")
    assert "You have a bookmark on this page." in open_page(ada, LAST).text
    listed = open_page(ada, "/modules/notes")
    assert listed.text.index("The first page") < listed.text.index("The last page")
    assert listed.links()["The last page"].endswith(LAST)
    ada.post(LAST + "/bookmark", data={"away": "1"})
    ada.post(LAST + "/bookmark", data={"away": "1"})
    assert kept(app) == [("m1/u1/first", "", 0, True)]


def test_a_note_is_kept_shown_changed_and_emptied(app: Flask, ada: FlaskClient) -> None:
    page = open_page(ada, FIRST)
    sent = page.form("/note") | {"note": ["Ask Max <b>about</b> this."]}
    assert ada.post(page.address_of("/note"), data=sent).status_code == 303
    page = open_page(ada, FIRST)
    assert page.form("/note") == {"note": ["Ask Max <b>about</b> this."], "version": ["1"]} | {
        "csrf_token": page.form("/note")["csrf_token"]
    }
    listed = open_page(ada, "/modules/notes")
    assert "Ask Max <b>about</b> this." in listed.text
    assert "Module 1, Unit 1.1: Beside, not before" in listed.text
    ada.post(FIRST + "/note", data={"note": " ", "version": "1"})
    assert kept(app) == [("m1/u1/first", " ", 2, False)]
    assert "You have none yet." in open_page(ada, "/modules/notes").text


def test_a_note_is_saved_while_it_is_written(ada: FlaskClient) -> None:
    saved = ada.post(FIRST + "/note/draft", data={"note": "One", "version": "0"}, headers=JSON)
    assert saved.get_json()["version"] == 1
    same = ada.post(FIRST + "/note/draft", data={"note": "One", "version": "0"}, headers=JSON)
    assert same.get_json()["version"] == 1  # sent twice is once
    late = ada.post(FIRST + "/note/draft", data={"note": "Two", "version": "0"}, headers=JSON)
    assert late.status_code == 409
    assert "another window" in late.get_json()["message"]


def test_two_windows_never_save_over_each_other(app: Flask, ada: FlaskClient) -> None:
    ada.post(FIRST + "/note", data={"note": "Here", "version": "0"})
    refused = ada.post(FIRST + "/note", data={"note": "There", "version": "0"})
    assert refused.status_code == 409
    page = read(refused)
    assert "Saved from the other window" in page.text
    assert "Here" in page.text
    assert page.form("/note")["note"] == ["There"]
    assert ada.post(FIRST + "/note", data=page.form("/note")).status_code == 303
    assert kept(app) == [("m1/u1/first", "There", 2, False)]


@pytest.mark.parametrize("sent", [{"note": "x"}, {"note": "x", "version": "-1"}])
def test_an_odd_form_is_answered_in_words(
    app: Flask, ada: FlaskClient, sent: dict[str, str]
) -> None:
    refused = ada.post(FIRST + "/note", data=sent)
    assert refused.status_code == 422
    assert "Load the page again" in read(refused).text
    draft = ada.post(FIRST + "/note/draft", data=sent, headers=JSON)
    assert draft.status_code == 400
    assert kept(app) == []


def test_a_note_too_long_is_kept_in_the_field(app: Flask, ada: FlaskClient) -> None:
    refused = ada.post(FIRST + "/note", data={"note": "x" * 20_001, "version": "0"})
    assert refused.status_code == 422
    assert "Shorten it a little" in read(refused).text
    assert kept(app) == []


def test_only_their_owner_sees_them(ada: FlaskClient, browse: Browse, people: People) -> None:
    ada.post(FIRST + "/note", data={"note": "A heron", "version": "0"})
    ada.post(FIRST + "/bookmark")
    for other in (people.ben, people.max, people.lin, people.hub):
        browser = browse(other)
        for address in (FIRST, "/modules/notes", "/journal/export", "/modules/search?q=heron"):
            page = browser.get(address).get_data(as_text=True)
            assert "A heron" not in page, address
            assert "bookmark on this page" not in page
    assert browse(people.admin).get("/modules/notes").status_code == 403


def test_staff_leave_none_and_nobody_keeps_what_they_may_not_read(
    app: Flask, browse: Browse, people: People
) -> None:
    for other in (people.lin, people.morgan):
        browser = browse(other)
        assert browser.post(FIRST + "/bookmark").status_code == 404
        sent = {"note": "x", "version": "0"}
        assert browser.post(FIRST + "/note", data=sent).status_code == 404
    assert not open_page(browse(people.lin), FIRST).has_form("/note")
    assert kept(app) == []


def test_they_leave_with_the_journal(ada: FlaskClient) -> None:
    nothing = ada.get("/journal/export").get_data(as_text=True)
    assert "bookmarks" not in nothing
    ada.post(LAST + "/reflection", data={"text": "Some words", "version": "0"})
    ada.post(FIRST + "/note", data={"note": "A <heron> & more", "version": "0"})
    ada.post(FIRST + "/bookmark")
    text = ada.get("/journal/export").get_data(as_text=True)
    assert text.index("Some words") < text.index("My bookmarks and notes")
    assert "A <heron> & more" in text
    assert "Bookmarked" in text


def test_words_stay_when_a_page_is_taken_out(
    app: Flask, ada: FlaskClient, small: Catalogue
) -> None:
    ada.post(FIRST + "/note", data={"note": "Still mine", "version": "0"})
    with app.app_context():
        db.session.query(PageKept).update({"page_key": "m1/u1/gone"})
        db.session.commit()
    page = open_page(ada, "/modules/notes")
    assert "A page that has been taken out since" in page.text
    assert "Still mine" in page.text
