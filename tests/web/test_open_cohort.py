"""`flask people open-cohort`: a cohort without the demo, for a VLE's course to be linked to."""

from datetime import date

import pytest
from flask import Flask

from lms.db import db
from lms.people.models import Cohort
from lms.people.queries import find_cohort

GOOD = {
    "slug": "cohort-4",
    "programme": "pgcert",
    "name": "Cohort 4, January 2027",
    "starts-on": "2027-01-11",
    "regulations": "pgcert-example-1",
}


def _open(app: Flask, **changes: str) -> tuple[int, str]:
    asked = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    ran = app.test_cli_runner().invoke(args=["people", "open-cohort", *words])
    return ran.exit_code, ran.output


def test_a_cohort_is_opened_once(clean_database: Flask) -> None:
    code, said = _open(clean_database)
    assert (code, said) == (0, "Cohort cohort-4 is open.\n")
    with clean_database.app_context():
        cohort = find_cohort("cohort-4")
        assert cohort is not None
        assert (cohort.starts_on, cohort.regulations) == (date(2027, 1, 11), "pgcert-example-1")
    code, said = _open(clean_database)
    assert code == 1
    assert "There is a cohort cohort-4 already." in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "Cohort 4"}, "small letters"),
        ({"programme": "phd"}, "phd"),
        ({"regulations": "made-up"}, "made-up"),
        ({"regulations": ""}, "say by which regulations"),
        ({"starts_on": "soon"}, "starts-on"),
    ],
)
def test_a_slip_is_said_and_opens_nothing(
    clean_database: Flask, changes: dict[str, str], words: str
) -> None:
    code, said = _open(clean_database, **changes)
    assert code != 0
    assert words in said
    with clean_database.app_context():
        assert db.session.query(Cohort).count() == 0


def test_onboarding_needs_no_regulations(clean_database: Flask) -> None:
    code, _ = _open(clean_database, slug="onboarding-4", programme="onboarding", regulations="")
    assert code == 0
