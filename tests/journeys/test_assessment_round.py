"""A whole round in a browser: eight hand in, two mark what a lead shares out, scores arrive."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lms import clock
from lms.actor import Role
from lms.app import create_app
from lms.assessments.service import drafts, handing_in
from lms.cli.demo.cast import LEARNERS, PASSWORD
from lms.config import read_settings
from lms.db import db, db_writes
from lms.modules.catalogue import catalogue
from lms.people import queries
from lms.people.models import User
from lms.people.service import accounts, places
from tests.journeys.stack import Product, running_product, wait_until
from tests.journeys.test_main_journey import be, open_in_tab
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

PLAN, COHORT, OPENS = "m1-plan", "cohort-3", "rl-m1-plan"
BY_KEYBOARD = ("p-priya", "p-owen")
HANDED_IN = "p-tomos"  # the demo's history has his script
KIT = "kit@example.test"
PRIYAS = "This plan is invented, and it begins with the day that Amara chose."
PINNED = "This is the right place to begin. Say who else was asked."
KEPT = "You show how you chose. Say more about the wait."


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("round")) as running:
        _others_hand_in(running)
        yield running


def _others_hand_in(product: Product) -> None:
    """Five more hand in by the services; and Kit, a second trainer, gets an account here."""
    app = create_app(read_settings(product.env))
    plan = catalogue().assessment(PLAN)
    with app.app_context(), db_writes():
        at = clock.now()
        cohort = queries.find_cohort(COHORT)
        assert cohort
        kit = places.make_person(name="Kit Sample", email=KIT, now=at)
        accounts.make_local_account(user_id=kit.id, email=KIT, password=PASSWORD, now=at)
        places.appoint(user_id=kit.id, role=Role.TRAINER, cohort_id=cohort.id, now=at)
        for subject, name in LEARNERS[COHORT].items():
            if subject in (*BY_KEYBOARD, HANDED_IN):
                continue
            user = db.session.scalars(db.select(User).where(User.name == name)).one()
            actor = queries.actor_for(user)
            draft = drafts.save_draft(
                plan,
                text="This script is invented for the journey.\n\nIt ends on a day agreed.",
                version=1 if subject == "p-aroha" else 0,  # hers was begun in the demo
                actor=actor,
                now=at,
            )
            handing_in.hand_in(
                plan,
                shown=handing_in.fingerprint_of(draft),
                declared=handing_in.declaration_now(plan, at).number,
                actor=actor,
                now=at,
                final=True,
            )
        db.session.commit()
        db.engine.dispose()


def _tab_to(page: Page, wanted: Locator) -> None:
    """Go there with the Tab key alone."""
    for _ in range(90):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key does not lead there")


@pytest.mark.parametrize("subject", BY_KEYBOARD)
def test_1_a_trainee_hands_in_with_the_keyboard_alone(
    product: Product, chromium: Browser, subject: str
) -> None:
    trainee = Visitor(chromium, f"round-{subject}")
    be(trainee, product, subject)
    page = open_in_tab(trainee, product, COHORT, OPENS)
    _tab_to(page, page.locator("form[data-autosave] textarea"))
    page.keyboard.type(PRIYAS if subject == "p-priya" else "This plan is invented, and short.")
    expect(page.locator("[data-saved-badge]").first).to_contain_text("Saved")
    trainee.look("brief with a draft")
    _tab_to(page, page.get_by_role("button", name="Look through it"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/hand-in"))
    trainee.look("look through it")
    _tab_to(page, page.locator("#agreed"))
    page.keyboard.press("Space")
    if subject == "p-priya":
        _tab_to(page, page.locator("#final"))
        page.keyboard.press("Space")
    _tab_to(page, page.get_by_role("button", name="Hand in this draft"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/receipts/"))
    expect(page.locator("main")).to_contain_text(re.compile("[Rr]eceipt"))
    trainee.look("receipt")
    if subject != "p-priya":
        _tab_to(page, page.get_by_role("button", name="Make it final now"))
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("You made it final.")
    trainee.done()


def test_2_a_lead_shares_out_two_mark_and_all_eight_scores_arrive(
    product: Product, chromium: Browser
) -> None:
    rowan, imogen = Visitor(chromium, "round-rowan"), Visitor(chromium, "round-imogen")
    kit = Visitor(chromium, "round-kit")
    lead = _queue_by_the_vle(rowan, product, "t-rowan")
    assert len(_codes(lead)) == 8
    _share_out(rowan, {"Imogen Example": "1", "Kit Sample": "1", "Rowan Sample": "0"})
    holders = _holders(lead)
    by_imogen = {code for code, who in holders.items() if who == "Imogen Example"}
    by_kit = {code for code, who in holders.items() if who == "Kit Sample"}
    assert (len(by_imogen), len(by_kit)) == (4, 4)
    address_of = {
        link.inner_text(): str(link.get_attribute("href"))
        for link in lead.locator("main table a").all()
    }

    first = _queue_by_the_vle(imogen, product, "t-imogen")
    assert set(_codes(first)) == by_imogen
    expect(first.locator("main")).to_contain_text("whoever leads the module releases")
    queue = first.url
    imogen.look("queue of one marker")
    given_back = sorted(by_imogen)[0]
    _open(first, queue, given_back)
    imogen.press("Hand this script back")
    expect(first.locator("body")).to_contain_text("is handed back")
    assert set(_codes(first)) == by_imogen - {given_back}
    imogen.look("after handing back")

    _give(rowan, given_back, "Kit Sample")
    assert _holders(lead)[given_back] == "Kit Sample"

    second = _sign_in_as_kit(kit, product)
    assert set(_codes(second)) == by_kit | {given_back}
    prefix = re.sub(r"/marking/.*", "", second.url)
    elsewhere = re.sub(r"^.*(?=/marking/)", "", address_of[min(by_imogen - {given_back})])
    answer = second.goto(prefix + elsewhere)  # a colleague's script is not there for Kit
    assert answer
    assert answer.status == 404

    points = dict(zip(sorted(holders), range(60, 68), strict=True))
    pinned = _mark_all(imogen, queue, sorted(by_imogen - {given_back}), points)
    kits = f"{product.tool}/marking/{PLAN}?cohort={COHORT}"
    pinned += _mark_all(kit, kits, sorted(by_kit | {given_back}), points)
    assert pinned == 1
    imogen.done()
    kit.done()

    _release(rowan, points)
    wait_until(
        lambda: all(product.vle.grade(COHORT, subject) for subject in LEARNERS[COHORT]),
        "all eight scores in the gradebook",
        seconds=60,
    )
    grades = [product.vle.grade(COHORT, subject) for subject in LEARNERS[COHORT]]
    arrived = [grade.points for grade in grades if grade and grade.points is not None]
    assert sorted(arrived) == sorted(points.values())
    rowan.go(f"{product.vle.base_url}/gradebook/{COHORT}")
    rowan.done()


def test_3_a_trainee_reads_the_feedback_and_then_the_mark(
    product: Product, chromium: Browser
) -> None:
    priya = Visitor(chromium, "round-priya-reads")
    be(priya, product, "p-priya")
    page = open_in_tab(priya, product, COHORT, OPENS)
    page.get_by_role("link", name="Read your feedback").click()
    main = page.locator("main")
    expect(main).to_contain_text(PINNED)
    expect(main.locator("blockquote")).to_contain_text("the day that Amara chose")
    expect(main).to_contain_text(KEPT)
    grade = product.vle.grade(COHORT, "p-priya")
    assert grade
    mark = page.locator(".verdict-mark")
    expect(mark).to_be_hidden()  # the comments come first
    priya.look("feedback without the mark")
    page.locator("#mark > summary").click()
    expect(mark).to_have_text(f"{grade.points:g}")
    priya.look("feedback with the mark")
    priya.done()


def _queue_by_the_vle(visitor: Visitor, product: Product, subject: str) -> Page:
    be(visitor, product, subject)
    page = open_in_tab(visitor, product, COHORT, OPENS)
    page.locator("main table").wait_for()
    return page


def _sign_in_as_kit(kit: Visitor, product: Product) -> Page:
    kit.go(f"{product.tool}/marking/{PLAN}?cohort={COHORT}")
    kit.page.locator("input[type=email]").fill(KIT)
    kit.page.locator("input[type=password]").fill(PASSWORD)
    kit.press("Sign in")
    kit.page.locator("main table").wait_for()
    return kit.page


def _codes(page: Page) -> list[str]:
    return page.locator("main table a", has_text="Script").all_inner_texts()


def _holders(page: Page) -> dict[str, str]:
    """Script to marker, as the queue says it."""
    rows = page.locator("main tbody tr").all()
    return {
        row.locator("a").inner_text(): row.locator("td[data-label=Marker]").inner_text()
        for row in rows
    }


def _share_out(rowan: Visitor, shares: dict[str, str]) -> None:
    """By the page “Who marks what”: a proposal, looked at, and saved."""
    page = rowan.page
    rowan.look("queue of the lead")
    page.get_by_role("link", name="Who marks what").click()
    for name, share in shares.items():
        page.get_by_label(name, exact=True).fill(share)
    rowan.press("Fill in a proposal")
    expect(page.locator("main")).to_contain_text("Nothing is saved yet")
    rowan.look("who marks what, a proposal")
    rowan.press("Save who marks what")
    expect(page.locator("body")).to_contain_text("8 scripts moved")
    rowan.look("shared out")


def _give(rowan: Visitor, code: str, name: str) -> None:
    page = rowan.page
    page.reload()
    page.get_by_role("link", name="Who marks what").click()
    row = page.locator("main tbody tr", has_text=code.removeprefix("Script "))
    expect(row.locator("option", has_text="Imogen Example")).to_be_disabled()  # it stays away
    row.locator("select").select_option(label=name)
    rowan.press("Save who marks what")
    expect(page.locator("body")).to_contain_text("1 script moved")


def _open(page: Page, queue: str, code: str) -> None:
    page.goto(queue)
    page.get_by_role("link", name=code, exact=True).click()
    page.locator("#mark-form").wait_for()


def _mark_all(marker: Visitor, queue: str, codes: list[str], points: dict[str, int]) -> int:
    """Mark and finish these scripts; the first words are kept, and put in from then on.

    Returns how many comments were pinned: one, on Priya's script.
    """
    page, pinned = marker.page, 0
    for number, code in enumerate(codes):
        _open(page, queue, code)
        _first_criterion(page, put=number > 0)
        if PRIYAS in page.locator("#script").inner_text():
            pin = page.locator("details.pin").first
            pin.locator("summary").click()
            pin.locator("textarea").fill(PINNED)
            pinned += 1
        for criterion in page.locator("details.criterion").all():
            if criterion.get_attribute("open") is None:
                criterion.locator("> summary").click()
            criterion.locator("label.band", has_text="Merit").click()
            criterion.locator("input.short").fill(str(points[code]))
            why = criterion.locator("textarea")
            if not why.input_value():
                why.fill("Clear, and fair to everyone in it.")
        page.get_by_label(re.compile("^Overall comment")).fill("Clear and kind.")
        if number == 0:
            expect(page.locator("main")).to_contain_text("5 of 5")
            marker.look("a script, decided")
        marker.press("Finish this script")
        expect(page.locator("body")).to_contain_text(f"{code} is finished")
    marker.look("all finished")
    return pinned


def _first_criterion(page: Page, *, put: bool) -> None:
    """Words for the first criterion: typed and kept to use again, or put in from those kept."""
    criterion = page.locator("details.criterion").first
    why = criterion.locator("textarea")
    if not put:
        why.fill(KEPT)
    criterion.locator("details.bank > summary").click()
    act = "Put in" if put else "Keep what I wrote"
    with page.expect_navigation():
        criterion.get_by_role("button", name=re.compile(f"^{act}")).first.click()
    expect(why).to_have_value(KEPT)


def _release(rowan: Visitor, points: dict[str, int]) -> None:
    page = rowan.page
    page.reload()
    page.get_by_role("link", name="Look at the results").click()
    rows = page.locator("main tbody tr").all()
    shown = {
        row.locator("a").inner_text().partition("\n")[0]: (
            row.locator("td[data-label=Mark]").inner_text()
        )
        for row in rows
    }
    assert shown == {code: str(mark) for code, mark in points.items()}
    rowan.look("before release")
    rowan.press("Release these results")
    expect(page.locator("body")).to_contain_text("8 results are released")
    rowan.look("released")
