"""Every check a launch must pass, as one table.

Each has a name, the stage at which it is asked, and the sentence for the person.
`lms/lti/platform/launch.py` asks them in order; `tests/rules/test_lti_rules.py` has one bad case
for each and fails when a check has none. What a strict tool must ask beyond the library is in
docs/decisions; the specifications are LTI 1.3 core section 5, the 1EdTech security framework
section 5.1, and OpenID Connect Core section 3.2.2.11.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lms.errors import BadRequest
from lms.lti.rules import linking
from lms.lti.rules.addresses import is_ours
from lms.lti.rules.claims import (
    AGS_ENDPOINT,
    ASKS_FOR_LINKS,
    CONTEXT,
    DEEP_LINKING,
    DEPLOYMENT_ID,
    FOR_USER,
    LAUNCH,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    REVIEW,
    ROLES,
    TARGET_LINK_URI,
    VERSION,
    in_order,
    moment,
)
from lms.lti.rules.evidence import Evidence, Signature, Stage

LOGIN_LASTS = timedelta(minutes=10)
TOKEN_AGE = timedelta(seconds=600)
LEEWAY = timedelta(seconds=30)
LONGEST = 255  # of sub, resource_link.id and context.id


@dataclass(frozen=True)
class Check:
    """One check."""

    stage: Stage
    passes: Callable[[Evidence], bool]
    words: str


class Refusal(BadRequest):
    """A launch or a login that we do not take; `check` is for the log, `message` for the person."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


def _claim(e: Evidence, name: str) -> Any:
    return e.claims.get(name) if isinstance(e.claims, Mapping) else None


def _inner(e: Evidence, name: str, key: str) -> Any:
    value = _claim(e, name)
    return value.get(key) if isinstance(value, Mapping) else None


def _identifier(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def _is_review(e: Evidence) -> bool:
    return bool(_claim(e, MESSAGE_TYPE) == REVIEW)


def _audience(e: Evidence) -> list[Any]:
    # aud may be a list (OpenID Connect Core, section 2)
    aud = _claim(e, "aud")
    return aud if isinstance(aud, list) else [aud]


def _azp_is_right(e: Evidence) -> bool:
    azp = _claim(e, "azp")
    client_id = e.platform.client_id if e.platform else ""
    return azp == client_id or (azp is None and len(_audience(e)) == 1)


def _deployment_is_known(e: Evidence) -> bool:
    given = _claim(e, DEPLOYMENT_ID)
    return isinstance(given, str) and e.platform is not None and given in e.platform.deployments


def _same_nonce(e: Evidence) -> bool:
    nonce = _claim(e, "nonce")
    return (
        isinstance(nonce, str)
        and e.login is not None
        and hmac.compare_digest(nonce.encode(errors="replace"), e.login.nonce.encode())
    )


def _in_same_browser(e: Evidence) -> bool:
    """No cookie at all passes: such a launch opens nothing here, it is offered a new tab
    (views/launching.py).
    """
    return e.browser is None or (
        e.login is not None and hmac.compare_digest(e.browser, e.login.browser)
    )


def _asks_for_links(e: Evidence) -> bool:
    return bool(_claim(e, MESSAGE_TYPE) == ASKS_FOR_LINKS)


def _links(passes: Callable[[Any, Evidence], bool]) -> Callable[[Evidence], bool]:
    return lambda e: not _asks_for_links(e) or passes(_claim(e, DEEP_LINKING), e)


def _origins(e: Evidence) -> tuple[str, ...]:
    return e.platform.origins if e.platform else ()


def _needs_no_target(e: Evidence) -> bool:
    """A deep linking request may come without one: the certification suite sends none."""
    return _asks_for_links(e) and _claim(e, TARGET_LINK_URI) is None


_AGAIN = "Go back to the course and open the activity again."
_NOT_YOU = "It is nothing you did. "
_TELL = (
    f"{_NOT_YOU}{_AGAIN} If this page comes again, tell the people who look after the VLE, "
    "and give them the reference below."
)
_S = Stage

CHECKS: dict[str, Check] = {
    "state is known": Check(
        _S.STATE, lambda e: e.login is not None, f"We do not know this way in. {_AGAIN}"
    ),
    "state is not used": Check(
        _S.STATE,
        lambda e: e.login is not None and not e.login.used,
        f"This way in was used before, and each one opens once. {_AGAIN}",
    ),
    "state is not old": Check(
        _S.STATE,
        lambda e: e.login is not None and e.now - e.login.created_at <= LOGIN_LASTS,
        f"This way in was opened more than ten minutes ago. {_AGAIN}",
    ),
    "state is this browser's": Check(
        _S.STATE, _in_same_browser, f"This way in was opened in another browser or window. {_AGAIN}"
    ),
    "token is readable": Check(
        _S.FORMAT,
        lambda e: isinstance(e.header, dict) and isinstance(e.claims, dict),
        f"The VLE’s message could not be read. {_TELL}",
    ),
    "algorithm": Check(
        _S.FORMAT,
        lambda e: e.header.get("alg") == "RS256",
        f"The VLE signed its message in a way we do not take. {_TELL}",
    ),
    "key is named": Check(
        _S.FORMAT,
        lambda e: isinstance(e.header.get("kid"), str) and bool(e.header["kid"]),
        f"The VLE did not say which key it signed with. {_TELL}",
    ),
    "nonce": Check(_S.NONCE, _same_nonce, f"The VLE’s message belongs to another way in. {_AGAIN}"),
    "platform is active": Check(
        _S.PLATFORM,
        lambda e: e.platform is not None and e.platform.active,
        "The connection between your VLE and this site is switched off at the moment. What you "
        "saved is safe. "
        "Write to the people who run your course.",
    ),
    "issuer": Check(
        _S.PLATFORM,
        lambda e: e.platform is not None and _claim(e, "iss") == e.platform.issuer,
        f"The VLE’s message is not from the VLE that began it. {_TELL}",
    ),
    "audience": Check(
        _S.PLATFORM,
        lambda e: e.platform is not None and e.platform.client_id in _audience(e),
        f"The VLE’s message was meant for another site. {_TELL}",
    ),
    "authorised party": Check(
        _S.PLATFORM, _azp_is_right, f"The VLE’s message was meant for another site. {_TELL}"
    ),
    "keys can be fetched": Check(
        _S.SIGNATURE,
        lambda e: e.signature is not Signature.KEYS_UNREACHABLE,
        "We could not reach your VLE to check that this came from it. "
        f"{_NOT_YOU}Wait a minute. {_AGAIN}",
    ),
    "key is the platform's": Check(
        _S.SIGNATURE,
        lambda e: e.signature is not Signature.NO_SUCH_KEY,
        f"The VLE signed its message with a key it does not show. {_TELL}",
    ),
    "signature": Check(
        _S.SIGNATURE,
        lambda e: e.signature is Signature.GOOD,
        f"The VLE’s signature does not fit its message. {_TELL}",
    ),
    "deployment": Check(
        _S.DEPLOYMENT,
        _deployment_is_known,
        f"Your VLE opened this from a place that was not registered with us. {_TELL}",
    ),
    "expiry is given": Check(
        _S.MESSAGE,
        lambda e: moment(_claim(e, "exp")) is not None,
        f"The VLE’s message has no end. {_TELL}",
    ),
    "not expired": Check(
        _S.MESSAGE,
        lambda e: in_order(e.now - LEEWAY, moment(_claim(e, "exp"))),
        f"The VLE’s message came too late. {_AGAIN}",
    ),
    "issue time is given": Check(
        _S.MESSAGE,
        lambda e: moment(_claim(e, "iat")) is not None,
        f"The VLE’s message has no time. {_TELL}",
    ),
    "not issued long ago": Check(
        _S.MESSAGE,
        lambda e: in_order(e.now - TOKEN_AGE - LEEWAY, moment(_claim(e, "iat"))),
        f"The VLE’s message is too old. {_AGAIN}",
    ),
    "not issued in the future": Check(
        _S.MESSAGE,
        lambda e: in_order(moment(_claim(e, "iat")), e.now + LEEWAY),
        f"The VLE’s clock is ahead of ours. {_TELL}",
    ),
    "not before its time": Check(
        _S.MESSAGE,
        lambda e: _claim(e, "nbf") is None or in_order(moment(_claim(e, "nbf")), e.now + LEEWAY),
        f"The VLE’s clock is ahead of ours. {_TELL}",
    ),
    "subject": Check(
        _S.MESSAGE,
        lambda e: isinstance(_claim(e, "sub"), str) and bool(_claim(e, "sub")),
        f"The VLE did not say who you are. {_TELL}",
    ),
    "subject is an identifier": Check(
        _S.MESSAGE,
        lambda e: _identifier(_claim(e, "sub")),
        f"The VLE’s name for you cannot be used. {_TELL}",
    ),
    "version": Check(
        _S.MESSAGE,
        lambda e: _claim(e, VERSION) == "1.3.0",
        f"The VLE speaks a version of LTI that we do not. {_TELL}",
    ),
    "message type is given": Check(
        _S.MESSAGE,
        lambda e: isinstance(_claim(e, MESSAGE_TYPE), str) and bool(_claim(e, MESSAGE_TYPE)),
        f"The VLE did not say what it wants. {_TELL}",
    ),
    "message type is a launch": Check(
        _S.MESSAGE,
        lambda e: _claim(e, MESSAGE_TYPE) in (LAUNCH, REVIEW, ASKS_FOR_LINKS),
        "The VLE asked for something that this site does not do yet. Go back to the course and "
        "open the activity itself.",
    ),
    "review is of somebody": Check(
        _S.MESSAGE,
        lambda e: not _is_review(e) or _identifier(_inner(e, FOR_USER, "user_id")),
        f"The VLE did not say whose work it is. {_TELL}",
    ),
    "review is of a column": Check(
        _S.MESSAGE,
        lambda e: not _is_review(e) or isinstance(_inner(e, AGS_ENDPOINT, "lineitem"), str),
        f"The VLE did not say which gradebook column it is. {_TELL}",
    ),
    "roles": Check(
        _S.MESSAGE,
        lambda e: isinstance(_claim(e, ROLES), list),
        f"The VLE did not say your role. {_TELL}",
    ),
    "resource link": Check(
        _S.MESSAGE,
        lambda e: _asks_for_links(e) or bool(_inner(e, RESOURCE_LINK, "id")),
        f"The VLE did not say which activity it is. {_TELL}",
    ),
    "resource link is an identifier": Check(
        _S.MESSAGE,
        lambda e: _asks_for_links(e) or _identifier(_inner(e, RESOURCE_LINK, "id")),
        f"The VLE’s name for the activity cannot be used. {_TELL}",
    ),
    "context is an identifier": Check(
        _S.MESSAGE,
        lambda e: _claim(e, CONTEXT) is None or _identifier(_inner(e, CONTEXT, "id")),
        f"The VLE’s name for the course cannot be used. {_TELL}",
    ),
    "target is ours": Check(
        _S.MESSAGE,
        lambda e: (
            _needs_no_target(e)
            or (
                isinstance(_claim(e, TARGET_LINK_URI), str)
                and is_ours(_claim(e, TARGET_LINK_URI), e.tool_url)
            )
        ),
        f"The VLE’s activity leads to another site. {_TELL}",
    ),
    "target is the login's": Check(
        _S.MESSAGE,
        lambda e: (
            _needs_no_target(e)
            or (e.login is not None and _claim(e, TARGET_LINK_URI) == e.login.target_link_uri)
        ),
        f"The VLE’s activity changed on the way. {_TELL}",
    ),
    "links go back to the VLE": Check(
        _S.MESSAGE,
        _links(lambda asked, e: linking.returns_to(asked, trusted=_origins(e))),
        f"The VLE asked for activities, but to be sent to another site. {_TELL}",
    ),
    "links are taken": Check(
        _S.MESSAGE,
        _links(lambda asked, e: linking.takes_links(asked)),
        f"The VLE asked for something other than an activity, and this site has no other. {_TELL}",
    ),
    "links are shown somewhere": Check(
        _S.MESSAGE,
        _links(lambda asked, e: linking.shows_somewhere(asked)),
        f"The VLE did not say how it shows an activity. {_TELL}",
    ),
    "links are chosen by those who teach": Check(
        _S.MESSAGE,
        _links(lambda asked, e: linking.may_choose(_claim(e, ROLES))),
        "Adding activities is for those who teach in the course. The VLE does not say you do.",
    ),
}


def first_fault(stage: Stage, evidence: Evidence) -> str | None:
    """The name of the first check of a stage that does not pass."""
    return next(
        (
            name
            for name, check in CHECKS.items()
            if check.stage is stage and not check.passes(evidence)
        ),
        None,
    )


def refuse_unless_passed(stage: Stage, evidence: Evidence) -> None:
    """Raise a Refusal for the first check of a stage that does not pass."""
    fault = first_fault(stage, evidence)
    if fault:
        raise Refusal(fault, CHECKS[fault].words)
