"""Launches that are let in: who becomes whom, where they land, what is kept, and what it costs."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from lms import clock
from lms.actor import Role
from lms.audit.models import AuditEntry
from lms.db import Base, db
from lms.lti.models import Context, Launch, LoginAttempt, ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    CUSTOM,
    RESOURCE_LINK,
    TARGET_LINK_URI,
)
from lms.modules.catalogue import catalogue
from lms.people.models import Enrolment, RoleHeld, User
from lms.people.service.places import enrol
from tests.conftest import People
from tests.vle import (
    IMOGEN,
    ISSUER,
    LAUNCH_URL,
    OFFERS,
    PRIYA,
    TOOL,
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


def test_a_learner_launches_gets_a_place_and_reads(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    answer = vle.launch(client, PRIYA)

    assert answer.status_code == 303
    assert answer.location.startswith("/-/")
    assert answer.location.endswith("/modules/m1/u1")
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "You are here as Priya Example" in page.text
    prefix = answer.location.removesuffix("/modules/m1/u1")
    assert f'href="{prefix}/home"' in page.text
    user = _launched(app, PRIYA)
    assert (user.name, user.email) == ("Priya Example", "priya@example.test")
    with app.app_context():
        place = db.session.scalar(select(Enrolment).where(Enrolment.user_id == user.id))
        assert place is not None
        assert place.cohort_id == course.cohort
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "enrolled from the VLE"


def test_an_instructor_becomes_a_trainer_and_lands_on_the_marking_queue(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    answer = vle.launch(client, IMOGEN, **{CUSTOM: PLAN})

    assert answer.location.endswith("/marking/m1-plan?cohort=cohort-3")
    assert client.get(answer.location).status_code == 200
    with app.app_context():
        held = db.session.scalars(
            select(RoleHeld).where(RoleHeld.user_id == _launched(app, IMOGEN).id)
        ).all()
        assert [(one.role, one.cohort_id) for one in held] == [(Role.TRAINER, course.cohort)]
        assert _count(app, Enrolment) == 4  # the standing people's, no more


def test_a_marker_of_work_that_the_vle_takes_lands_on_words_and_not_on_an_empty_queue(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    assert catalogue().assessment("m2-policy").record == "vle"
    there = {CUSTOM: {"lms_target": "assessments/m2-policy"}}
    answer = vle.launch(client, IMOGEN, **there)
    assert answer.location.endswith("/assessments/m2-policy")
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Handed in and marked on the university’s learning site" in page.text
    assert "there is nothing to mark here" in page.text
    assert "Go to the marking" not in page.text


@pytest.mark.parametrize(
    ("changes", "lands_on"),
    [
        ({CUSTOM: PLAN}, "/assessments/m1-plan"),
        ({CUSTOM: {"lms_target": "modules/m1"}}, "/modules/m1"),
        ({CUSTOM: None}, "/home"),
        ({CUSTOM: {"lms_target": "$Context.id.history"}}, "/home"),
        ({CUSTOM: {"lms_target": None}}, "/home"),
        ({CUSTOM: {}, TARGET_LINK_URI: f"{TOOL}/modules/m1/u1?page=7"}, "/modules/m1/u1"),
    ],
)
def test_a_launch_lands_where_the_activity_says(
    vle: Vle, course: People, client: FlaskClient, changes: dict[str, Any], lands_on: str
) -> None:
    answer = vle.launch(client, PRIYA, **changes)
    assert answer.location.endswith(lands_on)
    assert client.get(answer.location).status_code == 200


def test_the_redirect_uri_is_always_the_same(vle: Vle, client: FlaskClient) -> None:
    begun = vle.begin(client, target_link_uri=f"{TOOL}/modules/m1/u1?page=7")
    assert begun.asked["redirect_uri"] == LAUNCH_URL
    assert begun.asked["scope"] == "openid"
    assert begun.asked["response_mode"] == "form_post"
    assert begun.asked["prompt"] == "none"
    assert begun.asked["lti_message_hint"] == '{"cmid":20}'


# --- again ---


def test_a_second_launch_is_the_same_person_with_the_name_of_today(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    first = _launched(app, PRIYA)
    vle.launch(client, PRIYA, name="Priya Newname", email="new@example.test")
    assert _launched(app, PRIYA).id == first.id
    assert _launched(app, PRIYA).name == "Priya Newname"
    vle.launch(client, PRIYA, name="", given_name="", family_name="", email="")
    assert _launched(app, PRIYA).name == "Priya Newname"
    assert _count(app, VleIdentity) == 1


def test_an_equal_address_joins_nobody(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA, email="ada@example.test")
    assert _launched(app, PRIYA).id != course.ada


def test_the_same_subject_of_another_client_is_another_person(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    vle.register(client_id="another-client")
    begun = vle.begin(client, client_id="another-client")
    claims = vle.claims(PRIYA, begun.nonce, aud="another-client")
    assert vle.post(client, vle.token(claims), begun.state).status_code == 303
    assert _count(app, VleIdentity) == 2


def test_a_place_that_was_ended_is_not_reopened_and_the_page_says_so(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    with app.app_context():
        place = db.session.scalar(
            select(Enrolment).where(Enrolment.user_id == _launched(app, PRIYA).id)
        )
        assert place is not None
        place.left_at = clock.now()
        db.session.commit()
        place_id = place.id

        enrol(user_id=place.user_id, cohort_id=course.other_cohort, now=clock.now())
        db.session.commit()

    answer = vle.launch(client, PRIYA)

    assert answer.location.endswith("/lti/waiting")
    assert "Your place here has ended" in client.get(answer.location).text
    with app.app_context():
        again = db.session.get(Enrolment, place_id)
        assert again is not None
        assert again.left_at is not None


def test_a_line_item_once_known_is_kept_when_a_launch_lacks_it(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    vle.launch(client, PRIYA, **{AGS_ENDPOINT: {"scope": [], "lineitems": f"{ISSUER}/items"}})
    vle.launch(client, PRIYA, **{AGS_ENDPOINT: None})
    with app.app_context():
        link = db.session.scalars(select(ResourceLink)).one()
        assert link.lineitem_url == f"{ISSUER}/services/2/lineitems/7/lineitem?type_id=1"
        assert link.lineitems_url == f"{ISSUER}/items"


@pytest.mark.parametrize(
    "lineitem",
    [
        "http://127.0.0.1:6379/x",
        "http://10.0.0.1/x",
        "file:///etc/passwd",
        7,
        "https://a:b@vle.test/x",
        "\ud800",
    ],
)
def test_an_address_we_would_not_ask_is_not_kept(
    vle: Vle, course: People, client: FlaskClient, app: Flask, lineitem: Any
) -> None:
    endpoint = {"scope": "not a list", "lineitem": lineitem}
    assert vle.launch(client, PRIYA, **{AGS_ENDPOINT: endpoint}).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(ResourceLink)).one().lineitem_url is None


# --- what it costs ---


WAYS: dict[str, tuple[Person, dict[str, Any]]] = {
    "a learner": (PRIYA, {}),
    "a teacher": (IMOGEN, {CUSTOM: PLAN}),
    "with every service offered": (PRIYA, OFFERS),
    "without a column": (PRIYA, {AGS_ENDPOINT: None}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cookie", [True, False])
def test_a_launch_writes_three_times_and_asks_nobody_when_the_keys_are_known(
    vle: Vle, course: People, client: FlaskClient, app: Flask, way: str, *, cookie: bool
) -> None:
    """Login and launch together, for somebody who was here before; the first makes its rows."""
    person, said = WAYS[way]
    vle.launch(client, person, **said)
    calls = len(vle.calls)
    written: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        begun = vle.begin(client, lti_storage_target="_parent")
        token = vle.token(vle.claims(person, begun.nonce, **said))
        if not cookie:
            client.delete_cookie("__Host-lms_browser", domain="tool.test")
        answer = vle.post(client, token, begun.state)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert answer.status_code == (303 if cookie else 200)
    assert 0 < len(written) <= 3, written
    assert [call.url for call in vle.calls[calls:]] == []


def test_a_launch_asks_and_writes_a_fixed_number_of_times(
    vle: Vle, course: People, client: FlaskClient, statements: Callable[[], int]
) -> None:
    """However many deployments, people and activities there are."""
    vle.launch(client, PRIYA)
    statements()
    vle.launch(client, PRIYA)
    few = statements()
    for number in range(3):
        vle.launch(client, Person(f"p-{number}", f"Person {number}"))
        vle.register(deployment_id=f"{number + 2}")
        vle.launch(client, PRIYA, **{RESOURCE_LINK: {"id": f"more-{number}"}})
    statements()
    vle.launch(client, PRIYA)
    assert statements() == few <= 11


def test_a_launched_person_is_found_in_three_statements(
    vle: Vle, course: People, client: FlaskClient, statements: Callable[[], int]
) -> None:
    prefix = vle.launch(client, PRIYA).location.removesuffix("/modules/m1/u1")
    statements()
    assert client.get(f"{prefix}/support").status_code == 200
    assert statements() <= 3


# --- what is kept ---


def test_the_return_address_and_the_token_are_nowhere_kept_or_logged(
    vle: Vle,
    course: People,
    client: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    page = client.get(vle.launch(client, PRIYA).location)
    refused = vle.launch(client, PRIYA, iss="https://other.test")
    assert refused.status_code == 400
    assert "SECRETSESSKEY" not in caplog.text
    assert "Priya" not in caplog.text
    assert "SECRETSESSKEY" not in page.text
    if settings.database_url.startswith("sqlite:///"):
        file = Path(settings.database_url.removeprefix("sqlite:///"))
        kept = b"".join(part.read_bytes() for part in file.parent.glob(file.name + "*"))
        assert b"SECRETSESSKEY" not in kept


def test_old_logins_and_launches_are_forgotten(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    from lms.tasks import run_sweep

    vle.launch(client, PRIYA)
    with app.app_context():
        assert run_sweep("launches") == 0
    with time_machine.travel(clock.now() + timedelta(hours=2)), app.app_context():
        assert run_sweep("launches") == 1
    assert (_count(app, LoginAttempt), _count(app, Launch)) == (0, 1)
    with time_machine.travel(clock.now() + timedelta(hours=37)), app.app_context():
        assert run_sweep("launches") == 1
    assert (_count(app, Launch), _count(app, Context)) == (0, 1)
