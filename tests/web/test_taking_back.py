"""Handed-in work is taken back before the date, changed, and handed in again."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import EVEN, Mark, ResultRow, ScriptTopic, Submission, SubmissionFile
from lms.audit.models import AuditEntry
from lms.db import db
from lms.messages.models import Message
from tests.conftest import People
from tests.factories import docx, finished_script
from tests.web.test_assessment_pages import BRIEF, DRAFT, keep
from tests.web.test_hand_in import HAND_IN, StoppedClock, rows, sent
from tests.web.test_release import CONFIRM, release

Browse = Callable[[int], FlaskClient]
AWAY = "/marking/m1-plan/away?cohort=cohort-3"
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


def test_no_marker_opens_it_before_it_is_final(
    ada: FlaskClient, receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    (script,) = rows(app, Submission)
    (file,) = rows(app, SubmissionFile)
    max_ = browse(people.max)
    desk = max_.get(f"/marking/scripts/{script.id}")
    assert desk.status_code == 404
    assert "Its writer can still change this script." in desk.text
    assert "Her aims" not in desk.text
    saved = max_.post(f"/marking/scripts/{script.id}", data={"comment": "Mine.", "version": "0"})
    assert saved.status_code == 404
    assert rows(app, Mark) == []
    assert max_.get(f"/assessments/files/{file.id}").status_code == 404
    queue = max_.get(QUEUE).text
    assert script.code not in queue
    assert "One is handed in and not final: its writer can still change it." in queue
    assert "One handed in that its writer can still change." in max_.get("/marking/").text
    assert "There is no script here that you can mark now" in max_.get(f"{AWAY}").text
    assert browse(people.zoe).get(f"/marking/scripts/{script.id}").status_code == 403
    assert "Its writer" not in browse(people.hub).get(f"/marking/scripts/{script.id}").text


def test_what_is_not_final_holds_up_no_release_and_gets_nothing(
    receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    lin = browse(people.lin)
    assert "Nobody in this cohort has handed in yet." in lin.get(CONFIRM).text
    with app.app_context():
        finished_script(people.ben_place, people.max, code="4F2K")
        db.session.commit()
    page = lin.get(CONFIRM).text
    assert "One in this cohort has not handed in, or can still change it." in page
    assert release(lin).status_code == 303
    (result,) = rows(app, ResultRow)
    assert result.enrolment_id == people.ben_place


def test_whoever_decides_shares_it_out_before_it_is_final(
    receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    (script,) = rows(app, Submission)
    page = browse(people.lin).get("/marking/m1-plan/markers?cohort=cohort-3").text
    assert script.code in page
    assert "Ada" not in page


def test_its_writer_makes_it_final(
    ada: FlaskClient, receipt: str, browse: Browse, people: People, app: Flask
) -> None:
    (script,) = rows(app, Submission)
    assert browse(people.ben).post(f"{receipt}/make-final").status_code == 404
    for _ in range(2):  # pressed twice
        page = ada.post(f"{receipt}/make-final", follow_redirects=True).text
    assert "You made it final." in page
    assert "Take it back" not in page
    assert "Make it final now" not in page
    assert ada.post(f"{receipt}/take-back").status_code == 409
    assert browse(people.max).get(f"/marking/scripts/{script.id}").status_code == 200
    acts = [one.act for one in rows(app, AuditEntry)]
    assert acts.count("made it final") == 1


def test_final_at_once_is_chosen_on_handing_in(
    ada: FlaskClient, browse: Browse, people: People, app: Flask
) -> None:
    keep(ada, "Her aims come first.")
    assert "Make it final now, so that marking can begin" in ada.get(HAND_IN).text
    refused = ada.post(HAND_IN, data={"final": "y"})
    assert refused.status_code == 409
    assert re.search(r'<input[^>]*checked[^>]*name="final"', refused.text)
    receipt = sent(ada, final="y").location
    assert "You made it final." in ada.get(receipt).text
    (script,) = rows(app, Submission)
    assert browse(people.max).get(f"/marking/scripts/{script.id}").status_code == 200
    (mail,) = rows(app, Message)
    assert "It is final: it cannot be taken back." in mail.body


@pytest.mark.parametrize("late", [True, False])
def test_at_the_date_or_late_it_is_final(
    ada: FlaskClient, receipt: str, app: Flask, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    due = datetime(2026, 12, 21, 12, 0, tzinfo=UTC)
    with app.app_context():
        if late:
            row = db.session.scalars(sa.select(Submission)).one()
            row.handed_in_at = row.final_at = due + timedelta(minutes=1)
            db.session.commit()
    monkeypatch.setattr(
        "lms.assessments.views.taking_back.clock", StoppedClock(due + late * timedelta(hours=1))
    )
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
