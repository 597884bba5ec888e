"""Registering a tool in the practice VLE: by its address, and by hand."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from practice_vle.registering import TOOL as TOOL_CONFIGURATION
from practice_vle.state import State
from practice_vle.tokens import ASSERTION_TYPE
from tests.practice_vle.fake_tool import BASE, EVERY_SCOPE, TOOL, FormReader, Tool

HAND = {
    "name": "By hand",
    "launch": f"{TOOL}/lti/launch",
    "login": f"{TOOL}/lti/login",
    "keys": f"{TOOL}/lti/jwks.json",
}


def _metadata(**changes: Any) -> dict[str, Any]:
    inner = {
        "domain": "127.0.0.1:5000",
        "target_link_uri": f"{TOOL}/lti/launch",
        "custom_parameters": {"history": "$Context.id.history", "other": "$Made.up"},
    } | changes.pop("inner", {})
    return {
        "response_types": ["id_token"],
        "initiate_login_uri": f"{TOOL}/lti/login",
        "redirect_uris": [f"{TOOL}/lti/launch"],
        "client_name": "A tool",
        "jwks_uri": f"{TOOL}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{EVERY_SCOPE} made-up",
        TOOL_CONFIGURATION: {name: value for name, value in inner.items() if value},
    } | changes


@pytest.fixture
def begin(browser: FlaskClient) -> Callable[..., dict[str, str]]:
    """`begin()`: what the VLE opens the tool's address with."""

    def start(**form: str) -> dict[str, str]:
        sent = {"address": f"{TOOL}/lti/register"} | form
        page = browser.post("/tools/register", data=sent, base_url=BASE)
        assert page.status_code == 200
        found = re.search(r'<iframe[^>]* src="([^"]+)"', page.text)
        assert found is not None
        address = found[1].replace("&amp;", "&")
        assert address.startswith(f"{TOOL}/lti/register?")
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}

    return start


Begin = Callable[..., dict[str, str]]


def _send(vle: Flask, token: str | None, body: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return vle.test_client().post("/registration", json=body, headers=headers, base_url=BASE)


def test_the_configuration_says_where_everything_is(browser: FlaskClient, begin: Begin) -> None:
    asked = begin()
    assert asked["openid_configuration"] == f"{BASE}/openid-configuration"
    given = browser.get("/openid-configuration", base_url=BASE).get_json()
    assert given["issuer"] == BASE
    assert given["registration_endpoint"] == f"{BASE}/registration"


def test_a_registration_is_pending_until_it_is_activated(
    vle: Flask, browser: FlaskClient, begin: Begin, priya: FlaskClient
) -> None:
    answer = _send(vle, begin()["registration_token"], _metadata())
    assert answer.status_code == 200  # as Moodle's, not 201
    given = answer.get_json()
    client_id = given["client_id"]
    assert given[TOOL_CONFIGURATION]["deployment_id"] == "2"
    assert given["scope"] == EVERY_SCOPE
    assert "Pending" in browser.get("/tools", base_url=BASE).text
    assert _client_of(priya) == "practice-client"
    use = browser.post(f"/tools/{client_id}", data={"act": "use"}, base_url=BASE)
    assert use.status_code == 400
    browser.post(f"/tools/{client_id}", data={"act": "activate"}, base_url=BASE)
    assert _client_of(priya) == client_id
    browser.post("/tools/practice-client", data={"act": "use"}, base_url=BASE)
    assert _client_of(priya) == "practice-client"


def _client_of(priya: FlaskClient) -> str:
    page = priya.get("/start/cohort-3/rl-m1-u1", base_url=BASE)
    return FormReader(page.text).fields["client_id"]


def test_a_launch_goes_to_the_registration_that_was_activated(
    vle: Flask, browser: FlaskClient, begin: Begin, priya: FlaskClient
) -> None:
    client_id = _send(vle, begin()["registration_token"], _metadata()).get_json()["client_id"]
    browser.post(f"/tools/{client_id}", data={"act": "activate"}, base_url=BASE)
    start = FormReader(priya.get("/start/cohort-3/rl-m1-u1", base_url=BASE).text).fields
    assert start["lti_deployment_id"] == "2"
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": f"{TOOL}/lti/launch",
        "nonce": "n",
        "state": "s",
        "login_hint": start["login_hint"],
        "lti_message_hint": start["lti_message_hint"],
    }
    form = FormReader(priya.get("/auth", query_string=asked, base_url=BASE).text)
    claims = jwt.decode(form.fields["id_token"], options={"verify_signature": False})
    assert claims["aud"] == client_id
    assert claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] == "2"
    custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"]
    assert custom == {"history": "", "other": "$Made.up", "lms_target": "modules/m1/u1"}


def test_the_new_client_gets_tokens_once_it_is_active(
    vle: Flask, browser: FlaskClient, begin: Begin, tool: Tool
) -> None:
    client_id = _send(vle, begin()["registration_token"], _metadata()).get_json()["client_id"]

    def ask() -> int:
        now = vle.extensions["practice_vle"].now()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": tool.assertion(now, iss=client_id, sub=client_id),
            "scope": EVERY_SCOPE,
        }
        return vle.test_client().post("/token", data=form, base_url=BASE).status_code

    assert ask() == 400
    browser.post(f"/tools/{client_id}", data={"act": "activate"}, base_url=BASE)
    assert ask() == 200


def test_a_token_works_once_and_for_an_hour(
    vle: Flask, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = begin()["registration_token"]
    assert _send(vle, token, {}).status_code == 400  # a refused one does not use it up
    assert _send(vle, token, _metadata()).status_code == 200
    again = _send(vle, token, _metadata())
    assert (again.status_code, again.get_json()["error"]) == (401, "token_already_used")
    late = begin()["registration_token"]
    platform = vle.extensions["practice_vle"]
    began = platform.now()
    monkeypatch.setattr(platform, "now", lambda: began + 3601)
    assert _send(vle, late, _metadata()).status_code == 401


@pytest.mark.parametrize("token", [None, "rubbish", "a.b.c"])
def test_without_a_token_of_ours_nothing_is_registered(vle: Flask, token: str | None) -> None:
    assert _send(vle, token, _metadata()).status_code == 401


def test_bringing_a_registration_up_to_date(vle: Flask, browser: FlaskClient, begin: Begin) -> None:
    client_id = _send(vle, begin()["registration_token"], _metadata()).get_json()["client_id"]
    browser.post(f"/tools/{client_id}", data={"act": "activate"}, base_url=BASE)
    token = begin(client_id=client_id)["registration_token"]
    for name in ("Renamed", "Renamed again"):  # such a token may be used again, as in Moodle
        given = _send(vle, token, _metadata(client_name=name)).get_json()
        assert given["client_id"] == client_id
        assert given[TOOL_CONFIGURATION]["deployment_id"] == "2"
    page = browser.get("/tools", base_url=BASE).text
    assert "Renamed again" in page
    assert "Pending" not in page


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"client_name": ""}, "missing required attribute client_name"),
    "no redirect": ({"redirect_uris": []}, "missing required attribute redirect_uris"),
    "no domain": ({"inner": {"domain": ""}}, "missing_domain"),
    "domain without port": ({"inner": {"domain": "127.0.0.1"}}, "domain_targetlinkuri_mismatch"),
    "another redirect": ({"redirect_uris": ["http://evil.test/"]}, "invalid_redirect_uri"),
    "another login": ({"initiate_login_uri": "javascript:x"}, "invalid_redirect_uri"),
    "a number for an address": ({"jwks_uri": 7}, "invalid_redirect_uri"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_faulty_registration_is_refused(vle: Flask, begin: Begin, case: str) -> None:
    changes, error = BAD[case]
    answer = _send(vle, begin()["registration_token"], _metadata(**changes))
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_an_address_of_another_tool_is_not_opened(browser: FlaskClient) -> None:
    for address in ("http://evil.test/register", "", "javascript:alert(1)", "http://[x"):
        page = browser.post("/tools/register", data={"address": address}, base_url=BASE)
        assert page.status_code == 400
        assert "knows one tool" in page.text


def test_a_registration_that_is_not_there(browser: FlaskClient) -> None:
    sent = {"address": f"{TOOL}/lti/register", "client_id": "made-up"}
    assert browser.post("/tools/register", data=sent, base_url=BASE).status_code == 400
    assert browser.post("/tools/made-up", data={"act": "use"}, base_url=BASE).status_code == 404


def test_a_tool_is_added_by_hand(browser: FlaskClient, priya: FlaskClient) -> None:
    bad = browser.post("/tools/add", data=HAND | {"login": "http://evil.test/"}, base_url=BASE)
    assert bad.status_code == 400
    done = browser.post("/tools/add", data=HAND, base_url=BASE)
    assert done.status_code == 303
    page = browser.get("/tools", base_url=BASE).text
    for words in (f"{BASE}/auth", f"{BASE}/token", f"{BASE}/jwks.json", "By hand", "Pending"):
        assert words in page
    found = re.search(r'action="/tools/([0-9a-f]{16})"', page)
    assert found is not None
    browser.post(f"/tools/{found[1]}", data={"act": "activate"}, base_url=BASE)
    assert _client_of(priya) == found[1]


def test_a_form_of_another_site_changes_nothing(browser: FlaskClient) -> None:
    answer = browser.post(
        "/tools/add", data=HAND, base_url=BASE, headers={"Origin": "http://evil.test"}
    )
    assert answer.status_code == 403


def test_registrations_are_kept_between_starts(vle: Flask, begin: Begin, state_dir: Any) -> None:
    _send(vle, begin()["registration_token"], _metadata())
    kept = State(state_dir / "state.db").tools()
    assert [tool.name for tool in kept] == ["A tool"]
    assert dict(kept[0].custom)["other"] == "$Made.up"
