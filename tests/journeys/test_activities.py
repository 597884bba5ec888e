"""Activities in a real browser: by keyboard alone, kept as they are done, in two windows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.stack import Product, running_product
from tests.journeys.test_main_journey import be, open_in_tab
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the content of this repository."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


def come(chromium: Browser, product: Product, name: str) -> tuple[Visitor, str]:
    """Lucia at a browser of her own, with unit 1 open; where its pages are."""
    lucia = Visitor(chromium, name)
    be(lucia, product, "p-lucia")
    page = open_in_tab(lucia, product, "cohort-3", "rl-m1-u1")
    return lucia, page.url


def focus_on(page: Page, selector: str) -> None:
    """Press Tab until the focus is on it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def test_a_scenario_by_keyboard_alone_goes_on_in_another_browser(
    product: Product, chromium: Browser
) -> None:
    lucia, unit = come(chromium, product, "lucia-scenario")
    page = lucia.page
    lucia.go(f"{unit}/authority-on-loan")
    focus_on(page, "#a-a-word-with-her input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#a-a-word-with-her")).to_contain_text("You chose: Say yes")
    assert page.evaluate("document.activeElement.id") == "a-a-word-with-her-here"
    lucia.look("one decision")
    lucia.done()

    later, unit = come(chromium, product, "lucia-later")
    later.go(f"{unit}/authority-on-loan")
    expect(later.page.locator("#a-a-word-with-her")).to_contain_text("At her door")
    later.page.get_by_label("He only wants").check()
    later.press("Go this way")
    expect(later.page.locator("#a-a-word-with-her")).to_contain_text("An ending: She goes")
    later.look("an ending")
    later.done()


def test_a_template_is_kept_and_a_second_window_is_told(
    product: Product, chromium: Browser
) -> None:
    lucia, unit = come(chromium, product, "lucia-template")
    one, two = lucia.page, lucia.new_page()
    for page in (one, two):
        page.goto(f"{unit}/your-role-in-your-words")
    badge = "#a-role-statement [data-saved-badge]"
    one.get_by_label("Who I am and who pays me").fill("From the first window")
    expect(one.locator(badge)).to_contain_text("Saved")
    two.get_by_label("Who I am and who pays me").fill("From the second window")
    expect(two.locator(badge)).to_contain_text("changed in another window")
    two.get_by_role("button", name="Save in my journal").click()
    expect(two.locator("#a-role-statement .kept")).to_contain_text("From the first window")
    field = two.get_by_label("Who I am and who pays me")
    expect(field).to_have_value("From the second window")
    lucia.look("two windows", two)
    field.fill("From both windows")
    two.get_by_role("button", name="Save in my journal").click()
    two.get_by_role("link", name="To read or print").click()
    expect(two.locator("main")).to_contain_text("From both windows")
    lucia.look("to print", two)
    with two.expect_download() as download:
        two.get_by_role("link", name="Save it as a text file").click()
    assert "From both windows" in Path(download.value.path()).read_text(encoding="utf-8")
    lucia.done()


def test_cards_are_kept_while_they_are_moved(product: Product, chromium: Browser) -> None:
    lucia, unit = come(chromium, product, "lucia-cards")
    page = lucia.page
    lucia.go(f"{unit}/a-crowded-room")
    places = page.locator("#a-whose-work select")
    places.first.select_option(index=1)
    expect(page.locator("#a-whose-work [data-saved-badge]")).to_contain_text("Saved")
    page.reload()
    expect(places.first).not_to_have_value("")
    for place in places.all():
        place.select_option(index=2)
    lucia.press("See what we would say")
    expect(page.locator("#a-whose-work .feedback")).to_have_count(6)
    lucia.look("cards answered")
    lucia.done()
