"""What a VLE's page keeps for us while a login is under way, where a frame may keep no cookie.

A VLE that offers it sends `lti_storage_target` with the login: the name of the window that answers
`lti.put_data` and `lti.get_data` (LTI Client Side postMessages 0.1, LTI Platform Storage 0.1).

The login makes a secret that stands in no address and in no message of the VLE. Our login page
gives it to that window; our launch page asks for it back and hands it to us. Both speak with no
other origin than that of the platform's auth endpoint, and the VLE keeps each tool's values apart
by the tool's origin. So whoever brings the secret opened the login in this browser, at this VLE:
what the cookie says when there is one. A stranger who plants a launch of their own (they know their
state, their token and their ticket) has no page in this browser that could have kept their secret.
It says nothing more: it is good for one login, opens nothing alone, and is no session
(docs/decisions/0021).
"""

from dataclasses import dataclass

LONGEST = 100  # of a window's name
PARENT = "_parent"


@dataclass(frozen=True)
class Kept:
    """What a window of the VLE's page is asked to keep: `value` under `key`."""

    target: str
    key: str
    value: str


def storage_target(given: str | None) -> str | None:
    """The window that keeps things, as the VLE named it; None for no name that a window has."""
    name = given or ""
    return name if 0 < len(name) <= LONGEST and name.isprintable() else None


def key_of(state_digest: str) -> str:
    """The key for one login: another in each tab, and no part of the state itself."""
    return f"lms-login-{state_digest[:24]}"


def may_keep_no_cookie(*, has_cookie: bool, destination: str) -> bool:
    """Whether a login must count on its cookie not coming back.

    A cookie that came is kept by this browser here. A page that is no frame (`Sec-Fetch-Dest:
    document`) keeps cookies, or else nothing helps.
    """
    return not has_cookie and destination != "document"
