"""Launches in the VLE's frame, as browsers stand: with cookies, with storage, in a new tab."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route, expect

from practice_vle.storage import FRAME, OFF, OLD, PARENT, SILENT
from tests.journeys.browsers import (
    chromium_with,
    no_cookie_anywhere,
    no_cookie_in_frames,
    third_party,
)
from tests.journeys.stack import Product

pytestmark = pytest.mark.browser

ACTIVITY = "courses/cohort-3/rl-m1-u1"
COOKIE = "__Host-lms_browser"
Told = list[str]


class Person:
    """Fern at a browser, before the activity's page in the VLE."""

    def __init__(self, product: Product, context: BrowserContext) -> None:
        self.product, self.context = product, context
        self.page = context.new_page()
        self.sent: Told = []
        self.faults: Told = []
        context.on("response", lambda got: self.sent.append(f"{got.status} {got.url}"))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(product.vle.base_url)
        self.page.select_option("#person", "p-fern")
        self.page.get_by_role("button", name="Be this person").click()

    def open(self) -> Frame:
        """Open the activity in the page; the tool's frame, wherever it is on its way."""
        self.page.goto(f"{self.product.vle.base_url}/{ACTIVITY}")
        frame = self.page.locator("iframe.tool").element_handle().content_frame()
        assert frame is not None
        return frame

    def answered(self, path: str) -> list[int]:
        """With which statuses the tool answered at addresses that begin so."""
        begun = f" {self.product.tool}{path}"
        return [int(one.split()[0]) for one in self.sent if begun in one]


@pytest.fixture
def fern(product: Product, chromium: Browser) -> Iterator[Callable[[dict[str, object]], Person]]:
    """`fern(settings)`: Fern at a Chromium with these settings."""
    with ExitStack() as stack:

        def at(settings: dict[str, object]) -> Person:
            return Person(product, stack.enter_context(chromium_with(chromium, settings)))

        yield at
        product.vle.keep_for_the_tool(OFF)


At = Callable[[dict[str, object]], Person]


def _is_in(product: Product, place: Frame | Page) -> None:
    place.wait_for_url(re.compile(re.escape(product.tool) + "/-/[^/]+/modules/m1/u1"))
    expect(place.locator("body")).to_contain_text("You are here as Fern Fictive")


def _carries_on(product: Product, frame: Frame) -> None:
    """A page further on needs the cookie again."""
    _is_in(product, frame)
    frame.get_by_role("link", name="All support, day and night").first.click()
    frame.wait_for_url(re.compile("/-/[^/]+/support"))
    expect(frame.locator("body")).to_contain_text("You are here as Fern Fictive")


@pytest.mark.parametrize("blocked", [True, False])
@pytest.mark.parametrize("storage", [OFF, PARENT])
def test_with_a_partitioned_cookie_it_opens_in_the_frame(
    product: Product, fern: At, storage: str, *, blocked: bool
) -> None:
    product.vle.keep_for_the_tool(storage)
    person = fern(third_party(blocked=blocked))
    _carries_on(product, person.open())
    [kept] = [one for one in person.context.cookies() if one["name"] == COOKIE]
    assert kept["partitionKey"] == "http://localhost"
    assert person.answered("/lti/open/") == []  # the cookie came back: nothing else was needed
    # The next time the cookie comes with the login, and the VLE is not asked to keep anything.
    _is_in(product, person.open())
    assert person.answered("/lti/login") == [302 if storage == OFF else 200, 302]
    assert person.faults == []


def _lose_the_first_cookie(person: Person) -> None:
    """The cookie that the login sets is lost at the VLE's next page; later ones are kept."""

    def go_on(route: Route) -> None:
        person.context.clear_cookies(name=COOKIE)
        route.continue_()

    person.context.route(f"{person.product.vle.base_url}/auth*", go_on)


@pytest.mark.parametrize("storage", [PARENT, FRAME, OLD])
def test_what_the_vle_kept_lets_a_launch_go_on_in_its_frame(
    product: Product, fern: At, storage: str
) -> None:
    product.vle.keep_for_the_tool(storage)
    person = fern(third_party(blocked=True))
    _lose_the_first_cookie(person)
    _carries_on(product, person.open())
    assert person.answered("/lti/open/") == [200]
    # It was good for this once, and the VLE has forgotten it.
    assert person.page.evaluate("Object.keys(sessionStorage)") == []
    assert person.faults == []


FORGES = "Storage.prototype.getItem = () => 'what we never kept';"


def test_another_secret_than_ours_opens_nothing_in_the_frame(product: Product, fern: At) -> None:
    product.vle.keep_for_the_tool(PARENT)
    person = fern(third_party(blocked=True))
    person.page.add_init_script(f"if (location.hostname === 'localhost') {{ {FORGES} }}")
    _lose_the_first_cookie(person)
    with person.page.expect_response(re.compile("/lti/open/[^/]+/here")) as brought:
        frame = person.open()
    assert brought.value.json() == {"address": None}
    expect(frame.get_by_role("link", name="Open as Fern Fictive")).to_be_visible()
    assert frame.url == f"{product.tool}/lti/launch"


@pytest.mark.parametrize("storage", [OFF, PARENT, FRAME, SILENT])
def test_without_any_cookie_in_frames_one_click_opens_a_tab(
    product: Product, fern: At, storage: str
) -> None:
    product.vle.keep_for_the_tool(storage)
    person = fern(no_cookie_in_frames(product.tool, product.vle.base_url))
    frame = person.open()
    button = frame.get_by_role("link", name="Open as Fern Fictive")
    expect(button).to_be_visible()
    if storage == OFF:
        assert Axe().run(frame).response["violations"] == []
    with person.context.expect_page() as opened:
        button.click()
    _is_in(product, opened.value)
    expect(frame.get_by_role("heading", name="It is open in a new tab")).to_be_visible()
    expect(button).to_be_hidden()
    assert person.faults == []


def test_when_the_buttons_minute_is_over_the_page_says_so(product: Product, fern: At) -> None:
    person = fern(no_cookie_in_frames(product.tool, product.vle.base_url))
    person.context.clock.install()
    frame = person.open()
    button = frame.get_by_role("link", name="Open as Fern Fictive")
    expect(button).to_be_visible()
    person.context.clock.fast_forward(61_000)
    expect(frame.get_by_role("heading", name="The button’s minute is over")).to_be_visible()
    expect(button).to_be_hidden()


def test_without_cookies_anywhere_the_page_says_what_to_do(product: Product, fern: At) -> None:
    product.vle.keep_for_the_tool(PARENT)
    person = fern(no_cookie_anywhere(product.tool))
    with person.context.expect_page() as opened:
        person.open().get_by_role("link", name="Open as Fern Fictive").click()
    expect(opened.value.locator("main")).to_contain_text("Let it keep cookies for this site")


def test_an_activity_in_a_window_of_its_own_needs_no_storage(product: Product, fern: At) -> None:
    product.vle.keep_for_the_tool(PARENT)
    person = fern(third_party(blocked=True))
    person.page.goto(f"{product.vle.base_url}/start/cohort-3/rl-m1-u1?in=window")
    _is_in(product, person.page)
    assert person.answered("/lti/login") == [302]
