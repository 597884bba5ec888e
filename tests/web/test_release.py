"""From draft to result: the whole line, and everything about releasing."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules.catalogue import catalogue
from tests.conftest import People
from tests.factories import PLAN, finished_script, full_cohort

Browse = Callable[[int], FlaskClient]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag, name
    value = re.search(r'value="([^"]*)"', tag[0])
    assert value, name
    return value[1]


def rubric(points: int = 64, band: str = "merit", **more: str) -> dict[str, Any]:
    """A filled rubric, as the marking page would send it."""
    form: dict[str, Any] = {"version": "0", "comment": "Clear and kind.", **more}
    for criterion in catalogue().assessment(PLAN).criteria:
        form[f"{criterion.id}-band"] = band
        form[f"{criterion.id}-points"] = str(points)
        form[f"{criterion.id}-why"] = "You show how you chose."
    return form


def hand_in(browser: FlaskClient, text: str = "My plan begins with her aims.") -> str:
    """Write a draft and hand it in; returns the receipt's address."""
    browser.post(f"/assessments/{PLAN}/draft", data={"text": text, "version": "0"})
    page = browser.get(f"/assessments/{PLAN}/hand-in").text
    data = {"shown": hidden(page, "shown"), "wording": hidden(page, "wording"), "agreed": "y"}
    return browser.post(f"/assessments/{PLAN}/hand-in", data=data).location or ""


def release(browser: FlaskClient, cohort: str = "cohort-3") -> Any:
    """Look at the list, then release it."""
    page = browser.get(f"/marking/{PLAN}/release?cohort={cohort}").text
    data = {"cohort": cohort, "agreed": hidden(page, "agreed")}
    return browser.post(f"/marking/{PLAN}/release", data=data)


def test_a_draft_is_handed_in_marked_released_and_read(browse: Browse, people: People) -> None:
    ada, max_ = browse(people.ada), browse(people.max)
    receipt = ada.get(hand_in(ada))
    assert "Your receipt" in receipt.text
    queue = max_.get(f"/marking/{PLAN}?cohort=cohort-3")
    script = re.search(r'href="(/marking/scripts/\d+)"', queue.text)
    assert script
    assert "Ada" not in queue.text
    desk = max_.get(script[1])
    assert "My plan begins with her aims." in desk.text
    assert "Ada" not in desk.text
    assert max_.post(script[1], data=rubric(act="finish")).status_code == 303
    assert release(max_).status_code == 303
    result = ada.get(f"/assessments/{PLAN}/result")
    assert "You show how you chose." in result.text
    assert "Clear and kind." in result.text
    assert '<span class="verdict-mark">64</span>' in result.text
