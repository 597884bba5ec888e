"""Invitations, as those who send them meet them."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.db import db
from lms.people.models import (
    Invitation,
)
from lms.people.service import passwords
from tests.conftest import NOW, People
from tests.web.inviting import SAM, Browse, accept, invite, letters


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take a moment less."""
    quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick_hasher)
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


def test_an_invitation_is_written_sent_and_listed(
    people: People, browse: Browse, clean_database: Flask
) -> None:
    with time_machine.travel(NOW, tick=False):
        hub = browse(people.hub)
        assert "Nobody has been invited yet." in hub.get("/invitations").get_data(as_text=True)
        assert invite(hub).location == "/invitations"
        page = hub.get("/invitations").get_data(as_text=True)
    for words in (
        "Sam Invented",
        "sam@example.test",
        "Line manager",
        "Example Harbour Charity",
        "Tuesday 24 November 2026",
        "Waiting",
        "Open until Tuesday 8 December 2026, 10:00",
        "The invitation to Sam Invented is on its way.",
    ):
        assert words in page
    (letter,) = letters(clean_database)
    assert letter.subject == "Your invitation to Advocate training"
    assert "Hattie Example invites you" in letter.body
    assert "as a line manager at Example Harbour Charity, for Onboarding 3" in letter.body
    assert "until Tuesday 8 December 2026, 10:00" in letter.body


@pytest.mark.parametrize("who", ["ada", "max", "lin", "morgan"])
def test_only_the_hub_and_administrators_invite(people: People, browse: Browse, who: str) -> None:
    browser = browse(getattr(people, who))
    assert browser.get("/invitations").status_code == 403
    assert browser.get("/invitations/new").status_code == 403
    assert invite(browser).status_code == 403
    assert browser.post("/invitations/1/send-again").status_code == 403
    assert browser.post("/invitations/1/withdraw").status_code == 403


def test_a_hub_officer_cannot_make_an_administrator(people: People, browse: Browse) -> None:
    changes = {"role": "administrator", "organisation": "", "cohort": ""}
    refused = invite(browse(people.hub), **changes)
    assert refused.status_code == 422
    assert "Choose one of the roles in the list." in refused.get_data(as_text=True)
    assert "Administrator" not in browse(people.hub).get("/invitations/new").get_data(as_text=True)
    assert invite(browse(people.admin), **changes).status_code == 303


def test_a_hub_officer_cannot_renew_or_take_back_an_administrators_invitation(
    people: People, browse: Browse, clean_database: Flask
) -> None:
    invite(browse(people.admin), role="administrator", organisation="", cohort="")
    with clean_database.app_context():
        number = db.session.scalars(select(Invitation.id)).one()
    hub = browse(people.hub)
    assert "An administrator can change this one." in hub.get("/invitations").get_data(as_text=True)
    assert hub.post(f"/invitations/{number}/send-again").status_code == 403
    assert hub.post(f"/invitations/{number}/withdraw").status_code == 403
    assert len(letters(clean_database)) == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": " "}, "Write a name."),
        ({"name": "two\r\nlines"}, "Write the name on one line"),
        ({"email": "nobody"}, "Write an e-mail address like name@example.org."),
        ({"role": "queen"}, "Choose one of the roles in the list."),
        ({"organisation": ""}, "Name the organisation this person works for."),
        ({"cohort": "cohort-3"}, "For this role, choose a cohort of the onboarding programme."),
        ({"cohort": "cohort-99"}, "There is no cohort of that name."),
        ({"role": "trainer", "cohort": ""}, "Choose a cohort for this role."),
        ({"role": "trainer"}, "For this role, choose a cohort of the PG Cert programme."),
    ],
)
def test_what_cannot_be_invited_gets_a_sentence_and_sends_nothing(
    people: People, browse: Browse, clean_database: Flask, changes: dict[str, str], says: str
) -> None:
    refused = invite(browse(people.hub), **changes)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert says in page
    assert "Sam" in page or "name" in changes  # what was typed is still there
    assert letters(clean_database) == []


def test_the_list_takes_as_many_statements_for_many_as_for_one(
    people: People, browse: Browse, statements: Callable[[], int]
) -> None:
    hub = browse(people.hub)
    invite(hub)
    statements()
    hub.get("/invitations")
    for_one = statements()
    for number in range(12):
        invite(hub, email=f"sam{number}@example.test", organisation=f"Example Charity {number}")
    statements()
    hub.get("/invitations")
    assert statements() == for_one <= 8


def test_the_command_prints_a_link_that_works(
    people: People, clean_database: Flask, client: FlaskClient
) -> None:
    run = clean_database.test_cli_runner()
    arguments = [f"--{key}={value}" for key, value in SAM.items()]
    done = run.invoke(args=["people", "invite", *arguments])
    assert done.exit_code == 0, done.output
    path = done.output.strip().removeprefix("https://tool.test")
    assert "The training team invites Sam Invented" in client.get(path).get_data(as_text=True)
    assert accept(client, path).status_code == 303
    refused = run.invoke(args=["people", "invite", *arguments, "--cohort=nowhere"])
    assert refused.exit_code == 1
    assert "There is no cohort of that name." in refused.output
