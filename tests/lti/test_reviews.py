"""Submission review: the VLE's gradebook leads to somebody's work, if we say so."""

import logging
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.actor import Role
from lms.assessments.models import ResultRow
from lms.db import db
from lms.lti.models import Launch, ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    FOR_USER,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    REVIEW,
)
from lms.people.models import RoleHeld
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.lti.scoring import PLAN, Release
from tests.vle import IMOGEN, INSTRUCTOR, ISSUER, PRIYA, SCOPES, TOMOS, Person, Vle


def _review(vle: Vle, client: FlaskClient, who: Person, of: str, **changes: Any) -> Any:
    return vle.launch(
        client,
        who,
        **({MESSAGE_TYPE: REVIEW, FOR_USER: {"user_id": of}, CUSTOM: {}} | changes),
    )


def _script_of(app: Flask, result_id: int) -> int:
    with app.app_context():
        row = db.session.get(ResultRow, result_id)
        assert row is not None
        return row.submission_id


def test_a_student_comes_to_their_own_result(
    vle: Vle, release: Release, browser: Browser, app: Flask
) -> None:
    before = _review(vle, browser(), PRIYA, "p-priya")
    assert before.location.endswith("/assessments/m1-plan")
    release(PRIYA)
    after = _review(vle, browser(), PRIYA, "p-priya")
    assert after.location.endswith("/assessments/m1-plan/result")
    with app.app_context():  # the review did not say what the activity opens, and nothing was lost
        assert db.session.scalars(select(ResourceLink)).one().target == "assessments/m1-plan"


@pytest.mark.parametrize("of", ["p-tomos", "nobody"])
def test_a_student_comes_to_nobody_elses_and_cannot_tell_who_is_there(
    vle: Vle,
    release: Release,
    browser: Browser,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    of: str,
) -> None:
    release(TOMOS)
    with app.app_context():
        before = db.session.scalar(select(func.count(Launch.id)))
    with caplog.at_level(logging.WARNING):
        answer = _review(vle, browser(), PRIYA, of)
    assert answer.status_code == 403
    assert "You can open your own work here" in answer.text
    assert "review is allowed" in caplog.text
    assert "p-tomos" not in caplog.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Launch.id))) == before


def test_a_marker_comes_to_the_released_script_and_else_to_the_queue(
    vle: Vle, release: Release, browser: Browser, app: Flask
) -> None:
    teacher = browser()
    before = _review(vle, teacher, IMOGEN, "p-priya")
    assert before.location.endswith("/marking/m1-plan?cohort=cohort-3")
    script = _script_of(app, release(PRIYA))
    after = _review(vle, teacher, IMOGEN, "p-priya")
    assert after.location.endswith(f"/marking/scripts/{script}")
    assert teacher.get(after.location).status_code == 200


def test_a_marker_asking_for_somebody_unknown_is_told(
    vle: Vle, release: Release, browser: Browser
) -> None:
    answer = _review(vle, browser(), IMOGEN, "never-came")
    assert answer.status_code == 400
    assert "has not come here from the VLE" in answer.text


def test_whoever_may_not_mark_there_is_refused_whatever_the_vle_calls_them(
    vle: Vle, release: Release, browser: Browser, app: Flask
) -> None:
    """An external examiner is Moodle's Instructor too."""
    release(PRIYA)
    vle.launch(browser(), IMOGEN, **PLAN)
    with app.app_context():
        imogen = db.session.scalars(
            select(VleIdentity.user_id).where(VleIdentity.subject == IMOGEN.sub)
        ).one()
        held = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == imogen)).one()
        held.role = Role.EXAMINER
        db.session.commit()
    assert _review(vle, browser(), IMOGEN, "p-priya").status_code == 403


def test_a_learner_whom_a_review_calls_instructor_marks_nobody(
    vle: Vle, release: Release, browser: Browser
) -> None:
    release(TOMOS)
    promoted = Person(PRIYA.sub, PRIYA.name, (INSTRUCTOR,))
    assert _review(vle, browser(), promoted, "p-tomos").status_code == 403


def test_the_column_says_which_assessment_it_is_when_the_activity_does_not(
    vle: Vle, release: Release, browser: Browser
) -> None:
    answer = _review(vle, browser(), PRIYA, "p-priya", **{RESOURCE_LINK: {"id": "a copy"}})
    assert answer.location.endswith("/assessments/m1-plan")


def test_a_review_of_something_else_opens_nothing(
    vle: Vle, course: People, browser: Browser, app: Flask
) -> None:
    other = {"scope": SCOPES, "lineitem": f"{ISSUER}/services/2/lineitems/99"}
    answer = _review(vle, browser(), PRIYA, "p-priya", **{AGS_ENDPOINT: other})
    assert answer.status_code == 400
    assert "no assessment here" in answer.text


def test_a_review_without_a_course_opens_nothing(
    vle: Vle, release: Release, browser: Browser
) -> None:
    release(PRIYA)
    answer = _review(vle, browser(), PRIYA, "p-priya", **{CONTEXT: None, **PLAN})
    assert answer.status_code == 400


def test_a_review_in_a_course_that_is_not_linked_waits(
    vle: Vle, people: People, browser: Browser
) -> None:
    answer = _review(vle, browser(), PRIYA, "p-priya", **PLAN)
    assert answer.location.endswith("/lti/waiting")
