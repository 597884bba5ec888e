"""What the practice VLE keeps for the tool, and whether it says so."""

import re

import pytest
from flask.testing import FlaskClient

from practice_vle.storage import FRAME_NAME, MODES
from tests.practice_vle.fake_tool import BASE, TOOL
from tests.practice_vle.test_vle_launches import start

TARGETS = {
    "off": None,
    "parent": "_parent",
    "frame": FRAME_NAME,
    "old": "_parent",
    "silent": "_parent",
}


def turn(browser: FlaskClient, mode: str) -> None:
    """Set it on the page of switches."""
    sent = {"act": "storage", "storage": mode}
    assert browser.post("/switches", data=sent, base_url=BASE).status_code == 303


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("window", ["", "window"])
def test_the_login_names_the_window_that_keeps_things(
    priya: FlaskClient, mode: str, window: str
) -> None:
    turn(priya, mode)
    assert start(priya, window=window).fields.get("lti_storage_target") == TARGETS[mode]


@pytest.mark.parametrize("mode", MODES)
def test_the_courses_page_has_the_frame_that_keeps_things_only_when_it_is_named(
    priya: FlaskClient, mode: str
) -> None:
    turn(priya, mode)
    page = priya.get("/courses/cohort-3/rl-m1-u1", base_url=BASE).text
    assert f'data-storage="{mode}"' in page
    assert (f'name="{FRAME_NAME}" src="/storage-frame"' in page) is (mode == "frame")
    assert len(re.findall("<iframe", page)) == (2 if mode == "frame" else 1)


def test_the_frame_that_keeps_things_knows_the_tool_alone(browser: FlaskClient) -> None:
    page = browser.get("/storage-frame", base_url=BASE)
    assert f'data-tool-origin="{TOOL}"' in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_nothing_is_offered_at_first_as_in_moodle_and_rubbish_changes_nothing(
    priya: FlaskClient,
) -> None:
    assert "lti_storage_target" not in start(priya).fields
    turn(priya, "parent")
    turn(priya, "made-up")
    assert start(priya).fields["lti_storage_target"] == "_parent"
    switches = priya.get("/switches", base_url=BASE).text
    assert 'value="parent" checked' in switches
