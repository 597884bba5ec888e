"""Registrations that are refused: each for its own reason, with a page, and nothing stored."""

import json
import logging
import re
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db import db
from lms.lti.models import Platform, RegistrationAttempt
from lms.lti.platform import guard
from lms.lti.rules.registering import (
    FAULTS,
    MAY_SPEAK_FOR,
    PLATFORM_CONFIGURATION,
    may_connect,
    speaks_for,
)
from lms.lti.service import registering as service
from tests.lti.registering import CONFIGURATION_URL, GOOD, TOKEN, Administrator, registered
from tests.together import together
from tests.vle import ISSUER, Answered


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def _refused(answer: Any, caplog: pytest.LogCaptureFixture) -> str:
    """Why, by the log; the page must say so in words, with the same reference."""
    assert answer.status_code == 400
    assert "The training was not registered" in answer.text
    reference = re.search(r'class="reference">(\w+)<', answer.text)
    assert reference is not None
    found = re.findall(r"registration refused (\w+): (.+)", caplog.text)
    assert found[-1][0] == reference[1]
    assert TOKEN not in caplog.text
    return str(found[-1][1])


def _nothing_stored(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalars(select(Platform)).all() == []


BAD: dict[str, dict[str, Any]] = {
    "issuer is an address": {"issuer": "not an address"},
    "issuer is the configuration's": {"issuer": "https://another.test"},
    "authorization endpoint": {"authorization_endpoint": "http://vle.test/auth"},
    "token endpoint": {"token_endpoint": None},
    "key set": {"jwks_uri": "ftp://vle.test/keys"},
    "registration endpoint": {"registration_endpoint": "https://user:word@vle.test/registration"},
    "signs with RS256": {"id_token_signing_alg_values_supported": ["HS256"]},
    "takes signed assertions": {"token_endpoint_auth_methods_supported": ["client_secret_post"]},
    "speaks LTI": {PLATFORM_CONFIGURATION: {"messages_supported": []}},
}


def test_every_check_has_a_case() -> None:
    assert BAD.keys() == FAULTS.keys()


@pytest.mark.parametrize("check", BAD)
def test_a_faulty_configuration_is_refused_for_its_own_reason(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture, check: str
) -> None:
    assert _refused(admin.open(**BAD[check]), caplog) == check
    assert _nothing_stored(app)


ODDER: list[tuple[str, dict[str, Any]]] = [
    ("issuer is an address", {"issuer": None}),
    ("issuer is an address", {"issuer": f"{ISSUER}/?x=1"}),
    ("issuer is an address", {"issuer": ["https://vle.test"]}),
    ("issuer is an address", {"issuer": "http://localhost:8080"}),  # on this machine, and no demo
    ("issuer is the configuration's", {"issuer": f"{ISSUER}:8443"}),
    ("issuer is the configuration's", {"issuer": "https://vle.test.evil.test"}),
    ("issuer is the configuration's", {"issuer": "https://blackboard.com"}),
    ("token endpoint", {"token_endpoint": "http://127.0.0.1/token"}),
    ("token endpoint", {"token_endpoint": "https://[::1]/token"}),
    ("key set", {"jwks_uri": 7}),
    ("key set", {"jwks_uri": "https://vle.test/" + "x" * 3000}),
    ("registration endpoint", {"registration_endpoint": ""}),
    ("signs with RS256", {"id_token_signing_alg_values_supported": "RS256"}),
    ("speaks LTI", {PLATFORM_CONFIGURATION: None}),
    ("speaks LTI", {PLATFORM_CONFIGURATION: {"messages_supported": ["LtiResourceLinkRequest"]}}),
]


@pytest.mark.parametrize(("check", "changes"), ODDER)
def test_odder_configurations_are_refused_too(
    admin: Administrator, caplog: pytest.LogCaptureFixture, check: str, changes: dict[str, Any]
) -> None:
    assert _refused(admin.open(**changes), caplog) == check


ANSWERS: list[tuple[str, Any]] = [
    ("configuration is readable", Answered(body="<html>")),
    ("configuration is readable", Answered(body="[1]")),
    ("configuration is readable", Answered(body="null")),
    ("configuration answers", requests.ConnectionError("refused")),
    ("configuration answers", requests.ReadTimeout("slow")),
    ("configuration answers", Answered(body="x" * (513 * 1024))),
    ("configuration is there", Answered(404)),
    ("configuration is there", Answered(302, headers={"Location": "https://other.test/"})),
    ("configuration is there", Answered(500)),
    ("addresses are public", guard.PrivateAddress("vle.test")),
]


@pytest.mark.parametrize(("check", "answer"), ANSWERS)
def test_what_cannot_be_fetched_or_read_is_refused(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture, check: str, answer: Any
) -> None:
    assert _refused(admin.open(answer), caplog) == check
    assert len(admin.vle.calls) == 1  # no redirect is followed, nothing is tried twice
    assert _nothing_stored(app)


ADDRESSES = [
    "",
    "http://vle.test/openid-configuration",
    "https://user@vle.test/openid-configuration",
    "http://localhost:8080/openid-configuration",
    "https://localhost/openid-configuration",
    "https://127.0.0.1/openid-configuration",
    "file:///etc/passwd",
    "gopher://vle.test/",
    "javascript:alert(1)",
    "https://",
    "https://[vle.test/",
    "https://vle.test\n/x",
    "https://vle.test/" + "x" * 3000,
]


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_may_not_be_asked_is_not(
    admin: Administrator, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    check = _refused(admin.open(url=url), caplog)
    assert check == ("configuration may be asked" if url else "configuration is named")
    assert admin.vle.calls == []


@pytest.mark.parametrize("token", ["two words", "x" * 9000, "é", "a\tb"])
def test_an_unreadable_token_goes_nowhere(
    admin: Administrator, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    assert _refused(admin.open(token=token), caplog) == "token is readable"
    assert admin.vle.calls == []


@pytest.mark.parametrize("field", ["token_endpoint", "jwks_uri", "registration_endpoint"])
@pytest.mark.parametrize("address", ["10.0.0.5", "169.254.169.254", "::ffff:192.168.1.1"])
def test_an_endpoint_inside_a_private_network_is_refused(
    admin: Administrator,
    look_up: dict[str, list[str]],
    caplog: pytest.LogCaptureFixture,
    field: str,
    address: str,
) -> None:
    look_up["inside.test"] = ["93.184.216.34", address]  # one private address is enough
    answer = admin.open(**{field: "https://inside.test/x"})
    assert _refused(answer, caplog) == "addresses are public"


# --- the VLE's answer to our registration ---

REPLIES: list[tuple[str, Any]] = [
    ("token is taken", Answered(401, '{"error": "token_already_used"}')),
    ("token is taken", Answered(403)),
    ("VLE registers", Answered(400, '{"error": "missing_domain"}')),
    ("VLE registers", Answered(404, "<html>")),
    ("VLE registers", Answered(500)),
    ("VLE registers", Answered(302, headers={"Location": "https://other.test/"})),
    ("VLE answers", requests.ConnectionError("refused")),
    ("client id is given", Answered(200, "{}")),
    ("client id is given", Answered(200, '["client_id"]')),
    ("client id is given", Answered(200, json.dumps({"client_id": "x" * 256}))),
    ("client id is given", Answered(200, json.dumps({"client_id": "a\u0000b"}))),
    ("client id is given", Answered(200, json.dumps({"client_id": True}))),
    ("addresses are public", guard.PrivateAddress("vle.test")),
]


@pytest.mark.parametrize(("check", "answer"), REPLIES)
def test_a_registration_that_the_vle_does_not_take_stores_nothing(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture, check: str, answer: Any
) -> None:
    assert _refused(admin.press(admin.open(), answer), caplog) == check
    assert _nothing_stored(app)


def test_rubbish_that_is_no_json_is_no_answer(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    _refused(admin.press(admin.open(), Answered(200, "{")), caplog)
    assert _nothing_stored(app)


# --- the button ---


def test_the_button_works_once(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    page = admin.open()
    assert admin.press(page).status_code == 200
    assert _refused(admin.press(page, registered("another")), caplog) == "button is pressed once"
    assert len(admin.vle.asked("registration")) == 1


def test_ten_presses_at_once_register_once(admin: Administrator, app: Flask) -> None:
    page = admin.open()
    state = re.search(r'name="state" value="([^"]+)"', page.text)
    assert state is not None
    admin.vle.answers["registration"] = [registered() for _ in range(10)]
    sent = {"state": state[1]}

    def press() -> int:
        browser = app.test_client()
        return browser.post("/lti/register", data=sent, base_url="https://tool.test").status_code

    assert sorted(together(*[press] * 10)) == [200] + [400] * 9
    assert len(admin.vle.asked("registration")) == 1


@pytest.mark.parametrize("state", ["", "made up", "x" * 5000, "\u0000"])
def test_a_made_up_state_does_nothing(
    admin: Administrator, app: Flask, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    answer = admin.client.post("/lti/register", data={"state": state})
    assert _refused(answer, caplog) == "page is fresh"
    assert admin.vle.calls == []


def test_a_page_that_was_open_for_an_hour_is_refused(
    admin: Administrator, caplog: pytest.LogCaptureFixture
) -> None:
    page = admin.open()
    with time_machine.travel(clock.now() + service.SHOWN_FOR * 1.1):
        assert _refused(admin.press(page), caplog) == "page is fresh"


def test_a_token_used_before_is_said_plainly(
    admin: Administrator, caplog: pytest.LogCaptureFixture
) -> None:
    answer = admin.press(admin.open(), Answered(401, '{"error": "token_already_used"}'))
    assert "It works once, and for an hour." in answer.text
    assert _refused(answer, caplog) == "token is taken"


# --- too many ---


def test_strangers_cannot_make_us_fetch_without_end(admin: Administrator, app: Flask) -> None:
    for _ in range(service.MOST_BEGUN):
        admin.open(Answered(404))
    fetched = len(admin.vle.calls)
    answer = admin.open()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "600"
    assert len(admin.vle.calls) == fetched
    with app.app_context():
        kept = db.session.scalars(select(RegistrationAttempt)).all()
        assert {one.sealed_token for one in kept} == {""}


def test_strangers_cannot_fill_the_list(
    admin: Administrator, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(service, "MOST_WAITING", 2)
    for client_id in ("one", "two"):
        admin.press(admin.open(), registered(client_id))
    assert _refused(admin.open(), caplog) == "few are waiting"


def test_looking_ahead_fetches_nothing(admin: Administrator) -> None:
    asked = {"openid_configuration": CONFIGURATION_URL, "registration_token": TOKEN}
    assert admin.client.head("/lti/register", query_string=asked).status_code == 200
    assert admin.vle.calls == []


# --- who may speak for whom ---


def test_the_exceptions_are_those_hosts_and_no_others() -> None:
    for issuer, hosts in MAY_SPEAK_FOR.items():
        for host in hosts:
            assert speaks_for(f"https://{host}/openid-configuration", issuer)
        assert not speaks_for("https://evil.test/openid-configuration", issuer)
    assert not speaks_for("https://developer.blackboard.com.evil.test/x", "https://blackboard.com")
    assert not speaks_for("https://developer.blackboard.com/x", "https://canvas.instructure.com")
    # Only where people sign in; Canvas's configuration lives at its issuer.
    assert not speaks_for("https://sso.canvaslms.com/x", "https://canvas.instructure.com")


def test_the_vles_whose_configuration_was_seen_are_believed() -> None:
    for url, issuer in (
        (
            "https://canvas.instructure.com/api/lti/security/openid-configuration?registration_token=x",
            "https://canvas.instructure.com",
        ),
        ("http://localhost:8080/mod/lti/openid-configuration.php", "http://localhost:8080"),
        ("https://developer.blackboard.com/api/v1/x", "https://blackboard.com"),
    ):
        assert speaks_for(url, issuer)


def test_this_machine_is_asked_in_the_demo_alone() -> None:
    for url in ("http://localhost:8080/x", "http://127.0.0.1/x", "https://[::1]/x"):
        assert may_connect(url, demo=True)
        assert not may_connect(url, demo=False)
    assert not may_connect("http://vle.test/x", demo=True)
    assert may_connect("https://vle.test/x", demo=True)


def test_a_configuration_that_is_good_is_good(admin: Administrator) -> None:
    assert admin.open(Answered(body=json.dumps(GOOD))).status_code == 200
