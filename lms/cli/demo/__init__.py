"""`flask demo load`: invented people and cohorts, as `make run` shows them. Safe to run again.

Everybody here is made up, and their names say so. The practice VLE knows the same people by the
same subjects (`practice_vle/world.py`); a test compares the two.
"""

from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.actor import Role
from lms.cli.demo import cast, history, vle
from lms.config import Settings
from lms.db import db, db_writes
from lms.lti.models import Context, Platform
from lms.people import queries
from lms.people.models import User
from lms.people.rules import Asked
from lms.people.service import accounts, invitations, places
from lms.people.service.links import Links

group = AppGroup("demo", help="Invented people, for trying the product.")


@group.command("load", help="Load the invented people and cohorts, or say again who they are.")
@click.option(
    "--vle", "address", default="http://localhost:5001", help="The practice VLE's address."
)
def load(address: str) -> None:
    """Only with LMS_DEMO=1: a demo account's password is public."""
    settings: Settings = current_app.config["LMS_SETTINGS"]
    if not settings.demo:
        raise click.ClickException("demo people are for LMS_DEMO=1 only")
    with db_writes():
        now = clock.now()
        if queries.find_cohort(cast.COHORTS[0].slug) is None:
            people = _make_everybody(settings, address, now)
            history.play(people, now=now)
        link = _invitation_link(settings, now)
        db.session.commit()
    click.echo(_who_can_do_what(settings.public_url, address, link))


def _make_everybody(settings: Settings, address: str, now: datetime) -> dict[str, int]:
    """All cohorts and people; returns user ids by VLE subject."""
    platform = vle.add_practice_platform(address, secret_key=settings.secret_key, now=now)
    for cohort in cast.COHORTS:
        places.open_cohort(
            slug=cohort.slug,
            programme=cohort.programme,
            name=cohort.name,
            starts_on=cohort.starts_on,
            regulations=cohort.regulations,
        )
    people: dict[str, int] = {}
    for course, subjects in cast.LEARNERS.items():
        cohort_id = _cohort_id(course)
        linked = vle.link_course(platform, course, cohort_id=cohort_id, now=now)
        for subject, name in subjects.items():
            people[subject] = _person(name, subject, platform, now, learns_in=linked).id
            places.enrol(user_id=people[subject], cohort_id=cohort_id, now=now)
    for subject, (name, role) in cast.STAFF.items():
        people[subject] = _person(name, subject, platform, now).id
        for course in cast.LEARNERS:
            places.appoint(
                user_id=people[subject], role=role, cohort_id=_cohort_id(course), now=now
            )
    for address, (name, role) in cast.LOCAL.items():
        user = places.make_person(name=name, email=address, now=now)
        accounts.make_local_account(user_id=user.id, email=address, password=cast.PASSWORD, now=now)
        places.appoint(user_id=user.id, role=role, now=now)
    return people


def _person(
    name: str,
    subject: str,
    platform: Platform,
    now: datetime,
    *,
    learns_in: Context | None = None,
) -> User:
    address = subject.split("-", 1)[1] + "@example.test"
    user = places.make_person(name=name, email=address, now=now)
    vle.know_as(platform, subject, user_id=user.id, learns_in=learns_in, now=now)
    return user


def _cohort_id(slug: str) -> int:
    cohort = queries.find_cohort(slug)
    if cohort is None:
        raise click.ClickException(f"there is no cohort {slug}")
    return cohort.id


def _invitation_link(settings: Settings, now: datetime) -> str | None:
    """Morgan's link: a new one each time, until it is accepted."""
    if queries.find_account(cast.MANAGER_ADDRESS):
        return None
    links = Links.of(settings)
    hub = queries.find_account("hub@example.test")
    actor = queries.actor_for(hub.user) if hub else None
    waiting = next(
        (
            row.invitation
            for row in queries.invitations()
            if row.invitation.email == cast.MANAGER_ADDRESS
        ),
        None,
    )
    if waiting and actor:
        sent = invitations.send_again(actor=actor, invitation_id=waiting.id, links=links, now=now)
        return sent.link
    asked = Asked(
        role=Role.LINE_MANAGER,
        name=cast.MANAGER,
        email=cast.MANAGER_ADDRESS,
        organisation=cast.ORGANISATION,
        cohort="onboarding-3",
    )
    return invitations.invite(actor=actor, asked=asked, links=links, now=now).link


def _who_can_do_what(tool: str, practice: str, link: str | None) -> str:
    manager = link or f"{tool}/sign-in as {cast.MANAGER_ADDRESS}, with the password chosen"
    return f"""
The product     {tool}
Practice VLE    {practice}   (a pretend university: pick a person, open an activity)

Who can do what (everybody is invented)
  Trainee          Priya Example, in the practice VLE, Cohort 3: read, write, hand in
  Trainer          Imogen Example, in the practice VLE: mark and release
  Module lead      Rowan Sample, in the practice VLE: the same, for every cohort
  Line manager     Morgan Example, by invitation:
                   {manager}
  Hub officer      {tool}/sign-in as hub@example.test, password {cast.PASSWORD}
  Administrator    {tool}/sign-in as admin@example.test, password {cast.PASSWORD}

E-mails are not sent; read them in the practice VLE under “Post”."""
