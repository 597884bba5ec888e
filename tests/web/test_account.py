"""One's own account, as somebody signed in, or come from a VLE, meets it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import clock
from lms.audit.models import AuditEntry
from lms.db import db
from lms.messages.models import Message
from lms.people.models import AccountRequest, LocalAccount, User
from lms.people.service import passwords
from lms.people.service.accounts import make_local_account
from lms.people.service.clearing import clear_old
from tests.conftest import NOW, People

OLD = "harbour lantern seventeen"
NEW = "violet kettle mountain forty"
HATTIE = "hattie@example.test"
Browse = Callable[[int], FlaskClient]


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


def letters(app: Flask, to: str) -> list[Message]:
    with app.app_context():
        return list(
            db.session.scalars(select(Message).where(Message.to == to).order_by(Message.id))
        )


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_the_page_is_for_whoever_is_signed_in(client: FlaskClient) -> None:
    assert client.get("/account").location == "/sign-in?next=/account"


def test_it_shows_name_address_and_how_to_sign_in(hattie: int, browse: Browse) -> None:
    page = text(browse(hattie).get("/account"))
    assert "Hattie Example" in page
    assert HATTIE in page
    assert "Change your password" in page
    assert "Sign out everywhere" in page
    assert "Sign in without your university’s site too" not in page


def test_a_look_is_kept_and_shown_at_once(hattie: int, browse: Browse) -> None:
    browser = browse(hattie)
    assert browser.post("/account/theme", data={"theme": "dark"}).location == "/account"
    page = text(browser.get("/account"))
    assert 'data-bs-theme="dark"' in page
    assert re.search(r'<input checked[^>]*value="dark"', page)
    assert 'data-bs-theme="dark"' in text(browse(hattie).get("/account"))


@pytest.mark.parametrize("theme", ["", "pink", "DARK"])
def test_another_look_is_refused(hattie: int, browse: Browse, theme: str) -> None:
    browser = browse(hattie)
    assert browser.post("/account/theme", data={"theme": theme}).status_code == 400
    assert 'data-bs-theme="auto"' in text(browser.get("/account"))


def change(browser: FlaskClient, old: str = OLD, new: str = NEW) -> Any:
    return browser.post("/account/password", data={"old": old, "password": new})


def test_a_new_password_needs_the_old_one(
    hattie: int, browse: Browse, clean_database: Flask
) -> None:
    browser, elsewhere = browse(hattie), browse(hattie)
    refused = change(browser, old="not the old one")
    assert refused.status_code == 422
    assert "This is not your password now." in text(refused)
    assert letters(clean_database, HATTIE) == []
    assert elsewhere.get("/account").status_code == 200
    assert change(browser).location == "/account"
    assert "Your new password is set." in text(browser.get("/account"))
    assert elsewhere.get("/account").status_code == 303
    (told,) = letters(clean_database, HATTIE)
    assert told.subject == "Your password was changed"
    with clean_database.app_context():
        assert list(db.session.scalars(select(AuditEntry.act))) == ["password changed"]


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("short", "Use at least 12 characters."),
        ("", "Use at least 12 characters."),
        ("qwertyuiop123", "This one would soon be guessed."),
    ],
)
def test_a_weak_new_password_is_refused(hattie: int, browse: Browse, new: str, says: str) -> None:
    browser = browse(hattie)
    refused = change(browser, new=new)
    assert refused.status_code == 422
    assert says in text(refused)
    assert browser.get("/account").status_code == 200


def test_trying_old_passwords_is_limited(hattie: int, browse: Browse) -> None:
    browser = browse(hattie)
    for _ in range(8):
        assert change(browser, old="not the old one").status_code == 422
    refused = change(browser)
    assert refused.status_code == 429
    assert "Please wait about 15 minutes" in text(refused)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert change(browser).status_code == 303


def test_signing_out_everywhere_ends_every_browser(hattie: int, browse: Browse) -> None:
    here, there = browse(hattie), browse(hattie)
    answer = here.post("/account/sign-out-everywhere")
    assert (answer.status_code, answer.location) == (303, "/")
    assert here.get("/account").status_code == there.get("/account").status_code == 303


# Ada has no local account: she comes by launches. A browser where she is signed in stands for one.

ADA = "ada@home.example"


def ask(browser: FlaskClient, email: str = ADA, password: str = NEW) -> Any:
    return browser.post("/account/own", data={"email": email, "password": password})


def link(app: Flask, to: str = ADA) -> str:
    found = re.search(r"https://tool\.test(/confirm/\S+)", letters(app, to)[-1].body)
    assert found
    return found[1]


def accounts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(LocalAccount.user_id))) or 0


def test_somebody_from_the_vle_may_sign_in_here_too_once_the_address_is_confirmed(
    people: People, browse: Browse, client: FlaskClient, clean_database: Flask
) -> None:
    ada = browse(people.ada)
    assert "Sign in without your university’s site too" in text(ada.get("/account"))
    assert "Change your password" not in text(ada.get("/account"))
    assert ask(ada, "  Ada@Home.example").location == "/account"
    assert "We have written to that address." in text(ada.get("/account"))
    path = link(clean_database)
    assert accounts(clean_database) == 0
    sign_in = {"email": ADA, "password": NEW}
    assert client.post("/sign-in", data=sign_in).status_code == 422
    page = text(client.get(path))  # a mail program may look; looking makes nothing
    assert f"Ada Example asked to sign in to Advocate training with {ADA}." in page
    assert accounts(clean_database) == 0
    assert client.post(path).location == "/sign-in"
    assert client.post("/sign-in", data=sign_in).status_code == 303
    assert "Ada Example" in text(client.get("/account"))
    with clean_database.app_context():
        account = db.session.scalars(select(LocalAccount)).one()
        assert account.user_id == people.ada  # one person, two ways in
        names = db.session.scalars(select(User.name).where(User.name == "Ada Example"))
        assert len(list(names)) == 1
        assert list(db.session.scalars(select(AuditEntry.act))) == ["password set"]
    assert letters(clean_database, ADA)[-1].subject == "You can now sign in with this address"


def test_an_address_in_use_is_told_to_its_owner_alone(
    hattie: int, people: People, browse: Browse, clean_database: Flask
) -> None:
    ada = browse(people.ada)
    taken, free = ask(ada, HATTIE), ask(ada)
    assert (taken.status_code, taken.location) == (free.status_code, free.location)
    assert taken.get_data() == free.get_data()
    (letter,) = letters(clean_database, HATTIE)
    assert letter.subject == "You already sign in with this address"
    assert "/confirm/" not in letter.body
    assert "Ada" not in letter.body
    assert accounts(clean_database) == 1


def test_a_link_to_confirm_works_once_and_for_a_day(
    people: People, browse: Browse, client: FlaskClient, clean_database: Flask
) -> None:
    ask(browse(people.ada))
    path = link(clean_database)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert client.get(path).status_code == client.post(path).status_code == 410
    for mangled in (path[:-2], path + "x", "/confirm/x"):
        assert client.get(mangled).status_code == client.post(mangled).status_code == 410
    assert client.post(path).status_code == 303
    again = client.post(path)
    assert again.status_code == 410
    assert ADA not in text(again)
    assert accounts(clean_database) == 1


def test_whoever_confirms_an_address_first_has_it(
    people: People, browse: Browse, client: FlaskClient, clean_database: Flask
) -> None:
    ask(browse(people.ada), "shared@home.example")
    first = link(clean_database, "shared@home.example")
    ask(browse(people.ben), "shared@home.example", "another word for everything")
    second = link(clean_database, "shared@home.example")
    assert client.post(second).status_code == 303
    late = client.post(first)
    assert late.status_code == 410
    with clean_database.app_context():
        assert db.session.scalars(select(LocalAccount.user_id)).all() == [people.ben]


def test_one_person_has_one_local_account(
    people: People, browse: Browse, client: FlaskClient, clean_database: Flask
) -> None:
    ada = browse(people.ada)
    ask(ada)
    ask(ada, "ada.other@home.example")
    assert client.post(link(clean_database)).status_code == 303
    assert client.post(link(clean_database, "ada.other@home.example")).status_code == 410
    assert ask(ada, "ada.third@home.example").status_code == 409
    assert accounts(clean_database) == 1


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        ("ada", NEW, "Write an e-mail address like name@example.org."),
        (ADA, "short", "Use at least 12 characters."),
        (ADA, "ada@home.example", "Leave your own name and e-mail address out of it"),
    ],
)
def test_odd_wishes_get_a_sentence_and_send_nothing(
    people: People, browse: Browse, clean_database: Flask, email: str, password: str, says: str
) -> None:
    refused = ask(browse(people.ada), email, password)
    assert refused.status_code == 422
    assert says in text(refused)
    assert letters(clean_database, ADA) == []


def test_asking_often_is_told_to_wait(
    people: People, browse: Browse, clean_database: Flask
) -> None:
    ada = browse(people.ada)
    for number in range(3):
        assert ask(ada, f"ada{number}@home.example").status_code == 303
    refused = ask(ada)
    assert refused.status_code == 429
    assert "Please wait about an hour" in text(refused)
    assert letters(clean_database, ADA) == []


def test_what_was_asked_and_never_confirmed_is_cleared_away(
    people: People, browse: Browse, clean_database: Flask
) -> None:
    ask(browse(people.ada))
    with clean_database.app_context():
        assert db.session.scalar(select(func.count(AccountRequest.id))) == 1
        assert clear_old(now=clock.now() + timedelta(days=9)) > 0
        assert db.session.scalar(select(func.count(AccountRequest.id))) == 0
        db.session.commit()


def test_somebody_without_a_password_here_cannot_change_one(people: People, browse: Browse) -> None:
    assert change(browse(people.ada)).status_code == 404
