"""The main line, walked in a browser as each person would: from the launch to the score."""

import re

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from lms.cli.demo.cast import PASSWORD
from tests.journeys.stack import Product, wait_until
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

NEW_PASSWORD = "harbour lantern eleven violin"
DRAFT = (
    "This plan is invented for the journey. It begins with what Amara says she wants, "
    "and it ends on a day that she chose."
)


def be(visitor: Visitor, product: Product, subject: str) -> None:
    """Choose who to be in the practice VLE."""
    visitor.go(product.vle.base_url)
    visitor.page.select_option("#person", subject)
    visitor.press("Be this person")


def open_framed(visitor: Visitor, product: Product, course: str, activity: str) -> Frame:
    """Open an activity inside the VLE's page; returns the tool's frame."""
    visitor.go(f"{product.vle.base_url}/courses/{course}/{activity}")
    shown = visitor.page.locator("iframe.tool").element_handle().content_frame()
    assert shown
    shown.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    shown.locator("h1").wait_for()
    return shown


def open_in_tab(visitor: Visitor, product: Product, course: str, activity: str) -> Page:
    """Open an activity in a window of its own."""
    visitor.go(f"{product.vle.base_url}/start/{course}/{activity}?in=window")
    visitor.page.wait_for_url(re.compile(re.escape(product.tool) + "/-/"))
    return visitor.page


def test_the_first_page_leads_on(product: Product, chromium: Browser) -> None:
    newcomer = Visitor(chromium, "newcomer")
    newcomer.go(product.tool)
    newcomer.look("start")
    newcomer.go(f"{product.tool}/support")
    newcomer.look("support")
    newcomer.go(f"{product.tool}/sign-in")
    newcomer.look("sign in")
    newcomer.go(f"{product.tool}/nothing-here")
    newcomer.look("nothing here")
    newcomer.done()


def test_a_trainee_learns_in_the_vles_frame(product: Product, chromium: Browser) -> None:
    priya = Visitor(chromium, "priya")
    be(priya, product, "p-priya")
    frame = open_framed(priya, product, "cohort-3", "rl-m1-u1")
    priya.look("unit in the frame", frame)
    frame.get_by_role("link", name="Start", exact=True).click()
    pages = _read_to_the_end(priya, frame)
    assert pages >= 4
    frame.get_by_text("Complete", exact=False).first.wait_for()
    priya.look("unit read", frame)
    # Opening it again from the VLE, she is where she was.
    again = open_framed(priya, product, "cohort-3", "rl-m1-u1")
    expect(again.locator("main")).to_contain_text("Complete")
    priya.done()


def _read_to_the_end(priya: Visitor, frame: Frame) -> int:
    """Go through a unit page by page: take heavy pages as they are, answer, reflect, say done."""
    pages = 0
    while True:
        frame.locator("h1").wait_for()
        _answer_what_is_asked(priya, frame)
        priya.look(f"page {pages + 1}", frame)
        done = frame.locator("button", has_text=re.compile("^(Done|Finish)"))
        title = frame.locator("h1").inner_text()
        done.first.click()
        frame.locator("h1", has_not_text=title).first.wait_for()
        pages += 1
        if not frame.locator("button", has_text=re.compile("^(Done|Finish)")).count() and (
            frame.locator("button", has_text="Show it this way").count() == 0
        ):
            return pages


def _answer_what_is_asked(priya: Visitor, frame: Frame) -> None:
    way = frame.locator("button", has_text="Show it this way")
    if way.count():
        priya.look("before a heavy page", frame)
        frame.get_by_label(re.compile("^Read it all")).check()
        way.click()
        frame.locator("button", has_text=re.compile("^(Done|Finish)")).first.wait_for()
    reflection = frame.locator("form[action*='/reflection'][data-autosave] textarea")
    if reflection.count():
        reflection.first.fill("What I would say at the first meeting, in my own words.")
        badge = frame.locator("form[action*='/reflection'] [data-saved-badge]")
        expect(badge.first).to_contain_text("Saved")
    check = frame.locator("form", has=frame.locator("fieldset")).filter(
        has=frame.locator("button", has_text=re.compile("answers|Check", re.IGNORECASE))
    )
    if check.count():
        _answer_check(frame)


def _answer_check(frame: Frame) -> None:
    """Answer every question somehow; a right answer is not the point here."""
    form = frame.locator("form[action*='/check']").first
    for fieldset in form.locator("fieldset").all():
        choices = fieldset.locator("input[type=radio], input[type=checkbox]")
        selects = fieldset.locator("select")
        if choices.count():
            choices.first.check()
        for place, select in enumerate(selects.all(), 1):
            select.select_option(index=place)
    for written in form.locator("input[type=text]").all():
        written.fill("a regulated adviser")
    form.locator("button[type=submit]").last.click()
    frame.get_by_text(re.compile("We would begin")).first.wait_for()


def test_a_trainee_writes_and_hands_in(product: Product, chromium: Browser) -> None:
    priya = Visitor(chromium, "priya-hands-in")
    be(priya, product, "p-priya")
    page = open_in_tab(priya, product, "cohort-3", "rl-m1-plan")
    priya.look("brief")
    expect(page.locator("main")).to_contain_text("Monday 21 December 2026, 12 noon")
    page.locator("form[data-autosave] textarea").fill(DRAFT)
    expect(page.locator("[data-saved-badge]").first).to_contain_text("Saved")
    page.reload()
    expect(page.locator("form[data-autosave] textarea")).to_have_value(DRAFT)
    priya.press("Look through it")
    expect(page.locator("main")).to_contain_text("Amara says she wants")
    priya.look("look through it")
    page.locator("#agreed").check()
    page.locator("#final").check()
    priya.press("Hand in this draft")
    page.locator("h1").wait_for()
    expect(page.locator("main")).to_contain_text(re.compile("[Rr]eceipt"))
    priya.look("receipt")
    mail = product.folder / "mail"
    wait_until(
        lambda: any("priya@example.test" in m.read_text() for m in mail.glob("*.eml")),
        "the receipt by e-mail",
    )
    priya.go(f"{product.vle.base_url}/post")
    priya.done()


def test_a_trainer_marks_and_releases(product: Product, chromium: Browser) -> None:
    imogen = Visitor(chromium, "imogen")
    be(imogen, product, "t-imogen")
    page = open_in_tab(imogen, product, "cohort-3", "rl-m1-plan")
    queue = page.url
    imogen.look("queue")
    scripts = page.locator("main table a", has_text="Script")
    codes = scripts.all_inner_texts()
    assert len(codes) == 2  # Tomos, from the demo, and Priya
    for code in codes:
        imogen.go(queue)
        page.get_by_role("link", name=code, exact=True).click()
        _mark_script(imogen, page)
    imogen.go(queue)
    page.get_by_role("link", name="Look at the results").click()
    imogen.look("before release")
    imogen.press("Release these results")
    page.locator("main").get_by_text("released", exact=False).first.wait_for()
    imogen.look("released")
    wait_until(
        lambda: product.vle.grade("cohort-3", "p-priya") is not None,
        "the score in the gradebook",
        seconds=20,
    )
    grade = product.vle.grade("cohort-3", "p-priya")
    assert grade is not None
    assert grade.points == 64
    imogen.go(f"{product.vle.base_url}/gradebook/cohort-3")
    imogen.done()


def _mark_script(imogen: Visitor, page: Page) -> None:
    assert "Priya" not in page.locator("main").inner_text()
    criteria = page.locator("details.criterion")
    for number in range(criteria.count()):
        criterion = criteria.nth(number)
        if criterion.get_attribute("open") is None:
            criterion.locator("> summary").click()
        criterion.locator("label.band", has_text="Merit").click()
        criterion.locator("input.short").fill("64")
        criterion.locator("textarea").fill("You show how you chose. Say more about the wait.")
    page.get_by_label(re.compile("Overall|whole script", re.IGNORECASE)).last.fill(
        "Clear and kind. Next: test one safeguard."
    )
    expect(page.locator("[data-saved-badge]").first).to_contain_text("Saved")
    page.wait_for_timeout(2500)
    page.reload()  # what was typed is kept
    expect(page.locator("main")).to_contain_text("5 of 5")
    imogen.look("script")
    imogen.press("Finish this script")
    page.locator("h1").wait_for()


def test_the_trainee_sees_marks_comments_and_the_next_step(
    product: Product, chromium: Browser
) -> None:
    priya = Visitor(chromium, "priya-result")
    be(priya, product, "p-priya")
    page = open_in_tab(priya, product, "cohort-3", "rl-m1-plan")
    priya.look("feedback is ready")
    page.get_by_role("link", name=re.compile("feedback|result", re.IGNORECASE)).first.click()
    expect(page.locator("main")).to_contain_text("Say more about the wait.")
    expect(page.locator("main")).to_contain_text("Clear and kind.")
    folds = page.locator("main details:not([open]) > summary:visible")
    while folds.count():
        folds.first.click()
    expect(page.locator("main")).to_contain_text("64")
    priya.look("why is this my mark")
    priya.done()


def test_a_line_manager_comes_by_invitation_and_does_unit_1(
    product: Product, chromium: Browser
) -> None:
    found = re.search(r"(\S+/invitation/\S+)", product.demo)
    assert found
    morgan = Visitor(chromium, "morgan")
    morgan.go(found[1])
    morgan.look("invitation")
    for field in morgan.page.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    morgan.page.locator("main form button.btn-primary").click()
    morgan.page.wait_for_url(f"{product.tool}/home")
    morgan.look("home")
    morgan.page.get_by_role("link", name="Begin reading").click()
    morgan.page.get_by_role("link", name="Start", exact=True).click()
    _read_to_the_end(morgan, morgan.page.main_frame)
    morgan.go(found[1])
    expect(morgan.page.locator("main")).to_contain_text(re.compile("used|already"))
    morgan.done()


def test_a_hub_officer_sees_the_cohorts(product: Product, chromium: Browser) -> None:
    hattie = Visitor(chromium, "hattie")
    hattie.go(f"{product.tool}/cohorts/")
    hattie.page.locator("input[type=email]").fill("hub@example.test")
    hattie.page.locator("input[type=password]").fill(PASSWORD)
    hattie.press("Sign in")
    hattie.page.wait_for_url(f"{product.tool}/cohorts/")
    hattie.look("cohorts")
    hattie.page.get_by_role("link", name="Cohort 3, May 2026").click()
    table = hattie.page.locator("table")
    expect(table).to_contain_text("Priya Example")
    expect(table).to_contain_text(re.compile("Handed in|Feedback released"))
    assert "64" not in table.inner_text()
    hattie.look("cohort table")
    with hattie.page.expect_download() as download:
        hattie.page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename == "cohort-3.csv"
    hattie.go(f"{product.tool}/invitations")
    hattie.look("invitations")
    hattie.press("Sign out")
    hattie.go(f"{product.tool}/cohorts/")
    expect(hattie.page).to_have_url(re.compile("/sign-in"))
    hattie.done()
