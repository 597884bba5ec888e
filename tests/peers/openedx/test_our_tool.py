"""Our tool against software not ours: Open edX launches it, takes a score, gives it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments import queries as assessment_queries
from lms.assessments.rules.marking import Decision
from lms.assessments.service import drafts, handing_in, marks, release
from lms.clock import now
from lms.db import db
from lms.lti.models import Context, VleIdentity
from lms.lti.platform import key_sets
from lms.lti.service.platforms import add_platform
from lms.modules.catalogue import catalogue
from lms.people import queries
from lms.tasks import run_sweep
from tests.conftest import SECRET, People
from tests.peers.openedx.client import Browser, Page, Peer, Registration

pytestmark = pytest.mark.peer

TOOL = "https://tool.test"
ASSESSMENT = "m1-plan"


@pytest.fixture
def registered(app: Flask, client: FlaskClient, people: People, peer: Peer) -> Registration:
    """The peer, known to our tool, its course linked to cohort 3."""
    at_peer = peer.configure(
        login_url=f"{TOOL}/lti/login",
        launch_url=f"{TOOL}/lti/launch",
        jwks={"keys": []},
    )
    with app.app_context():
        platform = add_platform(
            name="Open edX",
            issuer=at_peer.issuer,
            client_id=at_peer.client_id,
            auth_login_url=at_peer.auth_url,
            auth_token_url=at_peer.token_url,
            key_set_url=at_peer.jwks_url,
            deployment_id=at_peer.deployment_id,
            secret_key=SECRET,
            now=now(),
        )
        db.session.add(
            Context(
                deployment_id=platform.deployments[0].id,
                vle_id=at_peer.context_id,
                title="A course",
                label="LTI101",
                first_seen_at=now(),
                cohort_id=people.cohort,
                linked_at=now(),
            )
        )
        db.session.commit()
    peer.change_tool_jwks(at_peer, client.get("/lti/jwks.json").get_json())
    return at_peer


def launch(
    client: FlaskClient,
    peer: Peer,
    at_peer: Registration,
    *,
    user: str = "user2",
    role: str = "student",
) -> Page:
    address = peer.start_url(at_peer, user=user, role=role, target=f"assessments/{ASSESSMENT}")
    return Browser(tool=client, tool_url=TOOL).open(address)


def user_of(subject: str) -> int:
    identity = db.session.query(VleIdentity).filter_by(subject=subject).one()
    return identity.user_id


def release_a_result(app: Flask, people: People, subject: str, points: int) -> None:
    """Hand in, mark and release for the person launched as `subject`."""
    with app.app_context():
        asked = catalogue().assessment(ASSESSMENT)
        learner = queries.actor_for(queries.get_user(user_of(subject)))
        draft = drafts.save_draft(asked, text="Words.", version=0, actor=learner, now=now())
        script = handing_in.hand_in(
            asked,
            shown=handing_in.fingerprint_of(draft),
            declared=handing_in.declaration_now(asked, now()).number,
            actor=learner,
            now=now(),
            final=True,
        )
        lead = queries.actor_for(queries.get_user(people.lin))
        decision = Decision(band="merit", points=Decimal(points), comment="Clear.")
        marks.save_mark(
            script.id,
            decisions={criterion.id: decision for criterion in asked.criteria},
            comment="Kind.",
            version=0,
            actor=lead,
            now=now(),
        )
        marks.finish_script(script.id, actor=lead, now=now())
        cohort = queries.get_cohort(people.cohort)
        scripts = assessment_queries.scripts_visible_to(lead, cohort, ASSESSMENT)
        would_be = release.what_would_be_released(scripts)
        agreed = release.list_hash(would_be)
        release.release_results(asked, cohort, agreed=agreed, actor=lead, now=now())
        db.session.commit()


def test_a_student_is_let_in_and_lands_on_the_assessment(
    client: FlaskClient, peer: Peer, registered: Registration
) -> None:
    page = launch(client, peer, registered)
    assert page.status == 200
    assert "/-/" in page.url
    assert page.url.endswith(f"/assessments/{ASSESSMENT}")
    assert "Advocacy plan" in page.text


def test_staff_land_on_the_marking_queue(
    client: FlaskClient, peer: Peer, registered: Registration
) -> None:
    page = launch(client, peer, registered, user="staff1", role="staff")
    assert page.status == 200
    assert f"/marking/{ASSESSMENT}" in page.url


def test_a_score_arrives_and_can_be_read_back(
    app: Flask, client: FlaskClient, people: People, peer: Peer, registered: Registration
) -> None:
    launch(client, peer, registered)
    release_a_result(app, people, "user2", 62)
    with app.app_context():
        assert run_sweep("scores") == 1
    assert [row["score_given"] for row in peer.scores(registered)] == [62.0]
    assert peer.gradebook(registered)[-1]["score"] == pytest.approx(0.62)
    with app.app_context():
        assert run_sweep("scores") == 0, "an unchanged result is not sent again"


def test_the_peers_new_key_is_fetched_and_an_old_token_replaced(
    app: Flask,
    client: FlaskClient,
    peer: Peer,
    registered: Registration,
    people: People,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(key_sets, "GAP", timedelta(0))  # the pause between two reads
    assert launch(client, peer, registered).status == 200
    assert launch(client, peer, registered, user="user3").status == 200
    release_a_result(app, people, "user2", 65)
    with app.app_context():
        assert run_sweep("scores") == 1
    peer.rotate_key(registered)
    assert launch(client, peer, registered, user="user3").status == 200
    release_a_result(app, people, "user3", 61)
    with app.app_context():
        run_sweep("scores")
    assert sorted(row["score_given"] for row in peer.scores(registered)) == [61.0, 65.0]
