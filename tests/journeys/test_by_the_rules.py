"""Eight people of one cohort, each of whom meets another rule, from the brief to the gradebook.

Their dates are days apart, so the product's clock is set from day to day (`times.py`); everything
else is done on pages. The demo has put Cohort 3 there, and Yusuf on a pause three days before.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from lms.cli.demo.cast import LEARNERS
from tests.journeys.acts import fact, hand_in, mark, on_record, why, write
from tests.journeys.reasons import WHY, handed_in, words_of
from tests.journeys.stack import Product, wait_until
from tests.journeys.test_from_nothing_to_a_mark import choose
from tests.journeys.test_main_journey import be, open_in_tab
from tests.journeys.times import Clock, product_at
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

COHORT, PIECE = "cohort-3", "m1-meeting"
MEETING = "added-1"  # what the picker adds to the course
BEFORE = datetime(2026, 12, 1, 10, tzinfo=UTC)  # a Tuesday; the work is due on Monday the 7th, noon
AFTER = datetime(2026, 12, 8, 10, tzinfo=UTC)
LATER = datetime(2026, 12, 9, 9, tzinfo=UTC)
ALL_IN = datetime(2026, 12, 16, 10, tzinfo=UTC)  # every date so far has passed
NEW_YEAR = datetime(2027, 1, 5, 10, tzinfo=UTC)
AGAIN = datetime(2027, 1, 19, 10, tzinfo=UTC)  # the new dates, 11 and 18 January, have passed
# Each script has a word of its own, by which its marks are given.
WORD = {
    "p-tomos": "kettle",
    "p-priya": "lamp",
    "p-owen": "bridge",
    "p-kwame": "garden",
    "p-lucia": "ladder",
    "p-yusuf": "window",
    "p-fern": "basket",
    "p-aroha": "saucer",
}
AGAIN_POINTS = {"lamp": 68, "bridge": 66}  # the resit, and the attempt that was put off
POINTS = {
    "kettle": 44,
    "lamp": 41,
    "garden": 61,
    "ladder": 63,
    "window": 62,
    "basket": 65,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Clock]]:
    with product_at(tmp_path_factory.mktemp("rules"), BEFORE) as running:
        yield running


def _open(chromium: Browser, product: Product, subject: str) -> tuple[Visitor, Page]:
    """Somebody opens the work in the VLE's course."""
    visitor = Visitor(chromium, f"rules-{subject}")
    be(visitor, product, subject)
    return visitor, open_in_tab(visitor, product, COHORT, MEETING)


def _script(subject: str, words: int = 0) -> str:
    begin = f"This commentary is invented for the journey, and there is a {WORD[subject]} in it."
    return begin + " More was said of it than was asked." * (words // 8)


def test_1_before_the_date(stage: tuple[Product, Clock], chromium: Browser) -> None:
    product, _clock = stage
    imogen = Visitor(chromium, "rules-imogen-adds")
    be(imogen, product, "t-imogen")
    choose(product, imogen, f"assessments/{PIECE}")
    imogen.done()
    for subject in ("p-tomos", "p-priya"):
        who, page = _open(chromium, product, subject)
        expect(fact(page, "Hand in by")).to_contain_text("Monday 7 December 2026, 12 noon")
        write(page, _script(subject))
        hand_in(who, page)
        who.done()
    _yusuf_writes_too_much(product, chromium)
    _aroha_takes_it_back(product, chromium)
    _asks_for_more_time(product, chromium, "p-kwame", "More working days", 5)
    _asks_for_more_time(product, chromium, "p-owen", "To take this attempt later", None)
    _fern_pauses(product, chromium)


def _yusuf_writes_too_much(product: Product, chromium: Browser) -> None:
    who, page = _open(chromium, product, "p-yusuf")
    write(page, _script("p-yusuf", words=850))
    hand_in(who, page, look=True)
    expect(on_record(page, "Words counted")).to_contain_text("862")
    who.done()


def _aroha_takes_it_back(product: Product, chromium: Browser) -> None:
    who, page = _open(chromium, product, "p-aroha")
    write(page, _script("p-aroha"))
    hand_in(who, page)
    who.press("Take it back", page)
    page.wait_for_url(re.compile(f"{PIECE}"))
    expect(page.locator("form[data-autosave] textarea")).to_have_value(_script("p-aroha"))
    who.look("taken back")
    who.done()


def _asks_for_more_time(
    product: Product, chromium: Browser, subject: str, wants: str, days: int | None
) -> None:
    who, page = _open(chromium, product, subject)
    page.get_by_role("link", name="More time, and why it is this date").click()
    page.get_by_label(wants, exact=True).check()
    if days:
        page.get_by_label("How many working days?").fill(str(days))
    page.get_by_label("What has happened?").fill("This is invented: I am moving house.")
    who.look("more time")
    who.press("Ask for more time", page)
    expect(page.locator("main")).to_contain_text("Waits for an answer")
    who.done()


def _fern_pauses(product: Product, chromium: Browser) -> None:
    who, page = _open(chromium, product, "p-fern")
    page.get_by_role("link", name="More time, and why it is this date").click()
    page.get_by_role("link", name="Take a pause").click()
    who.look("before a pause")
    who.press("Take a pause", page)
    expect(page.locator("h1")).to_have_text("You are on a pause")
    who.done()


def test_2_the_lead_answers(stage: tuple[Product, Clock], chromium: Browser) -> None:
    product, _clock = stage
    rowan = Visitor(chromium, "rules-rowan-answers")
    be(rowan, product, "t-rowan")
    page = open_in_tab(rowan, product, COHORT, "rl-home")
    page.get_by_role("link", name="Requests for more time").first.click()
    rowan.look("requests")
    page.get_by_role("link", name=re.compile("Kwame Specimen: Advocacy meeting")).click()
    page.get_by_label("Give working days").check()
    page.get_by_label("Working days, if you give them").fill("5")
    rowan.look("a request")
    rowan.press("Save the answer")
    page.get_by_role("link", name=re.compile("Owen Pretend: Advocacy meeting")).click()
    page.get_by_label("Put the attempt off to another date").check()
    page.get_by_label("The new date, if you give one").fill("2027-01-18")
    rowan.press("Save the answer")
    expect(page.locator("body")).to_contain_text("Your answer is saved")
    rowan.done()


def test_3_after_the_date(stage: tuple[Product, Clock], chromium: Browser) -> None:
    product, clock = stage
    clock.set(AFTER)
    lucia, page = _open(chromium, product, "p-lucia")
    write(page, _script("p-lucia"))
    hand_in(lucia, page, means=IS_LATE, meant=WAS_LATE, look=True)
    lucia.done()
    clock.set(LATER)
    _fern_comes_back(product, chromium)
    kwame, page = _open(chromium, product, "p-kwame")
    expect(fact(page, "Hand in by")).to_contain_text("Monday 14 December 2026, 12 noon")
    write(page, _script("p-kwame"))
    hand_in(kwame, page)
    expect(on_record(page, "It was due")).to_contain_text("You were given 5 working days more.")
    kwame.done()


IS_LATE = (
    "It comes up to 1 working day after the date. "
    "By the rules 5 marks are taken off for each day begun: 5 marks in all."
)
WAS_LATE = IS_LATE.replace("comes", "came")


def _fern_comes_back(product: Product, chromium: Browser) -> None:
    fern = Visitor(chromium, "rules-fern-is-back")
    be(fern, product, "p-fern")
    page = open_in_tab(fern, product, COHORT, "rl-home")
    page.get_by_role("link", name="Come back, or see what a pause does").click()
    fern.look("on a pause")
    fern.press("Come back", page)
    page.locator("h1").wait_for()
    fern.look("back")
    expect(page.locator("main")).to_contain_text("Only what comes next. The rest can wait.")
    page = open_in_tab(fern, product, COHORT, MEETING)
    expect(fact(page, "Hand in by")).to_contain_text("Tuesday 15 December 2026, 12 noon")
    write(page, _script("p-fern"))
    hand_in(fern, page)
    expect(on_record(page, "It was due")).to_contain_text(
        "It fell into your pause, and moved by 8 days."
    )
    fern.done()


def test_4_a_marker_marks_and_the_lead_releases(
    stage: tuple[Product, Clock], chromium: Browser
) -> None:
    product, clock = stage
    clock.set(ALL_IN)
    imogen, page = _open(chromium, product, "t-imogen")
    assert mark(imogen, page, page.url, POINTS) == set(POINTS)
    imogen.done()
    rowan, page = _open(chromium, product, "t-rowan")
    expect(page.locator("#release-title + p + ul li")).to_have_text(
        re.compile("862 words were counted, the limit is 750. The rules take 5 off")
    )
    page.get_by_role("link", name="What each would get so far").click()
    rowan.look("what each would get")
    page.locator("main tbody tr", has_text="57").get_by_role("link").click()
    rowan.look("a length to confirm")
    rowan.press("It holds")
    page.get_by_role("link", name="Release", exact=True).click()
    expect(page.locator("main")).to_contain_text("Two in this cohort have not handed in")
    _release(rowan, 6)
    rowan.done()
    gradebook = _gradebook(product, chromium, FIRST_GRADES)
    gradebook.look("gradebook")
    gradebook.done()


# What the VLE's gradebook shows; "-" is an empty cell.
FIRST_GRADES = {
    "Tomos Sample": "44",
    "Priya Example": "41",
    "Owen Pretend": "-",
    "Kwame Specimen": "61",
    "Lucia Invented": "58",
    "Yusuf Madeup": "57",
    "Fern Fictive": "65",
    "Aroha Placeholder": "-",
}
GRADES = {**FIRST_GRADES, "Priya Example": "50", "Owen Pretend": "66"}
NAMES = LEARNERS[COHORT]


def _release(lead: Visitor, number: int) -> None:
    lead.press("Release these results")
    said = re.compile(f"({number}|{ {1: 'One', 2: 'Two'}.get(number, number) }) results? (is|are)")
    expect(lead.page.locator("body")).to_contain_text(said)


def _gradebook(product: Product, chromium: Browser, wanted: dict[str, str]) -> Visitor:
    """The gradebook as a trainer reads it in the VLE, once it shows what is wanted."""
    reader = Visitor(chromium, "rules-gradebook")
    be(reader, product, "t-imogen")

    def shown() -> dict[str, str]:
        reader.go(f"{product.vle.base_url}/gradebook/{COHORT}")
        column = reader.page.locator("section", has=reader.page.get_by_text(TITLE, exact=True))
        rows = column.locator("tbody tr").all()
        return {
            row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows
        }

    wait_until(lambda: shown() == wanted, f"{wanted} in the gradebook", seconds=60)
    return reader


TITLE = "Advocacy meeting with commentary"


def test_5_one_takes_it_again_and_one_for_the_first_time(
    stage: tuple[Product, Clock], chromium: Browser
) -> None:
    product, clock = stage
    rowan = Visitor(chromium, "rules-rowan-opens")
    be(rowan, product, "t-rowan")
    page = open_in_tab(rowan, product, COHORT, "rl-home")
    page.get_by_role("link", name="Cohorts", exact=True).first.click()
    page.get_by_role("link", name="Cohort 3, May 2026").first.click()
    page.get_by_role("link", name="Priya Example").click()
    rowan.look("a person's dates")
    page.get_by_role("link", name=f"A further attempt at {TITLE}").click()
    page.get_by_label(re.compile("^A resit")).check()
    page.get_by_label("Due on").fill("2027-01-11")
    rowan.look("a further attempt")
    rowan.press("Open the attempt")
    expect(page.locator("body")).to_contain_text("The attempt is open")
    rowan.done()
    clock.set(NEW_YEAR)
    priya, page = _open(chromium, product, "p-priya")
    expect(page.locator("main")).to_contain_text("Attempt 2: a resit")
    priya.look("brief of a resit")
    write(page, _script("p-priya"))
    hand_in(priya, page, look=True)
    priya.done()
    owen, page = _open(chromium, product, "p-owen")
    expect(fact(page, "Hand in by")).to_contain_text("Monday 18 January 2027, 12 noon")
    write(page, _script("p-owen"))
    hand_in(owen, page)
    owen.done()


def test_6_the_cap_holds_for_the_one_and_not_for_the_other(
    stage: tuple[Product, Clock], chromium: Browser
) -> None:
    product, clock = stage
    clock.set(AGAIN)
    imogen, page = _open(chromium, product, "t-imogen")
    assert mark(imogen, page, page.url, AGAIN_POINTS) == set(AGAIN_POINTS)
    imogen.done()
    rowan, page = _open(chromium, product, "t-rowan")
    page.get_by_role("link", name="Look at the results").click()
    rowan.look("before the second release")
    _release(rowan, 2)
    rowan.done()
    _gradebook(product, chromium, GRADES).done()
    sent = {call.person for call in product.vle.calls(COHORT)}
    assert "p-aroha" not in sent  # not a score, and nothing that would blank one


@pytest.mark.parametrize("subject", WHY)
def test_7_each_reads_why_word_for_word(
    stage: tuple[Product, Clock], chromium: Browser, subject: str
) -> None:
    product, _clock = stage
    who, page = _open(chromium, product, subject)
    page.get_by_role("link", name="Read your feedback").click()
    verdict = page.locator(".verdict-mark")
    expect(verdict).to_be_hidden()  # the comments come first
    page.locator("#mark > summary").click()
    expect(verdict).to_have_text(GRADES[NAMES[subject]])
    assert why(page) == words_of(subject)
    expect(page.locator("#mark")).to_contain_text(handed_in(subject))
    if subject in ("p-tomos", "p-priya", "p-yusuf"):
        who.look("why is this my mark")
    who.done()


def test_8_the_first_attempt_keeps_its_own_feedback(
    stage: tuple[Product, Clock], chromium: Browser
) -> None:
    product, _clock = stage
    priya, page = _open(chromium, product, "p-priya")
    page.get_by_role("link", name="feedback", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("There is a newer result")
    page.locator("#mark > summary").click()
    expect(page.locator(".verdict-mark")).to_have_text("41")
    priya.look("feedback on the first attempt")
    page.get_by_role("link", name="Read the feedback on attempt 2").click()
    page.locator("#mark > summary").click()
    expect(page.locator(".verdict-mark")).to_have_text("50")
    priya.done()


def test_9_nobody_who_took_it_back_is_told_of_a_mark(
    stage: tuple[Product, Clock], chromium: Browser
) -> None:
    product, _clock = stage
    aroha, page = _open(chromium, product, "p-aroha")
    expect(page.locator("form[data-autosave] textarea")).to_have_value(_script("p-aroha"))
    expect(page.locator("main")).not_to_contain_text("Read your feedback")
    aroha.look("still a draft")
    aroha.done()
