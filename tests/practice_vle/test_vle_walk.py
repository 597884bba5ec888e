"""A whole launch over HTTP, with a small tool of three lines on the other side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import requests
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from practice_vle.running import RunningVle, running_vle
from tests.peers.openedx.client import Browser
from tests.practice_vle.fake_tool import Tool

TOOL_URL = "https://tool.test"


def small_tool() -> Flask:
    """A tool that shows who came, after a login like any other's."""
    app = Flask(__name__)

    @app.post("/lti/login")
    def login() -> Response:
        given = request.form
        asked = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": given["client_id"],
            "redirect_uri": given["target_link_uri"],
            "state": "s",
            "nonce": "n",
            "login_hint": given["login_hint"],
            "lti_message_hint": given["lti_message_hint"],
        }
        answer = redirect(f"{given['iss']}/auth?{urlencode(asked)}")
        answer.set_cookie("__Host-tool", "kept", secure=True, path="/")
        return answer

    @app.post("/lti/launch")
    def launch() -> str:
        assert request.cookies["__Host-tool"] == "kept"
        claims: dict[str, Any] = jwt.decode(
            request.form["id_token"], options={"verify_signature": False}
        )
        return f"<h1>{claims['name']}</h1>"

    return app


@pytest.fixture
def running(state_dir: Path, tool: Tool) -> Iterator[RunningVle]:
    with running_vle(state_dir, TOOL_URL, tool_keys=tool.key_set) as vle:
        yield vle


def test_a_browser_walks_from_the_vle_to_the_tool(running: RunningVle) -> None:
    browser = Browser(tool=small_tool().test_client(), tool_url=TOOL_URL)
    browser.step(f"{running.base_url}/person", {"person": "p-tomos"})
    page = browser.open(f"{running.base_url}/start/cohort-3/rl-m1-plan")
    browser.close()
    assert page.text == "<h1>Tomos Sample</h1>"
    assert [method for method, _ in browser.visited[1:]] == ["GET", "POST", "GET", "POST"]


def test_a_score_sent_while_the_vle_was_down_can_be_sent_again(
    running: RunningVle, tool: Tool
) -> None:
    platform = running.platform
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    platform.state.add_token("t", scope, platform.now() + 60)
    score = {
        "userId": "p-tomos",
        "timestamp": "2026-11-24T10:00:00Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 62,
        "scoreMaximum": 100,
    }

    def send() -> int:
        answer = requests.post(
            running.line_item_url("cohort-3").replace("?", "/scores?"),
            json=score,
            timeout=10,
            headers={
                "Authorization": "Bearer t",
                "Content-Type": "application/vnd.ims.lis.v1.score+json",
            },
        )
        return answer.status_code

    running.down()
    assert send() == 503
    assert running.grade("cohort-3", "p-tomos") is None
    running.up()
    assert send() == 200
    grade = running.grade("cohort-3", "p-tomos")
    assert grade is not None
    assert grade.points == 62.0
    assert [call.status for call in running.calls("cohort-3")] == [200, 503]
