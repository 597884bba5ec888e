"""The page of marks on their way, and sending a refused one again."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lms import clock
from lms.db import db
from lms.lti.models import CourseMember
from lms.lti.rules.claims import AGS_ENDPOINT, RESOURCE_LINK
from lms.lti.rules.scores import Delivery
from tests.conftest import People
from tests.factories import ResultFactory, SubmissionFactory, made
from tests.lti.scoring import PLAN, Release, Sweep, row_of
from tests.vle import IMOGEN, ISSUER, PRIYA, SCOPES, TOMOS, Answered, Vle


def _page(client: FlaskClient) -> str:
    page = client.get("/lti/scores?assessment=m1-plan&cohort=cohort-3")
    assert page.status_code == 200
    return page.text


def test_a_trainer_sees_how_far_each_mark_has_come_and_sends_one_again(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Callable[[int], FlaskClient],
) -> None:
    trainer = browse(learners.max)
    assert "No result of this assessment has been released" in _page(trainer)
    release(PRIYA)
    refused = release(TOMOS)
    assert _page(trainer).count("Waiting") == 2
    vle.answers["scores"] = [Answered(200), Answered(400, "User could not be found: p-tomos")]
    sweep()
    page = _page(trainer)
    assert "Sent " in page
    assert "Not taken by the VLE" in page
    assert "Enrol them in the VLE" in page

    again = trainer.post(f"/lti/scores/{row_of(app, refused).id}/again")
    assert again.status_code == 303
    assert again.location == "/lti/scores?assessment=m1-plan&cohort=cohort-3"
    assert trainer.post(f"/lti/scores/{row_of(app, refused).id}/again").status_code == 409
    with time_machine.travel(clock.now() + timedelta(seconds=2)):
        assert sweep() == 1
    assert row_of(app, refused).status is Delivery.SENT


def test_of_two_columns_the_one_that_needs_somebody_is_shown(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    learners: People,
    client: FlaskClient,
    browse: Callable[[int], FlaskClient],
) -> None:
    other = {AGS_ENDPOINT: {"scope": SCOPES, "lineitem": f"{ISSUER}/services/2/lineitems/8"}}
    vle.launch(client, PRIYA, **PLAN, **other, **{RESOURCE_LINK: {"id": "another"}})
    release(PRIYA)
    vle.answers["scores"] = [Answered(404), Answered(200)]
    assert sweep() == 2
    assert "Not taken by the VLE" in _page(browse(learners.max))


def test_somebody_who_never_came_from_the_vle_is_shown_so(
    vle: Vle, course: People, app: Flask, browse: Callable[[int], FlaskClient], sweep: Sweep
) -> None:
    with app.app_context():
        script = made(SubmissionFactory, enrolment_id=course.ada_place)
        made(
            ResultFactory,
            enrolment_id=course.ada_place,
            submission_id=script.id,
            released_by=course.max,
        )
        db.session.commit()
    assert sweep() == 0
    assert "has not come here from a course of the cohort" in _page(browse(course.max))


def test_somebody_of_another_course_of_the_vle_alone_is_shown_so_too(
    vle: Vle, release: Release, learners: People, app: Flask, browse: Callable[[int], FlaskClient]
) -> None:
    """They are known to the platform, and no mark of theirs goes to a course they were never in."""
    release(PRIYA)
    with app.app_context():
        db.session.execute(delete(CourseMember))
        db.session.commit()
    page = _page(browse(learners.max))
    assert "Nowhere to send it yet" in page
    assert "has not come here from a course of the cohort" in page


def test_the_page_and_sending_again_are_for_those_who_release_there(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    app: Flask,
    learners: People,
    browse: Callable[[int], FlaskClient],
    client: FlaskClient,
) -> None:
    refused = release(PRIYA)
    vle.answers["scores"] = [Answered(400)]
    sweep()
    address = "/lti/scores?assessment=m1-plan&cohort="
    for user_id in (learners.ada, learners.hub, learners.admin, learners.morgan):
        assert browse(user_id).get(address + "cohort-3").status_code == 403
    trainer = browse(learners.max)
    assert trainer.get(address + "cohort-2").status_code == 404
    assert trainer.get("/lti/scores?assessment=none&cohort=cohort-3").status_code == 404
    assert trainer.post("/lti/scores/999/again").status_code == 404
    other = vle.launch(client, IMOGEN)  # an instructor, but let her be of another cohort
    assert other.status_code == 303
    with app.app_context():
        from lms.people.models import RoleHeld

        held = db.session.scalars(select(RoleHeld).order_by(RoleHeld.id.desc())).first()
        assert held is not None
        held.cohort_id = learners.other_cohort
        db.session.commit()
        stranger = held.user_id
    post = browse(stranger).post(f"/lti/scores/{row_of(app, refused).id}/again")
    assert post.status_code == 404
    assert row_of(app, refused).status is Delivery.REFUSED


def test_the_page_asks_as_much_for_many_as_for_few(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    learners: People,
    browse: Callable[[int], FlaskClient],
    statements: Callable[[], int],
) -> None:
    trainer = browse(learners.max)
    release(PRIYA)
    sweep()
    statements()
    _page(trainer)
    few = statements()
    release(TOMOS)
    sweep()
    statements()
    _page(trainer)
    assert statements() == few <= 12
