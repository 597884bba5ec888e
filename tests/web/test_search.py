"""Searching: what somebody may read, found by its words; heavy text never by what is in it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.db import db, db_writes
from lms.modules.catalogue import Catalogue, catalogue, hold, load
from lms.modules.models.search import SearchEdition, SearchEntry
from lms.modules.rules import search as rules
from lms.modules.service.search import build_index, index_is_built
from tests.conftest import NOW, People
from tests.modules.sheet import Sheet, open_page, read
from tests.modules.small_content import write_small_content

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def ask(browser: FlaskClient, question: str) -> Sheet:
    response = browser.get("/modules/search", query_string={"q": question})
    assert response.status_code == 200, question
    return read(response)


def found(sheet: Sheet) -> list[str]:
    return [
        "".join(link.itertext())
        for link in sheet.root.iter("a")
        if "row-name" in link.get("class", "")
    ]


def test_a_page_is_found_by_its_words_with_a_snippet_and_where_it_stands(ada: FlaskClient) -> None:
    sheet = ask(ada, "offence")
    assert found(sheet) == ["The first page"]
    assert "Unit 1.1: Beside, not before" in sheet.text
    assert "Slavery is an <mark>offence</mark>" in sheet.html
    assert sheet.links()["The first page"].endswith("/modules/m1/u1/first")


def test_other_forms_of_a_word_and_words_in_a_title_are_found(ada: FlaskClient) -> None:
    assert "The first page" in found(ask(ada, "offences"))
    assert found(ask(ada, "LAST page"))[0] == "The last page"


def test_heavy_text_is_found_by_title_and_note_only(ada: FlaskClient) -> None:
    assert found(ask(ada, "whole account")) == ["The heavy page"]  # "account" is in its note
    sheet = ask(ada, '"the whole account"')
    assert found(sheet) == []
    assert "WHOLE ACCOUNT" not in sheet.html
    assert found(ask(ada, "talk it through")) == []  # nor what stands in its other ways
    assert "The heavy page" in found(ask(ada, "harm detail"))
    assert "Opens with a note on what it holds" in ask(ada, "heavy").text


def test_an_outline_is_found_by_its_title_alone(ada: FlaskClient) -> None:
    assert found(ask(ada, "still to come")) == ["Unit 1.2: Still to come"]
    assert "being written" in ask(ada, "still to come").text
    assert found(ask(ada, "outline")) == []


def test_each_finds_what_they_may_read(browse: Browse, people: People) -> None:
    assert "The only page" not in found(ask(browse(people.ada), "only page"))
    assert found(ask(browse(people.morgan), "only page"))[0] == "The only page"
    assert found(ask(browse(people.morgan), "offence")) == []
    assert set(found(ask(browse(people.lin), "page"))) >= {"The only page", "The first page"}


def test_a_brief_is_found_by_those_who_have_a_place(browse: Browse, people: People) -> None:
    assert found(ask(browse(people.ada), "write a plan")) == ["Assessment A: A plan"]
    assert "Assessment A: A plan" not in found(ask(browse(people.lin), "write a plan"))


def test_some_of_the_words_are_said_to_be_some(ada: FlaskClient) -> None:
    sheet = ask(ada, "offence unicorn")
    assert "No page has all of these words" in sheet.text
    assert found(sheet) == ["The first page"]


ODD = (
    "   ",
    '"',
    '""',
    '"unclosed',
    "*",
    "a* OR b",
    "title:first",
    "NEAR(a b)",
    "-page",
    "page AND",
    "NOT",
    "^page",
    "(((",
    "'; DROP TABLE users; --",
    "%_\\",
    "\x00page",
    "\ue000\ue001",
    "ŵyth ŷ 日本語 العربية 🙂",
    "<script>alert(1)</script>",
    "&amp; & | ! <-> :*",
    "x" * 5000,
    "a " * 3000,
    "page OR 1=1",
    "{{ 7*7 }}",
)


@pytest.mark.parametrize("question", ODD)
def test_whatever_is_typed_is_answered(ada: FlaskClient, question: str) -> None:
    sheet = ask(ada, question)
    assert "<script>alert" not in sheet.html
    assert "49" not in sheet.text


def test_nothing_asked_is_the_form_alone(ada: FlaskClient) -> None:
    sheet = open_page(ada, "/modules/search")
    assert sheet.has_form("/modules/search")
    assert "Nothing found" not in sheet.text
    assert "Nothing found" in ask(ada, "unicorn").text


def test_accents_do_not_matter_to_the_index_and_signs_part_words() -> None:
    assert rules.phrases("self-harm  “stand by” (OR) it’s") == (
        ("self", "harm"),
        ("stand", "by"),
        ("or",),
        ("it", "s"),
    )
    assert rules.phrases("?! -- ''") == ()
    assert sum(map(len, rules.phrases("a " * 500))) <= rules.MOST


def test_markup_and_source_numbers_are_no_words() -> None:
    html = '<p>One &lt;b&gt;</p><p>two<sup class="source-ref"><a href="#x">1</a></sup>\ue000</p>'
    assert rules.plain(html) == "One <b> two"


def test_there_is_a_form_where_one_chooses(ada: FlaskClient) -> None:
    for address in ("/modules", "/modules/m1"):
        assert open_page(ada, address).has_form("/modules/search")


def test_nobody_searches_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/modules/search?q=page").status_code == 303


def test_the_question_is_kept_nowhere(app: Flask, ada: FlaskClient) -> None:
    ask(ada, "unrepeatable zyzzyva")
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(table.select()):
                assert "zyzzyva" not in repr(row), table.name


def test_the_index_is_made_once_and_anew_when_the_content_changes(
    app: Flask, ada: FlaskClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = write_small_content(tmp_path_factory.mktemp("changed") / "content")
    page = folder / "pgcert/m1/u1/last.md"
    with app.app_context(), db_writes():
        assert build_index(now=NOW) > 0
        db.session.commit()
        assert build_index(now=NOW) == 0
        assert index_is_built()
        db.session.commit()
    before = catalogue()
    for word in ("heron", "kestrel"):
        page.write_text(page.read_text().replace("After that.", f"After that. A {word}."))
        hold(load(folder))
        assert found(ask(ada, word)) == ["The last page"]
    assert _editions(app) == 2  # two are kept, so that servers can be replaced one by one
    hold(before)
    assert found(ask(ada, "heron")) == []
    with app.app_context():
        held = {entry.edition for entry in db.session.query(SearchEntry)}
        assert len(held) == _editions(app)


def _editions(app: Flask) -> int:
    with app.app_context():
        return db.session.query(SearchEdition).count()


def test_an_answer_takes_few_statements(ada: FlaskClient, statements: Callable[[], int]) -> None:
    ask(ada, "page")
    statements()
    ask(ada, "offence unicorn")
    assert statements() <= 8


def test_the_whole_content_is_found(app: Flask, small: Catalogue) -> None:
    with app.app_context(), db_writes():
        build_index(now=NOW)
        assert db.session.query(SearchEntry).count() == len(rules.entries(small))
        assert db.session.scalar(text("SELECT count(*) FROM search_words")) >= 1
        db.session.commit()
