"""Signing in and out, as somebody in a browser meets it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.db import db
from lms.people.models import LocalAccount, SignIn, Try
from lms.people.service import passwords
from lms.people.service.accounts import make_local_account
from lms.people.service.clearing import clear_old
from tests.conftest import NOW, People
from tests.together import together

PASSWORD = "harbour lantern seventeen"
HATTIE = "hattie@example.test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take a moment less: what they cost in earnest is argon2-cffi's own affair."""
    quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick_hasher)
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def hattie(people: People, clean_database: Flask) -> int:
    """The Hub officer, who signs in here."""
    with clean_database.app_context():
        make_local_account(user_id=people.hub, email=HATTIE, password=PASSWORD, now=NOW)
        db.session.commit()
    return people.hub


def sign_in(
    browser: FlaskClient, email: str = HATTIE, password: str = PASSWORD, **more: Any
) -> Any:
    return browser.post("/sign-in", data={"email": email, "password": password}, **more)


def who(browser: FlaskClient) -> str:
    return browser.get("/account").get_data(as_text=True)


@pytest.mark.usefixtures("hattie")
def test_the_right_password_signs_in_and_leads_home(client: FlaskClient) -> None:
    answer = sign_in(client, email="  Hattie@Example.TEST ")
    assert (answer.status_code, answer.location) == (303, "/home")
    assert "Hattie Example" in who(client)


@pytest.mark.usefixtures("hattie")
def test_a_wrong_password_and_an_unknown_address_get_the_same_page(client: FlaskClient) -> None:
    wrong = sign_in(client, password="not the password")
    unknown = sign_in(client, email="nobody@example.test", password="not the password")
    assert wrong.status_code == unknown.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "We could not sign you in with that address and password." in text
    assert text.replace(HATTIE, "?") == unknown.get_data(as_text=True).replace(
        "nobody@example.test", "?"
    )
    assert client.get("/account").location.startswith("/sign-in")


@pytest.mark.usefixtures("hattie")
def test_an_unknown_address_costs_as_much_work_as_a_known_one(client: FlaskClient) -> None:
    compared: list[str] = []
    real = passwords.matches

    def noting(password_hash: str, password: str) -> bool:
        compared.append(password_hash.split("$")[3])  # the parameters: m, t and p
        return real(password_hash, password)

    with patch.object(passwords, "matches", noting):
        sign_in(client, password="not the password")
        sign_in(client, email="nobody@example.test", password="not the password")
    assert len(compared) == 2
    assert compared[0] == compared[1]


@pytest.mark.usefixtures("hattie")
@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/invitations", "/invitations"),
        ("/modules/m1?page=2", "/modules/m1?page=2"),
        ("//evil.example", "/home"),
        ("/\\evil.example", "/home"),
        ("\\\\evil.example", "/home"),
        ("https://evil.example/", "/home"),
        ("https:evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("/\t/evil.example", "/home"),
        ("/\n/evil.example", "/home"),
        ("\x00/evil.example", "/home"),
        ("/home\\..\\..", "/home"),
        ("evil.example", "/home"),
        ("", "/home"),
    ],
)
def test_next_leads_only_to_ourselves(client: FlaskClient, target: str, leads: str) -> None:
    answer = client.post(
        "/sign-in", query_string={"next": target}, data={"email": HATTIE, "password": PASSWORD}
    )
    assert (answer.status_code, answer.location) == (303, leads)
    already_in = client.get("/sign-in", query_string={"next": target})
    assert already_in.location == leads


@pytest.mark.usefixtures("hattie")
def test_the_form_keeps_where_somebody_was_going(client: FlaskClient) -> None:
    sent = client.get("/invitations")
    assert sent.status_code == 303
    page = client.get(sent.location).get_data(as_text=True)
    assert 'action="/sign-in?next=/invitations"' in page


@pytest.mark.usefixtures("hattie")
def test_what_a_session_held_before_signing_in_is_gone(client: FlaskClient) -> None:
    with client.session_transaction(base_url="https://tool.test") as session:
        session["planted"] = "by somebody else"
        session["_user_id"] = "a secret that somebody else knows"
    sign_in(client)
    with client.session_transaction(base_url="https://tool.test") as session:
        assert "planted" not in session
        assert session["_user_id"] != "a secret that somebody else knows"


@pytest.mark.usefixtures("hattie")
def test_each_sign_in_has_a_secret_of_its_own_and_the_older_one_ends(client: FlaskClient) -> None:
    secrets = []
    for _ in range(2):
        sign_in(client)
        with client.session_transaction(base_url="https://tool.test") as session:
            secrets.append(session["_user_id"])
    assert secrets[0] != secrets[1]
    with client.session_transaction(base_url="https://tool.test") as session:
        session["_user_id"] = secrets[0]
    assert client.get("/account").status_code == 303


@pytest.mark.usefixtures("hattie")
def test_signing_out_ends_the_sign_in_even_for_a_copied_cookie(client: FlaskClient) -> None:
    sign_in(client)
    with client.session_transaction(base_url="https://tool.test") as session:
        copied = session["_user_id"]
    assert client.get("/sign-out").status_code == 405
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/")
    with client.session_transaction(base_url="https://tool.test") as session:
        session["_user_id"] = copied
    assert client.get("/account").status_code == 303


def test_signing_out_without_being_signed_in_is_no_trouble(client: FlaskClient) -> None:
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/home")


@pytest.mark.usefixtures("hattie")
def test_a_sign_in_ends_by_itself_after_twelve_hours(client: FlaskClient) -> None:
    sign_in(client)
    with time_machine.travel(clock.now() + timedelta(hours=11, minutes=59), tick=False):
        assert client.get("/account").status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1), tick=False):
        assert client.get("/account").status_code == 303


@pytest.mark.usefixtures("hattie")
def test_many_tries_at_one_account_are_told_to_wait_and_then_may_go_on(client: FlaskClient) -> None:
    for _ in range(8):
        assert sign_in(client, password="not the password").status_code == 422
    refused = sign_in(client)  # even the right password
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert "Please wait about 15 minutes, then try again." in refused.get_data(as_text=True)
    assert sign_in(client, email="adi@example.test").status_code == 422  # another account
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert sign_in(client).status_code == 303


@pytest.mark.usefixtures("hattie")
def test_tries_at_the_same_moment_are_counted_one_by_one(clean_database: Flask) -> None:
    def guess() -> Any:
        browser = clean_database.test_client()
        answer = sign_in(browser, password="not the password", base_url="https://tool.test")
        return answer.status_code

    assert sorted(together(*[guess] * 12)) == [422] * 8 + [429] * 4


def test_an_address_without_an_account_is_limited_alike(client: FlaskClient) -> None:
    for _ in range(8):
        assert sign_in(client, email="nobody@example.test").status_code == 422
    refused = sign_in(client, email="nobody@example.test")
    assert refused.status_code == 429
    assert "Please wait about 15 minutes" in refused.get_data(as_text=True)


@pytest.mark.usefixtures("hattie")
def test_one_place_on_the_network_cannot_try_many_accounts(client: FlaskClient) -> None:
    with patch.object(passwords, "matches", return_value=False):
        for number in range(40):
            assert sign_in(client, email=f"n{number}@example.test").status_code == 422
    assert sign_in(client).status_code == 429
    elsewhere = sign_in(client, headers={"X-Forwarded-For": "203.0.113.9"})
    assert elsewhere.status_code == 303


@pytest.mark.usefixtures("hattie")
def test_signing_in_forgives_the_accounts_tries_but_not_those_of_the_place(
    client: FlaskClient, clean_database: Flask
) -> None:
    sign_in(client, email="nobody@example.test")
    for _ in range(7):
        sign_in(client, password="not the password")
    assert sign_in(client).status_code == 303
    client.post("/sign-out")
    assert sign_in(client, password="not the password").status_code == 422
    with clean_database.app_context():
        kinds = [row.kind for row in db.session.scalars(select(Try))]
    assert kinds.count("sign-in:account") == 2  # nobody's, and the one after signing in
    assert kinds.count("sign-in:place") == 9


@pytest.mark.usefixtures("hattie")
def test_tries_hold_no_address_and_are_cleared_when_old(
    client: FlaskClient, clean_database: Flask
) -> None:
    sign_in(client, password="not the password")
    with clean_database.app_context():
        kept = db.session.scalars(select(Try)).all()
        assert {len(row.key) for row in kept} == {64}
        assert clear_old(now=clock.now() + timedelta(minutes=59)) == 0
        assert clear_old(now=clock.now() + timedelta(minutes=61)) == len(kept) == 2
        db.session.commit()


@pytest.mark.usefixtures("hattie")
def test_a_hash_made_with_older_parameters_is_brought_up_to_date(
    client: FlaskClient, clean_database: Flask, hattie: int
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)
    with clean_database.app_context():
        account = db.session.get(LocalAccount, hattie)
        assert account is not None
        account.password_hash = weak
        db.session.commit()
    assert sign_in(client).status_code == 303
    with clean_database.app_context():
        account = db.session.get(LocalAccount, hattie)
        assert account is not None
        assert account.password_hash != weak
        assert passwords.matches(account.password_hash, PASSWORD)
        assert passwords.rehashed(account.password_hash, PASSWORD) is None


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("", "x", "Write an e-mail address like name@example.org."),
        ("not an address", "x", "Write an e-mail address like name@example.org."),
        ("a\x00b@example.test", "x", "Write an e-mail address like name@example.org."),
        ("a" * 300 + "@example.test", "x", "Write an e-mail address like name@example.org."),
        ("a@example.test", "", "Write your password."),
        ("a@example.test", "x" * 100_000, "We could not sign you in"),
    ],
)
def test_odd_input_gets_the_form_again_with_a_sentence(
    client: FlaskClient, email: str, password: str, says: str
) -> None:
    answer = sign_in(client, email=email, password=password)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


@pytest.mark.usefixtures("hattie")
def test_neither_password_nor_secret_is_logged_or_stored(
    client: FlaskClient, clean_database: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_in(client, password="a wrong one nobody chose")
    sign_in(client)
    with client.session_transaction(base_url="https://tool.test") as session:
        secret = session["_user_id"]
    for word in (PASSWORD, "a wrong one nobody chose", secret):
        assert word not in caplog.text
    with clean_database.app_context():
        kept = db.session.scalars(select(SignIn)).all()
        assert kept
        assert all(row.digest != secret for row in kept)
        account = db.session.scalars(select(LocalAccount)).one()
        assert account.password_hash.startswith("$argon2id$")
