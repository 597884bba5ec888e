"""Where a launch lands, and what a person becomes by it."""

import re
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

from lms.actor import Role
from lms.lti.rules.addresses import is_ours
from lms.lti.rules.claims import (
    CUSTOM,
    ROLES,
    TARGET_LINK_URI,
    SignedClaims,
    part,
    text_in,
)

_CONTEXT_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_TARGET = re.compile(r"modules(/[a-z0-9-]{1,60}){0,2}|assessments/(?P<assessment>[a-z0-9-]{1,60})")
NAMELESS = "Name not shared"


class Standing(StrEnum):
    """What the VLE says a person is in the course the launch came from."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    OTHER = "other"


def standing(roles: object) -> Standing:
    """The person's standing in the course; anything unknown is the least there is.

    Only context roles count, in full or as the short names that LTI allows for them (core 1.3,
    A.2): somebody who is staff of the university, or the VLE's administrator, is nobody in
    particular in this course.
    """
    given = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    if given & {"Instructor", _CONTEXT_ROLE + "Instructor"}:
        return Standing.INSTRUCTOR
    if given & {"Learner", _CONTEXT_ROLE + "Learner"}:
        return Standing.LEARNER
    return Standing.OTHER


def standing_of(claims: SignedClaims) -> Standing:
    """The standing that a launch's claims give."""
    return standing(claims.get(ROLES))


def shared_name_of(given: dict[str, Any]) -> str:
    """The name that a launch or a list of people shares, or nothing."""
    full = text_in(given, "name", longest=200)
    if full:
        return full
    return f"{text_in(given, 'given_name')} {text_in(given, 'family_name')}".strip()[:200]


def shared_email_of(given: dict[str, Any]) -> str | None:
    """The address that is shared; it never joins a person to an account (DESIGN.md section 5)."""
    address = text_in(given, "email")
    return address if re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address) else None


def shared_name(claims: SignedClaims) -> str:
    """The name the VLE shares, or nothing."""
    return shared_name_of(claims)


def shared_email(claims: SignedClaims) -> str | None:
    """The address the VLE shares."""
    return shared_email_of(claims)


def label(claims: SignedClaims) -> str:
    """What to call a person of whom the VLE may share little."""
    address = shared_email(claims)
    return shared_name(claims) or (address.partition("@")[0] if address else NAMELESS)


def target(claims: SignedClaims, *, tool_url: str) -> str:
    """Which page the activity opens: `modules/m1/u1`, `assessments/m1-plan`, `modules` for all of a
    programme, or nothing for home.

    An empty custom value, a null, or a variable the VLE did not know and sent as it stands
    (`$Context.id`) is none.
    """
    given: Any = part(claims, CUSTOM).get("lms_target")
    if not isinstance(given, str) or not given or given.startswith("$"):
        address = str(claims.get(TARGET_LINK_URI, ""))
        given = urlsplit(address).path if is_ours(address, tool_url) else ""
    given = given.strip("/")
    return given if _TARGET.fullmatch(given) else ""


def assessment_in(target: str) -> str | None:
    """The assessment a target opens, if it opens one."""
    found = _TARGET.fullmatch(target)
    return found["assessment"] if found else None


class Place(StrEnum):
    """Whether a person has a place in the cohort already."""

    NONE = "none"
    HELD = "held"
    ENDED = "ended"


class Becomes(StrEnum):
    """What a launch from a linked course makes of a person."""

    AS_BEFORE = "as before"
    LEARNER = "a learner of the cohort"
    TRAINER = "a trainer of the cohort"
    ENDED = "somebody whose place has ended"
    NOBODY = "nobody in this cohort"


STAFF = frozenset({Role.TRAINER, Role.MODULE_LEAD, Role.EXAMINER})
MARKERS = frozenset({Role.TRAINER, Role.MODULE_LEAD})


def becomes(standing: Standing, *, place: Place, roles: frozenset[Role]) -> Becomes:
    """What a person becomes in the linked cohort; `roles` are those held for it. Nothing held is
    ever lowered.

    Staff stay staff: a teacher who tries Moodle's student view is not enrolled, and an external
    examiner, whom Moodle calls an Instructor too, is not made a marker. Whoever learns here is not
    made a marker of their own work. A place that was ended stays ended until a person reopens it;
    the launch says so.
    """
    if roles & STAFF or place is Place.HELD:
        return Becomes.AS_BEFORE
    if standing is Standing.INSTRUCTOR:
        return Becomes.TRAINER
    if standing is Standing.LEARNER:
        return Becomes.ENDED if place is Place.ENDED else Becomes.LEARNER
    return Becomes.NOBODY


def landing(target: str, *, marks: bool, cohort: str | None, handed_in_here: bool = True) -> str:
    """The path a launch goes on to.

    A marker comes to the marking; of work that is handed in to the VLE (its record is there) there
    is none here, so to what trainees read, which says where it is marked.
    """
    assessment = assessment_in(target)
    if assessment and marks and cohort and handed_in_here:
        return f"/marking/{assessment}?{urlencode({'cohort': cohort})}"
    return f"/{target}" if target else "/home"
