"""The valid launches of the certification suite, for teacher and student."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.db import Base, db
from lms.lti.models import VleIdentity
from lms.lti.rules.claims import (
    CONTEXT,
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


def _count(app: Flask, table: type[Base]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


VALID: dict[str, dict[str, Any]] = {
    "V1 all claims": {},
    "V3 short role": {"short": True},
    "V4 unknown role": {ROLES: ["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"]},
    "V5 no role": {ROLES: []},
    "V5 empty role": {ROLES: [""]},
    "V6 e-mail only": {"name": None, "given_name": None, "family_name": None},
    "V7 names only": {"email": None},
    "V8 no personal data": dict.fromkeys(("name", "given_name", "family_name", "email")),
    "V9 no context": {CONTEXT: None},
    "V10 another link": {RESOURCE_LINK: {"id": "a-new-one"}},
}
LEAST = {"V4 unknown role", "V5 no role", "V5 empty role", "V9 no context"}
LABEL = {"V6 e-mail only": "priya", "V8 no personal data": NAMELESS}


@pytest.mark.parametrize("name", VALID)
@pytest.mark.parametrize("teacher", [True, False])
def test_a_valid_launch_is_let_in(
    vle: Vle, course: People, client: FlaskClient, app: Flask, name: str, *, teacher: bool
) -> None:
    changes = dict(VALID[name])
    role = "Instructor" if teacher else "Learner"
    if changes.pop("short", False):
        changes[ROLES] = [role]
    person = Person("p-priya", "Priya Example", (INSTRUCTOR if teacher else LEARNER,))

    answer = vle.launch(client, person, **changes)

    assert answer.status_code == 303
    assert answer.location.endswith("/lti/waiting" if name in LEAST else "/modules/m1/u1")
    assert client.get(answer.location).status_code == 200
    user = _launched(app, person)
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
        ([LEARNER, f"{PERSON}#Student", f"{PERSON}#Mentor"], "learner"),
        ([LEARNER, f"{PERSON}#Instructor"], "learner"),
        ([f"{PERSON}#Administrator"], "nobody"),
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
