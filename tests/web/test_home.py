"""The first page, home, support, leaving, and what every page carries."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.modules.catalogue import catalogue
from tests.conftest import People
from tests.web.test_cohorts import read_one_page

Browse = Callable[[int], FlaskClient]


def test_the_first_page_explains_and_leads_on(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert "/sign-in" in page
    assert page.count("<h1") == 1


def test_whoever_is_signed_in_goes_home(browse: Browse, people: People) -> None:
    assert browse(people.ada).get("/").location == "/home"


def test_home_asks_strangers_to_sign_in_and_brings_them_back(client: FlaskClient) -> None:
    assert client.get("/home").location == "/sign-in?next=/home"


def test_a_new_trainee_is_led_to_the_first_unit(browse: Browse, people: People) -> None:
    page = browse(people.ada).get("/home").get_data(as_text=True)
    assert "Welcome, Ada" in page
    assert "/modules/m1/u1" in page
    assert "Monday 21 December 2026, 12 noon" in page  # 32 weeks after 11 May 2026
    assert "Advocacy plan and critical rationale. Not begun" in page
    assert "Comparative policy paper. On the university’s site" in page


def test_a_trainee_carries_on_where_they_left_off(
    app: Flask, browse: Browse, people: People
) -> None:
    read_one_page(app, people.ada)
    page = browse(people.ada).get("/home").get_data(as_text=True)
    assert "Welcome back, Ada" in page
    assert f"/modules/{catalogue().unit('m1/u1').pages[1].key}" in page


def test_a_line_manager_is_led_to_onboarding_only(browse: Browse, people: People) -> None:
    page = browse(people.morgan).get("/home").get_data(as_text=True)
    assert "/modules/onboarding/u1" in page
    assert "/modules/m1" not in page
    assert "/cohorts" not in page


def test_staff_see_their_work(browse: Browse, people: People) -> None:
    trainer = browse(people.max).get("/home").get_data(as_text=True)
    assert "/marking/" in trainer
    assert "/cohorts/" in trainer
    hub = browse(people.hub).get("/home").get_data(as_text=True)
    assert "/invitations" in hub
    assert "/marking/" not in hub


def test_support_lines_carry_the_day_they_were_checked(client: FlaskClient) -> None:
    page = client.get("/support").get_data(as_text=True)
    assert "08000 121 700" in page
    assert "We last looked at this on Saturday 21 November 2026" in page
    assert "does not clear your browser’s history" in page


@pytest.mark.parametrize("address", ["/", "/support", "/sign-in", "/leave", "/no-such-page"])
def test_every_page_is_kept_to_ourselves(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/support", "/sign-in", "/no-such-page"])
def test_support_and_leaving_are_one_step_away(client: FlaskClient, address: str) -> None:
    page = client.get(address).get_data(as_text=True)
    assert 'href="/support"' in page
    assert 'href="/leave"' in page


def test_what_is_not_there_says_so_and_what_to_do(client: FlaskClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    page = answer.get_data(as_text=True)
    assert page.count("<h1") == 1
    assert "There is nothing at this address" in page


def test_a_script_gets_json(client: FlaskClient) -> None:
    answer = client.get("/no-such-page", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.get_json()["message"]
