"""No cookie came back: the launch opens nothing in the frame and offers a new tab."""

import re
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lms import clock
from tests.conftest import People
from tests.lti.conftest import Browser
from tests.vle import ISSUER, PRIYA, TOMOS, Vle, suspend


def _offered(vle: Vle, client: FlaskClient) -> str:
    """Launch in a frame that keeps no cookie; the address of the button."""
    begun = vle.begin(client)
    client.delete_cookie("__Host-lms_browser", domain="tool.test")
    page = vle.post(client, vle.token(vle.claims(PRIYA, begun.nonce)), begun.state)
    assert page.status_code == 200
    assert "Open as Priya Example" in page.text
    assert f"frame-ancestors {ISSUER}" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    found = re.search(r'href="(/lti/open/[^"]+)" target="_blank"', page.text)
    assert found is not None
    return found[1]


def test_the_button_opens_the_launch_in_the_new_tab_once(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    button = _offered(vle, client)
    tab, thief = browser(), browser()

    opened = tab.get(button)

    assert opened.status_code == 303
    assert "Partitioned" in opened.headers["Set-Cookie"]
    page = tab.get(opened.location)
    assert "here as Priya Example" in page.text
    assert 'class="framed"' not in page.text
    assert thief.get(button).status_code == 400
    assert thief.get(opened.location).status_code == 403
    assert client.get(opened.location).status_code == 403


def test_a_browser_with_a_cookie_of_its_own_keeps_it(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    tab = browser()
    before = vle.launch(tab, TOMOS).location
    opened = tab.get(_offered(vle, client))
    assert "here as Tomos Sample" in tab.get(before).text
    assert "here as Priya Example" in tab.get(opened.location).text


def test_the_ticket_lives_a_minute(vle: Vle, course: People, client: FlaskClient) -> None:
    start = clock.now()
    button = _offered(vle, client)
    with time_machine.travel(start + timedelta(seconds=62)):
        late = client.get(button)
    assert late.status_code == 400
    assert "more than a minute old" in late.text


def test_only_a_click_on_our_own_page_takes_the_ticket(
    vle: Vle, course: People, client: FlaskClient, browser: Browser
) -> None:
    button = _offered(vle, client)
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch;prerender"},
    ):
        assert browser().get(button, headers=headers).status_code == 400
    browser().head(button)
    assert browser().get(button, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_the_state_is_used_up_by_the_offer(vle: Vle, course: People, client: FlaskClient) -> None:
    begun = vle.begin(client)
    client.delete_cookie("__Host-lms_browser", domain="tool.test")
    token = vle.token(vle.claims(PRIYA, begun.nonce))
    assert vle.post(client, token, begun.state).status_code == 200
    again = vle.post(client, token, begun.state)
    assert again.status_code == 400
    assert "/lti/open/" not in again.text


def test_a_suspended_platforms_ticket_opens_nothing(
    vle: Vle, course: People, client: FlaskClient, app: Flask
) -> None:
    button = _offered(vle, client)
    suspend(app, vle.platform_id)
    assert client.get(button).status_code == 400


def test_an_unknown_ticket_is_refused(client: FlaskClient) -> None:
    assert client.get("/lti/open/made-up").status_code == 400
