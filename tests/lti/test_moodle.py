"""The six messages that a Moodle 4.5 was recorded to send, signed again with a key of ours.

They are Moodle's own words (tests/lti/moodle_messages.json): its issuer, its deployment, its claims
and their odd values. What changes is what must: the times and the nonce.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.actor import Role
from lms.db import db
from lms.lti.models import Context, ResourceLink, VleIdentity
from lms.people.models import Enrolment, RoleHeld, User
from tests.conftest import People
from tests.vle import Vle

MESSAGES = json.loads((Path(__file__).parent / "moodle_messages.json").read_text("utf-8"))
MOODLE = "http://localhost:8080"
CLIENT = "FAJetvfw8Cb8QKt"


@pytest.fixture
def moodle(vle: Vle, people: People) -> Vle:
    """The Moodle of the recording, its course linked to cohort 3."""
    vle.register(
        name="Recorded Moodle",
        issuer=MOODLE,
        client_id=CLIENT,
        auth_login_url=f"{MOODLE}/mod/lti/auth.php",
        auth_token_url=f"{MOODLE}/mod/lti/token.php",
        key_set_url=f"{MOODLE}/mod/lti/jwks.json",
    )
    vle.link(people.cohort)
    return vle


def _replay(moodle: Vle, client: FlaskClient, name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Send a recorded message; it was recorded at a tool on 127.0.0.1, which this app then is."""
    from dataclasses import replace

    settings = moodle.app.config["LMS_SETTINGS"]
    monkeypatch.setitem(
        moodle.app.config, "LMS_SETTINGS", replace(settings, public_url="http://127.0.0.1:5000")
    )
    message = MESSAGES[name]["message"]
    target = message["https://purl.imsglobal.org/spec/lti/claim/target_link_uri"]
    begun = moodle.begin(client, iss=MOODLE, client_id=CLIENT, target_link_uri=target)
    assert begun.response.location.startswith(f"{MOODLE}/mod/lti/auth.php?")
    now = int(moodle.clock().timestamp())
    claims = message | {"nonce": begun.nonce, "iat": now, "exp": now + 60}
    return moodle.post(client, moodle.token(claims), begun.state)


def test_the_students_launch(
    moodle: Vle, people: People, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = _replay(moodle, client, "resource_student", monkeypatch)
    assert answer.status_code == 303
    assert answer.location.endswith("/home")
    with app.app_context():
        user = db.session.scalars(select(User).join(VleIdentity)).one()
        places = db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)).all()
        assert [place.cohort_id for place in places] == [people.cohort]
        context = db.session.scalars(select(Context)).one()
        assert (context.label, context.title) == ("TRAIN1", "Training Programme 1")
        link = db.session.scalars(select(ResourceLink)).one()
        assert (
            link.lineitem_url == f"{MOODLE}/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1"
        )
        assert len(link.scopes.split()) == 4


@pytest.mark.parametrize("name", ["resource_teacher", "resource_admin_not_enrolled"])
def test_the_teachers_launch_and_the_administrators_whom_moodle_calls_instructor(
    moodle: Vle,
    people: People,
    client: FlaskClient,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    assert _replay(moodle, client, name, monkeypatch).status_code == 303
    with app.app_context():
        user = db.session.scalars(select(User).join(VleIdentity)).one()
        held = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == user.id)).all()
        assert [(one.role, one.cohort_id) for one in held] == [(Role.TRAINER, people.cohort)]


@pytest.mark.parametrize(
    "name",
    [
        # The recorded activity is no assessment of ours
        "submission_review_teacher_for_student",
        # Moodle signs this for whoever changes `user=` in its address
        "submission_review_student_for_other",
    ],
)
def test_what_opens_nothing_is_refused_in_plain_words(
    moodle: Vle,
    client: FlaskClient,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    answer = _replay(moodle, client, name, monkeypatch)
    assert answer.status_code == 400
    with app.app_context():
        assert db.session.scalars(select(VleIdentity)).all() == []


def test_a_review_of_another_student_that_moodle_signed_opens_nothing(
    moodle: Vle, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replay(moodle, client, "resource_student", monkeypatch)
    with app.app_context():
        db.session.execute(update(ResourceLink).values(target="assessments/m1-plan"))
        db.session.commit()
    answer = _replay(moodle, client, "submission_review_student_for_other", monkeypatch)
    assert answer.status_code == 403
    assert "You can open your own work here" in answer.text


def test_a_review_by_a_teacher_leads_to_the_marking(
    moodle: Vle, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _replay(moodle, client, "resource_student", monkeypatch)
    with app.app_context():
        db.session.execute(update(ResourceLink).values(target="assessments/m1-plan"))
        db.session.commit()
    answer = _replay(moodle, client, "submission_review_teacher_for_student", monkeypatch)
    assert answer.status_code == 303
    assert answer.location.endswith("/marking/m1-plan?cohort=cohort-3")


def test_the_teachers_deep_linking_opens_the_picker(
    moodle: Vle, people: People, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moodle sends no data, a context without an activity, and null for variables it lacks."""
    answer = _replay(moodle, client, "deeplink_teacher", monkeypatch)
    assert answer.location.endswith("/lti/deep-linking")
    page = client.get(answer.location)
    assert "Training Programme 1" in page.text
    assert "You can choose several" in page.text
    assert "sesskey" not in page.text


def test_every_recorded_message_is_replayed() -> None:
    assert len(MESSAGES) == 6
