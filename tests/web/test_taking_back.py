"""Handed-in work is taken back before the date, changed, and handed in again."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import EVEN, ScriptTopic, Submission, SubmissionFile
from lms.audit.models import AuditEntry
from lms.db import db
from lms.messages.models import Message
from tests.conftest import People
from tests.factories import docx
from tests.web.test_assessment_pages import BRIEF, DRAFT, keep
from tests.web.test_hand_in import HAND_IN, StoppedClock, rows, sent

Browse = Callable[[int], FlaskClient]
QUEUE = "/marking/m1-plan?cohort=cohort-3"


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


@pytest.fixture
def receipt(ada: FlaskClient) -> str:
    """Ada has handed in a text and a file."""
    keep(ada, "Her aims come first.")
    file = (io.BytesIO(docx("The plan.")), "plan.docx")
    more = {"text": "Her aims come first.", "version": "1", "act": "add", "file": file}
    assert ada.post(DRAFT, data=more).status_code == 303
    answer = sent(ada, topics="VIOLENCE")
    assert answer.status_code == 303
    return str(answer.location)


def everything(app: Flask) -> list[Submission]:
    with app.app_context():
        found = sa.select(Submission).order_by(Submission.id)
        return list(db.session.scalars(found, execution_options=EVEN))


def test_text_and_files_are_a_draft_again_and_are_handed_in_anew(
    ada: FlaskClient, receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    assert "Until Monday 21 December 2026, 12 noon" in ada.get(receipt).text
    answer = ada.post(f"{receipt}/take-back", follow_redirects=True)
    assert "It is not handed in now: hand it in again by Monday 21 December 2026" in answer.text
    assert "Her aims come first.</textarea>" in answer.text
    assert "plan.docx" in answer.text
    assert "Ada" not in browse(people.max).get(QUEUE).text
    assert rows(app, Submission) == []
    assert rows(app, ScriptTopic) == []
    keep(ada, "Her aims, in her words.", 2)
    again = sent(ada)
    assert again.status_code == 303
    assert again.location != receipt
    first, second = everything(app)
    assert (first.text, second.text) == ("", "Her aims, in her words.")
    assert first.taken_back_at is not None
    assert second.taken_back_at is None
    assert first.code != second.code
    (file,) = rows(app, SubmissionFile)
    assert (file.draft_id, file.submission_id) == (None, second.id)
    assert first.receipt in ada.get(receipt).text
    assert "You took this back" in ada.get(receipt).text
    assert "Your receipt" in ada.get(again.location).text
    with app.app_context():
        acts = [
            one.act for one in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
        ]
    assert acts == ["handed in", "took back", "handed in"]


def test_pressed_twice_it_is_taken_back_once(ada: FlaskClient, receipt: str, app: Flask) -> None:
    first = ada.post(f"{receipt}/take-back")
    second = ada.post(f"{receipt}/take-back")
    assert first.location == second.location
    subjects = [mail.subject for mail in rows(app, Message)]
    assert len([one for one in subjects if one.startswith("You took back")]) == 1


def test_once_a_marker_opened_it_it_is_final(
    ada: FlaskClient, receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    (script,) = rows(app, Submission)
    assert browse(people.max).get(f"/marking/scripts/{script.id}").status_code == 200
    assert "Take it back" not in ada.get(receipt).text
    refused = ada.post(f"{receipt}/take-back")
    assert refused.status_code == 409
    assert "A marker has opened it, so it is final." in refused.text
    assert len(rows(app, Submission)) == 1


@pytest.mark.parametrize("late", [True, False])
def test_at_the_date_or_late_it_is_final(
    ada: FlaskClient, receipt: str, app: Flask, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    due = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)
    with app.app_context():
        if late:
            row = db.session.scalars(sa.select(Submission)).one()
            row.handed_in_at = due + timedelta(minutes=1)
            db.session.commit()
    monkeypatch.setattr("lms.assessments.views.taking_back.clock", StoppedClock(due))
    refused = ada.post(f"{receipt}/take-back")
    assert refused.status_code == 409
    assert ("after the date" in refused.text) == late
    assert ("The date has passed" in refused.text) != late
    assert len(rows(app, Submission)) == 1


def test_a_marker_with_an_old_link_meets_nothing(
    ada: FlaskClient, receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    (script,) = rows(app, Submission)
    lin = browse(people.lin)
    assert script.code in lin.get("/marking/m1-plan/markers?cohort=cohort-3").text
    ada.post(f"{receipt}/take-back")
    assert browse(people.max).get(f"/marking/scripts/{script.id}").status_code == 404
    assert script.code not in lin.get("/marking/m1-plan/markers?cohort=cohort-3").text
    assert "You have handed this in" not in ada.get(BRIEF).text
    assert "Look through it" in ada.get(HAND_IN).text


def test_only_its_owner_takes_it_back(
    receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    for who, status in ((people.ben, 404), (people.zoe, 404), (people.max, 403), (people.lin, 403)):
        assert browse(who).post(f"{receipt}/take-back").status_code == status
    assert len(rows(app, Submission)) == 1
