"""The cohorts and their tables, as each person would see them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.clock import now
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.modules.service import mark_done
from lms.people import queries
from lms.people.service import places
from tests.conftest import NOW, People

Browse = Callable[[int], FlaskClient]


def read_one_page(app: Flask, user_id: int) -> None:
    with app.app_context():
        actor = queries.actor_for(queries.get_user(user_id))
        mark_done(catalogue().unit("m1/u1").pages[0].key, actor=actor, now=now())
        db.session.commit()


def test_a_trainer_sees_who_is_where_in_their_own_cohort(
    app: Flask, browse: Browse, people: People
) -> None:
    read_one_page(app, people.ada)
    page = browse(people.max).get("/cohorts/cohort-3").get_data(as_text=True)
    assert "Ada Example" in page
    assert "Module 1, unit 1: 1 of" in page
    assert "Advocacy plan and critical rationale: Not begun" in page
    assert "Comparative policy paper: On the university’s site" in page  # its record is the VLE
    assert "Zoe Example" not in page


def test_those_who_may_need_somebody_come_first(
    app: Flask, browse: Browse, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms.clock.now", lambda: NOW)  # before any date of cohort 3
    read_one_page(app, people.ada)  # Ben has read nothing, and the cohort began long ago
    page = browse(people.lin).get("/cohorts/cohort-3").get_data(as_text=True)
    assert page.index("Ben Example") < page.index("Ada Example")
    assert "For one of them, a conversation would help" in page


def test_another_cohort_does_not_exist_for_a_trainer(browse: Browse, people: People) -> None:
    assert browse(people.max).get("/cohorts/cohort-2").status_code == 404
    assert "Cohort 2" not in browse(people.max).get("/cohorts/").get_data(as_text=True)


def test_the_hub_sees_every_cohort_without_marks(browse: Browse, people: People) -> None:
    hub = browse(people.hub)
    listed = hub.get("/cohorts/").get_data(as_text=True)
    assert "Cohort 2" in listed
    assert "Cohort 3" in listed
    assert hub.get("/cohorts/cohort-2").status_code == 200


@pytest.mark.parametrize("who", ["ada", "admin", "morgan"])
def test_nobody_else_sees_cohorts(browse: Browse, people: People, who: str) -> None:
    browser = browse(getattr(people, who))
    for address in ("/cohorts/", "/cohorts/cohort-3", "/cohorts/cohort-3.csv"):
        assert browser.get(address).status_code == 403, address


def test_the_csv_holds_the_same_and_no_formula(app: Flask, browse: Browse, people: People) -> None:
    with app.app_context():
        queries.get_user(people.ben).name = "=HYPERLINK(1)"
        db.session.commit()
    answer = browse(people.hub).get("/cohorts/cohort-3.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cohort-3.csv"'
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Name,Unit,")
    assert any(line.startswith("Ada Example,") for line in lines)
    assert any(line.startswith("'=HYPERLINK(1)") for line in lines)


def test_an_empty_cohort_says_so(app: Flask, browse: Browse, people: People) -> None:
    with app.app_context():
        places.open_cohort(
            slug="cohort-4",
            programme="pgcert",
            name="Cohort 4",
            starts_on=NOW.date(),
            regulations="pgcert-example-1",
        )
        db.session.commit()
    page = browse(people.hub).get("/cohorts/cohort-4").get_data(as_text=True)
    assert "Nobody has a place in this cohort yet." in page


def add_people(app: Flask, cohort_id: int, number: int, start: int = 0) -> None:
    with app.app_context():
        for n in range(start, start + number):
            user = places.make_person(name=f"Person {n} Example", email=None, now=NOW)
            places.enrol(user_id=user.id, cohort_id=cohort_id, now=NOW)
        db.session.commit()


def test_the_table_takes_as_many_statements_for_200_people_as_for_20(
    app: Flask, browse: Browse, people: People, statements: Callable[[], int]
) -> None:
    browser = browse(people.lin)
    add_people(app, people.cohort, 20)
    browser.get("/cohorts/cohort-3")
    statements()
    browser.get("/cohorts/cohort-3")
    for_twenty = statements()
    add_people(app, people.cohort, 180, start=20)
    statements()
    assert browser.get("/cohorts/cohort-3").status_code == 200
    assert statements() == for_twenty <= 12
