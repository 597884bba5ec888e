"""Reading in a real browser: searching, noting, one's nation, larger letters, listening."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.stack import Product, running_product
from tests.journeys.test_main_journey import be, open_in_tab
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the content of this repository."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


def test_somebody_reads_in_their_own_way(product: Product, chromium: Browser) -> None:
    lucia = Visitor(chromium, "lucia-reads")
    be(lucia, product, "p-lucia")
    page = open_in_tab(lucia, product, "cohort-3", "rl-m1-u1")
    unit, modules = page.url, page.url.split("/modules/")[0] + "/modules"
    lucia.go(modules)
    lucia.look("the modules")
    lucia.page.get_by_label("Search the modules").fill("authority “lent")
    lucia.press("Search")
    expect(lucia.page.locator(".found mark").first).to_be_visible()
    lucia.look("what was found")
    lucia.go(f"{modules}/m1")
    lucia.look("the unit map")

    lucia.go(f"{unit}/authority-on-loan")
    lucia.press("Put a bookmark here")
    expect(lucia.page.get_by_text("You have a bookmark on this page.")).to_be_visible()
    lucia.page.get_by_role("heading", name="Your note on this page").click()
    lucia.page.locator("#note-words").fill("Ask about this.")
    expect(lucia.page.locator("#note-form [data-saved-badge]")).to_contain_text("Saved")
    lucia.look("a note")
    lucia.go(f"{modules}/notes")
    expect(lucia.page.get_by_text("Ask about this.")).to_be_visible()
    lucia.look("bookmarks and notes")

    lucia.go(f"{unit}/authority-on-loan")
    lucia.page.get_by_role("link", name="How it looks").click()
    lucia.page.get_by_label("Largest").check()
    lucia.page.get_by_label("Wide").check()
    lucia.page.get_by_label("Scotland").check()
    lucia.look("how it looks")
    lucia.press("Keep this")
    expect(lucia.page.locator("html")).to_have_class("letters-largest spacing-wide")
    lucia.look("in large letters")
    lucia.done()
