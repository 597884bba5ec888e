"""The pretend VLE, known to the tool, with its course "2" linked to cohort 3."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.assessments.models import ResultRow, Submission
from lms.db import db
from lms.lti.models import Launch
from lms.lti.platform import guard, http
from lms.people.models import Enrolment
from lms.tasks import run_sweep
from tests.conftest import Client, People
from tests.factories import ResultFactory, SubmissionFactory, made
from tests.lti.registering import Administrator
from tests.lti.scoring import PLAN, Release
from tests.vle import PRIYA, TOMOS, Person, Vle

Browser = Callable[[], FlaskClient]


@pytest.fixture
def vle(clean_database: Flask, monkeypatch: pytest.MonkeyPatch) -> Vle:
    """A platform that the tool knows."""
    vle = Vle(clean_database, clock.now)
    monkeypatch.setattr(http, "new_session", vle.session)
    vle.register()
    return vle


@pytest.fixture
def look_up(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for; everything else is on the open internet."""
    names: dict[str, list[str]] = {}

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (one, port)) for one in names.get(host, ["93.184.216.34"])]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.fixture
def admin(
    clean_database: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    look_up: dict[str, list[str]],
) -> Administrator:
    """The administrator of a VLE that the tool does not know yet."""
    pretend = Vle(clean_database, clock.now)
    monkeypatch.setattr(http, "new_session", pretend.session)
    monkeypatch.setattr(guard, "new_guarded_session", lambda **_: pretend.session())
    return Administrator(pretend, client)


@pytest.fixture
def course(vle: Vle, people: People) -> People:
    """The platform's course is linked to cohort 3."""
    vle.link(people.cohort)
    return people


@pytest.fixture
def browser(clean_database: Flask) -> Browser:
    """`browser()`: another browser."""

    def another() -> FlaskClient:
        clean_database.test_client_class = Client
        return clean_database.test_client()

    return another


@pytest.fixture
def learners(vle: Vle, course: People, client: FlaskClient) -> People:
    """Priya and Tomos have opened the assessment from the VLE."""
    vle.launch(client, PRIYA, **PLAN)
    vle.launch(client, TOMOS, **PLAN)
    vle.calls.clear()
    return course


@pytest.fixture
def release(app: Flask, learners: People) -> Release:
    """`release(person, "62")`: a result is released; again, and it is a correction."""

    def released(person: Person, points: str = "62") -> int:
        with app.app_context():
            place = db.session.scalar(
                select(Enrolment)
                .join(Launch, Launch.user_id == Enrolment.user_id)
                .join(db.metadata.tables["vle_identities"], _of(person))
            )
            assert place is not None
            script = db.session.scalar(
                select(Submission).where(Submission.enrolment_id == place.id)
            ) or made(SubmissionFactory, enrolment_id=place.id)
            before = db.session.scalars(
                select(ResultRow).where(ResultRow.enrolment_id == place.id)
            ).all()
            row = made(
                ResultFactory,
                enrolment_id=place.id,
                submission_id=script.id,
                sequence=len(before) + 1,
                points=Decimal(points),
                released_by=learners.max,
            )
            db.session.commit()
            return int(row.id)

    return released


def _of(person: Person) -> Any:
    identities = db.metadata.tables["vle_identities"]
    return (identities.c.user_id == Launch.user_id) & (identities.c.subject == person.sub)


@pytest.fixture
def sweep(app: Flask) -> Callable[[], int]:
    """Run the worker's sweep once."""

    def run() -> int:
        with app.app_context():
            return run_sweep("scores")

    return run


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], None]]:
    """`later(minutes=…)`: time passes."""
    travellers = []

    def pass_time(by: timedelta) -> None:
        traveller = time_machine.travel(clock.now() + by)
        traveller.start()
        travellers.append(traveller)

    yield pass_time
    for traveller in reversed(travellers):
        traveller.stop()
