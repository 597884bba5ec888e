"""Launches and logins that are refused: each for its own reason, with nothing stored."""

import base64
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import clock
from lms.db import db
from lms.lti.models import Context, Launch, ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    CONTEXT,
    DEPLOYMENT_ID,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
)
from lms.people.models import User
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.vle import ISSUER, PRIYA, TOOL, Key, Vle

STRANGER = Key("vle-key-1", "a stranger's")  # the platform's key id, somebody else's key
Forge = Callable[[Vle, dict[str, Any]], str]


def _without(name: str) -> Forge:
    return lambda vle, claims: vle.token({k: v for k, v in claims.items() if k != name})


def _with(**changes: Any) -> Forge:
    return lambda vle, claims: vle.token(claims | changes)


def _at(**seconds: int) -> Forge:
    def forge(vle: Vle, claims: dict[str, Any]) -> str:
        return vle.token(claims | {name: claims["iat"] + past for name, past in seconds.items()})

    return forge


# The certification suite's bad payloads (B1 to B12), and what a strict tool refuses besides.
BAD: dict[str, tuple[str, Forge]] = {
    "B1 no kid": ("key is named", lambda vle, claims: vle.token(claims, kid=None)),
    "B2 unknown kid": ("key is the platform's", lambda vle, claims: vle.token(claims, kid="other")),
    "B3 wrong version": ("version", _with(**{VERSION: "11.3"})),
    "B4 no version": ("version", _without(VERSION)),
    "B5 not an LTI message": ("nonce", lambda vle, _claims: vle.token({"name": "badltilaunch"})),
    "B6 no iss": ("issuer", _without("iss")),
    "B6 no aud": ("audience", _without("aud")),
    "B6 no sub": ("subject", _without("sub")),
    "B6 no deployment": ("deployment", _without(DEPLOYMENT_ID)),
    "B6 no roles": ("roles", _without(ROLES)),
    "B7 old times": ("not expired", _with(iat=11111, exp=22222)),
    "B7 iat alone is old": ("not issued long ago", _with(iat=11111)),
    "B8 no message type": ("message type is given", _without(MESSAGE_TYPE)),
    "B9 no roles": ("roles", _without(ROLES)),
    "B10 no deployment": ("deployment", _without(DEPLOYMENT_ID)),
    "B11 no resource link id": ("resource link", _with(**{RESOURCE_LINK: {}})),
    "B11 no resource link": ("resource link", _without(RESOURCE_LINK)),
    "B12 no sub": ("subject", _without("sub")),
    "another message": (
        "message type is a launch",
        _with(**{MESSAGE_TYPE: "LtiStartProctoring"}),
    ),
    "roles are no list": ("roles", _with(**{ROLES: "Learner"})),
    "empty sub": ("subject", _with(sub="")),
    "sub is a number": ("subject", _with(sub=4)),
    "unknown issuer": ("issuer", _with(iss="https://unknown.test")),
    "unknown client": ("audience", _with(aud="unknown")),
    "another deployment": ("deployment", _with(**{DEPLOYMENT_ID: "99"})),
    "no nonce": ("nonce", _without("nonce")),
    "another nonce": ("nonce", _with(nonce="made up")),
    "no exp": ("expiry is given", _without("exp")),
    "no iat": ("issue time is given", _without("iat")),
    "expired": ("not expired", _at(exp=-60)),
    "a day old": ("not issued long ago", _at(iat=-86400)),
    "from the future": ("not issued in the future", _at(iat=120, exp=300)),
    "not yet valid": ("not before its time", _at(nbf=120)),
    "two audiences without azp": ("authorised party", _with(aud=["tool-client", "other"])),
    "azp is another": ("authorised party", _with(aud=["tool-client", "other"], azp="other")),
    "alg none": ("algorithm", lambda vle, claims: vle.token(claims, alg="none")),
    "alg HS256": ("algorithm", lambda vle, claims: vle.token(claims, alg="HS256")),
    "alg RS512": ("algorithm", lambda vle, claims: vle.token(claims, alg="RS512")),
    "another's key": ("signature", lambda vle, claims: vle.token(claims, key=STRANGER)),
    "changed after signing": (
        "signature",
        lambda vle, claims: _spliced(vle.token(claims), vle.token(claims | {"sub": "admin"})),
    ),
    "long sub": ("subject is an identifier", _with(sub="x" * 256)),
    "sub with a NUL": ("subject is an identifier", _with(sub="4\x00")),
    "long link id": ("resource link is an identifier", _with(**{RESOURCE_LINK: {"id": "x" * 256}})),
    "long context id": ("context is an identifier", _with(**{CONTEXT: {"id": "x" * 256}})),
    "no target": ("target is ours", _without(TARGET_LINK_URI)),
    "foreign target": ("target is ours", _with(**{TARGET_LINK_URI: "https://other.test/x"})),
    "another target": ("target is the login's", _with(**{TARGET_LINK_URI: f"{TOOL}/modules/m1"})),
    "no token": ("token is readable", lambda _vle, _claims: ""),
    "not a token": ("token is readable", lambda _vle, _claims: "a.b"),
    "rubbish": ("token is readable", lambda _vle, _claims: "\x00.ÿ.€"),
    "token nested deeply": ("token is readable", lambda _vle, _claims: _nested()),
    "token of a list": ("token is readable", lambda _vle, _claims: "W10.W10.W10"),
}


def _nested() -> str:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).rstrip(b"=").decode()
    return f"{deep}.{deep}.AAAA"


def _spliced(signed: str, other: str) -> str:
    head, _, signature = signed.split(".")
    return f"{head}.{other.split('.')[1]}.{signature}"


def _stored(app: Flask) -> list[int]:
    with app.app_context():
        return [
            db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in (User, VleIdentity, Context, ResourceLink, Launch)
        ]


def _why(caplog: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"launch refused \w+: (.+)", caplog.text)
    return str(found[-1]) if found else ""


def test_every_line_of_the_suite_is_in_the_table() -> None:
    assert {f"B{number}" for number in range(1, 13)} <= {name.split()[0] for name in BAD}
    of_b6 = {"iss", "aud", "sub", "deployment", "roles"}
    assert {name.split()[-1] for name in BAD if name.startswith("B6 ")} == of_b6


# What a strict tool takes all the same: a clock that is a little off, and audiences as a list.
TAKEN: dict[str, Forge] = {
    "issued 20 s ahead of our clock": _at(iat=20),
    "expired 20 s ago": _at(exp=-20),
    "nine minutes old": _at(iat=-540),
    "valid in 20 s": _at(nbf=20),
    "one audience in a list": _with(aud=["tool-client"]),
    "we are the authorised party of two": _with(aud=["other", "tool-client"], azp="tool-client"),
    "authorised party beside one audience": _with(azp="tool-client"),
    "sub of 255": _with(sub="x" * 255),
    "resource link of 255": _with(**{RESOURCE_LINK: {"id": "x" * 255}}),
    "claims that nobody knows": _with(**{"https://vle.test/claim/x": [{"y": None}]}),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_only_unusual_is_let_in(
    vle: Vle, course: People, client: FlaskClient, name: str
) -> None:
    begun = vle.begin(client)
    token = TAKEN[name](vle, vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, token, begun.state).status_code == 303


@pytest.mark.parametrize("name", BAD)
def test_a_bad_launch_is_refused_and_nothing_is_stored(
    vle: Vle,
    course: People,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    check, forge = BAD[name]
    begun = vle.begin(client)
    before = _stored(app)

    answer = vle.post(client, forge(vle, vle.claims(PRIYA, begun.nonce)), begun.state)

    assert answer.status_code == 400
    assert _why(caplog) == check
    assert "We could not open this" in answer.text
    assert f"frame-ancestors {ISSUER}" in answer.headers["Content-Security-Policy"]
    reference = re.search(r'class="reference">(\w+)<', answer.text)
    assert reference is not None
    assert reference[1] in caplog.text
    assert _stored(app) == before
    # The login is not used up by somebody else's rubbish: the honest token still opens.
    assert (
        vle.post(client, vle.token(vle.claims(PRIYA, begun.nonce)), begun.state).status_code == 303
    )


# --- replay ---


def test_a_launch_opens_once(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    token = vle.token(vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, token, begun.state).status_code == 303
    assert vle.post(client, token, begun.state).status_code == 400
    assert _why(caplog) == "state is not used"
    fresh = vle.token(vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, fresh, begun.state).status_code == 400


def test_a_used_nonce_does_not_open_under_a_new_state(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    token = vle.token(vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, token, begun.state).status_code == 303
    assert vle.post(client, token, vle.begin(client).state).status_code == 400
    assert _why(caplog) == "nonce"


def test_the_nonce_of_one_login_does_not_fit_the_state_of_another(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = vle.begin(client), vle.begin(client)
    swapped = vle.token(vle.claims(PRIYA, one.nonce))
    assert vle.post(client, swapped, two.state).status_code == 400
    assert _why(caplog) == "nonce"


def test_another_browsers_cookie_is_refused(
    vle: Vle,
    course: People,
    client: FlaskClient,
    browser: Browser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun = vle.begin(client)
    other = browser()
    vle.begin(other)
    answer = vle.post(other, vle.token(vle.claims(PRIYA, begun.nonce)), begun.state)
    assert answer.status_code == 400
    assert _why(caplog) == "state is this browser's"


def test_a_login_lasts_ten_minutes(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=5)):
        answer = vle.post(client, vle.token(vle.claims(PRIYA, begun.nonce)), begun.state)
    assert answer.status_code == 400
    assert _why(caplog) == "state is not old"


def test_a_deeply_nested_token_of_a_stranger_is_refused(vle: Vle, client: FlaskClient) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode()
    deep = _nested().split(".")[0]
    assert vle.post(client, f"{header}.{deep}.AAAA", "made up").status_code == 400


@pytest.mark.parametrize("state", ["", "made-up", "\x00", "ÿ" * 5000])
def test_an_unknown_state_is_refused(vle: Vle, client: FlaskClient, state: str) -> None:
    answer = vle.post(client, vle.token(vle.claims(PRIYA, "n")), state)
    assert answer.status_code == 400
    assert vle.calls == []


# --- the way back ---


def test_a_refusal_offers_the_way_back_to_the_vle_alone(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    answer = vle.launch(client, PRIYA, sub="")
    back = re.search(r'href="(https://vle\.test/return[^"]+)" rel="noreferrer"', answer.text)
    assert back is not None
    assert "lti_errormsg=" in back[1]
    from lms.lti.rules.claims import LAUNCH_PRESENTATION

    for elsewhere in ("https://other.test/return", "javascript:alert(1)"):
        changes = {"sub": "", LAUNCH_PRESENTATION: {"return_url": elsewhere}}
        answer = vle.launch(client, PRIYA, **changes)
        assert elsewhere not in answer.text
        assert "Back to the course" not in answer.text


def test_an_error_of_the_vle_is_a_page_in_plain_words(
    vle: Vle, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    sent = {"error": "access_denied", "error_description": "<b>User 4</b>", "state": begun.state}
    answer = client.post("/lti/launch", data=sent)
    assert answer.status_code == 400
    assert "did not confirm that it is you" in answer.text
    assert "User 4" not in answer.text
    assert "User 4" not in caplog.text
    assert f"frame-ancestors {ISSUER}" in answer.headers["Content-Security-Policy"]


def test_a_launch_address_in_the_address_bar_says_how_it_works(client: FlaskClient) -> None:
    assert client.get("/lti/launch").status_code == 405


def test_no_refusal_logs_a_person(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vle.launch(client, PRIYA, iss="https://other.test")
    for word in ("Priya", "priya@", "p-priya", "SECRETSESSKEY"):
        assert word not in caplog.text
