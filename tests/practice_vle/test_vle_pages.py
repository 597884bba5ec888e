"""The pages of the practice VLE, its switches, and running it on a port."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import html5lib
import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from practice_vle.running import running_vle
from tests.practice_vle.fake_tool import BASE, TOOL, Tool
from tests.together import together

Ask = Callable[..., TestResponse]

PAGES = [
    "/",
    "/courses/cohort-3/rl-m1-u1",
    "/start/cohort-3/rl-home",
    "/return?lti_errormsg=No",
    "/gradebook/cohort-3",
]
PAGES += ["/post", "/switches", "/storage-frame", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_formed_with_one_heading(priya: FlaskClient, path: str) -> None:
    page = priya.get(path, base_url=BASE)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.text)
    assert len(tree.findall(".//h1")) == 1
    assert not tree.findall(".//style")
    assert all(script.get("src") for script in tree.findall(".//script"))
    labelled = {label.get("for") for label in tree.findall(".//label")}
    assert {box.get("id") for box in tree.findall(".//select")} <= labelled


def test_the_start_page_says_what_it_is(browser: FlaskClient) -> None:
    text = browser.get("/").text
    assert "a pretend university VLE" in text
    assert "Everybody here is invented." in text
    assert "Choose a person to see their courses." in text


def test_a_chosen_learner_sees_their_course_only(priya: FlaskClient) -> None:
    text = priya.get("/", base_url=BASE).text
    assert "You are Priya Example (learner)" in text
    assert "Cohort 3 (May 2026)" in text
    assert "Cohort 2 (January 2026)" not in text


def test_an_activity_shows_in_a_frame_and_offers_a_window(priya: FlaskClient) -> None:
    page = priya.get("/courses/cohort-3/rl-m1-u1", base_url=BASE)
    assert '<iframe class="tool" title="Module 1, unit 1 (the training tool)"' in page.text
    assert 'href="/start/cohort-3/rl-m1-u1?in=window"' in page.text
    assert f"frame-src 'self' {TOOL};" in page.headers["Content-Security-Policy"]


def test_the_tools_message_shows_on_return_and_is_escaped(browser: FlaskClient) -> None:
    text = browser.get("/return?lti_errormsg=Not+now+%3Cb%3E").text
    assert "Not now &lt;b&gt;" in text


def test_the_gradebook_shows_scores_comments_and_calls(vle: Flask, send: Ask) -> None:
    send(comment="A clear <plan>.", scoreGiven=62.5)
    send(comment="Again")
    text = vle.test_client().get("/gradebook/cohort-3").text
    assert "62.5" in text
    assert "A clear &lt;plan&gt;." in text
    assert "409 Refusing score with an earlier timestamp" in text


def test_the_post_shows_the_mails_with_their_links(browser: FlaskClient, tmp_path: Path) -> None:
    assert "No e-mail yet." in browser.get("/post").text
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "morgan@example.test", "Your invitation"
    letter["From"], letter["Date"] = "training@example.test", "Tue, 24 Nov 2026 10:00:00 +0000"
    letter.set_content("Dear Morgan <you>,\n\nOpen http://127.0.0.1:5000/invitation/abc?x=1&y=2.\n")
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_bytes(letter.as_bytes())
    assert "Your invitation" in browser.get("/post").text
    text = browser.get("/post/1.eml").text
    assert 'href="http://127.0.0.1:5000/invitation/abc?x=1&amp;y=2"' in text
    assert "Dear Morgan &lt;you&gt;," in text
    assert browser.get("/post/..%2Fstate%2Fkey.pem").status_code == 404


def test_a_vle_that_is_down_answers_503_and_logs_the_call(vle: Flask, send: Ask) -> None:
    browser = vle.test_client()
    browser.post("/switches", data={"mode": "down", "slow": "0"})
    assert send().status_code == 503
    assert browser.get("/jwks.json").status_code == 200
    assert "The VLE was down" in browser.get("/gradebook/cohort-3").text
    browser.post("/switches", data={"mode": "up", "slow": "0"})
    assert send().status_code == 200


def test_a_vle_that_is_down_gives_no_tokens(vle: Flask, ask_token: Ask) -> None:
    vle.test_client().post("/switches", data={"mode": "down"})
    assert ask_token().status_code == 503


def test_a_silent_vle_gives_up_after_its_patience(vle: Flask, send: Ask) -> None:
    vle.test_client().post("/switches", data={"mode": "silent"})
    began = time.monotonic()
    assert send().status_code == 503
    assert time.monotonic() - began >= 0.3


def test_a_slow_vle_waits_and_then_answers(vle: Flask, send: Ask) -> None:
    vle.test_client().post("/switches", data={"mode": "up", "slow": "1"})
    began = time.monotonic()
    assert send().status_code == 200
    assert time.monotonic() - began >= 1


def test_access_tokens_can_be_ended(vle: Flask, send: Ask) -> None:
    vle.test_client().post("/switches", data={"act": "forget-tokens"})
    assert send().status_code == 401


def test_another_sites_form_turns_no_switch(browser: FlaskClient) -> None:
    answer = browser.post(
        "/switches", data={"mode": "down"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    assert "switched off" not in browser.get("/").text


def test_somebody_at_127_0_0_1_goes_on_at_localhost(browser: FlaskClient) -> None:
    answer = browser.get("/post", base_url="http://127.0.0.1:5001")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{BASE}/post")


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "practice_vle", "--port", str(port)]
    command += ["--state", str(tmp_path / "state"), "--tool", TOOL]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            page = _first_answer(f"http://localhost:{port}/")
        finally:
            process.terminate()
            _, said = process.communicate(timeout=20)
    assert "a pretend university VLE" in page
    assert (process.returncode, said) == (0, "")


def _first_answer(url: str) -> str:
    for _ in range(100):
        try:
            return requests.get(url, timeout=5).text
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {url}")


def test_it_runs_on_a_free_port_in_a_thread(tmp_path: Path, tool: Tool) -> None:
    state_dir = tmp_path / "a" / "new" / "folder"
    with running_vle(state_dir, TOOL, tool_keys=tool.key_set) as vle:
        assert vle.base_url.startswith("http://localhost:")
        assert (
            requests.get(f"{vle.base_url}/jwks.json", timeout=5).json()["keys"][0]["alg"] == "RS256"
        )
        vle.down()
        address = vle.line_item_url("cohort-3").replace("?", "/scores?")
        assert requests.post(address, json={}, timeout=5).status_code == 503
        vle.up()
        refused = requests.post(address, json={}, timeout=5)
        assert (refused.status_code, refused.reason, refused.text) == (401, "Unauthorized", "[]")
        assert [call.status for call in vle.calls("cohort-3")] == [401, 503]
        assert vle.grade("cohort-3", "p-priya") is None
        assert (state_dir / "key.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{vle.base_url}/jwks.json", timeout=5)


def test_many_calls_at_once_keep_one_grade_and_every_log_row(vle: Flask, send: Ask) -> None:
    def post(second: int) -> int:
        return send(timestamp=f"2026-11-24T10:00:0{second}Z").status_code

    answers = together(*[partial(post, second) for second in range(8)])
    state = vle.extensions["practice_vle"].state
    assert set(answers) <= {200, 409}
    assert 200 in answers
    assert len(state.calls("cohort-3")) == 8
    assert state.grades(31)["p-priya"].scored_at == 1795514407
