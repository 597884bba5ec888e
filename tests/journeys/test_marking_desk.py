"""The marker's desk in a browser: nothing typed is lost, and everything is done by keyboard."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from werkzeug.serving import make_server

from lms.assessments.models import CohortFeedback, CriterionMark, Mark, PinnedComment
from lms.assessments.rules.uploads import DOCX
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.storage import storage
from tests.conftest import People
from tests.factories import PLAN, SubmissionFactory, SubmissionFileFactory, docx, made

pytestmark = pytest.mark.browser
Browse = Callable[[int], FlaskClient]
SAVE = 10_000  # milliseconds


class Desk:
    """The product at an address, and a script to mark."""

    def __init__(self, url: str, app: Flask, script: int, file: int) -> None:
        self.url, self.app, self.script, self.file = url, app, script, file
        with app.app_context():
            self.criterion = catalogue().assessment(PLAN).criteria[0].id

    @property
    def page(self) -> str:
        return f"{self.url}/marking/scripts/{self.script}"

    @property
    def places(self) -> dict[str, tuple[str, str]]:
        """A page and a field of it, by what is written there."""
        return {
            "rubric": (self.page, f"#{self.criterion}-why"),
            "passage": (self.page, "#pin-0-1"),
            "file": (self.page, f"#pin-{self.file}-1"),
            "cohort": (f"{self.url}/marking/{PLAN}/cohort-feedback?cohort=cohort-3", "#text"),
        }

    def kept(self, what: str) -> list[str]:
        """What the database has."""
        column = {
            "rubric": CriterionMark.comment,
            "passage": PinnedComment.comment,
            "file": PinnedComment.comment,
            "cohort": CohortFeedback.draft,
        }[what]
        with self.app.app_context():
            return [words for words in db.session.scalars(sa.select(column)) if words]


@pytest.fixture
def desk(people: People, app: Flask) -> Iterator[Desk]:
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=people.ada_place, code="4F2K").id
        file = made(
            SubmissionFileFactory,
            submission_id=script,
            media_type=DOCX,
            storage_key=storage().save(docx("A paragraph of the file.")),
        ).id
        db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(f"http://127.0.0.1:{server.server_port}", app, script, file)
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(context: BrowserContext, desk: Desk, browse: Browse, person: int) -> None:
    cookie = browse(person).get_cookie("__Host-lms", domain="tool.test")
    assert cookie
    url = desk.url.replace("http:", "https:")
    context.add_cookies([{"name": "__Host-lms", "value": cookie.value, "url": url, "secure": True}])


@pytest.fixture
def context(
    chromium: Browser, desk: Desk, browse: Browse, people: People
) -> Iterator[BrowserContext]:
    """A browser in which Max is signed in."""
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        sign_in(context, desk, browse, people.max)
        yield context


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    return page


def field(page: Page, selector: str) -> Locator:
    """A field, with the folds around it opened as a click would."""
    found = page.locator(selector)
    for fold in found.locator("xpath=ancestor::details[not(@open)]").all():
        fold.locator("> summary").click()
    return found


def badge(page: Page, words: str) -> None:
    expect(page.locator("[data-saved-badge]")).to_contain_text(words, timeout=SAVE)


PLACES = ["rubric", "passage", "file", "cohort"]


@pytest.mark.parametrize("what", PLACES)
def test_words_survive_a_lost_network_and_a_sign_out(
    context: BrowserContext, desk: Desk, browse: Browse, people: People, what: str
) -> None:
    address, selector = desk.places[what]
    page = opened(context, address)
    field(page, selector).fill("Typed in a tunnel.")
    context.set_offline(offline=True)
    field(page, selector).press_sequentially(" More.")
    badge(page, "Not saved")
    context.set_offline(offline=False)
    badge(page, "Saved")
    assert desk.kept(what) == ["Typed in a tunnel. More."]
    context.clear_cookies()
    field(page, selector).press_sequentially(" Signed out.")
    badge(page, "Your words are kept on this device")
    sign_in(context, desk, browse, people.max)
    page.goto(address)
    expect(page.locator(selector)).to_have_value("Typed in a tunnel. More. Signed out.")
    if what != "rubric":  # one criterion is open at a time
        expect(page.locator(selector)).to_be_visible()
    badge(page, "Saved")
    assert desk.kept(what) == ["Typed in a tunnel. More. Signed out."]


@pytest.mark.parametrize("what", PLACES)
def test_the_later_of_two_windows_is_told_and_its_words_are_shown(
    context: BrowserContext, desk: Desk, what: str
) -> None:
    address, selector = desk.places[what]
    first, second = opened(context, address), opened(context, address)
    field(first, selector).fill("Written in the first window.")
    badge(first, "Saved")
    field(second, selector).fill("Written in the second window.")
    badge(second, "saved in another window")
    assert desk.kept(what) == ["Written in the first window."]
    second.get_by_role("button", name="Open the latest, and see both").click()
    expect(second.locator(selector)).to_have_value("Written in the first window.")
    expect(second.get_by_label("Your unsaved words")).to_have_value("Written in the second window.")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus: it can be reached, and seen when it is."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            assert target.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
            return
    raise AssertionError("not reached by the keyboard")


def test_a_script_is_marked_by_the_keyboard_alone(
    context: BrowserContext, desk: Desk, people: People
) -> None:
    page = opened(context, f"{desk.url}/marking/{PLAN}?cohort=cohort-3")
    tab_to(page, page.get_by_role("link", name="Script 4F2K"))
    page.keyboard.press("Enter")
    page.wait_for_url(desk.page)
    tab_to(page, page.locator("#pin-0-1").locator("xpath=preceding-sibling::summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#pin-0-1"))
    page.keyboard.type("How?")
    with desk.app.app_context():
        criteria = catalogue().assessment(PLAN).criteria
    for number, criterion in enumerate(criteria):
        if number:  # the first stands open
            tab_to(page, page.locator(f"#criterion-{criterion.id} > summary"))
            page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # the bands are one stop
        if not number:
            tab_to(page, page.locator(f"#{criterion.id}-band-0"))
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        tab_to(page, page.locator(f"#{criterion.id}-points"))
        page.keyboard.type("64")
        tab_to(page, page.locator(f"#{criterion.id}-why"))
        page.keyboard.type("Because.")
    tab_to(page, page.locator("#comment"))
    page.keyboard.type("Clear.")
    tab_to(page, page.get_by_role("button", name="Finish this script"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/marking/{PLAN}?cohort=cohort-3")
    with desk.app.app_context():
        mark = db.session.scalars(sa.select(Mark)).one()
        assert mark.finished_at is not None
        rows = db.session.scalars(sa.select(CriterionMark)).all()
        assert {(row.band, row.points, row.comment) for row in rows} == {
            ("merit", Decimal(64), "Because.")
        }
        assert db.session.scalars(sa.select(PinnedComment.comment)).all() == ["How?"]
