"""The main line with JavaScript off, and with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.stack import Product
from tests.journeys.test_main_journey import be
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


def open_by_buttons(visitor: Visitor, product: Product, activity: str) -> Page:
    """Launch without scripts: the forms between the sites are sent by their buttons."""
    page = visitor.page
    visitor.go(f"{product.vle.base_url}/start/cohort-3/{activity}?in=window")
    while not page.url.startswith(f"{product.tool}/-/"):
        page.get_by_role("button").first.click()
    return page


def test_a_trainee_without_scripts(product: Product, chromium: Browser) -> None:
    lucia = Visitor(chromium, "lucia-without-scripts", java_script_enabled=False)
    be(lucia, product, "p-lucia")
    page = open_by_buttons(lucia, product, "rl-m1-u1")
    page.get_by_role("link", name=re.compile("Amara on Thursday")).first.click()
    page.get_by_label(re.compile("^Read the summary")).check()
    lucia.press("Show it this way")
    expect(page.locator("main")).to_contain_text("Amara")
    reflection = page.locator("form[action*='/reflection']")
    reflection.locator("textarea").fill("Kept by its button.")
    reflection.locator("button").last.click()
    expect(reflection.locator("textarea")).to_have_value("Kept by its button.")

    page = open_by_buttons(lucia, product, "rl-m1-plan")
    page.locator("form textarea").first.fill("A draft kept by its button.")
    lucia.press("Save draft")
    expect(page.locator("form textarea").first).to_have_value("A draft kept by its button.")
    lucia.press("Look through it")
    page.locator("#agreed").check()
    lucia.press("Hand in this draft")
    expect(page.locator("h1")).to_contain_text("receipt")
    lucia.done()


def test_a_trainer_without_scripts(product: Product, chromium: Browser) -> None:
    imogen = Visitor(chromium, "imogen-without-scripts", java_script_enabled=False)
    be(imogen, product, "t-imogen")
    page = open_by_buttons(imogen, product, "rl-m1-plan")
    page.get_by_role("link", name=re.compile("^Script ")).first.click()
    criterion = page.locator("details.criterion").first
    criterion.locator("label.band", has_text="Pass").click()
    criterion.locator("input.short").fill("55")
    criterion.locator("textarea").fill("Say who decides.")
    page.locator("button.btn-2[value=save]").click()
    expect(page.locator("main")).to_contain_text("1 of 5")
    expect(page.locator("details.criterion textarea").first).to_have_value("Say who decides.")
    imogen.done()


def test_reading_with_the_keyboard_alone(product: Product, chromium: Browser) -> None:
    kwame = Visitor(chromium, "kwame-by-keyboard")
    be(kwame, product, "p-yusuf")
    page = kwame.page
    kwame.go(f"{product.vle.base_url}/start/cohort-3/rl-m1-u1?in=window")
    page.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the main part")
    page.keyboard.press("Enter")
    _tab_to(page, re.compile("Carry on|Start"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/modules/m1/u1/."))
    title = page.locator("h1").inner_text()
    _tab_to(page, re.compile("^Done"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text(title)
    kwame.done()


def _tab_to(page: Page, words: "re.Pattern[str]", *, at_most: int = 80) -> None:
    """Press Tab until what has the focus says `words`; each stop on the way must be visible."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if not focus.count():
            continue
        assert focus.is_visible()
        if words.search(focus.inner_text().strip()):
            return
    raise AssertionError(f"the keyboard does not reach {words.pattern}")
