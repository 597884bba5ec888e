"""Checks: answered by an ordinary form, answered back on the page, tried again, the best kept."""

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
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]
Answers = dict[str, str | list[str]]
FIRST, HEAVY = "/modules/m1/u1/first", "/modules/m1/u1/heavy"
RIGHT: Answers = {
    "q-one": "ask",
    "q-many": ["time", "ear"],
    "q-said": "false",
    "q-steps-listen": "1",
    "q-steps-agree": "2",
    "q-steps-act": "3",
    "q-days": "30 days",
}


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def answer(browser: FlaskClient, answers: Answers, page: str = FIRST) -> TestResponse:
    """Open the page, fill in the form that stands there, and send it."""
    sheet = open_page(browser, page + "?again=1")
    return browser.post(sheet.address_of("/check"), data=sheet.form("/check") | answers)


def tries(app: Flask) -> list[tuple[int, int, bool | None]]:
    with app.app_context():
        kept = db.session.query(models.CheckAttempt).order_by(models.CheckAttempt.id)
        return [(one.number, one.points, one.passed) for one in kept]


def test_answers_are_sent_kept_and_answered_back(app: Flask, ada: FlaskClient) -> None:
    sent = answer(ada, RIGHT)
    assert sent.status_code == 303
    assert sent.location.endswith(FIRST + "#check")
    assert tries(app) == [(1, 5, None)]
    page = open_page(ada, FIRST)
    assert "We would begin here too. Ask." in page.text
    assert "You chose: Time We would begin here too. Time." in page.text
    assert "We would begin here too. In that order." in page.text
    assert "We would begin here too. Thirty." in page.text
    assert "For you only. It is not marked and nobody else sees it." in page.text
    assert not page.has_form("/check")
    assert "5 of 5" not in page.text  # no scores where there is nothing to pass


def test_other_answers_are_answered_calmly(ada: FlaskClient) -> None:
    other: Answers = {
        "q-one": "tell",
        "q-many": "plan",
        "q-steps-listen": "2",
        "q-steps-agree": "1",
    }
    answer(ada, RIGHT | other)
    page = open_page(ada, FIRST)
    assert "Many people choose this. We would begin elsewhere. Ask first." in page.text
    assert "You left out: Time We would add this one." in page.text
    assert "Your order: Agree Listen Act" in page.text
    for word in ("wrong", "incorrect", "failed", "invalid"):
        assert word not in page.text.lower()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"q-one": []}, "Choose an answer for question 1."),
        ({"q-one": "nonsense"}, "Choose an answer for question 1."),
        ({"q-one": ["ask", "tell"]}, "Choose an answer for question 1."),
        ({"q-many": []}, "Choose at least one answer for question 2."),
        ({"q-many": ["nonsense"]}, "Choose at least one answer for question 2."),
        ({"q-said": []}, "Choose an answer for question 3."),
        ({"q-steps-act": ""}, "Give every line of question 4 a number."),
        ({"q-steps-act": "first"}, "Give every line of question 4 a number."),
        ({"q-steps-act": "2"}, "Give each line of question 4 a different number."),
        ({"q-steps-act": "7"}, "Give each line of question 4 a different number."),
        ({"q-days": "   "}, "Write an answer for question 5."),
        ({"q-days": "x" * 501}, "Shorten your answer to question 5"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    app: Flask, ada: FlaskClient, change: Answers, said: str
) -> None:
    sent = answer(ada, RIGHT | change)
    assert sent.status_code == 422
    page = read(sent)
    assert said in page.text
    assert tries(app) == []
    again = page.form("/check")
    kept = {"q-many": ["time", "ear"], "q-said": ["false"], "q-steps-listen": ["1"]}
    for name, values in kept.items():
        if name not in change:
            assert again[name] == values
    if "q-days" not in change:
        assert again["q-days"] == ["30 days"]
    whole = ada.post(page.address_of("/check"), data=again | RIGHT)
    assert whole.status_code == 303


def test_a_summary_leads_to_each_question_to_look_at(ada: FlaskClient) -> None:
    page = read(answer(ada, {"q-one": "ask"}))
    links = page.links()
    for number, field in ((2, "q-many"), (3, "q-said"), (4, "q-steps"), (5, "q-days")):
        words = next(one for one in links if f"question {number}" in one)
        assert links[words].endswith(f"#{field}")
        assert f'id="{field}"' in page.html


def test_the_same_form_sent_twice_is_one_try(app: Flask, ada: FlaskClient) -> None:
    form = open_page(ada, FIRST).form("/check") | RIGHT
    assert ada.post(FIRST + "/check", data=form).status_code == 303
    assert ada.post(FIRST + "/check", data=form).status_code == 303
    assert len(tries(app)) == 1


def test_another_window_is_told_and_its_answers_stay(app: Flask, ada: FlaskClient) -> None:
    form = open_page(ada, FIRST).form("/check")
    answer(ada, RIGHT)
    sent = ada.post(FIRST + "/check", data=form | RIGHT | {"q-days": "my own words"})
    assert sent.status_code == 409
    page = read(sent)
    assert "You answered this check in another window meanwhile." in page.text
    assert len(tries(app)) == 1
    again = page.form("/check")
    assert again["q-days"] == ["my own words"]
    assert again["q-steps-agree"] == ["2"]
    assert ada.post(FIRST + "/check", data=again).status_code == 303
    assert [one[0] for one in tries(app)] == [1, 2]


def test_a_check_that_changed_meanwhile_is_shown_again_with_the_answers(
    app: Flask, ada: FlaskClient
) -> None:
    form = open_page(ada, FIRST).form("/check") | RIGHT | {"content_hash": "an older version"}
    sent = ada.post(FIRST + "/check", data=form)
    assert sent.status_code == 409
    page = read(sent)
    assert "This check was changed while you had it open." in page.text
    assert page.form("/check")["q-one"] == ["ask"]
    assert tries(app) == []
    assert ada.post(FIRST + "/check", data=page.form("/check")).status_code == 303


def test_answers_to_an_older_version_are_not_shown_as_todays(app: Flask, ada: FlaskClient) -> None:
    answer(ada, RIGHT)
    with app.app_context():
        db.session.query(models.CheckAttempt).update({"content_hash": "an older version"})
        db.session.commit()
    page = open_page(ada, FIRST)
    assert "This check has changed since you answered it." in page.text
    assert page.has_form("/check")


def test_tries_run_out_and_the_best_is_kept(app: Flask, ada: FlaskClient) -> None:
    assert "3 tries are left." in open_page(ada, FIRST).text
    answer(ada, RIGHT | {"q-one": "tell"})
    answer(ada, RIGHT)
    assert "One try is left." in open_page(ada, FIRST + "?again=1").text
    form = open_page(ada, FIRST + "?again=1").form("/check")
    answer(ada, RIGHT | {"q-said": "true"})
    page = open_page(ada, FIRST)
    assert "That was the last try that this check allows." in page.text
    assert "Take it again" not in page.links()
    refused = ada.post(FIRST + "/check", data=form | RIGHT | {"number": "4"}, follow_redirects=True)
    assert "You have used every try that this check allows." in refused.get_data(as_text=True)
    assert [one[1] for one in tries(app)] == [4, 5, 4]
    assert "you began where we would on 5 of 5" in open_page(ada, FIRST + "?again=1").text


def test_what_must_be_right_is_taken_until_it_is(app: Flask, ada: FlaskClient) -> None:
    ada.post(HEAVY + "/way", data={"way": "summary"})
    page = open_page(ada, HEAVY)
    assert "To complete it, 1 or more begin where we would." in page.text
    assert "Somebody’s safety may rest on this one" in page.text
    answer(ada, {"q-safe": "wait", "q-other": "stay"}, HEAVY)
    page = open_page(ada, HEAVY)
    assert (
        "Not complete yet: the ones that somebody’s safety may rest on are all needed" in page.text
    )
    answer(ada, {"q-safe": "999", "q-other": "go"}, HEAVY)
    assert "Complete" in open_page(ada, HEAVY).text
    answer(ada, {"q-safe": "wait", "q-other": "go"}, HEAVY)
    page = open_page(ada, HEAVY)
    assert "Not complete yet" not in page.text  # the best one is kept
    assert [one[2] for one in tries(app)] == [False, True, False]


def test_one_persons_answers_are_not_anothers(
    browse: Browse, people: People, ada: FlaskClient
) -> None:
    answer(ada, RIGHT | {"q-days": "ADA'S OWN WORDS"})
    for other in (people.ben, people.max, people.lin, people.hub):
        assert "ADA" not in open_page(browse(other), FIRST).html


def test_what_was_typed_is_shown_as_typed(ada: FlaskClient) -> None:
    answer(ada, RIGHT | {"q-days": '<script>alert(1)</script>"><b>'})
    page = open_page(ada, FIRST)
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
    form = read(answer(ada, {"q-days": '"><script>x</script>'}))
    assert form.form("/check")["q-days"] == ['"><script>x</script>']


def test_a_page_without_a_check_takes_no_answers(ada: FlaskClient) -> None:
    assert ada.post("/modules/m1/u1/last/check", data=RIGHT).status_code == 404


def test_every_field_can_be_reached_and_answered_by_keys_alone(ada: FlaskClient) -> None:
    page: Sheet = open_page(ada, FIRST)
    kinds = {
        one.get("type") or one.tag
        for one in page.root.iter()
        if one.tag in ("input", "select", "button", "textarea")
    }
    assert kinds <= {
        "hidden",
        "radio",
        "checkbox",
        "select",
        "text",
        "textarea",
        "submit",
        "button",
    }
    assert "draggable" not in page.html
    assert 'tabindex="1' not in page.html
