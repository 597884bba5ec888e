"""An administrator connects the practice VLE by registration, and by hand without scripts.

It is what docs/connect.md says, followed in a browser.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect

from tests.journeys.stack import Product
from tests.journeys.test_main_journey import be
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser


def _look(visitor: Visitor, what: str, place: Page | Frame | None = None) -> None:
    """Look at the page, and once more with axe at the width of a phone."""
    visitor.look(what, place)
    visitor.page.set_viewport_size({"width": 390, "height": 900})
    found = Axe().run(place or visitor.page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["target"]) for one in found]
    visitor.page.set_viewport_size({"width": 1280, "height": 900})


def _sign_in(adi: Visitor, product: Product) -> Page:
    adi.go(f"{product.tool}/sign-in")
    adi.page.get_by_label("Email").fill("admin@example.test")
    adi.page.get_by_label("Password").fill("practice-only-words")
    adi.page.locator("main button[type=submit]").click()
    expect(adi.page).to_have_url(re.compile("/home"))
    return adi.page


def _tools_frame(page: Page) -> Frame:
    frame = page.locator("iframe[data-list]").element_handle().content_frame()
    assert frame
    frame.locator("h1").wait_for()
    return frame


def _opens_with_the_new_client(product: Product, chromium: Browser, name: str) -> None:
    """Somebody comes in with the client that was just activated."""
    priya = Visitor(chromium, name)
    be(priya, product, "p-priya")
    priya.go(f"{product.vle.base_url}/start/cohort-3/rl-m1-plan?in=window")
    priya.page.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    expect(priya.page.locator("h1")).to_contain_text("not linked yet")
    priya.done()


def test_by_registration(product: Product, chromium: Browser) -> None:
    adi = Visitor(chromium, "adi-registers")
    page = _sign_in(adi, product)
    page.get_by_role("link", name="VLEs").click()
    _look(adi, "VLEs")
    address = page.get_by_label("Registration address", exact=True).input_value()

    vle = Visitor(chromium, "vle-administrator")
    vle.go(f"{product.vle.base_url}/tools")
    _look(vle, "tools")
    vle.page.get_by_label("The tool’s registration address").fill(address)
    vle.press("Register")
    frame = _tools_frame(vle.page)
    expect(frame.locator("h1")).to_have_text("Register the training in your VLE")
    _look(vle, "what will be shared", frame)
    vle.press("Register the training", frame)
    # The tool says that it is done, and the VLE's list comes back.
    vle.page.wait_for_url(f"{product.vle.base_url}/tools")
    expect(vle.page.locator("main")).to_contain_text("Pending")
    client_id = vle.page.locator("form[action^='/tools/'] button[value=activate]")
    client_id.click()
    expect(vle.page.locator("main")).not_to_contain_text("Pending")

    page.reload()
    page.get_by_role("link", name="practice-vle at localhost").click()
    _look(adi, "a VLE that waits")
    adi.press("Switch this VLE on")
    adi.press("Check the connection")
    expect(page.locator(".findings")).to_contain_text("The VLE knows us, and gave us a token.")
    expect(page.locator(".findings")).not_to_contain_text("Needs mending")
    _opens_with_the_new_client(product, chromium, "priya-by-registration")
    page.reload()
    adi.press("Check the connection")
    expect(page.locator(".findings")).to_contain_text("1 column listed for")
    _look(adi, "a VLE that is well")

    # Registered once more, in a window of its own: the window that opened it hears of it too.
    vle.page.get_by_role("button", name=re.compile("^Register again")).click()
    with vle.page.expect_popup() as opened:
        vle.page.get_by_role("link", name="Open in a new window").click()
    opened.value.get_by_role("button", name="Register the training").click()
    expect(opened.value.locator("main")).to_contain_text("nothing had to change")
    vle.page.wait_for_url(f"{product.vle.base_url}/tools")
    vle.done()

    product.vle.down()
    adi.press("Check the connection")
    expect(page.locator(".findings")).to_contain_text("The VLE had a fault of its own")
    _look(adi, "a VLE in trouble")
    product.vle.up()
    adi.done()


def test_by_hand_without_scripts(product: Product, chromium: Browser) -> None:
    adi = Visitor(chromium, "adi-by-hand", java_script_enabled=False)
    page = _sign_in(adi, product)
    adi.go(f"{product.tool}/platforms/add")
    page.get_by_text("Moodle", exact=True).first.click()
    launch = page.get_by_label("Tool URL", exact=True).input_value()
    login = page.get_by_label("Initiate login URL").input_value()
    keys = page.get_by_label("Public keyset", exact=True).input_value()

    vle = Visitor(chromium, "vle-administrator-by-hand", java_script_enabled=False)
    at = vle.page
    vle.go(f"{product.vle.base_url}/tools")
    at.get_by_label("Tool name").fill("Training by hand")
    at.get_by_label("Tool URL (launch)").fill(launch)
    at.get_by_label("Initiate login URL").fill(login)
    at.get_by_label("Public keyset URL").fill(keys)
    vle.press("Add the tool")
    made = at.locator("section.course", has_text="Training by hand")
    client_id, deployment_id = made.locator("dd code").all_inner_texts()[:2]
    made.locator("button[value=activate]").click()
    shown = dict(
        zip(
            at.locator("section[aria-labelledby=by-hand] dt").all_inner_texts(),
            at.locator("section[aria-labelledby=by-hand] dd").all_inner_texts(),
            strict=True,
        )
    )
    vle.done()

    for label, value in shown.items():
        page.get_by_label(label).last.fill(value)
    page.get_by_label("Client ID").fill(client_id)
    page.get_by_label("Deployment ID").fill(deployment_id)
    adi.press("Connect this VLE")  # the name is missing
    expect(page.locator("main")).to_contain_text("Write what people here call this VLE.")
    page.get_by_label("Name of the VLE here").fill("Practice VLE by hand")
    adi.press("Connect this VLE")
    expect(page.locator("h1")).to_have_text("Practice VLE by hand")
    adi.press("Check the connection")
    expect(page.locator(".findings")).to_contain_text("The VLE knows us, and gave us a token.")
    adi.done()
    _opens_with_the_new_client(product, chromium, "priya-by-hand")


def test_pages_pass_axe_and_copy_buttons_copy(product: Product, chromium: Browser) -> None:
    adi = Visitor(chromium, "adi-looks", permissions=["clipboard-read", "clipboard-write"])
    page = _sign_in(adi, product)
    adi.go(f"{product.tool}/platforms/add")
    adi.press("Connect this VLE")
    _look(adi, "adding a VLE with slips")
    page.get_by_text("Canvas", exact=True).first.click()
    _look(adi, "what Canvas takes")
    page.get_by_role("button", name=re.compile("^Copy: All of it as JSON")).click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert '"oidc_initiation_url"' in copied
    adi.go(f"{product.tool}/lti/register?openid_configuration=https://nowhere.invalid/x")
    _look(adi, "not registered")
    adi.done()
