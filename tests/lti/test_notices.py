"""A VLE's notices: verified like a launch, used once; a copied course is offered for linking."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.lti.models import Context, Notice, Platform
from lms.lti.rules.claims import CONTEXT, DEPLOYMENT_ID, NOTICE, ORIGIN_CONTEXTS, VERSION
from lms.lti.rules.notices import COPIED, MOST
from lms.tasks import run_sweep
from tests.conftest import People
from tests.vle import CLIENT_ID, HANDLERS, IMOGEN, ISSUER, PRIYA, Answered, Key, Vle, suspend

Browse = Callable[[int], FlaskClient]


def claims(**changes: Any) -> dict[str, Any]:
    """A good notice of a copy of course 2, as Canvas writes it; None leaves a claim out."""
    now = int(clock.now().timestamp())
    said: dict[str, Any] = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "iat": now,
        "exp": now + 3600,
        "nonce": "notice-nonce-1",
        VERSION: "1.3.0",
        DEPLOYMENT_ID: "1",
        NOTICE: {"id": "notice-1", "timestamp": "2026-11-24T10:00:00Z", "type": COPIED},
        CONTEXT: {"id": "3", "label": "TRAIN2", "title": "The copy"},
        ORIGIN_CONTEXTS: ["unheard-of", "2"],
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def bring(client: FlaskClient, *tokens: Any) -> TestResponse:
    return client.post("/lti/notices", json={"notices": [{"jwt": one} for one in tokens]})


def copies(app: Flask) -> list[Context]:
    with app.app_context():
        rows = db.session.scalars(select(Context).where(Context.copied_from_id.is_not(None)))
        found = list(rows)
        db.session.expunge_all()
        return found


def test_a_copied_course_is_offered_for_linking_and_names_the_old_cohort(
    vle: Vle, course: People, client: FlaskClient, browse: Browse, app: Flask
) -> None:
    assert bring(client, vle.token(claims())).status_code == 202
    copy = copies(app)[0]
    assert (copy.vle_id, copy.title, copy.cohort_id) == ("3", "The copy", None)
    page = browse(course.lin).get(f"/lti/courses/{copy.id}").text
    assert "is a copy of <strong>Training Programme 1</strong>, which is linked to Cohort 3" in page
    assert "Which cohort learns in this course?" in page
    answer = vle.launch(client, PRIYA, **{CONTEXT: {"id": "3", "title": "The copy"}})
    assert answer.location.endswith("/lti/waiting"), "never linked silently"


def test_a_notice_counts_once(vle: Vle, course: People, client: FlaskClient, app: Flask) -> None:
    token = vle.token(claims())
    assert bring(client, token).status_code == 202
    assert bring(client, token).status_code == 400
    # the same notice in another message: the platform did not hear our answer
    changed = {CONTEXT: {"id": "4", "title": "Another"}}
    again = bring(client, vle.token(claims(nonce="notice-nonce-2", **changed)))
    assert again.status_code == 202
    with app.app_context():
        assert len(db.session.scalars(select(Notice)).all()) == 1
    assert [one.vle_id for one in copies(app)] == ["3"]


def test_notices_are_taken_all_or_none(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    bad = vle.token(claims(nonce="n2"), key=Key("vle-key-1", "somebody else's"))
    assert bring(client, vle.token(claims()), bad).status_code == 400
    assert copies(app) == []
    other = claims(nonce="n2", **{NOTICE: {"id": "notice-2", "type": "LtiHelloWorldNotice"}})
    assert bring(client, vle.token(claims()), vle.token(other)).status_code == 202
    assert len(copies(app)) == 1


def test_a_linked_course_is_not_touched(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.link(course.other_cohort, "3")
    assert bring(client, vle.token(claims())).status_code == 202
    assert copies(app) == []
    with app.app_context():
        kept = db.session.scalars(select(Context).where(Context.vle_id == "3")).one()
        assert kept.cohort_id == course.other_cohort


def test_a_copy_of_a_course_we_never_saw_is_just_a_course(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    for number, origins in enumerate((None, [], ["9"], "2", [2, {"id": "2"}], ["3"])):
        said = claims(
            nonce=f"n{number}",
            **{ORIGIN_CONTEXTS: origins, NOTICE: {"id": f"notice-{number}", "type": COPIED}},
        )
        assert bring(client, vle.token(said)).status_code == 202
    assert copies(app) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.test"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"exp": 22222},
        {"exp": None},
        {"iat": 11111},
        {"iat": None},
        {"nonce": None},
        {"nonce": ["x"]},
        {"nonce": "x" * 300},
        {VERSION: "1.1"},
        {DEPLOYMENT_ID: "9"},
        {NOTICE: None},
        {NOTICE: {"id": "", "type": COPIED}},
        {NOTICE: {"id": "notice-1"}},
        {CONTEXT: None},
        {CONTEXT: {"id": ""}},
        {CONTEXT: {"id": 7}},
    ],
)
def test_a_forged_notice_is_refused(
    vle: Vle, course: People, client: FlaskClient, app: Flask, changes: dict[str, Any]
) -> None:
    assert bring(client, vle.token(claims(**changes))).status_code == 400
    with app.app_context():
        assert db.session.scalars(select(Notice)).all() == []
        assert len(db.session.scalars(select(Context)).all()) == 1


def test_a_notice_nobody_signed_is_refused(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    tokens = (
        vle.token(claims(), alg="none"),
        vle.token(claims(), alg="HS256"),
        vle.token(claims(), kid=None),
        vle.token(claims(), kid="unknown"),
        vle.token(claims(), key=Key("vle-key-1", "somebody else's")),
        "not a token",
        "a.b.c",
        "",
    )
    assert [bring(client, one).status_code for one in tokens] == [400] * len(tokens)
    assert copies(app) == []


def test_a_suspended_vle_tells_us_nothing(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    suspend(app, vle.platform_id)
    assert bring(client, vle.token(claims())).status_code == 400
    assert vle.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"notices": []}',
        b'{"notices": {"jwt": "x"}}',
        b'{"notices": [7]}',
        b'{"notices": [{"jwt": 7}]}',
        b"\xff\xfe",
        b"[" * 50_000,
        b"x" * 500_000,
    ],
)
def test_what_is_no_notice_is_refused(vle: Vle, client: FlaskClient, body: bytes) -> None:
    answer = client.post("/lti/notices", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert "Reference" in answer.text


def test_there_is_an_end_to_notices_in_one_request(vle: Vle, client: FlaskClient) -> None:
    assert bring(client, *["x.y.z"] * (MOST + 1)).status_code == 400
    assert vle.calls == []


def test_a_vle_that_offers_notices_is_asked_for_them_once(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.offer(client, IMOGEN)
    vle.offer(client, IMOGEN)
    with app.app_context():
        assert run_sweep("notice-handlers") == 1
        assert run_sweep("notice-handlers") == 0
    calls = vle.asked("/noticehandlers")
    assert [(call.method, call.url) for call in calls] == [("PUT", HANDLERS)]
    assert calls[0].json == {
        "notice_type": COPIED,
        "handler": "https://tool.test/lti/notices",
    }


def test_a_vle_that_gives_no_token_for_notices_is_left_in_peace(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.offer(client, IMOGEN)
    vle.answers["token"] = [Answered(400, '{"error": "invalid_scope"}')]
    with app.app_context():
        assert run_sweep("notice-handlers") == 1
        assert run_sweep("notice-handlers") == 0
        assert db.session.scalars(select(Platform)).one().active_at is not None
    assert vle.asked("/noticehandlers") == []
