"""Courses that are not linked yet, and linking them."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.actor import Role
from lms.audit.models import AuditEntry
from lms.db import db
from lms.lti.models import Context, VleIdentity
from lms.people.models import Enrolment, RoleHeld
from lms.people.service.places import appoint
from tests.conftest import People
from tests.vle import IMOGEN, PRIYA, Vle

Browse = Callable[[int], FlaskClient]


def _context_id(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(Context.id)).one()


def _lead(vle: Vle, client: FlaskClient, app: Flask) -> None:
    """Imogen has come from the VLE once, and was made a module lead since."""
    vle.launch(client, IMOGEN)
    with app.app_context():
        user_id = db.session.scalars(select(VleIdentity.user_id)).one()
        appoint(user_id=user_id, role=Role.MODULE_LEAD, now=clock.now())
        db.session.commit()


def test_a_learner_of_an_unlinked_course_is_told_and_to_whom_to_turn(
    vle: Vle, people: People, client: FlaskClient, app: Flask
) -> None:
    answer = vle.launch(client, PRIYA)
    assert answer.location.endswith("/lti/waiting")
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "This course is not linked yet" in page.text
    assert "Training Programme 1" in page.text
    assert "module lead" in page.text
    with app.app_context():
        assert len(db.session.scalars(select(Enrolment)).all()) == 4  # the standing people's


def test_an_instructor_of_an_unlinked_course_may_not_link_it(
    vle: Vle, people: People, client: FlaskClient, app: Flask
) -> None:
    answer = vle.launch(client, IMOGEN)
    assert answer.location.endswith("/lti/waiting")
    prefix = answer.location.removesuffix("/lti/waiting")
    address = f"{prefix}/lti/courses/{_context_id(app)}"
    assert client.get(address).status_code == 403
    assert client.post(address, data={"cohort": people.cohort}).status_code == 403
    with app.app_context():
        assert db.session.scalars(select(Context)).one().cohort_id is None
        held = db.session.scalars(select(RoleHeld).where(RoleHeld.role == Role.TRAINER)).all()
        assert [one.user_id for one in held] == [people.max]


def test_a_module_lead_links_the_course_from_the_launch_and_learners_get_their_place(
    vle: Vle, people: People, client: FlaskClient, app: Flask
) -> None:
    _lead(vle, client, app)
    answer = vle.launch(client, IMOGEN)
    assert answer.location.endswith(f"/lti/courses/{_context_id(app)}")
    page = client.get(answer.location)
    assert "Which cohort learns in this course?" in page.text

    nothing = client.post(answer.location)
    assert nothing.status_code == 400
    assert "Choose a cohort." in nothing.text
    assert client.post(answer.location, data={"cohort": "999"}).status_code == 400

    linked = client.post(answer.location, data={"cohort": str(people.cohort)})
    assert linked.status_code == 303
    assert "Linked to <strong>Cohort 3</strong>" in client.get(linked.location).text
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "linked a course to a cohort"
    assert vle.launch(client, PRIYA).location.endswith("/modules/m1/u1")


def test_a_course_is_linked_once(vle: Vle, course: People, browse: Browse, app: Flask) -> None:
    lead = browse(course.lin)
    address = f"/lti/courses/{_context_id(app)}"
    assert "A course is linked once" in lead.get(address).text
    assert lead.post(address, data={"cohort": str(course.other_cohort)}).status_code == 409
    assert lead.post(address, data={"cohort": str(course.cohort)}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Context)).one().cohort_id == course.cohort


def test_module_leads_and_administrators_see_every_course_and_nobody_else(
    vle: Vle, course: People, browse: Browse
) -> None:
    for user_id in (course.lin, course.admin):
        page = browse(user_id).get("/lti/courses")
        assert page.status_code == 200
        assert "Training Programme 1" in page.text
    for user_id in (course.ada, course.max, course.hub, course.morgan):
        assert browse(user_id).get("/lti/courses").status_code == 403
        assert browse(user_id).get("/lti/courses/1").status_code == 403
    assert browse(course.lin).get("/lti/courses/999").status_code == 404


def test_before_anybody_came_the_page_says_so(people: People, browse: Browse) -> None:
    assert "Nobody has opened an activity" in browse(people.lin).get("/lti/courses").text


def test_somebody_with_a_place_of_their_own_reads_from_any_course(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    vle.launch(client, PRIYA)
    from lms.lti.rules.claims import CONTEXT, ROLES

    nobody_here = vle.launch(client, PRIYA, **{CONTEXT: None, ROLES: []})
    assert nobody_here.location.endswith("/modules/m1/u1")


def test_somebody_without_a_role_is_told_plainly(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    from lms.lti.rules.claims import ROLES

    answer = vle.launch(client, PRIYA, **{ROLES: []})
    page = client.get(answer.location)
    assert "There is no place for you here yet" in page.text


def test_the_waiting_page_is_for_those_who_came_from_a_vle(
    people: People, browse: Browse, client: FlaskClient
) -> None:
    assert client.get("/lti/waiting").status_code == 303
    assert browse(people.ada).get("/lti/waiting").status_code == 404


def test_a_page_left_open_says_when_the_course_is_linked(
    vle: Vle, people: People, client: FlaskClient, browse: Browse, app: Flask
) -> None:
    waiting = vle.launch(client, PRIYA).location
    lead = browse(people.lin)
    lead.post(f"/lti/courses/{_context_id(app)}", data={"cohort": str(people.cohort)})
    page = client.get(waiting)
    assert "This course is linked now" in page.text
    assert "Cohort 3" in page.text
