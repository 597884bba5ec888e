"""Third-party initiated login: from the platform's first request to the address of its auth
endpoint.

1. The platform sends the browser to us with iss, client_id, login_hint and target_link_uri (GET or
   POST).
2. We make a state and a nonce, keep both in one row bound to this browser, and send the browser to
   the platform's auth endpoint. The redirect_uri is always the same: Moodle compares it, query and
   all, with what was registered, so where an activity leads is read from the target_link_uri claim
   afterwards.
(1EdTech security framework 1.0, section 5.1.1)
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect

from lms.lti.models import Platform
from lms.lti.platform.registration import Asked, Noted, OnePlatform
from lms.lti.platform.sealing import digest
from lms.lti.rules.addresses import is_ours
from lms.lti.rules.checks import Refusal
from lms.lti.rules.storage import Kept, key_of

LONGEST = 4096


@dataclass(frozen=True)
class Begun:
    """A login that was begun: where the browser goes, and what must be remembered, here and (when
    a window of the VLE's page keeps things) there.
    """

    url: str
    state: str
    nonce: str
    target_link_uri: str
    kept: Kept | None = None


class Login(OIDCLogin):  # type: ignore[misc,type-arg,unused-ignore]
    """The library's login with unguessable values."""

    def _get_uuid(self) -> str:
        return secrets.token_urlsafe(32)

    def _generate_nonce(self) -> str:
        return secrets.token_urlsafe(32)

    def get_redirect(self, url: str) -> Redirect:  # type: ignore[type-arg,unused-ignore]
        """Never asked: views make the redirect."""
        raise NotImplementedError

    def address(self, launch_url: str) -> str:
        """The auth endpoint's address with everything it must be told."""
        return str(self._prepare_redirect_url(launch_url))


def _refuse(check: str, what: str) -> Refusal:
    return Refusal(
        check,
        f"{what} Go back to the course and open the activity from there. If this page comes "
        f"again, tell the people "
        "who look after the VLE, and give them the reference below.",
    )


def check_form(asked: dict[str, str]) -> None:
    """Refuse a login request that nobody would write, before anything is asked of the database."""
    if any(len(value) > LONGEST for value in asked.values()):
        raise _refuse("login is short", "The VLE’s first message was too long.")
    if not all(asked.get(name, "").isprintable() for name in ("iss", "client_id")):
        raise unknown_platform()


def check_request(asked: dict[str, str], *, tool_url: str) -> None:
    """Refuse a login request that lacks something or is not meant for us."""
    for name in ("iss", "login_hint", "target_link_uri"):
        if not asked.get(name):
            raise _refuse(f"login has {name}", "The VLE’s first message was not complete.")
    if not is_ours(asked["target_link_uri"], tool_url):
        raise _refuse("login's target is ours", "The VLE’s activity leads to another site.")


def unknown_platform() -> Refusal:
    """The refusal of a VLE that was never registered here."""
    return _refuse("platform is known", "We do not know the VLE that sent you here.")


def begin(
    platform: Platform, asked: dict[str, str], *, launch_url: str, storage: str | None = None
) -> Begun:
    """Make state and nonce, and the address to send the browser to; with `storage`, what that
    window is to keep.
    """
    noted = Noted()
    known = asked | {"iss": platform.issuer, "client_id": platform.client_id}
    login = Login(Asked(known), OnePlatform(platform), noted, noted)
    url = login.address(launch_url)
    if urlsplit(platform.auth_login_url).query:  # the library always joins with a second `?`
        url = url.replace(platform.auth_login_url + "?", platform.auth_login_url + "&", 1)
    kept = (
        Kept(storage, key_of(digest(noted.state)), secrets.token_urlsafe(32)) if storage else None
    )
    return Begun(url, noted.state, noted.nonce, asked["target_link_uri"], kept)
