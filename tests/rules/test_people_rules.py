"""What is decided about accounts, invitations and limits."""

from datetime import UTC, datetime, timedelta

import pytest

from lms.actor import Role
from lms.people import rules
from lms.people.rules import Asked, Brings, CohortMeans, InvitationFacts, InvitationState

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MORGAN = {"name": "Morgan Example", "email": "morgan@harbour.test"}


@pytest.mark.parametrize(
    ("password", "blocks"),
    [
        ("harbour lantern seventeen", []),
        ("practice-only-words", []),
        ("twelve chars", []),
        ("eleven char", [rules.TOO_SHORT]),
        ("", [rules.TOO_SHORT]),
        ("harbour lantern seventeen " + "x" * 174, []),  # 200
        ("harbour lantern seventeen " + "x" * 175, [rules.TOO_LONG]),  # 201
        ("aaaaaaaaaaaaaaaaaaaa", [rules.EASY]),
        ("password1234", [rules.EASY]),
        ("qwertyuiop123", [rules.EASY]),
        ("morganexample", [rules.EASY]),
        ("Morgan Example 12", [rules.OWN_NAME]),
        ("morgan@harbour.test", [rules.OWN_NAME]),
        ("MORGAN-morgan-2026", [rules.OWN_NAME]),
        ("morgan lantern seventeen violet", []),  # enough is left without the name
        ("\uff48arbour lantern seventeen", []),
    ],
)
def test_passwords(password: str, blocks: list[str]) -> None:
    assert rules.password_blocks(password, **MORGAN) == blocks


def test_the_same_letter_typed_on_another_keyboard_is_the_same() -> None:
    assert rules.as_typed_anywhere("cafe\u0301") == rules.as_typed_anywhere("caf\u00e9")


def test_an_empty_name_is_no_part_of_every_password() -> None:
    assert rules.password_blocks("harbour lantern seventeen", name="", email="") == []


@pytest.mark.parametrize(
    "email",
    ["a@b.test", "first.last+tag@sub.example.org", "  UPPER@Example.Test  ", "o'brien@example.ie"],
)
def test_addresses(email: str) -> None:
    assert rules.email_blocks(email) == []


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@b",
        "@b.test",
        "a@.",
        "a b@c.test",
        "a@b.test\nBcc: c@d.test",
        "a@b.test, c@d.test",
        "Name <a@b.test>",
        "a@@b.test",
        "a@b.test\x00",
        "é@b.test",
        "a" * 250 + "@b.test",
    ],
)
def test_what_is_no_address(email: str) -> None:
    assert rules.email_blocks(email) == [rules.ODD_ADDRESS]


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("Zoë O’Example-Smith", []),
        ("  ", [rules.NO_NAME]),
        ("a\nb", [rules.ODD_NAME]),
        ("a\x00b", [rules.ODD_NAME]),
        ("n" * 121, [rules.ODD_NAME]),
    ],
)
def test_names(name: str, blocks: list[str]) -> None:
    assert rules.name_blocks(name) == blocks


LATER, BEFORE = NOW + timedelta(seconds=1), NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (InvitationFacts(LATER, None, None), InvitationState.OPEN),
        (InvitationFacts(NOW, None, None), InvitationState.EXPIRED),
        (InvitationFacts(LATER, BEFORE, None), InvitationState.USED),
        (InvitationFacts(BEFORE, BEFORE, None), InvitationState.USED),
        (InvitationFacts(LATER, None, BEFORE), InvitationState.WITHDRAWN),
        (InvitationFacts(BEFORE, None, BEFORE), InvitationState.WITHDRAWN),
        (InvitationFacts(LATER, None, None, newest_link=False), InvitationState.REPLACED),
        (InvitationFacts(BEFORE, None, None, newest_link=False), InvitationState.REPLACED),
        (InvitationFacts(LATER, BEFORE, None, newest_link=False), InvitationState.USED),
    ],
)
def test_where_an_invitation_stands(facts: InvitationFacts, state: InvitationState) -> None:
    assert rules.invitation_state(facts, now=NOW) is state


def test_what_has_ended_is_neither_sent_again_nor_withdrawn() -> None:
    for state in InvitationState:
        ended = state in (InvitationState.USED, InvitationState.WITHDRAWN)
        assert bool(rules.resend_blocks(state)) is ended
        assert bool(rules.withdraw_blocks(state)) is ended


def test_every_role_can_be_offered_and_by_whom() -> None:
    assert set(rules.OFFERS) == set(Role)
    assert rules.roles_to_invite({Role.ADMIN}) == tuple(rules.OFFERS)
    assert set(rules.roles_to_invite({Role.HUB})) == {
        Role.LINE_MANAGER,
        Role.TRAINEE,
        Role.HUB,
        Role.TRAINER,
    }
    others = set(Role) - {Role.ADMIN, Role.HUB}
    assert rules.roles_to_invite(others) == ()


@pytest.mark.parametrize(
    ("role", "gives"),
    [
        (Role.LINE_MANAGER, Brings(Role.LINE_MANAGER, None, 7, place_in=3, works_for=7)),
        (Role.TRAINEE, Brings(None, None, None, place_in=3, works_for=7)),
        (Role.HUB, Brings(Role.HUB, None, None, place_in=3, works_for=7)),
        (Role.TRAINER, Brings(Role.TRAINER, 3, None, place_in=None, works_for=7)),
        (Role.MODULE_LEAD, Brings(Role.MODULE_LEAD, 3, None, place_in=None, works_for=7)),
        (Role.EXAMINER, Brings(Role.EXAMINER, 3, None, place_in=None, works_for=7)),
        (Role.ADMIN, Brings(Role.ADMIN, None, None, place_in=None, works_for=7)),
    ],
)
def test_what_each_role_brings(role: Role, gives: Brings) -> None:
    assert rules.brings(role, cohort_id=3, organisation_id=7) == gives


def asked(role: Role, **more: str) -> Asked:
    return Asked(role, "Sam Invented", "sam@example.test", **more)


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        (asked(Role.LINE_MANAGER, organisation="Example Charity"), []),
        (asked(Role.LINE_MANAGER), ["organisation"]),
        (asked(Role.LINE_MANAGER, organisation="a\nb"), ["organisation"]),
        (asked(Role.TRAINEE), ["cohort"]),
        (asked(Role.TRAINEE, cohort="onboarding-3", programme="onboarding"), []),
        (asked(Role.TRAINEE, cohort="cohort-3", programme="pgcert"), []),
        (asked(Role.HUB), []),
        (asked(Role.HUB, cohort="cohort-3", programme="pgcert"), ["cohort"]),
        (asked(Role.TRAINER), ["cohort"]),
        (asked(Role.TRAINER, cohort="cohort-3", programme="pgcert"), []),
        (asked(Role.TRAINER, cohort="gone"), ["cohort"]),
        (asked(Role.EXAMINER), []),
        (asked(Role.ADMIN, cohort="cohort-3", programme="pgcert"), ["cohort"]),
        (Asked(Role.ADMIN, "", "nobody"), ["name", "email"]),
    ],
)
def test_what_an_invitation_must_name(wish: Asked, fields: list[str]) -> None:
    assert [field for field, _ in rules.invitation_blocks(wish, invitable=None)] == fields


def test_a_role_beyond_ones_office_is_refused() -> None:
    wish = asked(Role.ADMIN)
    assert rules.invitation_blocks(wish, invitable=(Role.HUB,)) == [
        ("role", "Choose one of the roles in the list.")
    ]


def test_a_cohort_means_something_only_where_a_programme_is_named() -> None:
    for offer in rules.OFFERS.values():
        assert (offer.cohort_means is CohortMeans.NOTHING) == (not offer.programmes)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ages", "wait"),
    [
        ([], None),
        ([1, 2], None),
        ([1, 2, 16], None),  # one is outside the window
        ([1, 2, 15], None),  # exactly the window ago is outside
        ([1, 2, 14], 60),
        ([1, 2, 3], 12 * 60),
        ([1, 2, 3, 4], 12 * 60),  # more than allowed: two must leave
        ([0, 0, 0], 15 * 60),
    ],
)
def test_how_long_to_wait(ages: list[int], wait: int | None) -> None:
    tried = [NOW - age * MINUTE for age in ages]
    assert rules.wait_for(tried, allowed=3, window=15 * MINUTE, now=NOW) == wait


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "about a minute"),
        (60, "about a minute"),
        (61, "about 2 minutes"),
        (900, "about 15 minutes"),
        (3540, "about an hour"),
        (3600, "about an hour"),
    ],
)
def test_a_wait_in_words(seconds: int, words: str) -> None:
    assert rules.wait_words(seconds) == words
    assert words in rules.too_many_words(seconds)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_a_place_on_the_network(address: str, place: str) -> None:
    assert rules.network_place(address) == place


def test_a_key_needs_the_servers_own_key() -> None:
    key = rules.limit_key("203.0.113.9", pepper="a")
    assert key == rules.limit_key("203.0.113.9", pepper="a")
    assert key != rules.limit_key("203.0.113.9", pepper="b")
    assert "203" not in key or len(key) == 64


def test_tries_are_kept_as_long_as_any_limit_looks_back() -> None:
    assert max(limit.window for limit in rules.LIMITS) == rules.TRIES_KEPT
    assert len({limit.kind for limit in rules.LIMITS}) == len(rules.LIMITS)
