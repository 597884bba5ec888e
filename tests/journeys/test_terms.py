"""A word of the glossary: by pointer, by keyboard, on a phone, and without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from lms.config import ROOT
from tests.journeys.stack import Product, running_product
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser
PAGE = "/modules/m1/u1/why-it-came-late"
TABLE = "/modules/m1/u1/a-crowded-room"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product on this checkout's own content."""
    folder = tmp_path_factory.mktemp("terms")
    with running_product(folder, LMS_CONTENT=str(ROOT / "content")) as running:
        yield running


def signed_in(browser: Browser, here: Product, name: str, **context: object) -> Visitor:
    visitor = Visitor(browser, name, **context)
    visitor.go(f"{here.tool}/sign-in")
    visitor.page.get_by_label("Email").fill("admin@example.test")
    visitor.page.get_by_label("Password").fill("practice-only-words")
    visitor.page.locator("main form button").first.click()
    visitor.page.wait_for_url(re.compile("/home"))
    return visitor


def test_a_term_opens_after_its_paragraph(here: Product, chromium: Browser) -> None:
    reader = signed_in(chromium, here, "terms")
    page = reader.page
    reader.go(here.tool + PAGE)
    word = page.get_by_role("button", name="independent advocacy", exact=True)
    expect(word).to_have_attribute("aria-expanded", "false")
    word.focus()
    page.keyboard.press("Enter")
    note = page.get_by_role("group", name="independent advocate, what it means")
    expect(note).to_be_focused()
    expect(note).to_contain_text("openly on that person's side")
    expect(word).to_have_attribute("aria-expanded", "true")
    assert word.evaluate("(one) => one.closest('p').nextElementSibling.className") == "term-note"
    reader.look("a term open", page)

    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(word).to_be_focused()
    page.keyboard.press("Space")
    expect(note).to_be_visible()
    note.get_by_role("button", name="Close").click()
    expect(note).to_be_hidden()
    expect(word).to_be_focused()
    word.click()
    word.click()
    expect(note).to_be_hidden()
    assert word.bounding_box()["height"] >= 44  # type: ignore[index]
    reader.done()


def test_a_term_in_a_table_opens_after_the_table(here: Product, chromium: Browser) -> None:
    reader = signed_in(chromium, here, "terms-on-a-phone", has_touch=True)
    reader.page.set_viewport_size({"width": 390, "height": 800})
    reader.go(here.tool + TABLE)
    word = reader.page.get_by_role("button", name="care contract", exact=True)
    word.tap()
    note = reader.page.get_by_role("group", name="Modern Slavery Victim Care Contract, what")
    expect(note).to_contain_text("This is so in England and Wales.")
    expect(note).to_be_in_viewport()
    place = note.evaluate("(one) => one.previousElementSibling.className")
    assert place == "table-wrap"
    reader.look("a term in a table")
    reader.page.emulate_media(media="print")
    expect(note).to_be_hidden()
    reader.done()


def test_a_term_without_scripts_leads_to_the_glossary(here: Product, chromium: Browser) -> None:
    reader = signed_in(chromium, here, "terms-without-scripts", java_script_enabled=False)
    reader.go(here.tool + PAGE)
    reader.page.get_by_role("link", name="independent advocacy", exact=True).click()
    expect(reader.page).to_have_url(re.compile(r"/modules/glossary#independent-advocate$"))
    expect(reader.page.locator("#independent-advocate")).to_be_visible()
    reader.done()


def test_the_glossary_can_be_used_by_everyone(here: Product, chromium: Browser) -> None:
    reader = signed_in(chromium, here, "glossary")
    reader.go(here.tool + "/modules/glossary")
    reader.look("the glossary")
    letter = reader.page.get_by_role("navigation", name="Letters").get_by_role("link").first
    box = letter.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    reader.done()
