"""The valid launches of the certification suite, for teacher and student."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.lti.models import ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    CONTEXT,
    CUSTOM,
    LAUNCH_PRESENTATION,
    RESOURCE_LINK,
    ROLES,
)
from lms.lti.rules.places import NAMELESS
from lms.people.models import Enrolment, RoleHeld, User
from tests.conftest import People
from tests.vle import (
    INSTRUCTOR,
    LEARNER,
    PRIYA,
    Person,
    Vle,
)

PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
PLAN = {"lms_target": "assessments/m1-plan"}


def _launched(app: Flask, person: Person) -> User:
    with app.app_context():
        user = db.session.scalar(
            select(User).join(VleIdentity).where(VleIdentity.subject == person.sub)
        )
        assert user is not None
        db.session.expunge(user)
        return user


def _links(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(ResourceLink.vle_id)))


NOBODY = dict.fromkeys(("name", "given_name", "family_name", "email"))
VALID: dict[str, dict[str, Any]] = {
    "V1 all claims": {},
    "V2 several roles": {"several": True},
    "V3 short role": {"short": True},
    "V4 unknown role": {ROLES: ["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"]},
    "V5 no role": {ROLES: []},
    "V5 empty role": {ROLES: [""]},
    "V6 e-mail only": {"name": None, "given_name": None, "family_name": None},
    "V7 names only": {"email": None},
    "V8 no personal data": NOBODY,
    "V9 no context": {CONTEXT: None},
    "V10 another link": {RESOURCE_LINK: {"id": "a-new-one"}},
    "V10 a link alone": NOBODY
    | {RESOURCE_LINK: {"id": "a-new-one"}}
    | dict.fromkeys((CONTEXT, CUSTOM, AGS_ENDPOINT, LAUNCH_PRESENTATION)),
}
LEAST = {"V4 unknown role", "V5 no role", "V5 empty role", "V9 no context", "V10 a link alone"}
LABEL = {
    "V6 e-mail only": "priya",
    "V8 no personal data": NAMELESS,
    "V10 a link alone": NAMELESS,
}


def test_every_line_of_the_suite_is_in_the_table() -> None:
    assert {f"V{number}" for number in range(1, 11)} == {name.split()[0] for name in VALID}


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("teacher", [True, False])
def test_a_valid_launch_is_let_in(
    vle: Vle, course: People, client: FlaskClient, app: Flask, name: str, *, teacher: bool
) -> None:
    changes = dict(VALID[name])
    role = "Instructor" if teacher else "Learner"
    if changes.pop("short", False):
        changes[ROLES] = [role]
    if changes.pop("several", False):
        changes[ROLES] = (
            [INSTRUCTOR, f"{PERSON}#Staff", f"{PERSON}#Other"]
            if teacher
            else [LEARNER, f"{PERSON}#Student", f"{PERSON}#Mentor"]
        )
    person = Person("p-priya", "Priya Example", (INSTRUCTOR if teacher else LEARNER,))

    answer = vle.launch(client, person, **changes)

    assert answer.status_code == 303
    assert answer.location.endswith("/lti/waiting" if name in LEAST else "/modules/m1/u1")
    assert client.get(answer.location).status_code == 200
    user = _launched(app, person)
    assert _links(app) == [changes.get(RESOURCE_LINK, {"id": "1"})["id"]]
    assert user.name == LABEL.get(name, "Priya Example")
    with app.app_context():
        places = db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)).all()
        roles = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == user.id)).all()
        assert len(places) == (0 if teacher or name in LEAST else 1)
        assert len(roles) == (1 if teacher and name not in LEAST else 0)


@pytest.mark.parametrize(
    ("roles", "becomes"),
    [
        ([INSTRUCTOR, f"{PERSON}#Staff", f"{PERSON}#Other"], "trainer"),
        ([f"{PERSON}#Student", INSTRUCTOR], "trainer"),
        ([LEARNER, f"{PERSON}#Student", f"{PERSON}#Mentor"], "learner"),
        ([LEARNER, f"{PERSON}#Instructor"], "learner"),
        ([f"{PERSON}#Administrator"], "nobody"),
        ([f"{PERSON}#Instructor"], "nobody"),
    ],
)
def test_the_role_in_the_course_wins(
    vle: Vle, course: People, client: FlaskClient, app: Flask, roles: list[str], becomes: str
) -> None:  # V2
    vle.launch(client, PRIYA, **{ROLES: roles})
    with app.app_context():
        user_id = _launched(app, PRIYA).id
        places = db.session.scalars(select(Enrolment).where(Enrolment.user_id == user_id)).all()
        held = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == user_id)).all()
        assert [len(places), len(held)] == {"trainer": [0, 1], "learner": [1, 0]}.get(
            becomes, [0, 0]
        )
