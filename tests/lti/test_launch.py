"""Launches that are let in: who becomes whom, where they land, and what it costs."""

import logging
import threading
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
    CONTEXT,
    CUSTOM,
    LAUNCH_PRESENTATION,
    RESOURCE_LINK,
    ROLES,
    TARGET_LINK_URI,
)
from lms.lti.rules.places import NAMELESS
from lms.people.models import Enrolment, RoleHeld, User
from lms.people.service.places import enrol
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.vle import (
    IMOGEN,
    INSTRUCTOR,
    ISSUER,
    LAUNCH_URL,
    LEARNER,
    PRIYA,
    TOMOS,
    TOOL,
    Person,
    Vle,
    suspend,
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


# --- the valid launches of the certification suite, for teacher and student ---

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


def test_a_launch_writes_three_times_and_asks_nobody_when_the_keys_are_known(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    vle.launch(client, PRIYA)
    assert len(vle.calls) == 1
    written: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert vle.launch(client, PRIYA).status_code == 303
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(written) <= 3, written
    assert len(vle.calls) == 1


def test_a_launched_person_is_found_in_three_statements(
    vle: Vle, course: People, client: FlaskClient, statements: Callable[[], int]
) -> None:
    prefix = vle.launch(client, PRIYA).location.removesuffix("/modules/m1/u1")
    statements()
    assert client.get(f"{prefix}/support").status_code == 200
    assert statements() <= 3


# --- whose browser ---


def test_two_people_in_one_browser_work_side_by_side(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    one = vle.launch(client, PRIYA).location
    two = vle.launch(client, TOMOS).location
    assert "here as Priya Example" in client.get(one).text
    assert "here as Tomos Sample" in client.get(two).text
    assert "here as Priya Example" in client.get(one).text


def test_somebody_signed_in_here_stays_so_beside_a_launch(
    vle: Vle, course: People, browse: Callable[[int], FlaskClient]
) -> None:
    both = browse(course.ada)
    address = vle.launch(both, PRIYA).location
    assert "here as Priya Example" in both.get(address).text
    assert "signed in as Ada Example" in both.get("/home").text
    assert "here as Priya Example" in both.get(address).text


def test_two_first_launches_at_once_make_one_person(
    vle: Vle, course: People, client: FlaskClient, app: Flask, browser: Browser
) -> None:
    vle.launch(client, TOMOS)
    gate, statuses = threading.Barrier(4), []

    def launch(racer: FlaskClient) -> None:
        begun = vle.begin(racer)
        token = vle.token(vle.claims(PRIYA, begun.nonce, **{RESOURCE_LINK: {"id": "new"}}))
        gate.wait()
        statuses.append(vle.post(racer, token, begun.state).status_code)

    threads = [threading.Thread(target=launch, args=(browser(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert _count(app, VleIdentity) == 2
    assert _count(app, ResourceLink) == 2


def test_a_launch_opens_nothing_in_another_browser(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    address = vle.launch(client, PRIYA).location
    other = browser()
    assert other.get(address).status_code == 403
    vle.launch(other, TOMOS)
    assert other.get(address).status_code == 403


def test_a_launch_ends_after_twelve_hours_and_says_what_to_do(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    address = vle.launch(client, PRIYA).location
    with time_machine.travel(clock.now() + timedelta(hours=11, minutes=59), tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1), tick=False):
        page = client.get(address)
    assert page.status_code == 403
    assert "open the activity again" in page.text
    assert f"frame-ancestors {ISSUER}" in page.headers["Content-Security-Policy"]


def test_a_suspended_platforms_launches_end_at_once(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    address = vle.launch(client, PRIYA).location
    suspend(app, vle.platform_id)
    assert client.get(address).status_code == 403


def test_a_launch_is_not_a_sign_in(vle: Vle, course: People, client: FlaskClient) -> None:
    vle.launch(client, PRIYA)
    assert client.get("/home").status_code == 303
    assert client.get("/-/AAAAAAAAAAAAAAAAAAAAAAAA/home").status_code == 403


def test_the_cookie_comes_back_in_a_frame(vle: Vle, client: FlaskClient) -> None:
    cookie = vle.begin(client).response.headers["Set-Cookie"]
    for part in (
        "__Host-lms_browser=",
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Partitioned",
        "Path=/",
    ):
        assert part in cookie
    assert "Domain" not in cookie


def test_the_platform_may_frame_its_launches_and_nobody_else(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    page = client.get(vle.launch(client, PRIYA).location)
    assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ISSUER}")
    assert 'class="framed"' in page.text
    alone = client.get("/sign-in")
    assert alone.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_a_framed_launch_in_a_tab_of_its_own_is_not_framed(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    address = vle.launch(client, PRIYA).location
    page = client.get(address, headers={"Sec-Fetch-Dest": "document"})
    assert 'class="framed"' not in page.text
    window = vle.launch(client, PRIYA, **{LAUNCH_PRESENTATION: {"document_target": "window"}})
    assert 'class="framed"' not in client.get(window.location).text


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
