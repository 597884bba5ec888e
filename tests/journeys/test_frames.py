"""Messages between the tool in its frame and the VLE around it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.stack import Product
from tests.journeys.test_main_journey import be, open_framed
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

LISTEN = """
window.heard = [];
window.addEventListener("message", (event) => window.heard.push([event.origin, event.data]));
"""


def test_the_frame_gets_the_height_it_asks_for_and_never_more_than_the_screen(
    product: Product, chromium: Browser
) -> None:
    priya = Visitor(chromium, "priya-framed")
    priya.page.add_init_script(LISTEN)
    be(priya, product, "p-priya")
    frame = open_framed(priya, product, "cohort-3", "rl-m1-plan")
    holder = priya.page.locator("iframe.tool")
    expect(holder).to_have_attribute("style", re.compile("height: 850px"))
    heard = priya.page.evaluate("window.heard")
    resizes = [said for origin, said in heard if origin == product.tool]
    assert [said["subject"] for said in resizes] == ["lti.frameResize"]
    assert resizes[0]["height"] == 850
    # The strip with Support and Leave is in view, however far the page is scrolled.
    frame.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(frame.get_by_role("link", name="Leave quickly")).to_be_in_viewport()
    priya.page.wait_for_timeout(700)
    assert len(priya.page.evaluate("window.heard")) == len(heard)  # no endless talk
    assert priya.faults == []
    priya.done()


def test_a_page_that_nobody_frames_says_nothing(product: Product, chromium: Browser) -> None:
    priya = Visitor(chromium, "priya-unframed")
    priya.page.add_init_script(LISTEN)
    priya.go(product.tool)
    priya.page.wait_for_timeout(500)
    assert priya.page.evaluate("window.heard") == []
    priya.done()
