"""Notices of a VLE's own service (Platform Notification Service 1.0): the checks one must pass.

A notice is signed like a launch, but follows no login: nothing of ours is in it, so its nonce and
its id are kept and each counts once (lms/lti/service/notices.py).
"""

from collections.abc import Mapping
from typing import Any

from lms.lti.rules.checks import CHECKS, LONGEST, Check
from lms.lti.rules.claims import CONTEXT, NOTICE, ORIGIN_CONTEXTS
from lms.lti.rules.evidence import Evidence, Stage

COPIED = "LtiContextCopyNotice"
MOST = 50  # notices in one request
LARGEST = 400_000  # characters of one request
MOST_ORIGINS = 20

_OF_A_LAUNCH = (
    *("token is readable", "algorithm", "key is named", "platform is active", "issuer", "audience"),
    *("authorised party", "keys can be fetched", "key is the platform's", "signature"),
    *("deployment", "expiry is given", "not expired", "issue time is given"),
    *("not issued long ago", "not issued in the future", "not before its time", "version"),
    "context is an identifier",
)


def _said(e: Evidence, name: str) -> Any:
    return e.claims.get(name) if isinstance(e.claims, Mapping) else None


def _id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def _named(e: Evidence) -> bool:
    notice = _said(e, NOTICE)
    return isinstance(notice, Mapping) and _id(notice.get("id")) and _id(notice.get("type"))


def _course_is_named(e: Evidence) -> bool:
    notice = _said(e, NOTICE)
    copied = isinstance(notice, Mapping) and notice.get("type") == COPIED
    return not copied or isinstance(_said(e, CONTEXT), Mapping)


NOTICE_CHECKS: dict[str, Check] = {
    **{name: CHECKS[name] for name in _OF_A_LAUNCH},
    "nonce is given": Check(
        Stage.MESSAGE, lambda e: _id(_said(e, "nonce")), "The notice has no nonce."
    ),
    "notice is named": Check(Stage.MESSAGE, _named, "The notice has no id or no type."),
    "copied course is named": Check(
        Stage.MESSAGE, _course_is_named, "The notice does not say which course was copied."
    ),
}


def first_fault(stages: tuple[Stage, ...], evidence: Evidence) -> str | None:
    """The name of the first check of these stages that a notice does not pass."""
    return next(
        (
            name
            for name, check in NOTICE_CHECKS.items()
            if check.stage in stages and not check.passes(evidence)
        ),
        None,
    )


def origins_of(claims: Mapping[str, Any]) -> list[str]:
    """The courses a copy was made from, as far as they are identifiers."""
    given = claims.get(ORIGIN_CONTEXTS)
    found = given if isinstance(given, list) else []
    return [one for one in found if _id(one)][:MOST_ORIGINS]
