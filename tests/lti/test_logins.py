"""Logins: begun either way, or refused with nothing stored."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.db import db
from lms.lti.models import LoginAttempt
from tests.conftest import People
from tests.vle import ISSUER, PRIYA, Vle


def _why(caplog: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"launch refused \w+: (.+)", caplog.text)
    return str(found[-1]) if found else ""


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"iss": None}, "platform is known"),
        ({"iss": "https://unknown.test"}, "platform is known"),
        ({"iss": "\x00"}, "platform is known"),
        ({"client_id": "unknown"}, "platform is known"),
        ({"login_hint": None}, "login has login_hint"),
        ({"target_link_uri": None}, "login has target_link_uri"),
        ({"target_link_uri": "https://other.test/"}, "login's target is ours"),
        ({"lti_message_hint": "x" * 5000}, "login is short"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_bad_login_is_refused_and_nothing_is_stored(
    vle: Vle,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    check: str,
    method: str,
) -> None:
    answer = vle.begin(client, method=method, **changes).response
    assert answer.status_code == 400
    assert _why(caplog) == check
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LoginAttempt)) == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_may_come_either_way_and_without_a_client(
    vle: Vle, course: People, client: FlaskClient, method: str
) -> None:
    begun = vle.begin(client, method=method, client_id=None)
    assert begun.response.status_code == 302
    token = vle.token(vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, token, begun.state).status_code == 303


def test_a_login_of_an_issuer_with_two_clients_must_say_which(
    vle: Vle, client: FlaskClient
) -> None:
    vle.register(client_id="another-client")
    assert vle.begin(client, client_id=None).response.status_code == 400
    assert vle.begin(client).response.status_code == 302


def test_an_auth_address_with_a_query_keeps_it(vle: Vle, client: FlaskClient) -> None:
    vle.register(auth_login_url=f"{ISSUER}/auth?tenant=7")
    begun = vle.begin(client)
    assert begun.response.location.startswith(f"{ISSUER}/auth?tenant=7&scope=openid")
    assert begun.asked["tenant"] == "7"
