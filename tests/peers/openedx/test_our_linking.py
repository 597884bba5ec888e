"""Our tool against software not ours: Open edX asks for activities, and lists its people."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.db import db, db_writes
from lms.lti import rosters as reading
from lms.lti.models import Context, VleIdentity
from lms.lti.platform import rosters as platform
from lms.lti.service import rosters as service
from lms.lti.service.platforms import add_platform
from lms.people.models import Enrolment
from tests.conftest import SECRET, People
from tests.peers.openedx.client import Browser, Peer, Registration

pytestmark = pytest.mark.peer

TOOL = "https://tool.test"


@pytest.fixture
def registered(app: Flask, client: FlaskClient, people: People, peer: Peer) -> Registration:
    """The peer with deep linking and its list, known to our tool, its course linked to cohort 3."""
    at_peer = peer.configure(
        login_url=f"{TOOL}/lti/login",
        launch_url=f"{TOOL}/lti/launch",
        jwks={"keys": []},
        extras=True,
    )
    with app.app_context():
        known = add_platform(
            name="Open edX",
            issuer=at_peer.issuer,
            client_id=at_peer.client_id,
            auth_login_url=at_peer.auth_url,
            auth_token_url=at_peer.token_url,
            key_set_url=at_peer.jwks_url,
            deployment_id=at_peer.deployment_id,
            secret_key=SECRET,
            now=clock.now(),
        )
        db.session.add(
            Context(
                deployment_id=known.deployments[0].id,
                vle_id=at_peer.context_id,
                title="A course",
                label="LTI101",
                first_seen_at=clock.now(),
                cohort_id=people.cohort,
                linked_at=clock.now(),
            )
        )
        db.session.commit()
    peer.change_tool_jwks(at_peer, client.get("/lti/jwks.json").get_json())
    return at_peer


def test_activities_are_chosen_saved_and_opened(
    client: FlaskClient, peer: Peer, registered: Registration
) -> None:
    browser = Browser(tool=client, tool_url=TOOL)
    picker = browser.open(peer.start_url(registered, user="staff1", role="staff", deep=True))
    assert picker.status == 200
    assert "Add to your course" in picker.text
    answer = browser.step(picker.url, {"item": "assessments/m1-plan"})
    assert answer.status == 200
    assert html.unescape(answer.form.action).startswith(f"{peer.base_url}/api/lti_consumer/")
    saved = browser.step(html.unescape(answer.form.action), answer.form.fields)
    assert saved.status == 200, saved.text
    items = peer.content_items(registered)
    assert [one["type"] for one in items] == ["ltiResourceLink"]
    assert items[0]["custom"] == {"lms_target": "assessments/m1-plan"}
    assert items[0]["lineItem"]["scoreMaximum"] == 100
    learner = Browser(tool=client, tool_url=TOOL)
    page = learner.open(peer.start_url(registered, content=items[0]["id"]))
    assert page.status == 200
    assert page.url.endswith("/assessments/m1-plan")
    browser.close()
    learner.close()


def test_a_student_chooses_nothing(
    client: FlaskClient, peer: Peer, registered: Registration
) -> None:
    browser = Browser(tool=client, tool_url=TOOL)
    page = browser.open(peer.start_url(registered, deep=True))
    assert page.status == 403, "Open edX itself lets only staff choose"
    assert page.url.startswith(peer.base_url)
    browser.close()


def test_the_list_of_people_is_read_page_by_page_and_applied(
    app: Flask,
    client: FlaskClient,
    people: People,
    peer: Peer,
    registered: Registration,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "PAGE_SIZE", 3)
    browser = Browser(tool=client, tool_url=TOOL)
    assert browser.open(peer.start_url(registered, user="user2")).status == 200
    browser.close()
    students = [(number, f"Student {number}", "student") for number in range(2, 9)]
    peer.set_members(*students, (20, "Staff Example", "staff"))
    with app.app_context(), db_writes():
        context_id = db.session.scalars(select(Context.id)).one()
        db.session.rollback()
        assert reading.read_list(context_id) is None
        context, roster = service.read_again(context_id)
        would_be = service.what_would_be_done(context, roster)
        assert len(would_be.lines) == 6
        assert (would_be.staying, would_be.teachers) == (1, 1)
        service.apply_list(context_id, agreed=would_be.fingerprint, actor=None, now=clock.now())
        db.session.commit()
        enrolled = set(
            db.session.scalars(
                select(VleIdentity.subject)
                .join(Enrolment, Enrolment.user_id == VleIdentity.user_id)
                .where(Enrolment.cohort_id == people.cohort)
            )
        )
    assert enrolled == {f"user{number}" for number in range(2, 9)}
