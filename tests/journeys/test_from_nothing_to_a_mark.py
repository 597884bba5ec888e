"""docs/connect.md, followed in a browser from a VLE that is unknown to a mark that has arrived."""

import re

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.journeys.stack import Product, wait_until
from tests.journeys.test_connecting import _sign_in, _tools_frame
from tests.journeys.test_main_journey import DRAFT, _mark_script, be, open_framed, open_in_tab
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


def _register(product: Product, adi: Visitor, chromium: Browser) -> None:
    """Section 1 by registration, and 2."""
    page = _sign_in(adi, product)
    page.get_by_role("link", name="VLEs").click()
    address = page.get_by_label("Registration address", exact=True).input_value()
    vle = Visitor(chromium, "vle-administrator-whole")
    vle.go(f"{product.vle.base_url}/tools")
    vle.page.get_by_label("The tool’s registration address").fill(address)
    vle.press("Register")
    vle.press("Register the training", _tools_frame(vle.page))
    vle.page.wait_for_url(f"{product.vle.base_url}/tools")
    vle.page.locator("form[action^='/tools/'] button[value=activate]").click()
    vle.done()
    page.reload()
    page.get_by_role("link", name="practice-vle at localhost").click()
    adi.press("Switch this VLE on")
    adi.press("Check the connection")
    expect(page.locator(".findings")).to_contain_text("The VLE knows us, and gave us a token.")


def _link(product: Product, adi: Visitor, imogen: Visitor) -> None:
    """Section 3."""
    be(imogen, product, "t-imogen")
    waits = open_framed(imogen, product, "cohort-3", "rl-home")
    expect(waits.locator("h1")).to_have_text("This course is not linked yet")
    page = adi.page
    adi.page.get_by_role("link", name="Courses in the VLE").click()
    adi.look("courses")
    page.locator("li", has_text="Not linked yet").get_by_role("link").click()
    page.get_by_label("Cohort 3, May 2026", exact=True).check()
    adi.press("Link this course")
    expect(page.locator("main")).to_contain_text("Linked to Cohort 3, May 2026")
    adi.look("a linked course")


def choose(product: Product, imogen: Visitor, *wanted: str) -> None:
    """Section 4: put these into the course by the VLE's picker."""
    imogen.go(f"{product.vle.base_url}/courses/cohort-3/add")
    element = imogen.page.locator("iframe.tool").element_handle()
    frame = element.content_frame() if element else None
    assert isinstance(frame, Frame)
    frame.wait_for_url(re.compile(re.escape(product.tool) + "/-/.*/lti/deep-linking$"))
    for key in wanted:
        frame.locator(f"input[value='{key}']").check()
    imogen.look("picker", frame)
    imogen.press("Add to the course", frame)
    expect(frame.locator("h1")).to_contain_text("Added to IMSA-2026-05")


def _bring_in(product: Product, imogen: Visitor) -> None:
    """Section 5."""
    page = open_in_tab(imogen, product, "cohort-3", "rl-home")
    page.get_by_role("link", name="People of your courses").click()
    page.locator("a.row-name", has_text="Cohort 3 (May 2026)").click()
    imogen.press("Read the VLE’s list")
    expect(page.locator("main")).to_contain_text("Would join (8)")
    imogen.look("who would join")
    imogen.press("Do this, for 8 changes")
    expect(page.locator("body")).to_contain_text("people are kept in step")


def _hand_in(product: Product, priya: Visitor) -> None:
    be(priya, product, "p-priya")
    page = open_in_tab(priya, product, "cohort-3", "added-2")
    page.locator("form[data-autosave] textarea").fill(DRAFT)
    expect(page.locator("[data-saved-badge]").first).to_contain_text("Saved", timeout=20_000)
    priya.press("Look through it")
    page.locator("#agreed").check()
    page.locator("#final").check()
    priya.press("Hand in this draft")
    expect(page.locator("main")).to_contain_text(re.compile("[Rr]eceipt"))


def _mark_and_release(product: Product, imogen: Visitor) -> Page:
    """Section 6."""
    page = open_in_tab(imogen, product, "cohort-3", "added-2")
    queue = page.url
    for code in page.locator("main table a", has_text="Script").all_inner_texts():
        imogen.go(queue)
        page.get_by_role("link", name=code, exact=True).click()
        _mark_script(imogen, page)
    imogen.go(queue)
    page.get_by_role("link", name="Look at the results").click()
    imogen.press("Release these results")
    page.locator("main").get_by_text("released", exact=False).first.wait_for()
    return page


def test_a_person_with_the_page_alone_sees_a_mark_arrive(
    product: Product, chromium: Browser
) -> None:
    adi, imogen = Visitor(chromium, "adi-whole"), Visitor(chromium, "imogen-whole")
    _register(product, adi, chromium)
    _link(product, adi, imogen)
    choose(product, imogen, "modules/m1/u1", "assessments/m1-plan")
    _bring_in(product, imogen)
    priya = Visitor(chromium, "priya-whole")
    _hand_in(product, priya)
    priya.done()
    page = _mark_and_release(product, imogen)
    queue = page.url
    gradebook = imogen.new_page()
    gradebook.goto(f"{product.vle.base_url}/gradebook/cohort-3")

    def arrived() -> bool:
        gradebook.reload()
        rows = gradebook.locator("section:not(:has(#calls)) tr", has_text="Priya Example")
        return any("64" in row for row in rows.all_inner_texts())

    wait_until(arrived, "the mark in the VLE's gradebook", seconds=60)
    gradebook.close()
    imogen.go(queue)
    page.get_by_role("link", name="Marks sent to the VLE").click()
    expect(page.locator("main")).to_contain_text("Priya Example: 64 of 100")
    imogen.look("the mark was sent")
    imogen.done()
    adi.done()
