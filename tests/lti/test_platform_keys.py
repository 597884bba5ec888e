"""The platform's keys: cached, rotated, broken; and a platform that is switched off."""

import re
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from tests.conftest import People
from tests.vle import PRIYA, Answered, Key, Vle, suspend


def _why(caplog: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"launch refused \w+: (.+)", caplog.text)
    return str(found[-1]) if found else ""


def test_a_suspended_platform_lets_nobody_in(
    vle: Vle, course: People, client: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    suspend(app, vle.platform_id)
    answer = vle.post(client, vle.token(vle.claims(PRIYA, begun.nonce)), begun.state)
    assert answer.status_code == 403
    assert _why(caplog) == "platform is active"
    assert vle.begin(client).response.status_code == 403


@pytest.mark.parametrize(
    "fault",
    [
        Answered(500, '{"error": "broken"}'),
        Answered(200, "not JSON"),
        Answered(200, '["a list"]'),
        Answered(200, '{"keys": "none"}'),
        Answered(200, "[" * 100_000),
        Answered(302, "", headers={"Location": "https://other.test/"}),
        Answered(200, "x" * 600_000),
        requests.ConnectionError(),
        requests.Timeout(),
    ],
)
def test_a_key_set_that_cannot_be_read_is_a_refusal_and_then_mends(
    vle: Vle,
    course: People,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    fault: Answered | Exception,
) -> None:
    vle.answers["jwks.json"] = [fault]
    assert vle.launch(client, PRIYA).status_code == 400
    assert _why(caplog) == "keys can be fetched"
    assert vle.launch(client, PRIYA).status_code == 400  # within ten seconds nobody is asked again
    assert len(vle.calls) == 1
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        assert vle.launch(client, PRIYA).status_code == 303
    assert len(vle.calls) == 2


@pytest.mark.parametrize(
    "changes", [{"kty": "oct"}, {"alg": "HS256"}, {"use": "enc"}, {"n": "not base64!"}, {"n": None}]
)
def test_a_key_that_is_not_for_signing_is_not_used(
    vle: Vle, course: People, client: FlaskClient, changes: dict[str, Any]
) -> None:
    import json

    keys = {"keys": ["rubbish", vle.keys[0].jwk | changes]}
    vle.answers["jwks.json"] = [Answered(200, json.dumps(keys))]
    assert vle.launch(client, PRIYA).status_code == 400


def test_a_rotated_key_is_fetched_once_more(vle: Vle, course: People, client: FlaskClient) -> None:
    vle.launch(client, PRIYA)
    vle.keys.insert(0, Key("vle-key-2"))
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        assert vle.launch(client, PRIYA).status_code == 303
    assert len(vle.calls) == 2


def test_unknown_keys_do_not_make_us_hammer_the_platform(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    vle.launch(client, PRIYA)
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        for _ in range(5):
            begun = vle.begin(client)
            token = vle.token(vle.claims(PRIYA, begun.nonce), kid="made-up")
            assert vle.post(client, token, begun.state).status_code == 400
    assert len(vle.calls) == 2


def test_a_withdrawn_key_is_forgotten_within_a_day_but_an_outage_is_survived(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    vle.launch(client, PRIYA)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        vle.answers["jwks.json"] = [Answered(503)]
        assert vle.launch(client, PRIYA).status_code == 303
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=2)):
        old = vle.keys.pop()
        vle.keys.append(Key("vle-key-2"))
        begun = vle.begin(client)
        token = vle.token(vle.claims(PRIYA, begun.nonce), key=old)
        assert vle.post(client, token, begun.state).status_code == 400
