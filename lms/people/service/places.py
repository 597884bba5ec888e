"""Making people, and giving them places and roles."""

from datetime import date, datetime

from lms.actor import Role
from lms.db import db
from lms.people import queries
from lms.people.models import Cohort, Employment, Enrolment, Organisation, RoleHeld, User


def make_person(*, name: str, email: str | None, now: datetime) -> User:
    """A new person, who cannot sign in yet."""
    user = User(name=name.strip() or "Unnamed person", email=email, created_at=now)
    db.session.add(user)
    db.session.flush()
    return user


def open_cohort(
    *, slug: str, programme: str, name: str, starts_on: date, regulations: str | None
) -> Cohort:
    """A new cohort of a programme."""
    cohort = Cohort(
        slug=slug, programme=programme, name=name, starts_on=starts_on, regulations=regulations
    )
    db.session.add(cohort)
    db.session.flush()
    return cohort


def enrol(*, user_id: int, cohort_id: int, now: datetime) -> Enrolment:
    """Give a person a place in a cohort; somebody who had left comes back to the same place."""
    enrolment = queries.find_enrolment(user_id, cohort_id)
    if enrolment is None:
        enrolment = Enrolment(user_id=user_id, cohort_id=cohort_id, enrolled_at=now)
        db.session.add(enrolment)
    enrolment.left_at = None
    db.session.flush()
    return enrolment


def appoint(
    *,
    user_id: int,
    role: Role,
    now: datetime,
    cohort_id: int | None = None,
    organisation_id: int | None = None,
) -> RoleHeld:
    """Give a person a role; giving it twice changes nothing."""
    held = queries.find_role(user_id, role, cohort_id, organisation_id)
    if held is None:
        held = RoleHeld(
            user_id=user_id,
            role=role,
            cohort_id=cohort_id,
            organisation_id=organisation_id,
            given_at=now,
        )
        db.session.add(held)
        db.session.flush()
    return held


def find_or_make_organisation(name: str) -> Organisation:
    """The organisation of that name."""
    organisation = queries.find_organisation(name.strip())
    if organisation is None:
        organisation = Organisation(name=name.strip())
        db.session.add(organisation)
        db.session.flush()
    return organisation


def employ(
    *,
    user_id: int,
    organisation_id: int,
    manager_id: int | None,
    supervisor_id: int | None = None,
) -> None:
    """Say where a person works, and under whom; saying it again corrects who that is."""
    employment = queries.find_employment(user_id, organisation_id)
    if employment is None:
        employment = Employment(user_id=user_id, organisation_id=organisation_id)
        db.session.add(employment)
    employment.manager_id = manager_id if manager_id is not None else employment.manager_id
    if supervisor_id is not None:
        employment.supervisor_id = supervisor_id
    db.session.flush()
