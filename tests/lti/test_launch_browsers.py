"""Whose browser a launch opens in, beside whom, inside whose frame, and for how long."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import clock
from lms.db import Base, db
from lms.lti.models import ResourceLink, VleIdentity
from lms.lti.rules.claims import (
    LAUNCH_PRESENTATION,
    RESOURCE_LINK,
)
from lms.people.models import User
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.together import together
from tests.vle import (
    ISSUER,
    PRIYA,
    TOMOS,
    Person,
    Vle,
    suspend,
)


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

    def begun(racer: FlaskClient) -> Callable[[], int]:
        begun = vle.begin(racer)
        token = vle.token(vle.claims(PRIYA, begun.nonce, **{RESOURCE_LINK: {"id": "new"}}))
        return lambda: vle.post(racer, token, begun.state).status_code

    assert together(*[begun(browser()) for _ in range(4)]) == [303] * 4
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
