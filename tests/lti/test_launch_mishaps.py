"""What people do and browsers do: once more, too late, in two tabs, from a course nobody linked.

Each ends on a page in plain words, with a reference that stands in the log beside the reason.
"""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.lti.models import Launch, LoginAttempt
from lms.lti.rules.claims import CONTEXT, RESOURCE_LINK
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.together import together
from tests.vle import IMOGEN, ISSUER, PRIYA, TOMOS, TOOL, Begun, Person, Vle, suspend

COOKIE = "__Host-lms_browser"
AT_ONCE = 50


def _says(page: TestResponse, words: str, caplog: pytest.LogCaptureFixture, why: str) -> None:
    """A page in plain words; its reference stands in the log, beside the reason."""
    assert words in page.text
    assert "Traceback" not in page.text
    reference = re.search(r'class="reference">(\w+)<', page.text)
    assert reference is not None
    assert re.search(rf"{reference[1]}: {re.escape(why)}", caplog.text)


def _token(vle: Vle, begun: Begun, person: Person = PRIYA) -> str:
    return vle.token(vle.claims(person, begun.nonce))


# --- once more ---


def test_the_launch_sent_again_leads_to_where_it_opened(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """By Back, or by Reload: the VLE's form goes once more."""
    begun = vle.begin(client)
    token = _token(vle, begun)
    opened = vle.post(client, token, begun.state).location

    again = vle.post(client, token, begun.state)

    assert again.status_code == 400
    _says(again, "each one opens once", caplog, "state is not used")
    assert f'href="{opened}">Go on where it opened' in again.text
    assert client.get(opened).status_code == 200


def test_another_browser_is_not_led_to_it(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    begun = vle.begin(client)
    token = _token(vle, begun)
    opened = vle.post(client, token, begun.state).location
    thief, stranger = browser(), browser()
    vle.launch(thief, TOMOS)  # a browser that has a cookie of its own
    for other in (thief, stranger):
        page = vle.post(other, token, begun.state)
        assert page.status_code == 400
        assert opened not in page.text
        assert "/-/" not in page.text


def test_a_launch_that_went_to_a_tab_is_not_led_to_from_the_frame(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    begun = vle.begin(client)
    token = _token(vle, begun)
    framed = browser()
    page = vle.post(framed, token, begun.state)
    button = re.search(r'href="(/lti/open/[^"]+)"', page.text)
    assert button is not None
    client.get(button[1])
    assert "/-/" not in vle.post(framed, token, begun.state).text


def test_the_page_itself_may_be_loaded_again(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    opened = vle.launch(client, PRIYA).location
    for _ in range(3):
        assert client.get(opened).status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Launch)) == 1


def test_the_login_opened_twice_is_two_logins(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """Two tabs begin at once: neither takes the other's state, in whichever order they end."""
    one, two = vle.begin(client), vle.begin(client)
    assert one.state != two.state
    second = vle.post(client, _token(vle, two), two.state)
    first = vle.post(client, _token(vle, one), one.state)
    assert (first.status_code, second.status_code) == (303, 303)
    for opened in (first.location, second.location):
        assert "here as Priya Example" in client.get(opened).text


def test_two_people_begin_in_one_browser_and_each_is_themselves(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    hers, theirs = vle.begin(client), vle.begin(client)
    imogen = vle.post(client, _token(vle, theirs, IMOGEN), theirs.state).location
    priya = vle.post(client, _token(vle, hers, PRIYA), hers.state).location
    assert "here as Priya Example" in client.get(priya).text
    assert "here as Imogen Example" in client.get(imogen).text
    # Hers is the reader's page, Imogen's the trainer's, whatever the other tab may see.
    queue = "/marking/m1-plan?cohort=cohort-3"
    assert client.get(priya.replace("/modules/m1/u1", queue)).status_code in (403, 404)
    assert client.get(imogen.replace("/modules/m1/u1", queue)).status_code == 200


def test_fifty_at_once_and_one_wins(vle: Vle, course: People, client: FlaskClient) -> None:
    vle.launch(client, PRIYA)
    begun = vle.begin(client)
    token = _token(vle, begun)
    cookie = client.get_cookie(COOKIE, domain="tool.test")
    assert cookie is not None

    def post() -> int:
        racer = vle.app.test_client()
        racer.set_cookie(COOKIE, cookie.value, domain="tool.test", secure=True)
        sent = {"id_token": token, "state": begun.state}
        return racer.post("/lti/launch", data=sent, base_url=TOOL).status_code

    assert sorted(together(*[post] * AT_ONCE)) == [303] + [400] * (AT_ONCE - 1)
    with vle.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Launch)) == 2


# --- too late, or said no ---


def test_a_login_that_waited_too_long_says_so(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        page = vle.post(client, _token(vle, begun), begun.state)
    assert page.status_code == 400
    _says(page, "more than ten minutes ago", caplog, "state is not old")


def test_a_login_that_was_swept_away_says_so(
    vle: Vle, course: People, client: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    from lms.tasks import run_sweep

    begun = vle.begin(client)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        with app.app_context():
            run_sweep("launches")
        page = vle.post(client, _token(vle, begun), begun.state)
    _says(page, "We do not know this way in", caplog, "state is known")


@pytest.mark.parametrize("known", [True, False])
def test_an_error_of_the_vle_says_what_to_do(
    vle: Vle, client: FlaskClient, caplog: pytest.LogCaptureFixture, *, known: bool
) -> None:
    begun = vle.begin(client)
    sent = {
        "error": "login_required",
        "error_description": "<b>SECRET of user 4</b>",
        "error_uri": "https://other.test/",
        "state": begun.state if known else "made-up",
    }
    page = client.post("/lti/launch", data=sent)
    assert page.status_code == 400
    _says(page, "did not confirm that it is you", caplog, "the VLE's own error")
    for word in ("SECRET", "other.test"):
        assert word not in page.text
        assert word not in caplog.text
    framed_by = page.headers["Content-Security-Policy"].rsplit("frame-ancestors ", 1)[1]
    assert framed_by == (ISSUER if known else "'none'")


def test_an_error_beside_a_token_opens_nothing_and_uses_nothing_up(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    begun = vle.begin(client)
    sent = {"error": "access_denied", "id_token": _token(vle, begun), "state": begun.state}
    assert client.post("/lti/launch", data=sent).status_code == 400
    assert vle.post(client, _token(vle, begun), begun.state).status_code == 303


# --- from elsewhere ---


def test_a_strangers_course_opens_nothing_and_says_to_whom_to_turn(
    vle: Vle, course: People, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    elsewhere = {"id": "99", "title": "Somebody else’s course"}
    answer = vle.launch(client, PRIYA, **{CONTEXT: elsewhere, RESOURCE_LINK: {"id": "9"}})
    page = client.get(answer.location)
    assert page.status_code == 200
    _says(page, "Write to the module lead of your course", caplog, "not linked")
    prefix = answer.location.removesuffix("/lti/waiting")
    assert client.get(f"{prefix}/modules/m1/u1").status_code in (403, 404)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_suspended_platform_says_so_at_the_login(
    vle: Vle,
    course: People,
    client: FlaskClient,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    method: str,
) -> None:
    suspend(app, vle.platform_id)
    page = vle.begin(client, method=method).response
    assert page.status_code == 403
    _says(page, "switched off at the moment", caplog, "platform is active")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LoginAttempt)) == 0


def test_a_suspended_platform_says_so_at_the_launch(
    vle: Vle, course: People, client: FlaskClient, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    begun = vle.begin(client)
    suspend(app, vle.platform_id)
    page = vle.post(client, _token(vle, begun), begun.state)
    assert page.status_code == 403
    _says(page, "switched off at the moment", caplog, "platform is active")


def test_a_browser_that_keeps_no_cookie_at_all_is_told_so(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    opened = vle.launch(client, PRIYA).location
    page = browser().get(opened)
    assert page.status_code == 403
    assert "Let it keep cookies for this site" in page.text
    other = browser()
    vle.launch(other, TOMOS)
    assert "no longer has the key to it" in other.get(opened).text


# --- what nobody else may see ---


@pytest.mark.parametrize("way", ["login", "storage", "launch", "ticket", "refused"])
def test_no_page_on_the_way_is_kept_or_named_to_another_site(
    vle: Vle, course: People, client: FlaskClient, way: str
) -> None:
    """A referrer would tell the next site the address; `same-origin` names it to nobody else."""
    begun = vle.begin(client, lti_storage_target="_parent" if way == "storage" else None)
    answers = {"login": begun.response, "storage": begun.response}
    if way in ("launch", "ticket", "refused"):
        if way == "ticket":
            client.delete_cookie(COOKIE, domain="tool.test")
        token = "" if way == "refused" else _token(vle, begun)
        answers[way] = vle.post(client, token, begun.state)
    answer = answers[way]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "SECRETSESSKEY" not in answer.text
    assert "SECRETSESSKEY" not in str(answer.headers)


def test_the_way_back_is_offered_where_it_is_needed_and_takes_no_referrer(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """Moodle's return address holds the person's session key: it goes to that Moodle alone."""
    page = vle.launch(client, PRIYA, sub="")
    links = re.findall(r"<a [^>]*SECRETSESSKEY[^>]*>", page.text)
    assert len(links) == 1
    assert f'href="{ISSUER}/' in links[0]
    assert 'rel="noreferrer"' in links[0]
