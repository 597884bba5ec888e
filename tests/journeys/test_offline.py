"""A unit saved as one file: opened from the disk, in a browser that has no network at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from tests.conftest import People
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
Browse = Callable[[int], FlaskClient]


@pytest.fixture
def saved(browse: Browse, people: People, tmp_path: Path) -> str:
    """The address of a saved unit with a content note, terms, pictures and activities."""
    file = tmp_path / "m2-u2.html"
    file.write_bytes(browse(people.ada).get("/modules/m2/u2/offline/file").data)
    return file.as_uri()


def without_network(chromium: Browser, name: str) -> tuple[Visitor, list[str]]:
    reader = Visitor(chromium, name, offline=True)
    asked: list[str] = []
    reader.page.on("request", lambda one: asked.append(one.url))
    return reader, asked


def test_it_is_read_without_a_network(saved: str, chromium: Browser) -> None:
    reader, asked = without_network(chromium, "offline")
    page = reader.page
    reader.go(saved)
    for picture in page.locator("img").all():
        assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    letters = page.evaluate("document.fonts.ready.then((all) => all.size)")
    assert letters == 2
    reader.look("a unit in one file")
    for way in page.locator("details.offline-way").all():
        expect(way.locator(".prose")).to_be_hidden()
        way.locator("summary").click()
        expect(way.locator(".prose")).to_be_visible()
    reader.look("everything open")
    assert [one for one in asked if not one.startswith("data:")] == [saved]
    reader.done()


def test_it_is_used_by_keyboard(saved: str, chromium: Browser) -> None:
    reader, _ = without_network(chromium, "offline-keys")
    page = reader.page
    reader.go(saved)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    word = page.locator("a.term").first
    word.focus()
    page.keyboard.press("Enter")
    meaning = page.locator(":target")
    expect(meaning).to_be_in_viewport()
    back = meaning.locator("xpath=following-sibling::dd[1]").get_by_role("link")
    back.focus()
    page.keyboard.press("Enter")
    expect(word).to_be_in_viewport()
    way = page.locator("details.offline-way summary").first
    way.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.offline-way").first).to_have_attribute("open", "")
    leave = page.get_by_role("link", name="Leave quickly")
    box = leave.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    leave.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("about:blank")
    expect(page).to_have_title("")
    reader.done()
