"""A module lead gives handed-in work back to its writer, with a reason, while nothing is marked."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import Draft, Submission
from lms.audit.models import AuditEntry
from lms.db import db
from lms.messages.models import Message
from tests.conftest import People
from tests.factories import SubmissionFactory, finished_script, made
from tests.web.test_assessment_pages import BRIEF, keep
from tests.web.test_hand_in import rows, sent

Browse = Callable[[int], FlaskClient]
REASON = "The wrong file was added."


@pytest.fixture
def address(people: People) -> str:
    return f"/assessments/people/{people.ada_place}/m1-plan/give-back"


@pytest.fixture
def receipt(browse: Browse, people: People) -> str:
    """Ada has handed in, and made it final."""
    ada = browse(people.ada)
    keep(ada, "Her aims come first.")
    return str(sent(ada, final="y").location)


def test_it_is_a_draft_again_and_its_writer_reads_why(
    browse: Browse, people: People, app: Flask, address: str, receipt: str
) -> None:
    lin = browse(people.lin)
    assert "Give it back" in lin.get(f"/assessments/people/{people.ada_place}").text
    page = lin.get(address).text
    assert "Give work back to Ada Example" in page
    assert "Her aims" not in page
    assert lin.post(address, data={"reason": REASON}).status_code == 303
    assert rows(app, Submission) == []
    (draft,) = rows(app, Draft)
    assert draft.text == "Her aims come first."
    with app.app_context():
        mail = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
        act = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert mail is not None
        assert act is not None
        assert REASON in mail.body
        assert "Monday 21 December 2026" in mail.body
        assert (act.act, act.detail["reason"]) == ("gave back", REASON)
    ada = browse(people.ada)
    assert "Look through it" in ada.get(BRIEF).text
    assert "You took this back" not in ada.get(receipt).text
    assert "Your module lead gave this back" in ada.get(receipt).text
    again = lin.post(address, data={"reason": REASON})
    assert again.status_code == 409
    assert "Nothing of this attempt is handed in here." in again.text


def test_it_needs_a_reason(browse: Browse, people: People, app: Flask, address: str) -> None:
    refused = browse(people.lin).post(address, data={"reason": "  "})
    assert refused.status_code == 400
    assert "Say why you give it back." in refused.text


def test_what_somebody_has_begun_to_mark_stays(
    browse: Browse, people: People, app: Flask, address: str
) -> None:
    with app.app_context():
        finished_script(people.ada_place, people.max)
        db.session.commit()
    lin = browse(people.lin)
    assert "Somebody has begun to mark it." in lin.get(address).text
    assert lin.post(address, data={"reason": REASON}).status_code == 409
    assert len(rows(app, Submission)) == 1


def test_after_the_date_more_time_comes_first(
    browse: Browse, people: People, app: Flask, address: str
) -> None:
    with app.app_context():
        made(SubmissionFactory, enrolment_id=people.ada_place)
        db.session.commit()
    with time_machine.travel("2026-12-22T12:00:00Z"):
        lin = browse(people.lin)
        assert "Give more time first" in lin.get(address).text
        assert lin.post(address, data={"reason": REASON}).status_code == 409
    assert len(rows(app, Submission)) == 1


def test_only_whoever_decides_dates_gives_back(
    browse: Browse, people: People, app: Flask, address: str, receipt: str
) -> None:
    for who in (people.ada, people.ben, people.zoe, people.max, people.hub):
        assert browse(who).get(address).status_code == 404
        assert browse(who).post(address, data={"reason": REASON}).status_code == 404
    assert len(rows(app, Submission)) == 1
