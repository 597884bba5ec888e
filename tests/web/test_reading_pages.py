"""Reading: units, pages, content notes, done by the reader's own act, and who may read at all."""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules import models, queries
from lms.modules.catalogue import Catalogue
from tests.conftest import People
from tests.modules.sheet import open_page, read

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]
FIRST, HEAVY, LAST = "/modules/m1/u1/first", "/modules/m1/u1/heavy", "/modules/m1/u1/last"


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def rows(app: Flask) -> int:
    with app.app_context():
        tables = (models.PageCompletion, models.ReadingChoice, models.CheckAttempt)
        return sum(db.session.query(table).count() for table in tables)


def test_a_unit_is_begun_carried_on_and_completed(ada: FlaskClient) -> None:
    unit = open_page(ada, "/modules/m1/u1")
    assert unit.links()["Start"].endswith(FIRST)
    assert "About 5 minutes" in unit.text

    page = open_page(ada, FIRST)
    onward = ada.post(page.address_of("/done"), data=page.form("/done"))
    assert onward.status_code == 303
    assert onward.location.endswith(HEAVY)

    unit = open_page(ada, "/modules/m1/u1")
    assert "You have read 1 of 3 pages. About 15 minutes are left." in unit.text
    assert unit.links()["Carry on"].endswith(HEAVY)

    ada.post(HEAVY + "/done")
    end = ada.post(LAST + "/done")
    assert end.location.endswith("/modules/m1/u1")
    unit = open_page(ada, end.location)
    assert "“Needed” is still to complete" in unit.text
    assert unit.links()["Carry on"].endswith(HEAVY)
    assert "Complete so far" not in unit.text

    needed = {"number": "1", "q-safe": "999", "q-other": "stay"}
    needed["content_hash"] = _hash_of_check(ada)
    assert ada.post(HEAVY + "/check", data=needed).status_code == 303
    unit = open_page(ada, "/modules/m1/u1")
    assert "Complete so far" in unit.text
    assert "Complete" in open_page(ada, "/modules/m1").text


def _hash_of_check(browser: FlaskClient) -> str:
    browser.post(HEAVY + "/way", data={"way": "all"})
    return open_page(browser, HEAVY).form("/check")["content_hash"][0]


def test_a_page_shows_where_one_is_and_what_lies_on_both_sides(ada: FlaskClient) -> None:
    page = open_page(ada, HEAVY)
    assert "Unit 1.1, page 2 of 3, about 9 minutes." in page.text
    links = page.links()
    assert any(words.startswith("Previous") and url.endswith(FIRST) for words, url in links.items())
    assert any(words.startswith("Next") and url.endswith(LAST) for words, url in links.items())
    assert "You are here" in page.text


def test_the_last_page_closes_the_unit(ada: FlaskClient) -> None:
    page = open_page(ada, LAST)
    assert "Stand up and stretch." in page.text
    assert "Done, finish the unit" in page.text
    assert "All support, day and night" in page.links()
    assert "Stand up and stretch." not in open_page(ada, FIRST).text


def test_sources_are_numbered_and_dated(ada: FlaskClient) -> None:
    page = open_page(ada, FIRST)
    assert "Modern Slavery Act 2015, section 1. Holds in England and Wales. Its" in page.text
    assert "Its schedule is being checked. Fact A-001." in page.text
    assert "Saturday 21 November 2026" in page.text
    assert "Law and guidance as at Sunday 1 November 2026" in page.text
    assert 'id="source-1"' in page.html


def test_links_in_the_text_keep_the_prefix_of_a_launch(ada: FlaskClient) -> None:
    html = open_page(ada, FIRST).html
    href = html.split(">the last page<", 1)[0].rsplit('href="', 1)[1].split('"')[0]
    assert urljoin("https://tool.test" + FIRST, href) == f"https://tool.test{LAST}#after"
    launched = "https://tool.test/-/abc" + FIRST
    assert urljoin(launched, href) == f"https://tool.test/-/abc{LAST}#after"
    src = html.split('alt="Two lines side by side" src="', 1)[1].split('"')[0]
    assert urljoin(launched, src) == "https://tool.test/-/abc/modules/m1/u1/files/lines.svg"


def test_done_is_noted_once_and_can_be_taken_back(
    app: Flask, ada: FlaskClient, people: People
) -> None:
    ada.post(FIRST + "/done")
    ada.post(FIRST + "/done")
    assert rows(app) == 1
    page = open_page(ada, FIRST)
    assert not page.has_form("/done")
    back = ada.post(page.address_of("/not-done"))
    assert back.location.endswith(FIRST)
    assert rows(app) == 0
    assert ada.post(FIRST + "/not-done").status_code == 303  # twice is nothing more
    with app.app_context():
        assert queries.done_pages([people.ada_place]) == {people.ada_place: set()}


def test_reading_alone_records_nothing(app: Flask, ada: FlaskClient) -> None:
    for address in ("/modules", "/modules/m1", "/modules/m1/u1", FIRST, HEAVY, LAST):
        open_page(ada, address)
    assert rows(app) == 0


def test_a_page_that_changed_says_so_and_still_counts(
    app: Flask, ada: FlaskClient, people: People
) -> None:
    ada.post(FIRST + "/done")
    with app.app_context():
        kept = queries.find_completion(people.ada_place, "m1/u1/first")
        assert kept is not None
        kept.content_hash = "an older version"
        db.session.commit()
    page = open_page(ada, FIRST)
    assert "This page has changed since you read it" in page.text
    assert "Read, and changed since" in open_page(ada, "/modules/m1/u1").text
    ada.post(page.address_of("/done"), data=page.form("/done"))
    assert "has changed since" not in open_page(ada, FIRST).text


def test_nothing_of_a_heavy_page_opens_by_itself(ada: FlaskClient) -> None:
    page = open_page(ada, HEAVY)
    assert "An account of harm. Nothing in detail." in page.text
    for hidden in ("THE WHOLE ACCOUNT", "The short of it", "Talk it through", "In danger now?"):
        assert hidden not in page.html
    assert not page.has_form("/done")


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        ("all", "THE WHOLE ACCOUNT"),
        ("summary", "The short of it"),
        ("alternative", "Talk it through instead"),
    ],
)
def test_each_of_three_ways_shows_itself_and_counts_the_same(
    ada: FlaskClient, way: str, shown: str
) -> None:
    page = open_page(ada, HEAVY)
    answer = ada.post(page.address_of("/way"), data=page.form("/way") | {"way": way})
    assert answer.status_code == 303
    page = open_page(ada, HEAVY)
    assert shown in page.text
    assert page.form("/way")["way"] == [way]
    others = {"THE WHOLE ACCOUNT", "The short of it", "Talk it through instead"} - {shown}
    assert not [other for other in others if other in page.html]
    assert page.has_form("/check")
    assert page.has_form("/done")


def test_a_way_can_be_changed_and_is_one_record(app: Flask, ada: FlaskClient) -> None:
    ada.post(HEAVY + "/way", data={"way": "all"})
    ada.post(HEAVY + "/way", data={"way": "summary"})
    assert rows(app) == 1
    assert "The short of it" in open_page(ada, HEAVY).text


@pytest.mark.parametrize("way", [None, "", "everything"])
def test_no_way_chosen_is_answered_with_what_to_do(ada: FlaskClient, way: str | None) -> None:
    answer = ada.post(HEAVY + "/way", data={} if way is None else {"way": way})
    assert answer.status_code == 422
    assert "Choose one of the three ways." in read(answer).text


def test_a_light_page_has_no_ways(ada: FlaskClient) -> None:
    assert ada.post(FIRST + "/way", data={"way": "all"}).status_code == 404


def test_one_persons_way_is_not_anothers(browse: Browse, people: People, ada: FlaskClient) -> None:
    ada.post(HEAVY + "/way", data={"way": "summary"})
    for other, act in ((people.ben, "/way"), (people.max, "/heavy")):
        page = open_page(browse(other), HEAVY)
        assert "way" not in page.form(act)
        assert "The short of it" not in page.html


def test_the_pause_lets_one_carry_on_skip_or_stop(ada: FlaskClient) -> None:
    ada.post(HEAVY + "/way", data={"way": "all"})
    links = open_page(ada, HEAVY).links()
    assert links["Carry on"].endswith("#after-pause-1")
    assert links["Skip to “What helps”"].endswith("#what-helps")
    assert links["Stop here for now"] == "https://tool.test/modules/m1/u1"


def test_the_unit_in_print_holds_every_page_and_opens_nothing_unchosen(ada: FlaskClient) -> None:
    paper = open_page(ada, "/modules/m1/u1/print")
    assert "A line to call, 0800 000 000" in paper.text  # on paper a link leads nowhere
    for words in ("The first page", "Nearly there.", "An account of harm.", "The short of it"):
        assert words in paper.text
    assert "THE WHOLE ACCOUNT" not in paper.html
    assert paper.html.index("An account of harm.") < paper.html.index("The short of it")
    assert 'id="first-source-1"' in paper.html
    ada.post(HEAVY + "/way", data={"way": "all"})
    paper = open_page(ada, "/modules/m1/u1/print")
    assert "THE WHOLE ACCOUNT" in paper.text
    assert "The short of it" not in paper.text


def test_an_outline_says_that_it_is_being_written(ada: FlaskClient) -> None:
    unit = open_page(ada, "/modules/m1/u2")
    assert "This unit is being written" in unit.text
    assert "What is still to come." in unit.text
    assert "Start" not in unit.links()
    assert "Being written" in open_page(ada, "/modules/m1").text
    open_page(ada, "/modules/m1/u2/print")


def test_figures_are_served_and_nothing_else(ada: FlaskClient) -> None:
    figure = ada.get("/modules/m1/u1/files/lines.svg")
    assert (figure.status_code, figure.mimetype) == (200, "image/svg+xml")
    assert figure.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for name in ("unit.toml", "check.toml", "first.md", "..%2Funit.toml", "other.svg"):
        assert ada.get(f"/modules/m1/u1/files/{name}").status_code == 404
    assert ada.get("/modules/m1/u2/files/lines.svg").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/modules/m9",
        "/modules/m1/u9",
        "/modules/m1/u9/print",
        "/modules/m1/u1/nothing",
        "/modules/onboarding",  # another programme
        "/modules/onboarding/u1",
        "/modules/onboarding/u1/only",
        "/modules/onboarding/u1/print",
        "/modules/onboarding/u1/files/lines.svg",
    ],
)
def test_what_is_not_there_or_not_for_them_is_not_there(ada: FlaskClient, address: str) -> None:
    assert ada.get(address).status_code == 404


def test_acts_on_another_programme_are_not_there(app: Flask, ada: FlaskClient) -> None:
    for act in ("done", "not-done", "way", "check", "reflection"):
        answer = ada.post(f"/modules/onboarding/u1/only/{act}", data={"way": "all"})
        assert answer.status_code == 404
    assert rows(app) == 0


def test_a_line_manager_reads_onboarding_and_nothing_of_the_certificate(
    browse: Browse, people: People
) -> None:
    morgan = browse(people.morgan)
    assert "The only page" in open_page(morgan, "/modules/onboarding/u1").text
    assert "A small certificate" not in open_page(morgan, "/modules").text
    assert morgan.get(FIRST).status_code == 404
    assert morgan.post("/modules/onboarding/u1/only/done").status_code == 303
    assert "Complete so far" in open_page(morgan, "/modules/onboarding/u1").text


@pytest.mark.parametrize("role", ["max", "lin", "hub", "admin"])
def test_staff_read_and_leave_no_record(
    app: Flask, browse: Browse, people: People, role: str
) -> None:
    staff = browse(getattr(people, role))
    for address in ("/modules", "/modules/m1", "/modules/m1/u1", "/modules/onboarding/u1", FIRST):
        open_page(staff, address)
    page = open_page(staff, FIRST)
    assert "You are reading as staff. Nothing you do here is recorded." in page.text
    assert not page.has_form("/done")
    assert "Ask first." in page.text  # all feedback, to review
    assert "THE WHOLE ACCOUNT" not in open_page(staff, HEAVY).html
    assert "THE WHOLE ACCOUNT" in open_page(staff, HEAVY + "?way=all").html
    for act in ("done", "not-done", "way", "check"):
        data = {"way": "all", "number": "1", "q-one": "ask"}
        assert staff.post(f"{HEAVY}/{act}", data=data).status_code == 404
    assert rows(app) == 0


def test_somebody_unknown_is_asked_to_sign_in(client: FlaskClient) -> None:
    for address in ("/modules", "/modules/m1", FIRST, "/modules/m1/u1/print", "/journal"):
        answer = client.get(address)
        assert answer.status_code == 303
        assert "/sign-in" in answer.location


def test_addresses_of_acts_do_not_answer_to_reading(ada: FlaskClient) -> None:
    for act in ("done", "not-done", "way", "check", "reflection", "reflection/draft"):
        assert ada.get(f"{FIRST}/{act}").status_code in (404, 405)


def test_a_page_takes_at_most_eight_statements(
    ada: FlaskClient, statements: Callable[[], int], small: Catalogue
) -> None:
    ada.post(HEAVY + "/way", data={"way": "all"})
    for page in (*(one.key for one in small.unit("m1/u1").pages), "m1/u1", "m1/u1/print", "m1"):
        statements()
        open_page(ada, f"/modules/{page}")
        assert statements() <= 8, page
