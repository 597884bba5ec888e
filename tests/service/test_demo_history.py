"""The demo's past: what each cohort did in every assessment that is handed in here."""

from collections import Counter
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms.assessments.models import (
    Adjustment,
    Mark,
    MoreTime,
    OpenedAttempt,
    ResultRow,
    Submission,
)
from lms.assessments.rules.more_time import State, Wants
from lms.modules.catalogue import catalogue
from lms.people.models import Cohort, Enrolment, Pause
from lms.regulations import Attempt


def test_each_cohort_is_as_far_as_its_age(database: Any, app: Flask) -> None:
    before = app.config["LMS_SETTINGS"]
    app.config["LMS_SETTINGS"] = replace(before, demo=True)
    try:
        loaded = app.test_cli_runner().invoke(args=["demo", "load"])
    finally:
        app.config["LMS_SETTINGS"] = before
    assert loaded.exit_code == 0, loaded.output
    handed_in, finished, released = (_by_cohort(database, what) for what in (None, Mark, ResultRow))
    asked = catalogue().programme("pgcert").modules
    here = {a.key for module in asked for a in module.assessments if a.record == "here"}
    in_all = {("cohort-1", one): 8 for one in here}
    assert {k: n for k, n in handed_in.items() if k[0] == "cohort-1"} == in_all
    assert {k: n for k, n in released.items() if k[0] == "cohort-1"} == in_all
    second = {k[1]: n for k, n in handed_in.items() if k[0] == "cohort-2"}
    assert second == {"m1-meeting": 8, "m1-plan": 5}
    assert finished["cohort-2", "m1-plan"] == 2  # so that a trainer has something to mark
    assert released["cohort-2", "m1-meeting"] == 8
    assert ("cohort-2", "m1-plan") not in released
    assert {k[1]: n for k, n in handed_in.items() if k[0] == "cohort-3"} == {"m1-plan": 1}
    _each_kind_of_date_is_there(database)


def _each_kind_of_date_is_there(session: Any) -> None:
    states = sa.select(MoreTime.wants, MoreTime.state).order_by(MoreTime.wants, MoreTime.state)
    assert [tuple(row) for row in session.execute(states)] == [
        (Wants.DAYS, State.GRANTED),
        (Wants.DAYS, State.OPEN),
        (Wants.DEFERRAL, State.GRANTED),
    ]
    kinds = session.scalars(sa.select(OpenedAttempt.kind).order_by(OpenedAttempt.kind)).all()
    assert kinds == [Attempt.DEFERRED, Attempt.RESIT]
    assert session.scalar(sa.select(Adjustment.extra_days)) == 5
    assert session.scalars(sa.select(Pause.ended_at)).all() == [None]


def _by_cohort(session: Any, what: Any) -> Counter[tuple[str, str]]:
    query = (
        sa.select(Cohort.slug, Submission.assessment, sa.func.count(Submission.id.distinct()))
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .join(Submission, Submission.enrolment_id == Enrolment.id)
        .group_by(Cohort.slug, Submission.assessment)
    )
    if what is not None:
        query = query.join(what, what.submission_id == Submission.id)
    return Counter({(slug, assessment): n for slug, assessment, n in session.execute(query)})
