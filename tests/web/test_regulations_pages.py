"""The regulations of a cohort as clauses: for its learners, for staff, and for nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db import db
from lms.people.queries import get_cohort
from tests.conftest import People
from tests.factories import PLAN

Browse = Callable[[int], FlaskClient]
PAGE = f"/assessments/{PLAN}/regulations"


@pytest.fixture
def second_version(app: Flask, people: People) -> None:
    """The cohort is pinned to the example that states every rule."""
    with app.app_context():
        get_cohort(people.cohort).regulations = "pgcert-example-2"
        db.session.commit()


def test_a_learner_reads_the_rules_of_their_own_cohort(
    browse: Browse, people: People, second_version: None
) -> None:
    page = browse(people.ada).get(PAGE).text
    assert "5 marks are taken off for each day begun" in page
    assert "Example values until the university confirms them" in page
    assert "pgcert-example-2, version 2" in page
    assert "What these regulations do not say" not in page
    assert 'id="late"' in page
    assert page.count("It is not done on this site yet.") == 5


def test_the_brief_leads_there(browse: Browse, people: People) -> None:
    brief = browse(people.ada).get(f"/assessments/{PLAN}").text
    assert PAGE in brief
    assert PAGE in browse(people.max).get(f"/assessments/{PLAN}").text
    assert (
        f"{PAGE}?cohort=cohort-3" in browse(people.max).get(f"/marking/{PLAN}?cohort=cohort-3").text
    )


def test_what_the_rules_do_not_say_is_said(browse: Browse, people: People) -> None:
    page = browse(people.ada).get(PAGE).text
    assert "Nothing is taken off for work that comes after the date." in page
    assert "<li>How high a resit may count.</li>" in page


def test_staff_choose_a_cohort_they_may_see(browse: Browse, people: People) -> None:
    choose = browse(people.max).get(PAGE).text
    assert "Whose regulations?" in choose
    assert f"{PAGE}?cohort=cohort-3" in choose
    page: Any = browse(people.max).get(f"{PAGE}?cohort=cohort-3")
    assert page.status_code == 200
    assert "The regulations, in plain words" in page.text


def test_another_cohort_does_not_exist_for_a_learner(browse: Browse, people: People) -> None:
    assert browse(people.ada).get(f"{PAGE}?cohort=cohort-2").status_code == 404
    assert browse(people.max).get(f"{PAGE}?cohort=nowhere").status_code == 404


def test_nobody_reads_them_without_signing_in(client: FlaskClient) -> None:
    assert client.get(PAGE).status_code == 303


def test_a_cohort_without_regulations_is_told_whom_to_ask(
    app: Flask, browse: Browse, people: People
) -> None:
    with app.app_context():
        get_cohort(people.cohort).regulations = None
        db.session.commit()
    page = browse(people.ada).get(PAGE)
    assert page.status_code == 404
    assert "has no regulations yet" in page.text
    assert "You are in no cohort that has regulations yet." in browse(people.max).get(PAGE).text
