"""Whatever a registered platform signs: no error page of ours, and no row it should not make."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.db import db
from lms.lti.models import Launch
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    DEPLOYMENT_ID,
    LAUNCH_PRESENTATION,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
)
from tests.conftest import People
from tests.vle import PRIYA, Vle

NAMES = ["iss", "aud", "azp", "sub", "nonce", "iat", "exp", "nbf", "name", "given_name", "email"]
NAMES += [MESSAGE_TYPE, VERSION, DEPLOYMENT_ID, TARGET_LINK_URI, ROLES, RESOURCE_LINK, CONTEXT]
NAMES += [CUSTOM, AGS_ENDPOINT, LAUNCH_PRESENTATION]
KEYS = st.sampled_from(
    ["id", "title", "label", "lms_target", "lineitem", "lineitems", "scope", "return_url"]
)
TEXT = st.text(max_size=20) | st.sampled_from(["\x00", "\ud800", "$Context.id", "//x", "x" * 300])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=6,
)
ONE_RUN = [HealthCheck.function_scoped_fixture]


@settings(max_examples=80, deadline=None, suppress_health_check=ONE_RUN, database=None)
@given(changes=st.dictionaries(st.sampled_from(NAMES), ANYTHING, min_size=1, max_size=4))
def test_any_claims_are_let_in_or_refused(
    vle: Vle, course: People, client: FlaskClient, app: Flask, changes: dict[str, Any]
) -> None:
    def launches() -> int:
        with app.app_context():
            return db.session.scalar(select(func.count()).select_from(Launch)) or 0

    begun = vle.begin(client)
    before = launches()
    try:
        token = vle.token(vle.claims(PRIYA, begun.nonce) | changes)
    except (TypeError, ValueError):
        return  # the library that signs for us will not write such a token
    answer = vle.post(client, token, begun.state)
    assert answer.status_code in (303, 400)
    assert launches() - before == (1 if answer.status_code == 303 else 0)
    if answer.status_code == 303:
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
