"""Access tokens: one for a good client assertion, none for any other."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.test import TestResponse

from practice_vle.app import create_vle
from practice_vle.tokens import ASSERTION_TYPE
from tests.practice_vle.fake_tool import AGS, BASE, EVERY_SCOPE, TOOL, Tool

Ask = Callable[..., TestResponse]


def body(answer: TestResponse) -> dict[str, Any]:
    """The JSON of an answer that does not call itself JSON."""
    read: dict[str, Any] = json.loads(answer.text)
    return read


def test_a_good_assertion_gets_a_token(ask_token: Ask) -> None:
    answer = ask_token()
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"  # as Moodle's
    given = body(answer)
    assert len(given["access_token"]) == 40
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert given["scope"] == EVERY_SCOPE


def test_unknown_scopes_are_dropped_and_none_left_is_refused(ask_token: Ask) -> None:
    assert body(ask_token(scope=f"{AGS}score made-up"))["scope"] == f"{AGS}score"
    refused = ask_token(scope="made-up")
    assert refused.status_code == 400
    assert body(refused)["error"] == "invalid_scope"


CLAIMS = {
    "another audience": {"aud": "http://localhost:5001/elsewhere"},
    "another issuer": {"iss": "other-client"},
    "another subject": {"sub": "other-client"},
    "no exp": {"exp": None},
    "ended": {"iat": 1000, "exp": 1060},
    "begun in the future": {"iat": 99_999_999_999, "exp": 99_999_999_999 + 60},
    "no jti": {"jti": None},
    "no iat": {"iat": None},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS)
def test_a_faulty_assertion_is_refused(ask_token: Ask, claims: dict[str, Any]) -> None:
    answer = ask_token(claims=claims)
    assert answer.status_code == 400
    assert body(answer)["error"] == "invalid_client"


def test_an_assertion_works_once(ask_token: Ask) -> None:
    assert ask_token(claims={"jti": "same"}).status_code == 200
    again = ask_token(claims={"jti": "same"})
    assert again.status_code == 400
    assert body(again)["error_description"] == "this assertion was used before"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "other"}, "invalid_request"),
        ({"client_assertion": "not-a-token"}, "invalid_client"),
    ],
)
def test_a_faulty_form_is_refused(ask_token: Ask, form: dict[str, str], error: str) -> None:
    answer = ask_token(**form)
    assert (answer.status_code, body(answer)["error"]) == (400, error)


def test_a_forged_signature_is_refused(ask_token: Ask, tool: Tool) -> None:
    forger = Tool(kid=tool.kid)
    assert (
        body(ask_token(client_assertion=forger.assertion(4_000_000_000)))["error"]
        == "invalid_client"
    )


def test_an_unsigned_assertion_is_refused(ask_token: Ask, tool: Tool) -> None:
    claims = {
        "iss": "practice-client",
        "sub": "practice-client",
        "aud": f"{BASE}/token",
        "jti": "x",
    }
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": tool.kid})
    assert body(ask_token(client_assertion=unsigned))["error"] == "invalid_client"


def test_the_tools_keys_are_kept_and_read_again_after_it_changed_them(
    state_dir: Path,
) -> None:
    tool = Tool()
    vle = create_vle(state_dir, TOOL, BASE, tool_keys=tool.key_set)

    def ask() -> int:
        now = vle.extensions["practice_vle"].now()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": tool.assertion(now),
            "scope": EVERY_SCOPE,
        }
        return vle.test_client().post("/token", data=form).status_code

    assert [ask(), ask()] == [200, 200]
    assert tool.fetched == 1
    tool.kid, tool.key = "tool-2", rsa.generate_private_key(65537, 2048)
    assert ask() == 200
    tool.key = rsa.generate_private_key(65537, 2048)  # another key under the same kid
    assert ask() == 200
    assert tool.fetched == 3


def test_a_tool_that_does_not_answer_gets_no_token(state_dir: Path, tool: Tool) -> None:
    def unreachable() -> dict[str, Any]:
        raise requests.ConnectionError("nobody there")

    vle = create_vle(state_dir, TOOL, BASE, tool_keys=unreachable)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": tool.assertion(vle.extensions["practice_vle"].now()),
        "scope": EVERY_SCOPE,
    }
    answer = vle.test_client().post("/token", data=form)
    assert answer.status_code == 400
    assert "could not be read" in body(answer)["error_description"]
