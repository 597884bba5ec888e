"""A trainer adds activities from the VLE, and keeps the cohort in step with the VLE's list."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.stack import Product
from tests.journeys.test_main_journey import be, open_framed, open_in_tab
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


def test_activities_are_added_inside_the_vles_frame(product: Product, chromium: Browser) -> None:
    imogen = Visitor(chromium, "imogen-linking")
    be(imogen, product, "t-imogen")
    imogen.go(f"{product.vle.base_url}/courses/cohort-3/add")
    element = imogen.page.locator("iframe.tool").element_handle()
    frame = element.content_frame() if element else None
    assert frame is not None
    frame.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    expect(frame.locator("h1")).to_have_text("Add to your course")
    imogen.look("picker in the frame", frame)
    frame.locator("input[value='modules/m1/u1']").check()
    frame.get_by_label("Search by words").fill("critical rationale")
    frame.get_by_label("Search by words").press("Enter")
    expect(frame.get_by_role("status")).to_contain_text("with what you have chosen")
    expect(frame.locator("input[name=item]:checked")).to_have_count(1)
    frame.locator("input[value='assessments/m1-plan']").check()
    imogen.look("picker after a search", frame)
    imogen.press("Add to the course", frame)
    # The form goes back by itself, past the page in between.
    expect(frame.locator("h1")).to_contain_text("Added to IMSA-2026-05")
    expect(frame.locator("main")).to_contain_text("with a gradebook column out of 100")
    frame.get_by_role("link", name="Back to the course").click()
    expect(
        imogen.page.locator("#cohort-3 + p, section[aria-labelledby=cohort-3]").first
    ).to_be_visible()
    imogen.done()
    priya = Visitor(chromium, "priya-linked")
    be(priya, product, "p-priya")
    opened = open_framed(priya, product, "cohort-3", "added-2")
    expect(opened.locator("h1")).to_contain_text("Advocacy plan")
    priya.done()


def _through_the_forms(page: Page, product: Product) -> None:
    """Without scripts the forms between the sites are sent by their buttons."""
    while not page.url.startswith(f"{product.tool}/-/"):
        page.get_by_role("button").first.click()


def test_activities_are_added_without_scripts(product: Product, chromium: Browser) -> None:
    rowan = Visitor(chromium, "rowan-linking-without-scripts", java_script_enabled=False)
    be(rowan, product, "t-rowan")
    page = rowan.page
    rowan.go(f"{product.vle.base_url}/courses/cohort-3/add/start?in=window")
    _through_the_forms(page, product)
    page.locator("input[name=item]").first.check()
    page.get_by_label("Search by words").fill("plan")
    rowan.press("Search")
    assert "csrf_token" not in page.url
    expect(page.locator("input[name=item]:checked")).to_have_count(1)
    rowan.press("Add to the course")
    expect(page.locator("h1")).to_have_text("Back to your course")
    rowan.press("Go on to the course")
    expect(page.locator("h1")).to_contain_text("Added to")

    rowan.go(f"{product.vle.base_url}/courses/cohort-3/add/start?in=window")
    _through_the_forms(page, product)
    rowan.press("Go back without adding")
    rowan.press("Go on to the course")
    expect(page.locator("h1")).to_have_text("Nothing was added")
    rowan.done()


def test_the_way_back_can_be_looked_at(product: Product, chromium: Browser) -> None:
    imogen = Visitor(chromium, "imogen-on-the-way-back")
    # Only the script that sends the form at once is kept away; axe needs the others.
    imogen.page.route(
        "**/send.js*", lambda route: route.fulfill(content_type="text/javascript", body="")
    )
    be(imogen, product, "t-imogen")
    imogen.go(f"{product.vle.base_url}/courses/cohort-2/add/start?in=window")
    imogen.page.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    imogen.page.locator("input[name=item]").first.check()
    imogen.press("Add to the course")
    expect(imogen.page.locator("h1")).to_have_text("Back to your course")
    imogen.look("on the way back")
    imogen.done()


def test_the_list_is_looked_at_and_used(product: Product, chromium: Browser) -> None:
    imogen = Visitor(chromium, "imogen-people")
    be(imogen, product, "t-imogen")
    page = open_in_tab(imogen, product, "cohort-3", "rl-home")
    prefix = "/".join(page.url.split("/")[:5])
    imogen.go(f"{prefix}/home")
    page.locator("a[href$='/lti/people']").first.click()
    imogen.look("courses")
    page.locator("a.row-name[href$='/lti/people/3']").click()
    imogen.look("before the list is read")
    imogen.press("Read the VLE’s list")
    expect(page.locator("main")).to_contain_text("Nothing would change")
    imogen.press("Keep in step every night")
    product.vle.platform.state.suspend("cohort-3", "p-owen", suspended=True)
    imogen.press("Read the VLE’s list")
    expect(page.locator("main")).to_contain_text("Owen Pretend")
    imogen.look("what would change")
    imogen.press("Do this, for 1 person")
    expect(page.locator("body")).to_contain_text("people are kept in step")
    imogen.done()


def test_the_list_is_used_without_scripts(product: Product, chromium: Browser) -> None:
    rowan = Visitor(chromium, "rowan-people-without-scripts", java_script_enabled=False)
    be(rowan, product, "t-rowan")
    page = rowan.page
    rowan.go(f"{product.vle.base_url}/start/cohort-2/rl-home?in=window")
    _through_the_forms(page, product)
    rowan.go("/".join(page.url.split("/")[:5]) + "/lti/people")
    page.locator("a.row-name[href$='/lti/people/2']").click()
    rowan.press("Read the VLE’s list")
    rowan.press("Keep in step every night")
    expect(page.locator("main")).to_contain_text("read every night")
    rowan.done()
