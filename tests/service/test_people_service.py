"""What the services of people do to the database, without a browser."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.actor import Actor, Role
from lms.audit.models import AuditEntry
from lms.errors import Conflict, NotAllowed, NotFound, RuleBroken, TooMany
from lms.messages.models import Message
from lms.people import queries, rules
from lms.people.models import Employment, Invitation, Try
from lms.people.rules import Asked, InvitationState
from lms.people.service import accounts, invitations, limits, passwords, places, resets, sign_ins
from lms.people.service.links import CONFIRMATION, INVITATION, RESET, Links
from tests.conftest import NOW, People

LINKS = Links(secret_key="a key for tests only", public_url="https://tool.test")
PASSWORD = "harbour lantern seventeen"
SAM = Asked(Role.LINE_MANAGER, "Sam Invented", "sam@example.test", "Example Charity")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that take a moment less."""
    quick_hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick_hasher)
    passwords.nobodys_hash.cache_clear()
    yield
    passwords.nobodys_hash.cache_clear()


def actor(user_id: int) -> Actor:
    return queries.actor_for(queries.get_user(user_id))


def token(link: str) -> str:
    return link.rsplit("/", 1)[1]


def test_a_link_is_read_back_only_as_its_own_kind_and_by_its_own_key() -> None:
    for kind in (INVITATION, RESET, CONFIRMATION):
        link = LINKS.make(kind, 7, "secret")
        assert link.startswith(f"https://tool.test/{kind}/")
        assert LINKS.read(kind, token(link)) == (7, "secret")
        for other in {INVITATION, RESET, CONFIRMATION} - {kind}:
            assert LINKS.read(other, token(link)) is None
        assert Links("another key", "https://tool.test").read(kind, token(link)) is None


def test_passwords_are_told_apart() -> None:
    kept = passwords.hashed(PASSWORD, name="Sam", email="sam@example.test")
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, PASSWORD)
    assert not passwords.matches(kept, PASSWORD + " ")
    assert not passwords.matches("not a hash", PASSWORD)
    assert not passwords.matches(passwords.nobodys_hash(), PASSWORD)
    with pytest.raises(RuleBroken, match="at least 12 characters"):
        passwords.hashed("short", name="Sam", email="sam@example.test")


@pytest.mark.usefixtures("people")
def test_the_command_line_may_invite_anybody_and_a_learner_nobody(
    database: Any, people: People
) -> None:
    sent = invitations.invite(
        actor=None,
        asked=Asked(Role.ADMIN, "Sam Invented", "sam@example.test"),
        links=LINKS,
        now=NOW,
    )
    assert invitations.find_held(token(sent.link), links=LINKS, now=NOW).state == "open"
    with pytest.raises(NotAllowed):
        invitations.invite(actor=actor(people.ada), asked=SAM, links=LINKS, now=NOW)
    assert database.scalar(select(func.count(Invitation.id))) == 1


@pytest.mark.usefixtures("database")
def test_an_invitation_with_a_fault_says_which(people: People) -> None:
    with pytest.raises(RuleBroken, match="Name the organisation"):
        invitations.invite(
            actor=actor(people.hub),
            asked=Asked(Role.LINE_MANAGER, "Sam Invented", "sam@example.test"),
            links=LINKS,
            now=NOW,
        )


def test_the_link_lasts_fourteen_days_to_the_second(database: Any, people: People) -> None:
    sent = invitations.invite(actor=actor(people.hub), asked=SAM, links=LINKS, now=NOW)
    ends = NOW + timedelta(days=14)
    for moment, state in (
        (ends - timedelta(seconds=1), InvitationState.OPEN),
        (ends, InvitationState.EXPIRED),
    ):
        assert invitations.find_held(token(sent.link), links=LINKS, now=moment).state is state
    with pytest.raises(Conflict):
        invitations.accept_as_newcomer(
            token=token(sent.link), name="Sam", password=PASSWORD, links=LINKS, now=ends
        )
    assert database.scalar(select(Invitation.accepted_at)) is None


def test_an_organisation_is_made_once(database: Any, people: People) -> None:
    for number in range(2):
        asked = Asked(
            Role.LINE_MANAGER, "Sam Invented", f"sam{number}@example.test", " Example Charity "
        )
        invitations.invite(actor=actor(people.hub), asked=asked, links=LINKS, now=NOW)
    ids = set(database.scalars(select(Invitation.organisation_id)))
    assert len(ids) == 1
    assert queries.organisation_names() == ["Example Charity"]


def test_accepting_when_already_there_keeps_what_was(database: Any, people: People) -> None:
    organisation = places.find_or_make_organisation("Example Charity")
    places.employ(user_id=people.morgan, organisation_id=organisation.id, manager_id=people.hub)
    accounts.make_local_account(
        user_id=people.morgan, email="sam@example.test", password=PASSWORD, now=NOW
    )
    asked = Asked(
        Role.LINE_MANAGER,
        "Sam Invented",
        "sam@example.test",
        "Example Charity",
        cohort="onboarding-3",
    )
    sent = invitations.invite(actor=actor(people.hub), asked=asked, links=LINKS, now=NOW)
    invitations.accept_as(actor=actor(people.morgan), token=token(sent.link), links=LINKS, now=NOW)
    work = database.scalars(select(Employment)).one()
    assert (work.user_id, work.manager_id) == (people.morgan, people.hub)
    assert actor(people.morgan).enrolment_in("onboarding") is not None
    assert len(actor(people.morgan).enrolments) == 1


def test_each_act_is_recorded_without_names_or_addresses(database: Any, people: People) -> None:
    hub = actor(people.hub)
    sent = invitations.invite(actor=hub, asked=SAM, links=LINKS, now=NOW)
    again = invitations.send_again(
        actor=hub, invitation_id=sent.invitation_id, links=LINKS, now=NOW + timedelta(days=1)
    )
    invitations.accept_as_newcomer(
        token=token(again.link), name="Sam", password=PASSWORD, links=LINKS, now=NOW
    )
    entries = list(database.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.act for entry in entries] == [
        "invited",
        "invitation sent again",
        "password set",
        "invitation accepted",
        "role given",
    ]
    assert entries[0].actor_id == people.hub
    assert entries[-1].detail["role"] == "line-manager"
    told = str([(entry.subject, entry.detail) for entry in entries])
    assert "sam" not in told.lower()
    assert database.scalar(select(func.count(Message.id))) == 2


def test_a_try_counts_before_anything_else_and_is_forgiven_by_name(database: Any) -> None:
    limit = rules.Limit("example", per_account=2, per_place=3, window=timedelta(minutes=15))

    def take(account: str, minutes: int = 0) -> limits.Taken:
        moment = NOW + timedelta(minutes=minutes)
        return limits.take(limit, account_key=account, place_key="here", now=moment)

    take("ada")
    second = take("ada", 1)
    with pytest.raises(TooMany) as refused:
        take("ada", 2)
    assert refused.value.retry_after == 13 * 60
    assert database.scalar(select(func.count(Try.id))) == 4  # the refused one was not counted
    limits.forgive(second)
    assert database.scalar(select(func.count(Try.id))) == 1  # the place's first
    take("ada", 3)
    take("ben", 3)
    with pytest.raises(TooMany):
        take("zoe", 3)  # a third person from the same place
    take("zoe", 15)


def test_a_local_account_is_one_per_address_and_person(database: Any, people: People) -> None:
    def make(user_id: int, email: str) -> None:
        accounts.make_local_account(user_id=user_id, email=email, password=PASSWORD, now=NOW)

    make(people.ada, "Ada@Example.test ")
    assert queries.find_account("ADA@example.test") is not None
    with pytest.raises(Conflict):
        make(people.ben, "ada@example.test")
    with pytest.raises(RuleBroken, match="Write an e-mail address"):
        make(people.ben, "ben")
    make(people.ben, "ben@example.test")  # the refusals left the session usable
    database.commit()


def test_a_reset_of_somebody_unknown_does_nothing(database: Any, people: People) -> None:
    resets.ask_reset(email="nobody@example.test", links=LINKS, now=NOW)
    assert database.scalar(select(func.count(Message.id))) == 0
    with pytest.raises(NotFound):
        resets.reset_password(token="x", password=PASSWORD, links=LINKS, now=NOW)


def test_signing_in_finds_the_browser_again_until_it_ends(database: Any, people: People) -> None:
    secret = sign_ins.start_sign_in(user_id=people.ada, now=NOW)
    found = queries.find_sign_in(sign_ins.digest(secret), NOW + timedelta(hours=11))
    assert found
    assert found[1].id == people.ada
    assert queries.find_sign_in(sign_ins.digest(secret), NOW + sign_ins.LASTS) is None
    sign_ins.end_sign_in(secret=secret, now=NOW)
    database.flush()
    assert queries.find_sign_in(sign_ins.digest(secret), NOW) is None


def test_the_database_refuses_an_invitation_with_two_ends(database: Any, people: People) -> None:
    sent = invitations.invite(actor=actor(people.hub), asked=SAM, links=LINKS, now=NOW)
    row = database.get(Invitation, sent.invitation_id)
    row.accepted_at, row.accepted_by, row.withdrawn_at = NOW, people.ada, NOW
    with pytest.raises(IntegrityError, match="one_end"):
        database.flush()
    database.rollback()
