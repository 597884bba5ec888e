"""Messages between the tool in its frame and the VLE around it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.stack import Product
from tests.journeys.test_main_journey import be, open_framed, open_in_tab
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


SEND_AGAIN = """(sent) => {
  const form = document.body.appendChild(document.createElement("form"));
  form.method = "post";
  form.action = sent.address;
  for (const [name, value] of new URLSearchParams(sent.body)) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    form.appendChild(field);
  }
  form.submit();
}"""


def test_the_launch_sent_again_leads_on_to_where_it_opened(
    product: Product, chromium: Browser
) -> None:
    """As Reload does with a form, in a browser that kept it."""
    lucia = Visitor(chromium, "lucia-again")
    sent: list[str] = []
    page = lucia.page
    launch = f"{product.tool}/lti/launch"
    page.on("request", lambda one: sent.append(one.post_data or "") if one.url == launch else None)
    be(lucia, product, "p-lucia")
    opened = open_in_tab(lucia, product, "cohort-3", "rl-m1-u1").url
    page.reload()
    expect(page.locator("body")).to_contain_text("You are here as Lucia Invented")
    lucia.go(product.vle.base_url)
    page.evaluate(SEND_AGAIN, {"address": launch, "body": sent[0]})
    expect(page.locator("h1")).to_have_text("We could not open this")
    lucia.look("opened once before")
    page.get_by_role("link", name="Go on where it opened").click()
    page.wait_for_url(opened)
    expect(page.locator("body")).to_contain_text("You are here as Lucia Invented")
    lucia.done()


def test_back_stays_in_the_frame_and_reload_opens_anew(product: Product, chromium: Browser) -> None:
    kwame = Visitor(chromium, "kwame-back")
    be(kwame, product, "p-kwame")
    frame = open_framed(kwame, product, "cohort-3", "rl-m1-u1")
    first = frame.url
    frame.get_by_role("link", name="All support, day and night").first.click()
    frame.wait_for_url(re.compile("/support"))
    kwame.page.evaluate("history.back()")
    frame.wait_for_url(first)
    expect(frame.locator("body")).to_contain_text("You are here as Kwame Specimen")
    kwame.page.reload()  # the VLE's page: it opens the activity anew
    again = kwame.page.locator("iframe.tool").element_handle().content_frame()
    assert again is not None
    again.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    assert again.url != first
    kwame.done()


def test_two_people_in_two_tabs_of_one_browser_stay_themselves(
    product: Product, chromium: Browser
) -> None:
    shared = Visitor(chromium, "shared-browser")
    be(shared, product, "p-yusuf")
    yusuf = open_framed(shared, product, "cohort-3", "rl-m1-u1")
    one = shared.page
    shared.page = shared.new_page()
    be(shared, product, "t-imogen")
    imogen = open_framed(shared, product, "cohort-3", "rl-m1-plan")
    expect(imogen.locator("body")).to_contain_text("You are here as Imogen Example")
    yusuf.get_by_role("link", name="All support, day and night").first.click()
    yusuf.wait_for_url(re.compile("/support"))
    expect(yusuf.locator("body")).to_contain_text("You are here as Yusuf Madeup")
    imogen.evaluate("location.reload()")
    expect(imogen.locator("body")).to_contain_text("You are here as Imogen Example")
    assert one.url != shared.page.url
    shared.done()
