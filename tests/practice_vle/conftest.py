"""A practice VLE without a network, through a test client, and a tool's key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from practice_vle.app import create_vle
from practice_vle.keys import kept_key
from practice_vle.services import SCORE
from practice_vle.tokens import ASSERTION_TYPE
from tests.practice_vle.fake_tool import BASE, EVERY_SCOPE, ITEM, TOOL, Tool


@pytest.fixture(scope="session")
def session_tool() -> Tool:
    return Tool()


@pytest.fixture
def tool(session_tool: Tool) -> Tool:
    session_tool.fetched = 0
    return session_tool


@pytest.fixture(scope="session")
def vle_key(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One key for every VLE of these tests: making one takes long."""
    path = tmp_path_factory.mktemp("key") / "key.pem"
    kept_key(path)
    return path.read_bytes()


@pytest.fixture
def state_dir(tmp_path: Path, vle_key: bytes) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "key.pem").write_bytes(vle_key)
    return folder


@pytest.fixture
def vle(state_dir: Path, tmp_path: Path, tool: Tool) -> Flask:
    return create_vle(
        state_dir, TOOL, BASE, mail_folder=tmp_path / "mail", tool_keys=tool.key_set, patience=0.3
    )


@pytest.fixture
def browser(vle: Flask) -> FlaskClient:
    """A browser at the VLE that nobody is chosen in."""
    return vle.test_client()


@pytest.fixture
def priya(browser: FlaskClient) -> FlaskClient:
    """The same browser after choosing Priya Example, a learner of cohort 3."""
    browser.post("/person", data={"person": "p-priya"}, base_url=BASE)
    return browser


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask_token(vle: Flask, tool: Tool) -> Ask:
    """`ask_token(scope=…, claims={…}, **form)`: a token request, good unless changed."""

    def ask(
        *, scope: str = EVERY_SCOPE, claims: dict[str, Any] | None = None, **form: str
    ) -> TestResponse:
        now = vle.extensions["practice_vle"].now()
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": tool.assertion(now, **(claims or {})),
            "scope": scope,
        } | form
        return vle.test_client().post("/token", data=sent, base_url=BASE)

    return ask


@pytest.fixture
def token(ask_token: Ask) -> str:
    """An access token for every scope."""
    return str(json.loads(ask_token().text)["access_token"])


@pytest.fixture
def send(vle: Flask, token: str) -> Ask:
    """`send(scoreGiven=…, …)`: posts a score for Priya; None leaves a field out."""

    def post(
        *, media: str = SCORE, path: str = f"{ITEM}/scores?type_id=1", **changes: Any
    ) -> TestResponse:
        score = {
            "userId": "p-priya",
            "timestamp": "2026-11-24T10:00:00Z",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 62,
            "scoreMaximum": 100,
        } | changes
        kept = {name: value for name, value in score.items() if value is not None}
        return vle.test_client().post(
            path,
            data=json.dumps(kept),
            content_type=media,
            headers={"Authorization": f"Bearer {token}"},
            base_url=BASE,
        )

    return post
