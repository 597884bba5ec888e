"""With ten thousand submissions, the pages of one cohort ask the database as little as with few.

The cohort has more scripts than one batch of a lazy loader (500), so that loading in batches shows.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from lms.assessments.models import Allocation, CriterionMark, LedgerEntry, Mark, Submission
from lms.assessments.rules.ledger import marked_data
from lms.assessments.rules.marking import Decision
from lms.db import db
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Cohort, Enrolment, User
from lms.people.service import places
from tests.conftest import NOW, People
from tests.factories import PLAN, letters

Browse = Callable[[int], FlaskClient]
FEW, A_COHORT, ALL = 20, 600, 10_000
PAGES = (
    f"/marking/{PLAN}?cohort=cohort-3",
    f"/marking/{PLAN}/markers?cohort=cohort-3",
    f"/marking/{PLAN}/record?cohort=cohort-3",
    f"/marking/{PLAN}/release?cohort=cohort-3",
    "/cohorts/cohort-3",
    "/marking/",
)


def _rows(table: type[Any], rows: Iterator[dict[str, Any]]) -> list[int]:
    """Insert them all at once; their ids, in order."""
    values = list(rows)
    highest = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.id), 0)))
    db.session.execute(sa.insert(table), values)
    found = sa.select(table.id).where(table.id > highest).order_by(table.id)
    return list(db.session.scalars(found))


def _criteria(marks: list[int], asked: Assessment, decision: Decision) -> Iterator[dict[str, Any]]:
    for mark in marks:
        for criterion in asked.criteria:
            yield {
                "mark_id": mark,
                "criterion": criterion.id,
                "band": decision.band,
                "points": decision.points,
                "comment": decision.comment,
            }


def hand_in_many(cohort_id: int, marker_id: int, numbers: range, *, criteria: bool) -> None:
    """So many people of a cohort whose scripts are given, marked and finished."""
    asked = catalogue().assessment(PLAN)
    users = _rows(
        User,
        (
            {"name": f"Invented {n}", "email": f"many-{n}@example.test", "created_at": NOW}
            for n in numbers
        ),
    )
    enrolments = _rows(
        Enrolment, ({"user_id": u, "cohort_id": cohort_id, "enrolled_at": NOW} for u in users)
    )
    scripts = _rows(
        Submission,
        (
            {
                "enrolment_id": place,
                "assessment": PLAN,
                "assessment_hash": "0" * 64,
                "attempt": 1,
                "text": "The plan that was handed in.",
                "words": 6,
                "declaration": "integrity",
                "declaration_version": 1,
                "declared": "I declare that this work is my own.",
                "handed_in_at": NOW,
                "final_at": NOW,
                "due_at": NOW,
                "receipt": f"MANY-{letters(n, 8)}",
                "code": letters(n, 4),
                "sha256": "0" * 64,
            }
            for n, place in zip(numbers, enrolments, strict=True)
        ),
    )
    given = {"marker_id": marker_id, "given_by": marker_id, "given_at": NOW}
    _rows(Allocation, (given | {"submission_id": script} for script in scripts))
    kept = {"marker_id": marker_id, "comment": "Clear.", "version": 1, "saved_at": NOW}
    marks = _rows(Mark, (kept | {"submission_id": s, "finished_at": NOW} for s in scripts))
    decision = Decision("merit", Decimal(64), "You show how you chose.")
    if criteria:
        _rows(CriterionMark, _criteria(marks, asked, decision))
    decisions = {criterion.id: decision for criterion in asked.criteria}
    data = marked_data(asked.criteria, decisions, catalogue().regulations("pgcert-example-1"))
    line = {"sequence": 1, "kind": "marked", "data": data, "actor_id": marker_id, "at": NOW}
    _rows(LedgerEntry, (line | {"submission_id": script} for script in scripts))


def _other_cohorts(marker_id: int) -> None:
    for start in range(A_COHORT, ALL, 1000):
        cohort: Cohort = places.open_cohort(
            slug=f"many-{start}",
            programme="pgcert",
            name=f"Many {start}",
            starts_on=date(2026, 5, 11),
            regulations="pgcert-example-1",
        )
        numbers = range(start, min(start + 1000, ALL))
        hand_in_many(cohort.id, marker_id, numbers, criteria=False)  # no page looks at theirs


def test_pages_of_one_cohort_keep_their_statements_with_ten_thousand_submissions(
    browse: Browse, people: People, app: Flask, statements: Callable[[], int]
) -> None:
    lin = browse(people.lin)

    def counted() -> dict[str, int]:
        found = {}
        for page in PAGES:
            statements()
            assert lin.get(page).status_code == 200, page
            found[page] = statements()
        return found

    with app.app_context():
        hand_in_many(people.cohort, people.max, range(FEW), criteria=True)
        db.session.commit()
    with_few = counted()
    assert max(with_few.values()) <= 16
    with app.app_context():
        hand_in_many(people.cohort, people.max, range(FEW, A_COHORT), criteria=True)
        _other_cohorts(people.max)
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count(Submission.id))) == ALL
    assert counted() == with_few
    for browser in (lin, browse(people.max)):
        start = time.perf_counter()
        assert browser.get("/marking/").status_code == 200
        assert time.perf_counter() - start < 5  # 0.1 s on a quiet machine; a bad plan takes minutes
