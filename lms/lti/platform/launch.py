"""A launch, verified: the platform's signed message becomes `SignedClaims`, here and nowhere else.

3. The platform posts id_token and state to us. PyLTI1p3 walks through its steps; each is preceded
   by our own checks of that stage (lms/lti/rules/checks.py), which are stricter. The order is: what
   we know of the login, then the token's form, then whose it is, then its signature, then what it
   says.
(1EdTech security framework 1.0, section 5.1.3; LTI 1.3 core, section 5)
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

import jwt
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch

from lms.lti.models import LoginAttempt, Platform
from lms.lti.platform.key_sets import KeysUnreachable, find_key
from lms.lti.platform.registration import Asked, Noted, OnePlatform
from lms.lti.rules.checks import Refusal, refuse_unless_passed
from lms.lti.rules.claims import DEPLOYMENT_ID, LAUNCH_PRESENTATION, SignedClaims, part
from lms.lti.rules.evidence import Evidence, Login, Registered, Signature, Stage

log = logging.getLogger(__name__)

# Times, audience and the rest are checks of our own table, each with its own name.
_SIGNATURE_ALONE = {
    "verify_signature": True,
    **dict.fromkeys(
        (f"verify_{what}" for what in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")), False
    ),
}


@dataclass(frozen=True)
class Verified:
    """A launch that passed every check but the last, which is to use its login up
    (lms/lti/service).
    """

    claims: SignedClaims
    deployment_id: int
    service_origins: tuple[str, ...]


def _login(attempt: LoginAttempt) -> Login:
    return Login(
        nonce=attempt.nonce,
        browser=attempt.browser_digest,
        target_link_uri=attempt.target_link_uri,
        created_at=attempt.created_at,
        used=attempt.used_at is not None,
    )


def registered(platform: Platform) -> Registered:
    return Registered(
        issuer=platform.issuer,
        client_id=platform.client_id,
        active=platform.active_at is not None,
        deployments=frozenset(one.vle_id for one in platform.deployments),
        origins=platform.origins,
    )


class StrictLaunch(MessageLaunch):  # type: ignore[misc,type-arg,unused-ignore]
    """The library's launch with every step preceded by our checks of that stage."""

    def __init__(self, asked: dict[str, str], platform: Platform, evidence: Evidence) -> None:
        noted = Noted()
        super().__init__(Asked(asked), OnePlatform(platform), noted, noted)
        self._platform = platform
        self._cached_keys = platform.key_set
        self.evidence = evidence
        self.set_jwt_verify_options(_SIGNATURE_ALONE)

    def _get_request_param(self, key: str) -> str:
        return str(self._request.get_param(key))

    def get_client_id(self) -> str:
        """Ours, when we are the audience: `aud` may be a list, and `azp` says whom of it."""
        return self._platform.client_id

    def validate_state(self) -> "StrictLaunch":
        """The library would look for a cookie of its own; ours is the row of the login."""
        refuse_unless_passed(Stage.STATE, self.evidence)
        return self

    def validate_jwt_format(self) -> "StrictLaunch":
        """Read header and body, not yet believed."""
        try:
            super().validate_jwt_format()
        except LtiException:
            self._jwt = {}
        self.evidence = replace(
            self.evidence, header=self._jwt.get("header"), claims=self._jwt.get("body")
        )
        refuse_unless_passed(Stage.FORMAT, self.evidence)
        return self

    def validate_nonce(self) -> "StrictLaunch":
        """The library only asks whether it ever made this nonce; ours must be that of this very
        login.
        """
        refuse_unless_passed(Stage.NONCE, self.evidence)
        return self

    def validate_registration(self) -> "StrictLaunch":
        """Issuer, audience and authorised party are those of the platform the login was with."""
        refuse_unless_passed(Stage.PLATFORM, self.evidence)
        super().validate_registration()
        return self

    def get_public_key(self) -> tuple[str, str]:
        """The platform's key that the token names, from our cache if it is there."""
        key = find_key(
            self.evidence.header["kid"],
            platform_id=self._platform.id,
            url=self._platform.key_set_url,
            cached=self._cached_keys,
            now=self.evidence.now,
        )
        if key is None:
            self.evidence = replace(self.evidence, signature=Signature.NO_SUCH_KEY)
            raise LtiException("the platform has no such key")
        return key.key, "RS256"

    def validate_jwt_signature(self) -> "StrictLaunch":
        """Verify the signature alone; what the token says is looked at afterwards."""
        self.evidence = replace(self.evidence, signature=Signature.BAD)
        try:
            super().validate_jwt_signature()
            self.evidence = replace(self.evidence, signature=Signature.GOOD)
        except KeysUnreachable:
            self.evidence = replace(self.evidence, signature=Signature.KEYS_UNREACHABLE)
        except (LtiException, ValueError, TypeError):
            log.info("launch signature: %s", self.evidence.signature)
        refuse_unless_passed(Stage.SIGNATURE, self.evidence)
        return self

    def validate_deployment(self) -> "StrictLaunch":
        """The deployment was registered."""
        refuse_unless_passed(Stage.DEPLOYMENT, self.evidence)
        super().validate_deployment()
        return self

    def validate_message(self) -> "StrictLaunch":
        """What the token says, by our table and then by the library's own validators."""
        refuse_unless_passed(Stage.MESSAGE, self.evidence)
        super().validate_message()
        return self

    def save_launch_data(self) -> "StrictLaunch":
        """The library would keep the whole token in a session; we keep rows of our own."""
        return self


def verify(
    asked: dict[str, str],
    *,
    attempt: LoginAttempt,
    platform: Platform,
    browser: str | None,
    tool_url: str,
    now: datetime,
) -> Verified:
    """Check a posted launch; raises Refusal, and stores nothing but the platform's keys."""
    evidence = Evidence(
        now=now,
        tool_url=tool_url,
        browser=browser,
        login=_login(attempt),
        platform=registered(platform),
    )
    deployments = {one.vle_id: one.id for one in platform.deployments}
    try:
        launch = StrictLaunch(asked, platform, evidence)
        launch.validate()
    except LtiException as error:
        # Every known fault has a check of ours; this is the library's veto on whatever we have not
        # thought of.
        log.warning("the library refused a launch: %s", type(error).__name__)
        raise Refusal("the library", "The VLE’s message could not be accepted.") from None
    claims = SignedClaims(dict(launch.evidence.claims))
    return Verified(
        claims=claims,
        deployment_id=deployments[claims[DEPLOYMENT_ID]],
        service_origins=platform.service_origins,
    )


def return_url_in(id_token: str) -> object:
    """The return address of a token that was refused: not verified, so shown only if it is the
    platform's own.
    """
    try:
        claims = jwt.decode(id_token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):  # deeply nested JSON
        return None
    return part(claims, LAUNCH_PRESENTATION).get("return_url")
