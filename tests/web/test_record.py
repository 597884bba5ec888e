"""What was done to a script, for whoever answers for it; and whether the record holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from lms.assessments.rules.record import in_words, people_in
from lms.assessments.service.marks import reopen_script
from lms.audit.models import ChainCheck
from lms.audit.service import check_chain, first_broken, is_due, record
from lms.audit.views import check_nightly
from lms.db import db
from lms.people.queries import actor_for, get_user
from tests.conftest import NOW, People, changes_allowed
from tests.factories import PLAN, finished_script, full_cohort, released

Browse = Callable[[int], FlaskClient]
RECORD = f"/marking/{PLAN}/record?cohort=cohort-3"


@pytest.fixture
def script(people: People, app: Flask) -> int:
    """Ada's script, handed in, given to Max by Lin, reopened by Max."""
    with app.app_context():
        row = finished_script(people.ada_place, people.max)
        number: int = row.id
        ada, max_, lin = (actor_for(get_user(n)) for n in (people.ada, people.max, people.lin))
        subject = f"submission:{number}"
        record(actor=ada, act="handed in", subject=subject, now=NOW, detail={"sha256": "f" * 64})
        record(
            actor=lin,
            act="gave a script to a marker",
            subject=subject,
            now=NOW,
            detail={"from": None, "to": people.max},
        )
        reopen_script(number, actor=max_, now=NOW + timedelta(hours=1))
        db.session.commit()
    return number


def test_a_lead_reads_what_was_done_by_whom_without_its_writers_name(
    browse: Browse, people: People, script: int
) -> None:
    lin = browse(people.lin)
    for address in (f"/marking/scripts/{script}/record", RECORD):
        page = lin.get(address).text
        for words in (
            "Its writer",
            "handed in",
            "gave a script to a marker",
            "after: Max Example",
            "reopened a script",
        ):
            assert words in page
        assert "Ada Example" not in page
        assert "f" * 64 not in page
    assert "What happened to this script" in lin.get(f"/marking/scripts/{script}").text
    assert "What happened to these scripts" in lin.get(f"/marking/{PLAN}?cohort=cohort-3").text


def test_nobody_else_reads_it(browse: Browse, people: People, script: int) -> None:
    for user_id in (people.max, people.ada, people.hub, people.admin, people.morgan):
        browser = browse(user_id)
        assert browser.get(f"/marking/scripts/{script}/record").status_code == 403
        assert browser.get(RECORD).status_code == 403
    assert browse(people.lin).get("/marking/scripts/999/record").status_code == 404


def test_a_long_record_is_read_page_by_page(
    browse: Browse, people: People, script: int, app: Flask
) -> None:
    with app.app_context():
        for number in range(60):
            record(actor=None, act=f"act {number}", subject=f"submission:{script}", now=NOW)
        db.session.commit()
    lin = browse(people.lin)
    page = lin.get(RECORD).text
    assert "act 59" in page
    assert "act 5<" not in page
    older = page.split('href="')[-1] if "before=" not in page else page
    link = next(part for part in older.split('"') if "before=" in part).replace("&amp;", "&")
    assert "act 5<" in lin.get(link).text


@pytest.mark.parametrize("size", [5, 60])
def test_the_page_asks_as_little_for_many_as_for_few(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int], size: int
) -> None:
    with app.app_context():
        for script in full_cohort(people.cohort, people.max, size):
            record(actor=None, act="handed in", subject=f"submission:{script.id}", now=NOW)
        db.session.commit()
    lin = browse(people.lin)
    statements()
    assert lin.get(RECORD).status_code == 200
    assert statements() <= 9


def test_details_name_people_and_leave_keys_out() -> None:
    detail: dict[str, str | int | None] = {
        "from": 3,
        "to": 4,
        "points": "64",
        "sha256": "abc",
        "reason": "A slip.",
        "x": None,
    }
    assert people_in(detail) == {3, 4}
    assert in_words(detail, {3: "Max"}) == (
        "before: Max",
        "after: somebody",
        "mark: 64",
        "why: A slip.",
    )


@pytest.mark.parametrize("table", ["ledger_entries", "audit_entries"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_the_database_itself_refuses_to_change_what_was_written(
    people: People, app: Flask, table: str, statement: str
) -> None:
    with app.app_context():
        released(finished_script(people.ada_place, people.max), people.lin)
        record(actor=None, act="an act", subject="x:1", now=NOW)
        db.session.commit()
        with pytest.raises(DBAPIError, match="is appended to, never changed"):
            db.session.execute(sa.text(statement.format(table)))
        db.session.rollback()


def test_administrators_see_whether_it_holds_and_what_to_do(
    browse: Browse, people: People, app: Flask
) -> None:
    admin = browse(people.admin)
    assert "It has not been checked yet" in admin.get("/record/").text
    assert "The record" in admin.get("/home").text
    with app.app_context():
        for act in ("one", "two", "three"):
            record(actor=None, act=act, subject="x:1", now=NOW)
        db.session.commit()
    assert "It holds" in admin.post("/record/", follow_redirects=True).text
    with app.app_context():
        with changes_allowed("audit_entries"):
            db.session.execute(sa.text("UPDATE audit_entries SET act = 'other' WHERE act = 'two'"))
        db.session.commit()
        broken = first_broken()
    page = admin.post("/record/", follow_redirects=True).text
    assert f"entry {broken} does not follow" in page
    assert "the first 1 entry holds" in page
    for user_id in (people.lin, people.hub, people.ada):
        assert browse(user_id).get("/record/").status_code == 403


def test_it_is_walked_once_a_night(app: Flask, people: People) -> None:
    with app.app_context():
        assert is_due(NOW)
        check_chain(now=NOW)
        db.session.commit()
        assert not is_due(NOW + timedelta(hours=19))
        assert is_due(NOW + timedelta(hours=21))
        db.session.execute(sa.delete(ChainCheck))
        db.session.commit()
        assert (check_nightly(), check_nightly()) == (1, 0)
