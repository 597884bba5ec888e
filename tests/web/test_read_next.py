"""“What to read next” stands after what a page asks, on the screen and wherever a unit is saved."""

import io
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.modules.catalogue import catalogue
from tests.conftest import People
from tests.modules.sheet import open_page

Browse = Callable[[int], FlaskClient]
UNIT = "/modules/m1/u1"
PAGE = "your-role-in-your-words"
NEXT = "What to read next"


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def form_of_the_page() -> str:
    page = catalogue().page("m1/u1/" + PAGE)
    return next(one.title for one in page.activities if one.key.endswith("role-statement"))


@pytest.mark.parametrize("address", [f"{UNIT}/{PAGE}", f"{UNIT}/print", f"{UNIT}/offline/file"])
def test_the_form_comes_before_what_to_read_next(ada: FlaskClient, address: str) -> None:
    text = open_page(ada, address).text
    assert text.count(NEXT) == 1
    assert (
        text.rindex("Write yours, for Amara") < text.rindex(form_of_the_page()) < text.index(NEXT)
    )
    assert text.index(NEXT) < text.index("Euan Fraser")


def test_the_form_comes_before_what_to_read_next_in_the_book(ada: FlaskClient) -> None:
    answer = ada.get(f"{UNIT}/epub")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        (chapter,) = [
            text
            for name in book.namelist()
            if name.endswith("html") and NEXT in (text := book.read(name).decode())
        ]
    assert chapter.index("Write yours, for Amara") < chapter.index(form_of_the_page())
    assert chapter.index(form_of_the_page()) < chapter.index(NEXT) < chapter.index("Euan Fraser")


def test_the_summary_of_a_page_has_no_reading_list(ada: FlaskClient) -> None:
    heavy = f"{UNIT.replace('m1/u1', 'm2/u5')}/one-letter-three-readers"
    assert NEXT not in open_page(ada, heavy).text


@pytest.mark.usefixtures("app")
def test_the_section_is_the_last_of_its_unit() -> None:
    offering = []
    for unit in catalogue().units:
        for page in unit.pages:
            titles = [heading.text for heading in page.text.headings if heading.level == 2]
            if NEXT in titles:
                assert titles[-1] == NEXT, page.key
                assert page is unit.pages[-1]
                offering.append(unit.key)
    assert len(offering) == 24
