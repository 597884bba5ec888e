"""How it looks: letters, spacing and nation, kept with the person, chosen without a script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules.catalogue import Catalogue, hold, load
from lms.people.models import User
from lms.people.rules import Nation, Spacing, TextSize
from tests.conftest import People
from tests.modules.sheet import open_page, read
from tests.modules.small_content import write_small_content

pytest_plugins = ("tests.modules.fixtures",)
pytestmark = pytest.mark.usefixtures("small")

Browse = Callable[[int], FlaskClient]
LOOK, FIRST, LAST = "/account/look", "/modules/m1/u1/first", "/modules/m1/u1/last"
ASIDES = "\n/// aside | In Scotland\nScots words.\n///\n\n/// aside | In Wales\nWelsh words.\n///\n"


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


@pytest.fixture
def nations(tmp_path: Path, small: Catalogue) -> None:
    """The small content, with asides on two nations (the `small` fixture puts it back)."""
    folder = write_small_content(tmp_path / "content")
    page = folder / "pgcert/m1/u1/last.md"
    page.write_text(page.read_text() + ASIDES)
    hold(load(folder))


def user(app: Flask, user_id: int) -> tuple[str, str, str]:
    with app.app_context():
        found = db.session.get_one(User, user_id)
        return found.text_size.value, found.spacing.value, found.nation.value


def test_letters_and_spacing_are_kept_and_every_page_has_them(
    app: Flask, ada: FlaskClient, browse: Browse, people: People
) -> None:
    page = open_page(ada, FIRST)
    assert page.root.get("class") is None
    look = open_page(ada, page.links()["How it looks"])
    assert look.form(LOOK)["text_size"] == ["usual"]
    sent = look.form(LOOK) | {"text_size": ["large"], "spacing": ["wide"], "nation": ["wales"]}
    back = ada.post(LOOK, data=sent)
    assert back.status_code == 303
    assert back.location == FIRST
    assert user(app, people.ada) == ("large", "wide", "wales")
    for address in (FIRST, "/account", "/support"):
        assert open_page(ada, address).root.get("class") == "letters-large spacing-wide"
    elsewhere = browse(people.ada)
    assert open_page(elsewhere, "/journal").root.get("class") == "letters-large spacing-wide"
    assert open_page(browse(people.ben), "/journal").root.get("class") is None
    assert open_page(ada, LOOK).form(LOOK)["nation"] == ["wales"]


@pytest.mark.parametrize("choice", TextSize)
def test_each_size_has_a_style(choice: TextSize) -> None:
    css = (Path("lms/web/static/reading.css")).read_text()
    assert choice is TextSize.USUAL or f"html.letters-{choice}" in css
    assert f"html.spacing-{Spacing.WIDE}" in css


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text_size": "huge", "spacing": "wide", "nation": "wales"},
        {"text_size": "large", "spacing": "wide", "nation": "atlantis"},
    ],
)
def test_an_odd_choice_changes_nothing(
    app: Flask, ada: FlaskClient, people: People, sent: dict[str, str]
) -> None:
    refused = ada.post(LOOK, data=sent)
    assert refused.status_code == 422
    assert "Choose one of these." in read(refused).text
    assert user(app, people.ada) == ("usual", "usual", "all")


def test_one_is_led_back_to_our_own_pages_only(ada: FlaskClient) -> None:
    sent = {"text_size": "large", "spacing": "usual", "nation": "all"}
    assert ada.post(LOOK, data=sent | {"next": "//evil.test"}).location == "/home"
    assert (
        ada.post("/account/nation", data={"nation": "wales", "next": "https://evil.test"}).location
        == "/home"
    )


@pytest.mark.usefixtures("nations")
def test_ones_nation_is_chosen_while_reading_and_stays(
    app: Flask, ada: FlaskClient, people: People
) -> None:
    page = open_page(ada, LAST)
    assert "Other nations" not in page.text
    sent = page.form("/account/nation") | {"nation": ["scotland"]}
    back = ada.post(page.address_of("/account/nation"), data=sent)
    assert back.status_code == 303
    assert back.location == LAST
    page = open_page(ada, LAST)
    assert page.form("/account/nation")["nation"] == ["scotland"]
    folded = _folded(page.html)
    assert "Welsh words." in folded
    assert "Scots words." not in folded
    assert user(app, people.ada)[2] == Nation.SCOTLAND
    refused = ada.post("/account/nation", data={"nation": "atlantis"})
    assert refused.status_code == 400
    assert user(app, people.ada)[2] == Nation.SCOTLAND


@pytest.mark.usefixtures("nations")
def test_print_shows_every_nation_open(ada: FlaskClient) -> None:
    ada.post("/account/nation", data={"nation": "wales"})
    assert "Scots words." in _folded(open_page(ada, LAST).html)
    printed = open_page(ada, "/modules/m1/u1/print")
    assert "Scots words." in printed.text
    assert "<details" not in printed.html


def test_a_page_without_nations_does_not_ask(ada: FlaskClient) -> None:
    assert not open_page(ada, FIRST).has_form("/account/nation")


def test_nobody_chooses_without_signing_in(client: FlaskClient) -> None:
    assert client.get(LOOK).status_code == 303
    assert client.post("/account/nation", data={"nation": "wales"}).status_code == 303


def _folded(html: str) -> str:
    return html.split('<details class="other-nations">', 1)[1].split("</details>")[0]
