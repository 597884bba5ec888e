"""Of two attempts, the VLE holds the mark that counts by the regulations."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms import clock
from lms.assessments import queries
from lms.assessments.models import Submission
from lms.assessments.rules.modules import Attempted, module_standing
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.people.queries import get_cohort
from lms.regulations import Attempt
from tests.conftest import People
from tests.factories import PLAN, ResultFactory, SubmissionFactory, made
from tests.lti.scoring import Sweep, place_held_by
from tests.vle import PRIYA, Vle

SILENT, HIGHER = "pgcert-example-1", "pgcert-example-2"


def _result(app: Flask, people: People, attempt: int, points: int, sequence: int) -> None:
    """A result of an attempt, released as the person's `sequence`-th."""
    with app.app_context():
        place = place_held_by(PRIYA.sub)
        script = db.session.scalar(
            sa.select(Submission).where(
                Submission.enrolment_id == place, Submission.attempt == attempt
            )
        ) or made(SubmissionFactory, enrolment_id=place, attempt=attempt)
        made(
            ResultFactory,
            enrolment_id=place,
            submission_id=script.id,
            sequence=sequence,
            points=Decimal(points),
            released_by=people.lin,
        )
        db.session.commit()


def _regulate(app: Flask, people: People, regulations: str) -> None:
    with app.app_context():
        get_cohort(people.cohort).regulations = regulations
        db.session.commit()


def _sendable(app: Flask) -> list[tuple[int, Decimal]]:
    with app.app_context():
        return [(one.sequence, one.points) for one in queries.sendable_results()]


@pytest.mark.parametrize(
    ("regulations", "released", "counts"),
    [
        (HIGHER, [(1, 62), (2, 55)], [(1, 62)]),
        (HIGHER, [(1, 40), (2, 50)], [(2, 50)]),
        (HIGHER, [(1, 50), (2, 50)], [(2, 50)]),
        (HIGHER, [(1, 62), (2, 55), (1, 48)], [(2, 55)]),  # the first was corrected
        (HIGHER, [(1, 62), (2, 70), (2, 58)], [(1, 62)]),  # the resit was
        (HIGHER, [(1, 62), (1, 48)], [(2, 48)]),
        (SILENT, [(1, 40), (2, 50)], [(2, 50)]),
        (SILENT, [(1, 62), (2, 55)], []),  # somebody decides which of them counts
    ],
)
def test_what_counts_may_be_sent(
    vle: Vle,
    learners: People,
    app: Flask,
    regulations: str,
    released: list[tuple[int, int]],
    counts: list[tuple[int, int]],
) -> None:
    _regulate(app, learners, regulations)
    for sequence, (attempt, points) in enumerate(released, start=1):
        _result(app, learners, attempt, points, sequence)
    assert _sendable(app) == [(number, Decimal(points)) for number, points in counts]


def test_a_first_mark_that_counts_again_is_sent_again(
    vle: Vle, learners: People, sweep: Sweep, app: Flask
) -> None:
    _regulate(app, learners, HIGHER)
    start = clock.now()
    steps = [(1, 62, 1), (2, 70, 1), (2, 58, 1), (2, 57, 0)]
    for number, (attempt, points, sent) in enumerate(steps, start=1):
        with time_machine.travel(start + timedelta(seconds=5 * number), tick=False):
            _result(app, learners, attempt, points, number)
            assert sweep() == sent
            assert sweep() == 0
    given = [call.json["scoreGiven"] for call in vle.asked("/scores")]
    assert given == [62, 70, 62]


@pytest.mark.parametrize(("first", "resit", "counts"), [(62, 55, 62), (40, 50, 50)])
def test_what_counts_is_shown_while_another_piece_is_missing(
    first: int, resit: int, counts: int
) -> None:
    attempts = {
        PLAN: [
            Attempted(Attempt.FIRST, Decimal(first)),
            Attempted(Attempt.RESIT, Decimal(resit)),
        ]
    }
    regulations = catalogue().regulations(HIGHER)
    pieces = catalogue().module("m1").assessments
    found = module_standing(pieces, attempts, regulations)
    assert found.mark.points is None
    assert {piece.assessment.key: piece.counts for piece in found.pieces}[PLAN] == counts


@pytest.mark.parametrize(("use", "counts"), [("higher", 60), ("resit", 55), (None, 55)])
def test_of_two_resits_the_module_counts_what_the_vle_is_sent(
    use: Literal["higher", "resit"] | None, counts: int
) -> None:
    marks = [(Attempt.FIRST, 40), (Attempt.RESIT, 60), (Attempt.RESIT, 55)]
    attempts = {PLAN: [Attempted(kind, Decimal(points)) for kind, points in marks]}
    regulations = catalogue().regulations(HIGHER)
    assert regulations.terms.resit
    uncapped = replace(regulations.terms.resit, use=use, cap="none")
    terms = replace(regulations.terms, resit=uncapped)
    pieces = catalogue().module("m1").assessments
    found = module_standing(pieces, attempts, replace(regulations, terms=terms))
    assert {piece.assessment.key: piece.counts for piece in found.pieces}[PLAN] == counts
