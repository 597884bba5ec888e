"""The brief and the draft, as those who take it, teach it, or have no part in it see them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules.catalogue import Catalogue, catalogue
from lms.people.queries import get_cohort
from lms.people.service.sign_ins import end_every_sign_in
from tests.conftest import NOW, People
from tests.factories import (
    PLAN,
    DraftFactory,
    SubmissionFactory,
    finished_script,
    made,
    released,
)

Browse = Callable[[int], FlaskClient]
BRIEF = f"/assessments/{PLAN}"
DRAFT = f"{BRIEF}/draft"
JSON = {"Accept": "application/json"}
NASTY = "</textarea><script>alert(1)</script>"


def keep(browser: FlaskClient, text: str, version: int = 0, **more: Any) -> Any:
    return browser.post(DRAFT, data={"text": text, "version": str(version), **more})


def autosave(browser: FlaskClient, text: str, version: int = 0) -> Any:
    return browser.post(DRAFT, data={"text": text, "version": str(version)}, headers=JSON)


def test_a_trainee_reads_what_is_asked_by_when_and_how_it_is_marked(
    browse: Browse, people: People
) -> None:
    page = browse(people.ada).get(BRIEF).text
    asked = catalogue().assessment(PLAN)
    assert page.count("<h1") == 1
    for words in (
        asked.title,
        "Monday 21 December 2026, 12 noon",
        "A guide of 2,500 words",
        "60% of Module 1",
        "Merit, 60 to 69",
        "Look through it",
        *(criterion.title for criterion in asked.criteria),
    ):
        assert words in page
    assert "late" not in page.lower().split()


def test_each_cohort_has_its_own_date(browse: Browse, people: People) -> None:
    assert "Monday 24 August 2026, 12 noon" in browse(people.zoe).get(BRIEF).text


def test_staff_read_the_brief_without_a_draft(browse: Browse, people: People) -> None:
    for user_id in (people.max, people.lin, people.hub):
        page = browse(user_id).get(BRIEF)
        assert page.status_code == 200
        assert "Monday of week 32 after a cohort’s start, 12 noon" in page.text
        assert "draft-form" not in page.text
    assert "Go to the marking" in browse(people.max).get(BRIEF).text
    assert "Go to the marking" not in browse(people.hub).get(BRIEF).text


def test_whoever_has_no_part_in_it_finds_nothing(browse: Browse, people: People) -> None:
    morgan = browse(people.morgan)
    assert morgan.get(BRIEF).status_code == 404
    assert browse(people.ada).get("/assessments/no-such").status_code == 404
    assert morgan.post(DRAFT, data={"text": "x", "version": "0"}).status_code == 403
    assert browse(people.max).post(DRAFT, data={"text": "x"}).status_code == 403


def test_somebody_not_signed_in_is_asked_to(client: FlaskClient, people: People) -> None:
    response = client.get(BRIEF)
    assert response.status_code == 303
    assert "/sign-in" in (response.location or "")


def test_a_draft_saves_itself_and_by_a_button(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    answer = autosave(ada, "Her aims.")
    assert answer.status_code == 200
    assert answer.json["version"] == 1
    assert len(answer.json["saved_at"]) == 5 or answer.json["saved_at"] == "12 noon"
    assert keep(ada, "Her aims come first.", 1).status_code == 303
    page = ada.get(BRIEF).text
    assert "Her aims come first.</textarea>" in page
    assert "4 words so far" in page
    assert 'data-autosave-version="2"' in page


def test_what_was_typed_is_there_after_signing_in_again(
    browse: Browse, people: People, app: Flask
) -> None:
    autosave(browse(people.ada), "Typed before the session ended.")
    with app.app_context():
        end_every_sign_in(user_id=people.ada, now=NOW)
        db.session.commit()
    assert "Typed before the session ended." in browse(people.ada).get(BRIEF).text


def test_a_second_window_is_told_and_nothing_is_overwritten(browse: Browse, people: People) -> None:
    first, second = browse(people.ada), browse(people.ada)
    autosave(first, "From the first window.")
    answer = autosave(second, "From the second window.")
    assert answer.status_code == 409
    assert "another window" in answer.json["message"]
    page = first.get(BRIEF).text
    assert "From the first window." in page
    assert "From the second window." not in page


def test_a_second_window_without_script_sees_both_texts_and_can_choose(
    browse: Browse, people: People
) -> None:
    ada = browse(people.ada)
    keep(ada, "From the first window.")
    page = keep(ada, "From the second window.")
    assert page.status_code == 409
    assert "From the second window.</textarea>" in page.text
    assert "From the first window.</textarea>" in page.text
    assert 'name="version" type="hidden" value="1"' in page.text
    assert "data-autosave-version" not in page.text  # overwriting is for a person to choose
    assert keep(ada, "Both, put together.", 1).status_code == 303
    assert "Both, put together." in ada.get(BRIEF).text


def test_an_empty_or_odd_form_changes_nothing(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, "Kept.")
    answer = ada.post(DRAFT, data={"text": "Other.", "version": "x"}, headers=JSON)
    assert answer.status_code == 409
    page = ada.post(DRAFT, data={"text": "Other.", "version": "-1"})
    assert page.status_code == 409
    assert "Other.</textarea>" in page.text
    assert "Kept." in ada.get(BRIEF).text


def test_typed_markup_is_words(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, NASTY)
    for page in (ada.get(BRIEF), ada.get(f"{BRIEF}/hand-in"), keep(ada, NASTY + "2")):
        assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in ada.get(BRIEF).text


def test_control_characters_are_left_out(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    autosave(ada, "One\x00 two\r\nthree\x0b")
    assert "One two\nthree</textarea>" in ada.get(BRIEF).text


def test_after_handing_in_the_page_shows_it_and_takes_no_more(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        receipt = made(SubmissionFactory, enrolment_id=people.ada_place).receipt
        db.session.commit()
    ada = browse(people.ada)
    page = ada.get(BRIEF).text
    assert "You have handed this in" in page
    assert receipt in page
    assert "draft-form" not in page
    refused = keep(ada, "Something I still typed.")
    assert refused.status_code == 409
    assert "Something I still typed.</textarea>" in refused.text
    assert "no longer be changed" in autosave(ada, "More.").json["message"]


def test_a_released_result_is_announced_on_the_brief(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.max)
        db.session.commit()
    assert "Read your feedback" in browse(people.ada).get(BRIEF).text


def test_work_of_record_elsewhere_is_shown_without_a_draft(
    browse: Browse, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(catalogue().assessment(PLAN), record="vle")
    monkeypatch.setattr(Catalogue, "find_assessment", lambda _self, _key: elsewhere)
    ada = browse(people.ada)
    page = ada.get(BRIEF).text
    assert "Hand in on your university’s site" in page
    assert '<details class="fold" id="brief" open' in page  # nothing else to do here but read it
    assert "draft-form" not in page
    assert keep(ada, "Words.").status_code == 409
    assert "learning site" in ada.get(f"{BRIEF}/hand-in").text
    for_staff = browse(people.max).get(BRIEF).text
    assert "on the university’s learning site" in for_staff
    assert "Go to the marking" not in for_staff


def test_a_cohort_without_regulations_is_told_whom_to_ask(
    browse: Browse, people: People, app: Flask
) -> None:
    with app.app_context():
        get_cohort(people.cohort).regulations = None
        db.session.commit()
    page = browse(people.ada).get(BRIEF)
    assert page.status_code == 404
    assert "has no regulations yet" in page.text


def test_the_page_asks_the_database_a_few_things(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    with app.app_context():
        made(DraftFactory, enrolment_id=people.ada_place)
        db.session.commit()
    ada = browse(people.ada)
    statements()
    assert ada.get(BRIEF).status_code == 200
    assert statements() <= 8
