"""Terms, drafts, changes and approval on pages; who read which version."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.modules import models, queries
from lms.modules.catalogue import Catalogue, hold, load
from lms.modules.models.readings import PageReading
from tests.conftest import People
from tests.modules.sheet import Sheet, open_page
from tests.modules.small_content import write_small_content

pytest_plugins = ("tests.modules.model_fixtures",)
pytestmark = pytest.mark.usefixtures("model")

Browse = Callable[[int], FlaskClient]
LAST, DRAFT = "/modules/m1/u1/last", "/modules/m1/u1/coming"


@pytest.fixture
def ada(browse: Browse, people: People) -> FlaskClient:
    return browse(people.ada)


def finished(app: Flask, place: int, version: str, moment: datetime) -> None:
    with app.app_context():
        about = {"enrolment_id": place, "page_key": "m1/u1/last", "content_hash": version}
        db.session.add(models.PageCompletion(**about, done_at=moment))
        db.session.add(PageReading(**about, read_at=moment))
        db.session.commit()


def ids(sheet: Sheet) -> set[str]:
    return {one.get("id", "") for one in sheet.root.iter()}


def test_a_term_is_a_link_to_the_glossary_and_its_meaning_is_on_the_page(ada: FlaskClient) -> None:
    page = open_page(ada, LAST)
    assert page.links()["held by a debt"].endswith("/modules/glossary#debt-bondage")
    assert page.links()["old debt"].endswith("/modules/glossary#debt-bondage")
    assert {"term-debt-bondage", "term-advocate"} <= ids(page)
    assert "js/terms.js" in page.html
    assert "js/terms.js" not in open_page(ada, "/modules/m1/u1/first").html

    glossary = open_page(ada, page.links()["held by a debt"].split("#")[0])
    assert {"debt-bondage", "advocate"} <= ids(glossary)
    assert "This is so in England and Wales." in glossary.text
    assert "Modern Slavery Act 2015, section 1. Checked on" in glossary.text


def test_a_term_is_plain_in_print(ada: FlaskClient) -> None:
    printed = open_page(ada, "/modules/m1/u1/print")
    assert "who is held by a debt" in printed.text
    assert 'class="term"' not in printed.html


def test_the_glossary_has_the_terms_of_the_programmes_one_may_read(
    browse: Browse, people: People
) -> None:
    manager = open_page(browse(people.morgan), "/modules/glossary")
    assert "debt-bondage" in ids(manager)
    assert "advocate" not in ids(manager)
    assert "advocate" in ids(open_page(browse(people.max), "/modules/glossary"))


def test_a_glossary_without_terms_says_so(ada: FlaskClient, tmp_path: Path) -> None:
    hold(load(write_small_content(tmp_path / "content")))
    assert "There is no term for you here yet." in open_page(ada, "/modules/glossary").text


def test_the_glossary_asks_who_you_are(client: FlaskClient, people: People) -> None:
    assert "/sign-in" in client.get("/modules/glossary").location


def test_a_draft_is_for_staff(browse: Browse, people: People, ada: FlaskClient) -> None:
    assert ada.get(DRAFT).status_code == 404
    assert ada.post(DRAFT + "/done").status_code == 404
    assert ada.get("/modules/m1/u1/files/plan.svg").status_code == 404
    unit = open_page(ada, "/modules/m1/u1")
    assert "A page to come" not in unit.text
    assert "A page to come" not in open_page(ada, "/modules/m1/u1/print").text
    assert browse(people.morgan).get(DRAFT).status_code == 404

    trainer = browse(people.max)
    unit = open_page(trainer, "/modules/m1/u1")
    assert "Drafts, which learners do not see" in unit.text
    assert unit.links()["A page to come"].endswith(DRAFT)
    page = open_page(trainer, DRAFT)
    assert "A draft of Unit 1.1, which learners do not see." in page.text
    assert "THE DRAFT" in page.text
    assert "Is it so?" in page.text
    assert not page.has_form("/check")
    assert page.links()["NextThe last page"].endswith(LAST)
    assert trainer.get("/modules/m1/u1/files/plan.svg").status_code == 200
    assert trainer.post(DRAFT + "/done").status_code == 404


def test_a_reader_of_an_older_version_sees_what_changed(
    clean_database: Flask, people: People, ada: FlaskClient, model: Catalogue
) -> None:
    # Late on 19 November in UTC; it is still the 19th in London.
    finished(clean_database, people.ada_place, "older", datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    page = open_page(ada, LAST)
    assert "This page has changed since you read it" in page.text
    assert "Friday 20 November 2026: The law on debts is new." in page.text
    assert "A date was mended." not in page.text
    assert "We suggest that you read it again. It still counts as read." in page.text
    unit = open_page(ada, "/modules/m1/u1")
    assert "Read, and changed since" in unit.text
    assert "The law on debts is new. We suggest that you read it again." in unit.text
    assert "You have read 1 of 3 pages" in unit.text  # nothing is reopened
    changed = "Something in it has changed since you read it."
    assert changed in open_page(ada, "/modules/m1").text

    assert ada.post(LAST + "/done").status_code == 303
    assert "has changed since you read it" not in open_page(ada, LAST).text
    assert changed not in open_page(ada, "/modules/m1").text
    with clean_database.app_context():
        kept = queries.find_completion(people.ada_place, "m1/u1/last")
        assert kept is not None
        assert kept.content_hash == model.page("m1/u1/last").content_hash


def test_a_correction_of_wording_says_so(
    clean_database: Flask, people: People, ada: FlaskClient
) -> None:
    finished(clean_database, people.ada_place, "older", datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert "Only the wording was corrected." in open_page(ada, LAST).text
    assert "Only the wording was corrected." in open_page(ada, "/modules/m1/u1").text


def test_what_changed_costs_nothing_when_nothing_did(
    people: People, ada: FlaskClient, statements: Callable[[], int], clean_database: Flask
) -> None:
    ada.get("/modules/m1/u1")
    statements()
    ada.get("/modules/m1/u1")
    without = statements()
    finished(clean_database, people.ada_place, "older", datetime(2026, 11, 1, tzinfo=UTC))
    statements()
    ada.get("/modules/m1/u1")
    assert statements() == without + 1


def test_approval_is_shown(ada: FlaskClient, model: Catalogue) -> None:
    page = open_page(ada, LAST)
    assert (
        "Academic approval: not yet. Legal approval: The programme's legal reader, "
        "Sunday 1 November 2026, for an earlier version. Lived-experience approval: not yet. "
        f"Version {model.page('m1/u1/last').content_hash[:8]}. "
        "Read against its sources on Friday 20 November 2026."
    ) in page.text


def test_who_read_which_version(clean_database: Flask, people: People, model: Catalogue) -> None:
    now = model.page("m1/u1/last").content_hash
    finished(clean_database, people.ada_place, "0123456789", datetime(2026, 11, 1, tzinfo=UTC))
    finished(clean_database, people.ben_place, now, datetime(2026, 11, 22, tzinfo=UTC))
    run = clean_database.test_cli_runner()
    said = run.invoke(args=["content", "readers", "m1/u1/last"])
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "m1/u1/last: The last page",
        f"  {now[:8]} (this version): 1 person",
        "    Ben Example, cohort-3, Sunday 22 November 2026",
        "  01234567 (an earlier version): 1 person",
        "    Ada Example, cohort-3, Sunday 1 November 2026",
    ]
    assert run.invoke(args=["content", "version", "m1/u1/last"]).output == f"{now[:8]}\n"
    assert run.invoke(args=["content", "version", "m1/u1/coming"]).exit_code == 0  # a draft
    refused = run.invoke(args=["content", "readers", "m1/u1/none"])
    assert (refused.exit_code, "there is no page m1/u1/none" in refused.output) == (1, True)


def test_who_read_an_older_version_can_be_asked_after_they_read_a_newer(
    clean_database: Flask, people: People, ada: FlaskClient, model: Catalogue
) -> None:
    def said() -> list[str]:
        output = clean_database.test_cli_runner().invoke(args=["content", "readers", "m1/u1/last"])
        return [line.strip().split(":")[0] for line in output.output.splitlines()[1:]]

    now = model.page("m1/u1/last").content_hash[:8]
    finished(clean_database, people.ada_place, "0123456789", datetime(2026, 11, 1, tzinfo=UTC))
    page = open_page(ada, LAST)
    ada.post(LAST + "/done", data=page.form("/done"))
    ada.post(LAST + "/done", data=page.form("/done"))  # twice is once
    names = [line for line in said() if line.startswith("Ada")]
    assert len(names) == 2
    assert [line for line in said() if "version" in line] == [
        f"{now} (this version)",
        "01234567 (an earlier version)",
    ]
    ada.post(LAST + "/not-done")  # theirs to take back: the version they said it of
    assert said()[0] == f"{now} (this version)"
    assert len([line for line in said() if line.startswith("Ada")]) == 1


def test_a_page_that_changed_while_it_was_open_is_not_noted_as_read(
    clean_database: Flask, people: People, ada: FlaskClient
) -> None:
    sent = open_page(ada, LAST).form("/done") | {"version": ["of yesterday"]}
    answer = ada.post(LAST + "/done", data=sent)
    assert answer.status_code == 303
    assert answer.location.endswith(LAST)
    page = open_page(ada, LAST)
    assert "This page changed while you had it open" in page.text
    with clean_database.app_context():
        assert queries.find_completion(people.ada_place, "m1/u1/last") is None
    assert ada.post(LAST + "/done", data=page.form("/done")).status_code == 303
    with clean_database.app_context():
        assert queries.find_completion(people.ada_place, "m1/u1/last") is not None
