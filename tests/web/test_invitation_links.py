"""What an invitation's link opens, for whoever holds it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import clock
from lms.actor import Role
from lms.audit.models import AuditEntry
from lms.db import db
from lms.people.models import (
    Employment,
    Enrolment,
    Invitation,
    LocalAccount,
    Organisation,
    RoleHeld,
    User,
)
from lms.people.service import passwords
from lms.people.service.accounts import make_local_account
from tests.conftest import People
from tests.together import together
from tests.web.inviting import PASSWORD, Browse, accept, invite, letters, link


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take a moment less."""
    quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick_hasher)
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def invited(people: People, browse: Browse, clean_database: Flask) -> str:
    """Sam was invited by the Hub officer; the link's path."""
    assert invite(browse(people.hub)).status_code == 303
    return link(clean_database)


def test_the_link_says_who_invites_to_what_and_until_when(
    invited: str, client: FlaskClient
) -> None:
    page = client.get(invited)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Hattie Example invites Sam Invented" in text
    assert "as a line manager at Example Harbour Charity" in text
    assert "This link works once, until" in text
    assert 'value="Sam Invented"' in text


def test_accepting_brings_everything_and_signs_in(
    invited: str, client: FlaskClient, clean_database: Flask, people: People
) -> None:
    answer = accept(client, invited, name="Samira Invented")
    assert (answer.status_code, answer.location) == (303, "/home")
    assert "Samira Invented" in client.get("/account").get_data(as_text=True)
    with clean_database.app_context():
        user = db.session.scalars(select(User).where(User.name == "Samira Invented")).one()
        organisation = db.session.scalars(select(Organisation)).one()
        account = db.session.get(LocalAccount, user.id)
        assert account is not None
        assert account.email == "sam@example.test"
        role = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == user.id)).one()
        assert (role.role, role.organisation_id) == (Role.LINE_MANAGER, organisation.id)
        place = db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)).one()
        morgans = db.session.get(Enrolment, people.morgan_place)
        assert morgans is not None
        assert place.cohort_id == morgans.cohort_id
        work = db.session.scalars(select(Employment).where(Employment.user_id == user.id)).one()
        assert work.organisation_id == organisation.id
        acts = list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))
    assert acts == ["invited", "password set", "invitation accepted", "role given"]
    client.post("/sign-out")
    again = client.post("/sign-in", data={"email": "sam@example.test", "password": PASSWORD})
    assert again.status_code == 303


def test_accepting_clears_what_the_session_held_before(invited: str, client: FlaskClient) -> None:
    with client.session_transaction(base_url="https://tool.test") as session:
        session["planted"] = "by somebody else"
    accept(client, invited)
    with client.session_transaction(base_url="https://tool.test") as session:
        assert "planted" not in session


def test_a_trainer_is_given_the_role_for_that_cohort_and_no_place(
    people: People, browse: Browse, client: FlaskClient, clean_database: Flask
) -> None:
    invite(browse(people.hub), role="trainer", organisation="", cohort="cohort-3")
    accept(client, link(clean_database))
    with clean_database.app_context():
        user = db.session.scalars(select(User).where(User.name == "Sam Invented")).one()
        role = db.session.scalars(select(RoleHeld).where(RoleHeld.user_id == user.id)).one()
        assert (role.role, role.cohort_id) == (Role.TRAINER, people.cohort)
        assert not db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)).first()


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "Use at least 12 characters."),
        ("password1234", "This one would soon be guessed."),
        ("Sam Invented 12", "Leave your own name and e-mail address out of it"),
        ("x" * 201, "Use at most 200 characters."),
    ],
)
def test_a_weak_password_is_refused_with_help_and_the_link_stays_open(
    invited: str, client: FlaskClient, password: str, says: str
) -> None:
    refused = accept(client, invited, password=password, name="Sam Corrected")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert says in page
    assert 'value="Sam Corrected"' in page
    assert password not in page
    assert accept(client, invited).status_code == 303


def test_a_used_link_says_so(invited: str, client: FlaskClient, clean_database: Flask) -> None:
    accept(client, invited)
    other = clean_database.test_client()
    page = other.get(invited)
    assert page.status_code == 410
    assert "This invitation was used" in page.get_data(as_text=True)
    assert accept(other, invited, password="another word for everything").status_code == 410
    assert "sam@example.test" not in page.get_data(as_text=True)


def test_an_expired_link_says_so_and_is_listed_as_run_out(
    invited: str, client: FlaskClient, browse: Browse, people: People
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=13, hours=23)):
        assert client.get(invited).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1)):
        page = client.get(invited)
        assert page.status_code == 410
        assert "This invitation has run out" in page.get_data(as_text=True)
        assert "Ask the person who invited you to send it again." in page.get_data(as_text=True)
        assert accept(client, invited).status_code == 410
        listed = browse(people.hub).get("/invitations").get_data(as_text=True)
        assert "Has run out" in listed
        assert "Send again" in listed


def test_sent_again_the_new_link_works_and_the_older_does_not(
    invited: str, client: FlaskClient, browse: Browse, people: People, clean_database: Flask
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=20)):
        hub = browse(people.hub)
        with clean_database.app_context():
            number = db.session.scalars(select(Invitation.id)).one()
        assert hub.post(f"/invitations/{number}/send-again").status_code == 303
        newer = link(clean_database)
        assert newer != invited
        older = client.get(invited)
        assert older.status_code == 410
        assert "There is a newer link" in older.get_data(as_text=True)
        assert accept(client, invited).status_code == 410
        assert accept(client, newer).status_code == 303
    assert len(letters(clean_database)) == 2


def test_a_withdrawn_link_says_so(
    invited: str, client: FlaskClient, browse: Browse, people: People, clean_database: Flask
) -> None:
    hub = browse(people.hub)
    with clean_database.app_context():
        number = db.session.scalars(select(Invitation.id)).one()
    assert hub.post(f"/invitations/{number}/withdraw").status_code == 303
    assert "Taken back" in hub.get("/invitations").get_data(as_text=True)
    page = client.get(invited)
    assert page.status_code == 410
    assert "This invitation was taken back" in page.get_data(as_text=True)
    assert accept(client, invited).status_code == 410
    again = hub.post(f"/invitations/{number}/send-again")
    assert again.status_code == 409
    assert "Make a new one instead." in again.get_data(as_text=True)
    assert hub.post(f"/invitations/{number}/withdraw").status_code == 409


def test_an_accepted_invitation_can_be_neither_renewed_nor_taken_back(
    invited: str, client: FlaskClient, browse: Browse, people: People, clean_database: Flask
) -> None:
    accept(client, invited)
    with clean_database.app_context():
        number = db.session.scalars(select(Invitation.id)).one()
    hub = browse(people.hub)
    assert hub.post(f"/invitations/{number}/send-again").status_code == 409
    assert hub.post(f"/invitations/{number}/withdraw").status_code == 409
    assert hub.post("/invitations/999999/withdraw").status_code == 404
    assert hub.post(f"/invitations/{10**20}/withdraw").status_code == 404


def test_a_forged_or_mangled_link_is_not_known(invited: str, client: FlaskClient) -> None:
    token = invited.removeprefix("/invitation/")
    swapped = token[:3] + ("A" if token[3] != "A" else "B") + token[4:]
    for mangled in (swapped, token[:-4], token + "x", "x", "..", "1.2.3", "%00", "é"):
        page = client.get(f"/invitation/{mangled}")
        assert page.status_code == 404
        if mangled != "..":
            assert "We do not know this link" in page.get_data(as_text=True)
    assert accept(client, f"/invitation/{swapped}").status_code == 404


def test_a_link_of_one_kind_is_not_a_link_of_another(invited: str, client: FlaskClient) -> None:
    token = invited.removeprefix("/invitation/")
    assert client.get(f"/reset/{token}").status_code == 410
    assert client.get(f"/confirm/{token}").status_code == 410


def test_closed_links_never_tell_whether_an_address_has_an_account(
    invited: str, client: FlaskClient, clean_database: Flask, people: People
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=15)):
        before = client.get(invited).get_data(as_text=True)
        _local(clean_database, people.ben, "sam@example.test")
        assert client.get(invited).get_data(as_text=True) == before


def _local(app: Flask, user_id: int, email: str) -> None:
    with app.app_context():
        make_local_account(user_id=user_id, email=email, password=PASSWORD, now=clock.now())
        db.session.commit()


def test_somebody_who_signs_in_with_the_address_accepts_there(
    invited: str, client: FlaskClient, clean_database: Flask, people: People
) -> None:
    _local(clean_database, people.ben, "sam@example.test")
    page = client.get(invited).get_data(as_text=True)
    assert "You already sign in here with sam@example.test." in page
    assert 'name="password"' not in page
    # A newcomer's form, kept open since before, makes no second account.
    assert accept(client, invited).location == invited
    going = client.post(
        "/sign-in",
        query_string={"next": invited},
        data={"email": "sam@example.test", "password": PASSWORD},
    )
    assert going.location == invited
    assert "Accept the invitation" in client.get(invited).get_data(as_text=True)
    assert client.post(f"{invited}/accept").location == "/home"
    with clean_database.app_context():
        roles = db.session.scalars(select(RoleHeld.role).where(RoleHeld.user_id == people.ben))
        assert list(roles) == [Role.LINE_MANAGER]
        assert db.session.scalar(select(func.count(LocalAccount.user_id))) == 1
    assert client.post(f"{invited}/accept").status_code == 410


def test_somebody_signed_in_with_another_address_is_asked_to_sign_out(
    invited: str, browse: Browse, clean_database: Flask, people: People
) -> None:
    ada = browse(people.ada)
    page = ada.get(invited).get_data(as_text=True)
    assert "You are signed in as Ada Example. The invitation is for sam@example.test." in page
    assert ada.post(f"{invited}/accept").status_code == 403
    assert accept(ada, invited).location == invited
    with clean_database.app_context():
        assert db.session.scalars(select(Invitation.accepted_at)).one() is None


def test_nobody_accepts_with_an_account_without_signing_in(
    invited: str, client: FlaskClient
) -> None:
    answer = client.post(f"{invited}/accept")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_of_two_acceptances_at_once_one_wins_and_the_other_is_told(
    invited: str, clean_database: Flask
) -> None:
    def accept(name: str) -> int:
        answer = clean_database.test_client().post(
            invited,
            base_url="https://tool.test",
            data={"name": name, "password": PASSWORD},
        )
        return answer.status_code

    names = ["Sam Invented 1", "Sam Invented 2"]
    assert sorted(together(*[partial(accept, name) for name in names])) == [303, 410]
    with clean_database.app_context():
        made = select(func.count(User.id)).where(User.name.like("Sam Invented%"))
        assert db.session.scalar(made) == 1


def test_many_tries_at_one_invitation_are_told_to_wait(invited: str, client: FlaskClient) -> None:
    for _ in range(15):
        assert accept(client, invited, password="short").status_code == 422
    refused = accept(client, invited)
    assert refused.status_code == 429
    assert "Please wait about 15 minutes" in refused.get_data(as_text=True)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert accept(client, invited).status_code == 303


def test_neither_link_nor_password_is_logged_or_stored(
    invited: str, client: FlaskClient, clean_database: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = invited.removeprefix("/invitation/")
    client.get(invited)
    accept(client, invited, password="short")
    accept(client, invited)
    client.get(invited)
    assert token not in caplog.text
    assert PASSWORD not in caplog.text
    with clean_database.app_context():
        kept = db.session.scalars(select(Invitation)).one()
        assert kept.digest not in token
        assert token not in str(list(db.session.scalars(select(AuditEntry.detail))))
