"""Handing in: what is shown first, what stands in the way, and the receipt."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from lms.assessments.models import Submission
from lms.db import db
from lms.messages.models import Message
from tests.conftest import People
from tests.factories import SubmissionFactory, made
from tests.web.test_assessment_pages import BRIEF, keep
from tests.web.test_release import hidden

Browse = Callable[[int], FlaskClient]
HAND_IN = f"{BRIEF}/hand-in"
NASTY = "<img src=x onerror=alert(1)>"


def sent(browser: FlaskClient, **changed: str) -> Any:
    page = browser.get(HAND_IN).text
    data = {"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"}
    return browser.post(HAND_IN, data={**data, **changed})


def rows(app: Flask, table: type[Any]) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(sa.select(table)))


def test_it_is_shown_whole_before_it_is_handed_in(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    keep(ada, f"Her aims come first. {NASTY}")
    page = ada.get(HAND_IN).text
    for words in (
        "Her aims come first.",
        "Declaration of own work",
        "No real person can be identified",
        "Monday 21 December 2026, 12 noon",
        "Hand in this draft",
    ):
        assert words in page
    assert NASTY not in page


def test_the_button_on_the_draft_keeps_it_and_leads_there(browse: Browse, people: People) -> None:
    ada = browse(people.ada)
    response = keep(ada, "Typed, and not saved by anything else.", act="hand-in")
    assert response.location.endswith(HAND_IN)
    assert "Typed, and not saved by anything else." in ada.get(HAND_IN).text


def test_it_is_handed_in_with_a_receipt(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    response = sent(ada)
    assert response.status_code == 303
    (submission,) = rows(app, Submission)
    receipt = ada.get(response.location).text
    for words in (submission.receipt, submission.sha256, clock.on_page(submission.handed_in_at)):
        assert words in receipt
    assert submission.code not in receipt
    (mail,) = rows(app, Message)
    assert submission.receipt in mail.body


def test_a_second_press_leads_to_the_same_receipt(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    page = ada.get(HAND_IN).text
    data = {"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"}
    first = ada.post(HAND_IN, data=data)
    second = ada.post(HAND_IN, data=data)
    assert first.location == second.location
    assert len(rows(app, Submission)) == 1
    assert len(rows(app, Message)) == 1
    assert ada.get(HAND_IN).location == first.location


def test_without_the_tick_it_is_not_handed_in(browse: Browse, people: People, app: Flask) -> None:
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    page = ada.get(HAND_IN).text
    refused = ada.post(
        HAND_IN, data={"shown": hidden(page, "shown"), "wording": hidden(page, "wording")}
    )
    assert refused.status_code == 409
    assert "tick the box beneath it" in refused.text
    assert "Her aims come first." in refused.text
    assert rows(app, Submission) == []


def test_an_empty_draft_says_so_before_and_after_the_button(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    assert "There is nothing to hand in yet" in ada.get(HAND_IN).text
    refused = sent(ada)
    assert refused.status_code == 409
    assert "There is nothing to hand in yet" in refused.text
    assert rows(app, Submission) == []


def test_a_draft_changed_in_another_window_is_looked_at_again(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, "First.")
    page = ada.get(HAND_IN).text
    keep(ada, "Changed meanwhile.", 1)
    refused = ada.post(
        HAND_IN,
        data={"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"},
    )
    assert refused.status_code == 409
    assert "changed in another window" in refused.text
    assert "Changed meanwhile." in refused.text
    assert "checked" in refused.text  # the tick is not lost
    assert rows(app, Submission) == []
    again = hidden(refused.text, "shown")
    assert sent(ada, shown=again).status_code == 303


def test_after_the_date_it_is_said_calmly(
    browse: Browse, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    monkeypatch.setattr("lms.assessments.views.handing_in.clock", StoppedClock(late))
    page = ada.get(HAND_IN).text
    assert "Handed in 2 days after the date. The rules used here take nothing off" in page
    receipt = ada.get(sent(ada).location).text
    assert "Handed in 2 days after the date." in receipt


class StoppedClock:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    today = staticmethod(clock.today)

    def now(self) -> datetime:
        return self.moment


def test_a_receipt_is_its_owners(browse: Browse, people: People, app: Flask) -> None:
    with app.app_context():
        number = made(SubmissionFactory, enrolment_id=people.ada_place).receipt
        db.session.commit()
    address = f"/assessments/receipts/{number}"
    assert browse(people.ada).get(address).status_code == 200
    assert browse(people.ben).get(address).status_code == 404
    assert browse(people.zoe).get(address).status_code == 404
    assert browse(people.max).get(address).status_code == 403
    assert browse(people.ada).get("/assessments/receipts/AAAA-AAAA-AAAA").status_code == 404


def test_only_whoever_takes_it_hands_it_in(browse: Browse, people: People) -> None:
    for user_id in (people.max, people.lin, people.hub, people.morgan):
        browser = browse(user_id)
        assert browser.get(HAND_IN).status_code == 403
        assert browser.post(HAND_IN, data={}).status_code == 403


def test_a_window_that_showed_other_words_is_told_so_by_the_receipt(
    browse: Browse, people: People, app: Flask
) -> None:
    ada = browse(people.ada)
    keep(ada, "The first words.")
    old = hidden(ada.get(HAND_IN).text, "shown")
    keep(ada, "Other words.", 1)
    other = sent(ada)
    assert "It is handed in. This is your receipt." in ada.get(other.location).text
    data = {"shown": old, "wording": "1", "agreed": "y"}
    page = ada.post(HAND_IN, data=data, follow_redirects=True).text
    assert "not with the words that this window showed" in page
    (script,) = rows(app, Submission)
    assert script.text == "Other words."
    assert script.receipt in page
