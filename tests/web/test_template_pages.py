"""Templates: filled in and kept in versions, escaped, printed, taken away, and nobody else's."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules import models
from tests.conftest import People
from tests.modules.sheet import open_page, read

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("doing")

Browse = Callable[[int], FlaskClient]
END = "/modules/m1/u3/end"
LETTER = "/template/letter"
SAVE, DRAFT = END + LETTER, END + LETTER + "/draft"
JSON = {"Accept": "application/json"}
WORDS = {
    "part-about": "A bed",
    "part-asked": "A bed tonight.\n\nAnd the papers.",
    "part-agreed": "yes",
    "part-by": "7/12/2026",
}


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def kept(app: Flask) -> list[tuple[dict[str, str], int]]:
    with app.app_context():
        rows = db.session.query(models.FilledTemplate).order_by(models.FilledTemplate.id)
        return [(dict(one.parts), one.version) for one in rows]


def test_a_template_is_filled_in_and_stands_in_the_journal(app: Flask, ada: FlaskClient) -> None:
    page = open_page(ada, END)
    assert "Only you can see this." in page.text
    assert "To read or print" not in page.text
    saved = ada.post(SAVE, data=page.form(LETTER) | WORDS)
    assert saved.status_code == 303
    assert saved.location.endswith(END + "#a-letter")
    ((parts, version),) = kept(app)
    assert (parts["by"], parts["agreed"], version) == ("2026-12-07", "yes", 1)
    page = open_page(ada, END)
    assert "Your words are saved. Only you can see them." in page.text
    form = page.form(LETTER)
    assert form["part-asked"] == [WORDS["part-asked"]]
    assert form["part-by"] == ["7/12/2026"]
    assert form["part-agreed"] == ["yes"]
    assert form["version"] == ["1"]
    journal = open_page(ada, "/journal")
    assert "<p>A bed tonight.</p>\n<p>And the papers.</p>" in journal.html
    assert "Has she agreed? Yes, in words" in journal.text
    assert "By when Monday 7 December 2026" in journal.text
    assert "Module 1, Unit 1.3: Doing" in journal.text
    assert journal.links()["Go on writing"].endswith(END + "#a-letter")


def test_it_is_read_and_printed_alone_and_taken_away_as_text(ada: FlaskClient) -> None:
    ada.post(SAVE, data={"version": "0"} | WORDS | {"part-about": "Fish & chips <b>"})
    sheet = open_page(ada, open_page(ada, END).links()["To read or print"])
    assert "Fish & chips <b>" in sheet.text
    assert "Monday 7 December 2026" in sheet.text
    answer = ada.get(sheet.links()["Save it as a text file"])
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letter.txt"'
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    assert "What it is about\nFish & chips <b>\n" in text
    assert "Has she agreed?\nYes, in words\n" in text
    exported = ada.get("/journal/export").get_data(as_text=True)
    assert "A letter to the council\nModule 1, Unit 1.3: Doing\nSaved " in exported
    assert "What it is about\nFish & chips <b>\n" in exported


def test_it_is_kept_while_it_is_written_a_day_half_written_too(
    app: Flask, ada: FlaskClient
) -> None:
    first = ada.post(DRAFT, data={"version": "0", "part-about": "One", "part-by": "7/1"})
    assert first.json is not None
    assert first.json["version"] == 1
    assert len(first.json["saved_at"]) == 5
    assert open_page(ada, END).form(LETTER)["part-by"] == ["7/1"]
    second = ada.post(DRAFT, data={"version": "1", "part-about": "One", "part-by": "7/12/2026"})
    assert second.json is not None
    assert second.json["version"] == 2
    assert kept(app)[0][0]["by"] == "2026-12-07"


@pytest.mark.parametrize("version", ["0", "1", "9"])
def test_an_older_window_is_told_and_nothing_is_lost(
    app: Flask, ada: FlaskClient, version: str
) -> None:
    ada.post(DRAFT, data={"version": "0", "part-about": "One"})
    ada.post(DRAFT, data={"version": "1", "part-about": "The later words"})
    other = {"version": version, "part-about": "Other words"}
    stale = ada.post(DRAFT, data=other, headers=JSON)
    assert stale.status_code == 409
    assert stale.json is not None
    assert "changed in another window" in stale.json["message"]
    pressed = ada.post(SAVE, data=other)
    assert pressed.status_code == 409
    page = read(pressed)
    assert "The later words" in page.text  # both stand there, to put together
    assert "data-refusal" in page.html
    form = page.form(LETTER)
    assert form["part-about"] == ["Other words"]
    together = ada.post(SAVE, data=form | {"part-about": "Later and other words"})
    assert together.status_code == 303
    ((parts, number),) = kept(app)
    assert (parts["about"], number) == ("Later and other words", 3)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"version": "0"}, 422, "There is nothing to save yet."),
        ({"version": "0", "part-about": "x" * 301}, 422, "What it is about: shorten this to one"),
        ({"version": "0", "part-asked": "x" * 20_001}, 422, "longer than one part keeps"),
        ({"version": "0", "part-by": "soon"}, 422, "By when: write the date as day, month"),
        ({"version": "0", "part-agreed": "perhaps"}, 422, "choose one of the answers given"),
        ({"part-about": "One"}, 400, "Load the page again, then save."),
        ({"version": "one", "part-about": "One"}, 400, "Load the page again, then save."),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_its_field(
    app: Flask, ada: FlaskClient, sent: dict[str, str], status: int, said: str
) -> None:
    answer = ada.post(SAVE, data=sent)
    assert answer.status_code == status
    page = read(answer)
    assert said in page.text
    for name in ("part-about", "part-asked", "part-by"):
        if status == 422 and name in sent:
            assert page.form(LETTER)[name] == [sent[name]]
    assert kept(app) == []


def test_a_draft_that_cannot_be_kept_is_answered_in_words(app: Flask, ada: FlaskClient) -> None:
    for sent in ({"part-asked": "x" * 20_001}, {"part-agreed": "perhaps"}):
        answer = ada.post(DRAFT, data={"version": "0"} | sent, headers=JSON)
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["message"].split(":")[0] in ("What is asked", "Has she agreed?")
    assert kept(app) == []


def test_words_for_a_part_that_is_gone_are_shown_not_lost(app: Flask, ada: FlaskClient) -> None:
    ada.post(SAVE, data={"version": "0", "part-about": "One"})
    sent = {"version": "1", "part-about": "Two", "part-gone": "Words of a part <b>"}
    draft = ada.post(DRAFT, data=sent, headers=JSON)
    assert draft.status_code == 409
    answer = ada.post(SAVE, data=sent)
    assert answer.status_code == 409
    page = read(answer)
    assert "This form was changed while you had it open" in page.text
    assert "Words of a part <b>" in page.text
    form = page.form(LETTER)
    assert form["part-about"] == ["Two"]
    assert kept(app)[0][0]["about"] == "One"
    assert ada.post(SAVE, data=form).status_code == 303


def test_words_kept_of_a_part_that_is_gone_stay(app: Flask, ada: FlaskClient) -> None:
    ada.post(SAVE, data={"version": "0", "part-about": "One"})
    with app.app_context():
        row = db.session.query(models.FilledTemplate).one()
        row.parts = {"about": "One", "older": "Words of an older form"}
        db.session.commit()
    ada.post(SAVE, data={"version": "1", "part-about": "Two"})
    for address in (END, SAVE + "/sheet", "/journal"):
        assert "Words of an older form" in open_page(ada, address).text


def test_own_words_are_never_markup(ada: FlaskClient) -> None:
    attack = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)> **b** {{ 7*7 }}"
    ada.post(SAVE, data={"version": "0", "part-about": attack, "part-asked": attack})
    for address in (END, "/journal", SAVE + "/sheet"):
        page = open_page(ada, address)
        assert "<script>alert" not in page.html
        assert "<img src=x" not in page.html
        assert "{{ 7*7 }}" in page.html
    form = open_page(ada, END).form(LETTER)
    assert form["part-about"] == [attack]
    assert form["part-asked"] == [attack]


def test_nobody_else_ever_sees_it(
    app: Flask, browse: Browse, people: People, ada: FlaskClient
) -> None:
    ada.post(SAVE, data={"version": "0", "part-about": "ADA'S OWN WORDS"})
    for other in (people.ben, people.zoe, people.max, people.lin, people.hub):
        browser = browse(other)
        for address in (END, "/journal", "/journal/export"):
            assert "OWN WORDS" not in browser.get(address).get_data(as_text=True)
        for act in ("/sheet", "/export"):
            assert browser.get(SAVE + act).status_code == 404
    browse(people.ben).post(SAVE, data={"version": "0", "part-about": "Ben's"})
    assert [parts["about"] for parts, _ in kept(app)] == ["ADA'S OWN WORDS", "Ben's"]


def test_staff_and_other_programmes_write_nothing(
    app: Flask, browse: Browse, people: People
) -> None:
    for other, status in ((people.max, 404), (people.morgan, 404), (people.admin, 403)):
        for address in (SAVE, DRAFT):
            answer = browse(other).post(address, data={"version": "0"} | WORDS)
            assert answer.status_code == status
    assert kept(app) == []


def test_before_anything_is_written_there_is_nothing_to_print(ada: FlaskClient) -> None:
    for act in ("/sheet", "/export"):
        assert ada.get(SAVE + act).status_code == 404
    assert ada.get(END + "/template/sure/sheet").status_code == 404


def test_words_outlive_their_template(app: Flask, ada: FlaskClient) -> None:
    ada.post(SAVE, data={"version": "0", "part-about": "Words that stay"})
    with app.app_context():
        db.session.query(models.FilledTemplate).update({"activity_key": "m1/u3/gone"})
        db.session.commit()
    journal = open_page(ada, "/journal")
    assert "A page that has been taken out since" in journal.text
    assert "Words that stay" in journal.text
    assert "Words that stay" in ada.get("/journal/export").get_data(as_text=True)


def test_what_could_tell_who_somebody_is_is_shown_before_it_is_kept(
    app: Flask, ada: FlaskClient
) -> None:
    sent = {"version": "0"} | WORDS | {"part-asked": "Ring 07700 900 123."}
    asked = ada.post(SAVE, data=sent)
    assert asked.status_code == 422
    assert '<mark class="find">07700 900 123</mark>' in asked.text
    assert "Keep it as it is" in asked.text
    assert kept(app) == []
    assert "could tell" in (ada.post(DRAFT, data=sent).json or {})["note"]
    assert ada.post(SAVE, data=sent | {"version": "1", "act": "keep-anyway"}).status_code == 303
