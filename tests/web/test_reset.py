"""Choosing a new password by a link, as somebody who forgot the old one meets it."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import clock
from lms.audit.models import AuditEntry
from lms.db import db
from lms.messages.models import Message
from lms.people.models import PasswordReset
from lms.people.service import passwords
from lms.people.service.accounts import make_local_account
from tests.conftest import NOW, People

OLD = "harbour lantern seventeen"
NEW = "violet kettle mountain forty"
HATTIE = "hattie@example.test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take a moment less."""
    quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick_hasher)
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def hattie(people: People, clean_database: Flask) -> int:
    with clean_database.app_context():
        make_local_account(user_id=people.hub, email=HATTIE, password=OLD, now=NOW)
        db.session.commit()
    return people.hub


def ask(browser: FlaskClient, email: str = HATTIE, **more: Any) -> Any:
    return browser.post("/reset", data={"email": email}, **more)


def letters(app: Flask) -> list[Message]:
    with app.app_context():
        return list(db.session.scalars(select(Message).order_by(Message.id)))


def link(app: Flask) -> str:
    """The path of the newest reset link."""
    sent = [re.search(r"https://tool\.test(/reset/\S+)", letter.body) for letter in letters(app)]
    return [found[1] for found in sent if found][-1]


def choose(browser: FlaskClient, path: str, password: str = NEW) -> Any:
    return browser.post(path, data={"password": password})


def sign_in(browser: FlaskClient, password: str) -> int:
    return browser.post("/sign-in", data={"email": HATTIE, "password": password}).status_code


@pytest.mark.usefixtures("hattie")
def test_the_reply_is_the_same_for_a_known_and_an_unknown_address(
    client: FlaskClient, clean_database: Flask
) -> None:
    known = ask(client, " HATTIE@example.test ")
    unknown = ask(client, "nobody@example.test")
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location == "/reset?sent=yes"
    assert known.get_data() == unknown.get_data()
    assert "If that address signs in here" in client.get("/reset?sent=yes").get_data(as_text=True)
    (letter,) = letters(clean_database)
    assert letter.to == HATTIE
    assert letter.subject == "Choose a new password"


@pytest.mark.usefixtures("hattie")
def test_a_new_password_signs_in_and_ends_every_other_sign_in(
    client: FlaskClient, clean_database: Flask, browse: Callable[[int], FlaskClient], hattie: int
) -> None:
    elsewhere = browse(hattie)
    ask(client)
    page = client.get(link(clean_database)).get_data(as_text=True)
    assert "For hattie@example.test. Every other browser will be signed out." in page
    answer = choose(client, link(clean_database))
    assert (answer.status_code, answer.location) == (303, "/home")
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    client.post("/sign-out")
    assert sign_in(client, OLD) == 422
    assert sign_in(client, NEW) == 303


@pytest.mark.usefixtures("hattie")
def test_the_person_is_told_and_it_is_recorded(client: FlaskClient, clean_database: Flask) -> None:
    ask(client)
    choose(client, link(clean_database))
    told = letters(clean_database)[-1]
    assert (told.to, told.subject) == (HATTIE, "Your password was changed")
    assert "https://tool.test/reset" in told.body
    with clean_database.app_context():
        acts = list(db.session.scalars(select(AuditEntry.act)))
    assert acts == ["password reset"]


@pytest.mark.usefixtures("hattie")
def test_a_link_works_once(client: FlaskClient, clean_database: Flask) -> None:
    ask(client)
    path = link(clean_database)
    assert choose(client, path).status_code == 303
    again = choose(client, path, "another word for everything")
    assert again.status_code == 410
    assert "This link no longer works" in again.get_data(as_text=True)
    assert HATTIE not in again.get_data(as_text=True)
    client.post("/sign-out")
    assert sign_in(client, NEW) == 303


@pytest.mark.usefixtures("hattie")
def test_using_one_link_closes_the_others(client: FlaskClient, clean_database: Flask) -> None:
    ask(client)
    first = link(clean_database)
    ask(client)
    assert choose(client, link(clean_database)).status_code == 303
    assert choose(client, first).status_code == 410


@pytest.mark.usefixtures("hattie")
def test_a_link_lasts_an_hour(client: FlaskClient, clean_database: Flask) -> None:
    ask(client)
    path = link(clean_database)
    with time_machine.travel(clock.now() + timedelta(minutes=59)):
        assert client.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.get(path).status_code == 410
        assert choose(client, path).status_code == 410
    assert sign_in(client, OLD) == 303


@pytest.mark.usefixtures("hattie")
def test_a_forged_link_is_refused(client: FlaskClient, clean_database: Flask) -> None:
    ask(client)
    path = link(clean_database)
    for mangled in (path[:-3], path + "x", path[:9] + "A" + path[10:], "/reset/x", "/reset/%00"):
        assert client.get(mangled).status_code == 410
        assert choose(client, mangled).status_code == 410
    assert sign_in(client, OLD) == 303


@pytest.mark.usefixtures("hattie")
def test_a_weak_password_is_refused_and_the_link_stays_open(
    client: FlaskClient, clean_database: Flask
) -> None:
    ask(client)
    refused = choose(client, link(clean_database), "Hattie Example 7")
    assert refused.status_code == 422
    assert "Leave your own name and e-mail address out of it" in refused.get_data(as_text=True)
    assert sign_in(client, OLD) == 303
    assert choose(client, link(clean_database)).status_code == 303


@pytest.mark.parametrize("email", [HATTIE, "nobody@example.test"])
@pytest.mark.usefixtures("hattie")
def test_asking_often_is_told_to_wait_known_or_not(
    client: FlaskClient, clean_database: Flask, email: str
) -> None:
    for _ in range(3):
        assert ask(client, email).status_code == 303
    refused = ask(client, email)
    assert refused.status_code == 429
    assert "Please wait about an hour, then try again." in refused.get_data(as_text=True)
    assert len(letters(clean_database)) == (3 if email == HATTIE else 0)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert ask(client, email).status_code == 303


@pytest.mark.usefixtures("hattie")
def test_one_place_cannot_ask_for_many(client: FlaskClient) -> None:
    for number in range(15):
        assert ask(client, f"n{number}@example.test").status_code == 303
    assert ask(client).status_code == 429


@pytest.mark.usefixtures("hattie")
def test_the_links_address_is_never_taken_from_the_browser(
    client: FlaskClient, clean_database: Flask
) -> None:
    for header in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        assert ask(client, headers=header).status_code == 303
    sent = letters(clean_database)
    assert len(sent) == 2
    assert all("evil.example" not in letter.body for letter in sent)
    assert all("https://tool.test/reset/" in letter.body for letter in sent)


def test_what_is_no_address_gets_a_sentence(client: FlaskClient) -> None:
    refused = ask(client, "hattie")
    assert refused.status_code == 422
    assert "Write an e-mail address like name@example.org." in refused.get_data(as_text=True)


@pytest.mark.usefixtures("hattie")
def test_neither_link_nor_password_is_logged_or_stored(
    client: FlaskClient, clean_database: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(client)
    path = link(clean_database)
    client.get(path)
    choose(client, path, "short")
    choose(client, path)
    client.get(path)
    assert path.removeprefix("/reset/") not in caplog.text
    assert NEW not in caplog.text
    with clean_database.app_context():
        digests = list(db.session.scalars(select(PasswordReset.digest)))
    assert all(digest not in path for digest in digests)
