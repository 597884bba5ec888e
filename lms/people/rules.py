"""What is decided about accounts, invitations and limits. Pure.

Each refusal is a list of sentences: the form shows them, the service enforces the same list.
"""

import hashlib
import hmac
import ipaddress
import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zxcvbn import zxcvbn

from lms.actor import Role

# Passwords ---------------------------------------------------------------------------------------

SHORTEST = 12
LONGEST = 200
_STRONG = 3
_ZXCVBN_READS = 72  # it refuses more, and what follows can only make a password stronger

TOO_SHORT = (
    f"Use at least {SHORTEST} characters. "
    "Four ordinary words that do not belong together work well."
)
TOO_LONG = f"Use at most {LONGEST} characters."
OWN_NAME = "Leave your own name and e-mail address out of it, and choose other words."
EASY = "This one would soon be guessed. Try four ordinary words that do not belong together."


def as_typed_anywhere(password: str) -> str:
    """The password in one form of Unicode, so that another keyboard's é is the same é."""
    return unicodedata.normalize("NFKC", password)


def _score(password: str, own: Sequence[str]) -> int:
    if not password:
        return 0
    return int(zxcvbn(password[:_ZXCVBN_READS], user_inputs=list(own))["score"])


def _own_words(name: str, email: str) -> list[str]:
    words = re.split(r"[\s@.,_+’'-]+", f"{name} {email}".lower())
    return [word for word in dict.fromkeys(words) if len(word) >= 3]


def _without(words: Sequence[str], password: str) -> str:
    for word in sorted(words, key=len, reverse=True):
        password = re.sub(re.escape(word), "", password, flags=re.IGNORECASE)
    return password.strip()


def password_blocks(password: str, *, name: str, email: str) -> list[str]:
    """Why a person may not choose this password; empty when they may."""
    password = as_typed_anywhere(password)
    own = _own_words(name, email)
    if len(password) < SHORTEST:
        return [TOO_SHORT]
    if len(password) > LONGEST:
        return [TOO_LONG]
    if _score(password, own) < _STRONG:
        return [EASY]
    rest = _without(own, password)
    if rest != password and _score(rest, own) < _STRONG:
        return [OWN_NAME]
    return []


# Names and addresses -----------------------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s@<>()\",;:\\]+@[^\s@<>()\",;:\\]+\.[^\s@<>()\",;:\\.]+")
ODD_ADDRESS = "Write an e-mail address like name@example.org."
NO_NAME = "Write a name."
ODD_NAME = "Write the name on one line, in at most 120 characters."


def as_address(typed: str) -> str:
    """An e-mail address as it is kept: without spaces around it, in lower case."""
    return typed.strip().lower()


def email_blocks(typed: str) -> list[str]:
    """Why this cannot be an e-mail address."""
    email = as_address(typed)
    fine = len(email) <= 254 and email.isascii() and email.isprintable()
    return [] if fine and _ADDRESS.fullmatch(email) else [ODD_ADDRESS]


def name_blocks(typed: str) -> list[str]:
    """Why this cannot be a person's name."""
    name = typed.strip()
    if not name:
        return [NO_NAME]
    return [] if name.isprintable() and len(name) <= 120 else [ODD_NAME]


# Invitations -------------------------------------------------------------------------------------

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=1)
CONFIRMATION_LASTS = timedelta(hours=24)


class InvitationState(StrEnum):
    """Where an invitation stands, or what became of the link somebody holds."""

    OPEN = "open"
    EXPIRED = "expired"
    USED = "used"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class InvitationFacts:
    """What decides an invitation's state."""

    expires_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    newest_link: bool = True


def invitation_state(facts: InvitationFacts, *, now: datetime) -> InvitationState:
    """The state: what was done with it comes before the passing of time."""
    if facts.accepted_at:
        return InvitationState.USED
    if facts.withdrawn_at:
        return InvitationState.WITHDRAWN
    if not facts.newest_link:
        return InvitationState.REPLACED
    if facts.expires_at <= now:
        return InvitationState.EXPIRED
    return InvitationState.OPEN


def resend_blocks(state: InvitationState) -> list[str]:
    """Why an invitation cannot be sent again."""
    return {
        InvitationState.USED: ["This invitation was accepted. There is nothing to send again."],
        InvitationState.WITHDRAWN: ["This invitation was withdrawn. Make a new one instead."],
    }.get(state, [])


def withdraw_blocks(state: InvitationState) -> list[str]:
    """Why an invitation cannot be withdrawn."""
    return {
        InvitationState.USED: ["This invitation was accepted, so it cannot be withdrawn."],
        InvitationState.WITHDRAWN: ["This invitation was withdrawn before."],
    }.get(state, [])


class CohortMeans(StrEnum):
    """What naming a cohort in an invitation does."""

    NOTHING = "nothing"
    A_PLACE = "a place in it"  # the person is enrolled
    THE_SCOPE = "the scope of the role"  # the role is held for this cohort


@dataclass(frozen=True)
class Offer:
    """What an invitation to a role may bring, and what it must name."""

    label: str
    cohort_means: CohortMeans
    programmes: frozenset[str] = frozenset()
    cohort_needed: bool = False
    organisation_needed: bool = False


_ONBOARDING = frozenset({"onboarding"})
_PGCERT = frozenset({"pgcert"})

OFFERS: dict[Role, Offer] = {
    Role.LINE_MANAGER: Offer(
        "Line manager", CohortMeans.A_PLACE, _ONBOARDING, organisation_needed=True
    ),
    Role.TRAINEE: Offer(
        "Learner (a place in a cohort, no other role)",
        CohortMeans.A_PLACE,
        _ONBOARDING | _PGCERT,
        cohort_needed=True,
    ),
    Role.HUB: Offer("Hub officer", CohortMeans.A_PLACE, _ONBOARDING),
    Role.TRAINER: Offer("Trainer", CohortMeans.THE_SCOPE, _PGCERT, cohort_needed=True),
    Role.MODULE_LEAD: Offer("Module lead", CohortMeans.THE_SCOPE, _PGCERT),
    Role.EXAMINER: Offer("External examiner", CohortMeans.THE_SCOPE, _PGCERT),
    Role.ADMIN: Offer("Administrator", CohortMeans.NOTHING),
}
_HUB_INVITES = (Role.LINE_MANAGER, Role.TRAINEE, Role.HUB, Role.TRAINER)


def roles_to_invite(inviter: Collection[Role]) -> tuple[Role, ...]:
    """The roles that a holder of these may invite to: no more than their office covers."""
    if Role.ADMIN in inviter:
        return tuple(OFFERS)
    return _HUB_INVITES if Role.HUB in inviter else ()


@dataclass(frozen=True)
class Asked:
    """An invitation as somebody filled it in; `programme` is that of the named cohort."""

    role: Role
    name: str
    email: str
    organisation: str = ""
    cohort: str = ""
    programme: str | None = None


def invitation_blocks(asked: Asked, *, invitable: Collection[Role] | None) -> list[tuple[str, str]]:
    """Why this cannot be made: (field, sentence). `invitable` is None at the command line."""
    blocks = [("name", reason) for reason in name_blocks(asked.name)]
    blocks += [("email", reason) for reason in email_blocks(asked.email)]
    if invitable is not None and asked.role not in invitable:
        return [*blocks, ("role", "Choose one of the roles in the list.")]
    offer = OFFERS[asked.role]
    blocks += [("organisation", reason) for reason in _organisation_blocks(asked, offer)]
    blocks += [("cohort", reason) for reason in _cohort_blocks(asked, offer)]
    return blocks


def _organisation_blocks(asked: Asked, offer: Offer) -> list[str]:
    name = asked.organisation.strip()
    if offer.organisation_needed and not name:
        return ["Name the organisation this person works for."]
    if name and name_blocks(name):
        return ["Write the organisation’s name on one line, in at most 120 characters."]
    return []


def _cohort_blocks(asked: Asked, offer: Offer) -> list[str]:
    if not asked.cohort:
        return ["Choose a cohort for this role."] if offer.cohort_needed else []
    if asked.programme is None:
        return ["There is no cohort of that name. Choose one from the list."]
    if offer.cohort_means is CohortMeans.NOTHING:
        return ["This role is for all cohorts. Leave the cohort empty."]
    if asked.programme not in offer.programmes:
        wanted = "onboarding" if offer.programmes == _ONBOARDING else "PG Cert"
        return [f"For this role, choose a cohort of the {wanted} programme."]
    return []


@dataclass(frozen=True)
class Brings:
    """What accepting gives: a role (and where it holds), a place, an employment."""

    role: Role | None
    role_cohort_id: int | None
    role_organisation_id: int | None
    place_in: int | None
    works_for: int | None


def brings(role: Role, *, cohort_id: int | None, organisation_id: int | None) -> Brings:
    """What an accepted invitation to `role` gives."""
    means = OFFERS[role].cohort_means
    return Brings(
        role=None if role is Role.TRAINEE else role,  # a trainee is one by enrolment
        role_cohort_id=cohort_id if means is CohortMeans.THE_SCOPE else None,
        role_organisation_id=organisation_id if role is Role.LINE_MANAGER else None,
        place_in=cohort_id if means is CohortMeans.A_PLACE else None,
        works_for=organisation_id,
    )


# Limits ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """How often something may be tried within `window`, per account and per network place."""

    kind: str
    per_account: int
    per_place: int
    window: timedelta


SIGN_IN = Limit("sign-in", per_account=8, per_place=40, window=timedelta(minutes=15))
RESET = Limit("reset", per_account=3, per_place=15, window=timedelta(hours=1))
ACCEPTANCE = Limit("acceptance", per_account=15, per_place=30, window=timedelta(minutes=15))
OLD_PASSWORD = Limit("old-password", per_account=8, per_place=40, window=timedelta(minutes=15))
CONFIRMATION = Limit("confirmation", per_account=3, per_place=15, window=timedelta(hours=1))
LIMITS = (SIGN_IN, RESET, ACCEPTANCE, OLD_PASSWORD, CONFIRMATION)
TRIES_KEPT = max(limit.window for limit in LIMITS)


def wait_for(
    tried: Sequence[datetime], *, allowed: int, window: timedelta, now: datetime
) -> int | None:
    """How many seconds until another try is allowed, or None when it is allowed now."""
    within = sorted(moment for moment in tried if moment > now - window)
    if len(within) < allowed:
        return None
    makes_room = within[len(within) - allowed]
    return max(1, math.ceil((makes_room + window - now).total_seconds()))


def wait_words(seconds: int) -> str:
    """A wait as people say it."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 1:
        return "about a minute"
    return "about an hour" if minutes > 55 else f"about {minutes} minutes"


def too_many_words(seconds: int) -> str:
    """The sentence for too many tries; the same whether or not there is such an account."""
    return (
        f"There were many tries in a short time. Please wait {wait_words(seconds)}, then try again."
    )


def network_place(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 household has."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def limit_key(value: str, *, pepper: str) -> str:
    """What is kept instead of an address: a digest that needs the server's key to be guessed."""
    return hmac.new(pepper.encode(), value.encode(), hashlib.sha256).hexdigest()


# How a person reads ------------------------------------------------------------------------------


class Nation(StrEnum):
    """The nation whose law and services a reader works with; `ALL` folds nothing."""

    ALL = "all"
    ENGLAND = "england"
    SCOTLAND = "scotland"
    WALES = "wales"
    NORTHERN_IRELAND = "northern-ireland"


class TextSize(StrEnum):
    """How large letters are."""

    USUAL = "usual"
    LARGE = "large"
    LARGEST = "largest"


class Spacing(StrEnum):
    """How far apart lines, words and letters stand."""

    USUAL = "usual"
    WIDE = "wide"
