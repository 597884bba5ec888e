"""Whatever a registered platform signs: no error page of ours, and no row it should not make."""

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms import clock
from lms.assessments.queries import SendableResult
from lms.config import Settings
from lms.db import db
from lms.lti.delivery import Sending
from lms.lti.models import AccessToken
from lms.lti.queries.scores import Due, Route, Service
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    CUSTOM,
    DEEP_LINKING,
    DEPLOYMENT_ID,
    FOR_USER,
    GROUPS_SERVICE,
    LAUNCH,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    NAMES_ROLES,
    NOTICE_SERVICE,
    RESOURCE_LINK,
    RESULT_SCOPE,
    REVIEW,
    ROLES,
    SCORE_SCOPE,
    TARGET_LINK_URI,
    VERSION,
)
from lms.lti.rules.scores import Answer
from lms.lti.service.scores import Claimed
from tests.conftest import People
from tests.vle import (
    CLIENT_ID,
    INSTRUCTOR,
    ISSUER,
    LINE_ITEM,
    LINKS_RETURN,
    PRIYA,
    Answered,
    Vle,
)

NAMES = ["iss", "aud", "azp", "sub", "nonce", "iat", "exp", "nbf", "name", "given_name", "email"]
NAMES += [MESSAGE_TYPE, VERSION, DEPLOYMENT_ID, TARGET_LINK_URI, ROLES, RESOURCE_LINK, CONTEXT]
NAMES += [CUSTOM, AGS_ENDPOINT, LAUNCH_PRESENTATION, NAMES_ROLES, GROUPS_SERVICE, NOTICE_SERVICE]
NAMES += [DEEP_LINKING, FOR_USER]
KEYS = st.sampled_from(
    [
        "id",
        "title",
        "label",
        "lms_target",
        "lineitem",
        "lineitems",
        "scope",
        "return_url",
        "context_memberships_url",
        "context_groups_url",
        "platform_notification_service_url",
        "notice_types_supported",
        "deep_link_return_url",
        "accept_types",
        "data",
        "user_id",
        "accept_multiple",
        "accept_presentation_document_targets",
        "context_id_history",
    ]
)
TEXT = st.text(max_size=20) | st.sampled_from(["\x00", "\ud800", "$Context.id", "//x", "x" * 300])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)
ONE_RUN = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # the machine may be busy


MESSAGES: dict[str, dict[str, Any]] = {
    LAUNCH: {},
    REVIEW: {FOR_USER: {"user_id": "p-priya"}},
    ASKS_FOR_LINKS: {
        RESOURCE_LINK: None,
        ROLES: [INSTRUCTOR],
        DEEP_LINKING: {
            "deep_link_return_url": LINKS_RETURN,
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        },
    },
}
# What a refused message must leave as it was; logins and the platform's keys apart.
KEPT_ROWS = ["users", "vle_identities", "enrolments", "roles_held", "contexts", "resource_links"]
KEPT_ROWS += ["course_members", "launches", "linkings", "deployments"]


def rows(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {
            name: db.session.scalar(select(func.count()).select_from(db.metadata.tables[name])) or 0
            for name in KEPT_ROWS
        }


@pytest.mark.parametrize("kind", MESSAGES)
@settings(max_examples=50, deadline=None, suppress_health_check=ONE_RUN, database=None)
@given(changes=st.dictionaries(st.sampled_from(NAMES), ANYTHING, min_size=1, max_size=4))
def test_any_claims_are_let_in_or_refused(
    vle: Vle, course: People, client: FlaskClient, app: Flask, kind: str, changes: dict[str, Any]
) -> None:
    begun = vle.begin(client)
    before = rows(app)
    said = MESSAGES[kind] | {MESSAGE_TYPE: kind}
    try:
        token = vle.token(vle.claims(PRIYA, begun.nonce, **said) | changes)
    except (TypeError, ValueError):
        return  # the library that signs for us will not write such a token
    answer = vle.post(client, token, begun.state)
    assert answer.status_code in (303, 400, 403)
    after = rows(app)
    if answer.status_code != 303:
        assert after == before
        return
    assert after["launches"] == before["launches"] + 1
    assert all(after[name] - before[name] <= 1 for name in KEPT_ROWS)
    assert client.get(answer.location).status_code in (200, 303, 404)


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_RUN, database=None)
@given(
    form=st.dictionaries(
        st.sampled_from(["iss", "client_id", "login_hint", "target_link_uri", "lti_message_hint"]),
        st.text(max_size=40) | st.sampled_from(["\x00", "https://vle.test", "//tool.test"]),
    )
)
def test_any_login_is_begun_or_refused(vle: Vle, client: FlaskClient, form: dict[str, str]) -> None:
    kept = {k: v.encode(errors="replace").decode() for k, v in form.items()}
    assert client.post("/lti/login", data=kept).status_code in (302, 400)


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_RUN, database=None)
@given(id_token=st.text(max_size=60), state=st.text(max_size=60))
def test_any_post_to_the_launch_address_is_refused(
    vle: Vle, client: FlaskClient, id_token: str, state: str
) -> None:
    begun = vle.begin(client)
    token, other = (one.encode(errors="replace").decode() for one in (id_token, state))
    assert vle.post(client, token, other).status_code == 400
    assert vle.post(client, token, begun.state).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=ONE_RUN, database=None)
@given(
    name=st.sampled_from(["token", "scores", "results"]),
    status=st.integers(200, 599),
    body=TEXT | ANYTHING.map(json.dumps),
    headers=st.dictionaries(st.sampled_from(["Retry-After", "Content-Type"]), st.text(max_size=20)),
)
def test_whatever_a_gradebook_answers_the_mark_is_settled(
    vle: Vle,
    course: People,
    app: Flask,
    name: str,
    status: int,
    body: str,
    headers: dict[str, str],
) -> None:
    odd = Answered(status, body.encode(errors="replace").decode(), headers=headers)
    vle.answers = {"scores": [Answered(409)]} if name == "results" else {}
    vle.answers[name] = [odd]
    sending = a_score(vle)
    with app.app_context():
        verdict = sending.send()
        db.session.query(AccessToken).delete()
        db.session.commit()
    assert verdict.answer in (Answer.TAKEN, Answer.LATER, Answer.FINAL)


def a_score(vle: Vle) -> Sending:
    """A score on its way, as the worker holds one."""
    service = Service(
        vle.platform_id, ISSUER, CLIENT_ID, f"{ISSUER}/auth", f"{ISSUER}/token", "", None
    )
    scopes = frozenset({SCORE_SCOPE, RESULT_SCOPE})
    route = Route(1, "assessments/m1-plan", LINE_ITEM, scopes, 1, "p-priya", 1, 1, service)
    now = clock.now()
    result = SendableResult(
        result_id=1,
        sequence=1,
        enrolment_id=1,
        user_id=1,
        cohort_id=1,
        assessment="m1-plan",
        points=Decimal(62),
        maximum=Decimal(100),
        released_at=now,
    )
    tool: Settings = vle.app.config["LMS_SETTINGS"]
    return Sending(Due(result, route), Claimed(1, now, now), tool)
