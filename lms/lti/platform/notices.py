"""A notice, verified: the platform's signed message becomes `SignedClaims`, as a launch does.

Unlike a launch it says by itself whose it is; that is believed only once the signature fits. Keys
are looked for at that platform at most once in ten seconds, whatever is sent (key_sets.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import jwt

from lms.lti.models import Platform
from lms.lti.platform.key_sets import KeysUnreachable, find_key
from lms.lti.platform.launch import registered
from lms.lti.queries.platforms import platforms_for_notice
from lms.lti.rules.checks import Refusal
from lms.lti.rules.claims import DEPLOYMENT_ID, SignedClaims
from lms.lti.rules.evidence import Evidence, Signature, Stage
from lms.lti.rules.notices import NOTICE_CHECKS, first_fault


@dataclass(frozen=True)
class VerifiedNotice:
    """A notice that passed every check but the last, which is that it is new."""

    claims: SignedClaims
    platform_id: int
    deployment_id: int


def _refuse_unless_passed(stages: tuple[Stage, ...], evidence: Evidence) -> None:
    fault = first_fault(stages, evidence)
    if fault is not None:
        raise Refusal(fault, NOTICE_CHECKS[fault].words)


def _unverified(token: str) -> tuple[Any, Any]:
    try:
        whole = jwt.api_jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        return None, None
    return whole["header"], whole["payload"]


def _audience(claims: Any) -> list[str]:
    aud = claims.get("aud")
    given = aud if isinstance(aud, list) else [aud]
    return [one for one in given if isinstance(one, str)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""


def _signature(token: str, header: Any, platform: Platform, now: datetime) -> Signature:
    try:
        key = find_key(
            header["kid"],
            platform_id=platform.id,
            url=platform.key_set_url,
            cached=platform.key_set,
            now=now,
        )
        if key is None:
            return Signature.NO_SUCH_KEY
        jwt.api_jws.decode(token, key.key, algorithms=["RS256"])
    except KeysUnreachable:
        return Signature.KEYS_UNREACHABLE
    except (jwt.PyJWTError, ValueError, TypeError):
        return Signature.BAD
    return Signature.GOOD


def verify_notice(token: str, *, tool_url: str, now: datetime) -> VerifiedNotice:
    """Check one notice; raises Refusal, and stores nothing but the platform's keys."""
    header, claims = _unverified(token)
    evidence = Evidence(now=now, tool_url=tool_url, browser=None, header=header, claims=claims)
    _refuse_unless_passed((Stage.FORMAT,), evidence)
    platform = platforms_for_notice(_text(claims.get("iss")), _audience(claims))
    if platform is None:
        raise Refusal("platform is known", "We do not know the VLE that sent this notice.")
    evidence = replace(evidence, platform=registered(platform))
    _refuse_unless_passed((Stage.PLATFORM,), evidence)
    deployments = {one.vle_id: one.id for one in platform.deployments}
    platform_id = platform.id
    evidence = replace(evidence, signature=_signature(token, header, platform, now))
    _refuse_unless_passed((Stage.SIGNATURE, Stage.DEPLOYMENT, Stage.MESSAGE), evidence)
    signed = SignedClaims(dict(claims))
    return VerifiedNotice(signed, platform_id, deployments[signed[DEPLOYMENT_ID]])
