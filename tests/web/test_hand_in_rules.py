"""What a late or a long piece of work means: said before it is handed in, and on the receipt."""

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import Submission
from lms.db import db
from lms.messages.models import Message
from lms.modules.catalogue import catalogue
from lms.people.queries import get_cohort
from tests.conftest import People
from tests.factories import PLAN, docx, pdf
from tests.web.test_assessment_pages import DRAFT, keep
from tests.web.test_hand_in import HAND_IN, StoppedClock, rows
from tests.web.test_release import hidden

Browse = Callable[[int], FlaskClient]
IN_TIME = datetime(2026, 12, 21, 11, 59, tzinfo=UTC)
JUST_AFTER = datetime(2026, 12, 21, 12, 1, tzinfo=UTC)
NEXT_DAY = datetime(2026, 12, 22, 13, 0, tzinfo=UTC)
ONE_DAY = "up to 1 working day after the date. By the rules 5 marks are taken off for each day"


@pytest.fixture
def strict(app: Flask, people: People) -> None:
    """The cohort's regulations take marks off for lateness and length."""
    with app.app_context():
        get_cohort(people.cohort).regulations = "pgcert-example-2"
        db.session.commit()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the clock of these pages stand still."""

    def stand(moment: datetime) -> None:
        monkeypatch.setattr("lms.assessments.views.handing_in.clock", StoppedClock(moment))

    return stand


def filled(page: str) -> dict[str, str]:
    names = ("shown", "wording", "rule")
    return {name: html.unescape(hidden(page, name)) for name in names} | {"agreed": "y"}


def test_a_late_hand_in_says_what_it_costs_before_and_after(
    browse: Browse, people: People, app: Flask, strict: None, at: Any
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    at(JUST_AFTER)
    page = ada.get(HAND_IN).text
    assert "What handing it in now means" in page
    assert f"It comes {ONE_DAY}" in page
    receipt = ada.get(ada.post(HAND_IN, data=filled(page)).location).text
    assert f"It came {ONE_DAY}" in receipt
    assert "pgcert-example-2, version 2" in receipt
    (mail,) = rows(app, Message)
    assert f"It came {ONE_DAY}" in mail.body


def test_by_the_date_no_cost_is_spoken_of(
    browse: Browse, people: People, strict: None, at: Any
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    at(IN_TIME)
    page = ada.get(HAND_IN).text
    assert "What handing it in now means" not in page
    assert "taken off" not in page
    receipt = ada.get(ada.post(HAND_IN, data=filled(page)).location).text
    assert "Handed in by the date." in receipt


def test_nobody_hands_in_late_without_having_seen_what_it_costs(
    browse: Browse, people: People, app: Flask, strict: None, at: Any
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    at(IN_TIME)
    before = ada.get(HAND_IN).text
    at(JUST_AFTER)
    refused = ada.post(HAND_IN, data=filled(before))
    assert refused.status_code == 409
    assert "has changed since this page was opened" in refused.text
    assert f"It comes {ONE_DAY}" in refused.text
    assert rows(app, Submission) == []
    at(NEXT_DAY)
    again = ada.post(HAND_IN, data=filled(refused.text))
    assert again.status_code == 409
    assert "10 marks in all" in again.text
    assert ada.post(HAND_IN, data=filled(again.text)).status_code == 303
    assert len(rows(app, Submission)) == 1


def test_where_nothing_is_taken_off_a_passed_date_stops_nobody(
    browse: Browse, people: People, at: Any
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    at(IN_TIME)
    before = ada.get(HAND_IN).text
    at(JUST_AFTER)
    receipt = ada.get(ada.post(HAND_IN, data=filled(before)).location).text
    assert "Handed in later on the day it was due. The rules used here take nothing off" in receipt


@pytest.mark.parametrize(
    ("over", "said"),
    [
        (1.05, "It is 5% over the word limit. Nothing is taken off"),
        (1.15, "By the rules 5 marks are taken off"),
    ],
)
def test_work_over_length_says_what_it_costs_before_and_after(
    browse: Browse, people: People, strict: None, at: Any, over: float, said: str
) -> None:
    ada = browse(people.ada)
    keep(ada, "word " * round(catalogue().assessment(PLAN).words * over))
    at(IN_TIME)
    page = ada.get(HAND_IN).text
    assert said in page
    receipt = ada.get(ada.post(HAND_IN, data=filled(page)).location).text
    assert said in receipt
    assert ("A person looks at it" in receipt) == (over > 1.1)


def attached(browser: FlaskClient, name: str, data: bytes, version: int) -> None:
    sent = {"text": "", "version": str(version), "act": "add", "file": (io.BytesIO(data), name)}
    assert browser.post(DRAFT, data=sent).status_code == 303


def test_what_is_left_out_of_the_count_is_shown_to_writer_and_marker(
    browse: Browse, people: People, app: Flask, strict: None, at: Any
) -> None:
    ada = browse(people.ada)
    body = "word " * 100
    keep(ada, f"{body}\nReferences\nAda 2020")
    at(IN_TIME)
    page = ada.get(HAND_IN).text
    assert "What was left out of the count" in page
    assert "3 words in your text, from the heading “References”" in page
    assert "Looked for and not found: the title, appendices." in page
    receipt = ada.get(ada.post(HAND_IN, data=filled(page)).location).text
    said = "Left out by the rules: the list of references 3."
    assert said in receipt
    (kept,) = rows(app, Submission)
    assert (kept.words, kept.left_out) == (100, {"the list of references": 3})
    with time_machine.travel(NEXT_DAY):
        script = browse(people.max).get(f"/marking/scripts/{kept.id}").text
    assert "100 words." in script
    assert said in script


def test_files_are_counted_by_their_headings_and_an_unknown_is_said(
    browse: Browse, people: People, app: Flask, strict: None, at: Any
) -> None:
    ada = browse(people.ada)
    attached(ada, "plan.docx", docx("Her aims come first."), 0)
    attached(ada, "scan.pdf", pdf(""), 1)
    at(IN_TIME)
    page = ada.get(HAND_IN).text
    assert "“scan.pdf” could not be counted" in page
    looked = re.findall(r'name="(looked-\d+)"', page)
    ada.post(HAND_IN, data={**filled(page), **dict.fromkeys(looked, "y")})
    (kept,) = rows(app, Submission)
    assert (kept.words, kept.left_out) == (4, {})


def test_a_replaced_text_is_counted_anew(
    browse: Browse, people: People, app: Flask, strict: None
) -> None:
    ada = browse(people.ada)
    keep(ada, f"{'word ' * 9}\nReferences\nAda 2020")
    place = ada.post(HAND_IN, data=filled(ada.get(HAND_IN).text)).location
    new = {"what": "text", "text": f"{'word ' * 8}\nAppendix\nx", "alone": "y"}
    assert ada.post(f"{place}/replace", data=new).status_code == 303
    (kept,) = rows(app, Submission)
    assert (kept.words, kept.left_out) == (8, {"appendices": 2})


def test_where_rules_leave_nothing_out_nothing_is_said(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.\nReferences\nAda")
    page = ada.get(HAND_IN).text
    assert "left out of the count" not in page
    receipt = ada.get(ada.post(HAND_IN, data=filled(page)).location).text
    assert "Left out by the rules" not in receipt
