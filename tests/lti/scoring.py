"""What the tests of scores share; their fixtures are in conftest.py."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from lms.db import db
from lms.lti.models import ScoreDelivery, VleIdentity
from lms.lti.rules.claims import CUSTOM
from lms.people.models import Enrolment

PLAN = {CUSTOM: {"lms_target": "assessments/m1-plan"}}
Release = Callable[..., int]
Sweep = Callable[[], int]
Later = Callable[[timedelta], None]
LONG = timedelta(hours=1)


def place_held_by(subject: str) -> int:
    """The place of somebody who came from the VLE."""
    return db.session.scalars(
        select(Enrolment.id)
        .join(VleIdentity, VleIdentity.user_id == Enrolment.user_id)
        .where(VleIdentity.subject == subject)
    ).one()


def row_of(app: Flask, result_id: int) -> ScoreDelivery:
    """The delivery of a result, as it stands."""
    with app.app_context():
        row = db.session.scalars(
            select(ScoreDelivery).where(ScoreDelivery.result_id == result_id)
        ).one()
        db.session.expunge(row)
        return row
