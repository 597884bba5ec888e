"""The VLE keeps a secret where a frame keeps no cookie; whoever brings it began the login here."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import clock
from lms.db import db
from lms.lti.models import Launch, LoginAttempt
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.vle import ISSUER, PRIYA, TOMOS, TOOL, Person, Vle, suspend

COOKIE = "__Host-lms_browser"
FRAMED = {"Sec-Fetch-Dest": "iframe"}


def _data(page: TestResponse) -> dict[str, str]:
    """What the page tells its script."""
    return {
        name: unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', page.text)
    }


@dataclass
class Waiting:
    """A launch in a frame that lost its cookie: what the VLE kept, and where to bring it."""

    page: TestResponse
    kept: str
    stay: str
    button: str


def _wait(vle: Vle, client: FlaskClient, person: Person = PRIYA) -> Waiting:
    begun = _begin(vle, client)
    client.delete_cookie(COOKIE, domain="tool.test")
    page = vle.post(client, vle.token(vle.claims(person, begun["nonce"])), begun["state"])
    assert page.status_code == 200
    told = _data(page)
    assert (told["target"], told["origin"], told["key"]) == ("_parent", ISSUER, begun["key"])
    button = re.search(r'href="(/lti/open/[^"]+)" target="_blank"', page.text)
    assert button is not None
    return Waiting(page, begun["value"], told["stay"], button[1])


def _begin(vle: Vle, client: FlaskClient) -> dict[str, str]:
    """The login page, and what of it the script and the VLE get to know."""
    page = vle.begin(client, lti_storage_target="_parent").response
    assert page.status_code == 200
    address = re.search(r'href="([^"]+)" rel="noreferrer" data-next', page.text)
    assert address is not None
    sent = dict(re.findall(r"[?&](\w+)=([^&]*)", unescape(address[1])))
    return _data(page) | {"state": sent["state"], "nonce": sent["nonce"], "next": address[1]}


def _bring(client: FlaskClient, waiting: Waiting, kept: object) -> object:
    answer = client.post(
        waiting.stay,
        json={"kept": kept},
        headers={"Origin": TOOL, "Sec-Fetch-Site": "same-origin"},
        base_url=TOOL,
    )
    assert answer.status_code == 200
    return answer.get_json()["address"]


def test_the_login_page_gives_the_vle_a_secret_and_leads_on(vle: Vle, client: FlaskClient) -> None:
    page = vle.begin(client, lti_storage_target="post_message_forwarding").response

    told = _data(page)
    assert (told["target"], told["origin"]) == ("post_message_forwarding", ISSUER)
    assert len(told["value"]) >= 40
    assert f'href="{ISSUER}/auth?' in page.text  # the button, without script
    assert "Partitioned" in page.headers["Set-Cookie"]
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert policy.endswith(f"frame-ancestors {ISSUER}")
    assert "<script>" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_secret_is_nowhere_else(vle: Vle, client: FlaskClient, app: Flask) -> None:
    begun = _begin(vle, client)
    cookie = client.get_cookie(COOKIE, domain="tool.test")
    assert cookie is not None
    assert begun["value"] not in begun["next"]
    assert begun["value"] != cookie.value
    assert begun["state"] not in begun["key"]
    with app.app_context():
        row = db.session.scalars(select(LoginAttempt)).one()
        assert begun["value"] not in (row.kept_digest, row.nonce, row.state_digest)


@pytest.mark.parametrize("target", [None, "", "x" * 101])
def test_a_vle_that_keeps_nothing_is_not_asked(
    vle: Vle, client: FlaskClient, target: str | None
) -> None:
    assert vle.begin(client, lti_storage_target=target).response.status_code == 302


def test_a_browser_whose_cookie_comes_goes_straight_on(vle: Vle, client: FlaskClient) -> None:
    vle.begin(client)
    assert vle.begin(client, lti_storage_target="_parent").response.status_code == 302


def test_a_name_of_a_window_is_text_on_the_page(vle: Vle, client: FlaskClient) -> None:
    page = vle.begin(client, lti_storage_target='"><script>alert(1)</script>').response
    assert "<script>alert" not in page.text


def test_who_brings_what_the_vle_kept_goes_on_in_the_frame(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    waiting = _wait(vle, client)
    assert "Partitioned" in waiting.page.headers["Set-Cookie"]

    address = _bring(client, waiting, waiting.kept)

    page = client.get(str(address), headers=FRAMED)
    assert "here as Priya Example" in page.text
    assert 'class="framed"' in page.text
    assert client.get(waiting.button).status_code == 400  # the ticket was used with it
    assert _bring(client, waiting, waiting.kept) is None


@pytest.mark.parametrize("kept", ["made up", "", None, 7, ["x"], "x" * 10_000])
def test_another_secret_opens_nothing_and_the_button_still_does(
    vle: Vle, course: People, client: FlaskClient, kept: object
) -> None:
    waiting = _wait(vle, client)
    assert _bring(client, waiting, kept) is None
    assert client.get(waiting.button).status_code == 303


def test_a_frame_that_keeps_no_cookie_opens_nothing_and_the_button_still_does(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    waiting = _wait(vle, client)
    assert _bring(browser(), waiting, waiting.kept) is None
    opened = browser().get(waiting.button)
    assert opened.status_code == 303


def test_the_secret_of_one_login_is_none_of_another(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    """Somebody plants a launch of their own: what this browser's VLE kept is for another login."""
    hers = _wait(vle, client, PRIYA)
    client.delete_cookie(COOKIE, domain="tool.test")
    his = _wait(vle, client, TOMOS)
    assert _bring(client, hers, his.kept) is None
    assert _bring(client, his, his.kept) is not None


def test_another_site_cannot_bring_a_secret(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    waiting = _wait(vle, client)
    sent = {"kept": waiting.kept}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = client.post(waiting.stay, json=sent, headers=headers, base_url=TOOL)
        assert answer.get_json() == {"address": None}
    # What a form of another site can send, from a browser that says nothing of it.
    for data in (sent, f'{{"kept": "{waiting.kept}"}}'):
        answer = client.post(waiting.stay, data=data, content_type=None, base_url=TOOL)
        assert answer.get_json() == {"address": None}
    assert client.get(waiting.stay).status_code == 405
    with app.app_context():
        assert db.session.scalars(select(Launch)).one().browser_digest is None


def test_what_was_kept_is_good_for_the_tickets_minute(
    vle: Vle, course: People, client: FlaskClient
) -> None:
    start = clock.now()
    waiting = _wait(vle, client)
    with time_machine.travel(start + timedelta(seconds=62)):
        assert _bring(client, waiting, waiting.kept) is None


def test_a_suspended_platform_lets_nobody_stay(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    waiting = _wait(vle, client)
    suspend(app, vle.platform_id)
    assert _bring(client, waiting, waiting.kept) is None


def test_the_click_in_a_new_tab_needs_no_secret_and_forgets_it(
    vle: Vle, course: People, client: FlaskClient, app: Flask, browser: Browser
) -> None:
    waiting = _wait(vle, client)
    opened = browser().get(waiting.button)
    assert opened.status_code == 303
    with app.app_context():
        launch = db.session.scalars(select(Launch)).one()
        assert (launch.kept_digest, launch.framed) == (None, False)
    assert _bring(client, waiting, waiting.kept) is None
