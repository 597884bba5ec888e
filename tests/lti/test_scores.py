"""Released marks on their way to the VLE's gradebook."""

from datetime import datetime, timedelta

import jwt
import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from jwt import PyJWK
from sqlalchemy import select

from lms import clock
from lms.db import db
from lms.lti.models import AccessToken
from lms.lti.rules import scores as rules
from lms.lti.rules.claims import AGS_ENDPOINT, RESOURCE_LINK, RESULT_SCOPE, SCORE_SCOPE
from lms.lti.rules.scores import Delivery
from lms.people.models import Enrolment
from tests.conftest import People
from tests.factories import ResultFactory, SubmissionFactory, made
from tests.lti.scoring import LONG, PLAN, Later, Release, Sweep, row_of
from tests.vle import (
    ISSUER,
    LINE_ITEM,
    PRIYA,
    SCOPES,
    TOMOS,
    Answered,
    Person,
    Vle,
    suspend,
)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_released_mark_is_sent_as_moodle_wants_it(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA, "62.50")
    before = clock.now()

    assert sweep() == 1

    [call] = vle.asked("/scores")
    assert call.url == f"{ISSUER}/services/2/lineitems/7/lineitem/scores?type_id=1"
    assert call.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert call.headers["Authorization"] == "Bearer token-1"
    assert call.headers["User-Agent"].startswith("imsa-lms")
    sent = call.json
    timestamp = sent.pop("timestamp")
    assert sent == {
        "userId": "p-priya",
        "scoreGiven": 62.5,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": rules.COMMENT,
    }
    assert before <= _moment(timestamp) <= clock.now()
    row = row_of(app, result)
    assert (row.status, row.attempts, row.last_error) == (Delivery.SENT, 1, None)
    assert row.sent_at is not None
    assert sweep() == 0
    assert len(vle.asked("/scores")) == 1


def test_the_token_is_asked_for_with_our_assertion_and_kept(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, client: FlaskClient
) -> None:
    release(PRIYA)
    release(TOMOS)
    now = int(clock.now().timestamp())
    assert sweep() == 2

    [asked] = vle.asked("/token")
    form = asked.form
    assert form["grant_type"] == "client_credentials"
    assert form["scope"].split() == sorted(SCOPES)
    key = PyJWK(client.get("/lti/jwks.json").get_json()["keys"][0])
    assertion = jwt.decode(
        form["client_assertion"], key, algorithms=["RS256"], audience=f"{ISSUER}/token"
    )
    assert assertion["iss"] == assertion["sub"] == "tool-client"
    assert assertion["iat"] <= now - 3  # Moodle has no leeway
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == key.key_id
    with app.app_context():
        kept = db.session.scalars(select(AccessToken)).one()
        assert "token-1" not in kept.sealed_token


def test_a_token_near_its_end_is_not_used(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA)
    sweep()
    release(TOMOS)
    later(timedelta(minutes=59, seconds=1))
    sweep()
    assert len(vle.asked("/token")) == 2


def test_two_clients_of_one_issuer_do_not_share_a_token(
    vle: Vle, release: Release, sweep: Sweep, client: FlaskClient, app: Flask, learners: People
) -> None:
    release(PRIYA)
    sweep()
    other = vle.register(client_id="another-school")
    vle.link(learners.cohort)
    begun = vle.begin(client, client_id="another-school")
    fern = Person("p-fern", "Fern Fictive")
    claims = vle.claims(fern, begun.nonce, aud="another-school", **PLAN)
    vle.post(client, vle.token(claims), begun.state)
    release(fern)
    sweep()
    with app.app_context():
        tokens = db.session.scalars(select(AccessToken.platform_id)).all()
    assert other in tokens
    assert len(set(tokens)) == 2


@pytest.mark.parametrize(
    "audience", [None, "https://api.vle.test/auth/token"]
)  # D2L names its audience
def test_the_audience_is_the_token_address_or_the_one_registered(
    vle: Vle, release: Release, sweep: Sweep, audience: str | None
) -> None:
    vle.register(auth_audience=audience)
    release(PRIYA)
    sweep()
    sent = jwt.decode(
        vle.asked("/token")[0].form["client_assertion"], options={"verify_signature": False}
    )
    assert sent["aud"] == (audience or f"{ISSUER}/token")


def test_a_correction_is_sent_again_with_a_later_time_and_the_old_one_is_not(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    first = release(PRIYA, "55")
    sweep()
    second = release(PRIYA, "62")
    later(timedelta(seconds=2))
    assert sweep() == 1
    given = [call.json["scoreGiven"] for call in vle.asked("/scores")]
    times = [_moment(call.json["timestamp"]) for call in vle.asked("/scores")]
    assert given == [55, 62]
    assert times[1].replace(microsecond=0) > times[0].replace(microsecond=0)
    assert [row_of(app, one).status for one in (first, second)] == [Delivery.SENT] * 2


def test_within_one_second_the_second_score_waits_for_the_next(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    start = (clock.now() + timedelta(seconds=1)).replace(microsecond=100_000)
    with time_machine.travel(start, tick=False):
        release(PRIYA, "55")
        sweep()
    with time_machine.travel(start + timedelta(milliseconds=800), tick=False):
        result = release(PRIYA, "62")
        assert sweep() == 0
        assert sweep() == 0
    with time_machine.travel(start + timedelta(milliseconds=950), tick=False):
        assert sweep() == 1
    assert [call.json["scoreGiven"] for call in vle.asked("/scores")] == [55, 62]
    assert row_of(app, result).attempts == 1


def test_an_older_version_that_never_went_is_not_sent_after_a_newer(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA, "55")
    vle.answers["scores"] = [Answered(503)]
    sweep()
    release(PRIYA, "62")
    later(LONG)
    assert sweep() == 1
    assert vle.grades["p-priya"]["score"] == 62


def test_every_score_is_final_whatever_happens(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA, "0")
    release(TOMOS)
    vle.answers["scores"] = [Answered(500), Answered(409), requests.Timeout(), Answered(429)]
    for _ in range(4):
        sweep()
        later(LONG)
    assert len(vle.asked("/scores")) >= 5
    for call in vle.asked("/scores"):
        assert call.json["gradingProgress"] == "FullyGraded"
        assert "scoreGiven" in call.json
        assert call.json["comment"]


# --- not sent ---


def test_without_a_gradebook_column_or_leave_nothing_is_sent(
    vle: Vle, course: People, client: FlaskClient, app: Flask, sweep: Sweep
) -> None:
    for endpoint in (None, {"scope": SCOPES}, {"scope": [RESULT_SCOPE], "lineitem": LINE_ITEM}):
        vle.launch(client, PRIYA, **PLAN, **{AGS_ENDPOINT: endpoint})
    with app.app_context():
        place = db.session.scalars(
            select(Enrolment).where(Enrolment.id != course.ada_place).order_by(Enrolment.id.desc())
        ).first()
        assert place is not None
        script = made(SubmissionFactory, enrolment_id=place.id)
        made(
            ResultFactory,
            enrolment_id=place.id,
            submission_id=script.id,
            released_by=course.max,
        )
        db.session.commit()
    assert sweep() == 0
    vle.launch(
        client, PRIYA, **PLAN, **{AGS_ENDPOINT: {"scope": [SCORE_SCOPE], "lineitem": LINE_ITEM}}
    )
    assert sweep() == 1


def test_a_suspended_platform_is_sent_nothing_until_it_is_active_again(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    release(PRIYA)
    suspend(app, vle.platform_id)
    assert sweep() == 0
    with app.app_context():
        from lms.lti.service.platforms import resume_platform

        resume_platform(vle.platform_id, now=clock.now())
        db.session.commit()
    assert sweep() == 1


def test_two_activities_with_one_column_get_the_score_once(
    vle: Vle, release: Release, sweep: Sweep, client: FlaskClient
) -> None:
    vle.launch(client, PRIYA, **PLAN, **{RESOURCE_LINK: {"id": "a copy"}})
    release(PRIYA)
    assert sweep() == 1
