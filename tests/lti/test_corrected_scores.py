"""A result that is corrected here goes to the VLE once more, and only if the mark is another."""

from datetime import timedelta
from decimal import Decimal

import time_machine
from flask import Flask

from lms import clock
from lms.assessments import queries
from lms.assessments.rules.marking import Decision
from lms.assessments.service import release as releasing
from lms.assessments.service.corrections import begin_correction
from lms.assessments.service.marks import finish_script, save_mark
from lms.assessments.service.scripts import decisions_of, mark_of
from lms.db import db
from lms.modules.catalogue import catalogue
from lms.people.queries import get_cohort
from tests.conftest import People
from tests.factories import finished_script
from tests.lti.scoring import Sweep, place_held_by
from tests.service.test_assessments_handing_in import actor
from tests.vle import PRIYA, Vle

PIECE = "m1-plan"


def _release(people: People) -> None:
    lin, cohort = actor(people.lin), get_cohort(people.cohort)
    scripts = queries.scripts_to_release(lin, cohort, PIECE)
    agreed = releasing.list_hash(releasing.what_would_be_released(scripts))
    asked = catalogue().assessment(PIECE)
    assert releasing.release_results(asked, cohort, agreed=agreed, actor=lin, now=clock.now())


def _correct(app: Flask, people: People, script_id: int, points: int) -> None:
    with app.app_context():
        lin, max_, now = actor(people.lin), actor(people.max), clock.now()
        begin_correction(script_id, reason="Put down wrongly.", actor=lin, now=now)
        script = queries.script_visible_to(max_, script_id)
        mark = mark_of(script)
        assert mark
        given = {key: Decision("merit", Decimal(points), "Why.") for key in decisions_of(mark)}
        save_mark(
            script_id, decisions=given, comment="Again.", version=mark.version, actor=max_, now=now
        )
        finish_script(script_id, actor=max_, now=now)
        _release(people)
        db.session.commit()


def test_a_corrected_mark_is_sent_once_and_an_unchanged_one_not(
    vle: Vle, learners: People, sweep: Sweep, app: Flask
) -> None:
    with app.app_context():
        place = place_held_by(PRIYA.sub)
        script_id = finished_script(place, learners.max).id
        _release(learners)
        db.session.commit()
    assert sweep() == 1
    start = clock.now()
    for seconds, points, sent in ((5, 68, 1), (10, 68, 0), (15, 61, 1)):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            _correct(app, learners, script_id, points)
            assert sweep() == sent
            assert sweep() == 0
    given = [call.json["scoreGiven"] for call in vle.asked("/scores")]
    assert given == [64, 68, 61]
