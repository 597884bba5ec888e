"""Our own keys: several in the key set, each shown before it signs and for a while after.

A platform may keep our key set for long. So a new key is published a day before it is used, and an
old one is shown for fourteen days after it was replaced.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from lms.db import db
from lms.lti.models import ToolKey
from lms.lti.platform.sealing import seal, unseal
from lms.lti.queries.platforms import tool_keys

SHOWN_BEFORE = timedelta(days=1)
SHOWN_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class SigningKey:
    """The key we sign with now."""

    kid: str
    private_pem: str


class NoKey(Exception):
    """There is no key that this installation can sign with."""


def _thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638: the same key has the same name everywhere."""
    named = json.dumps({part: jwk[part] for part in ("e", "kty", "n")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(named.encode()).digest()).rstrip(b"=").decode()


def make_key(*, active_from: datetime, secret_key: str, now: datetime) -> ToolKey:
    """A new key, in the key set from now on."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public: dict[str, Any] = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    jwk = {part: public[part] for part in ("e", "kty", "n")}
    kid = _thumbprint(jwk)
    key = ToolKey(
        kid=kid,
        public_jwk=jwk
        | {"kid": kid, "alg": "RS256", "use": "sig"},  # Moodle drops keys without alg
        sealed_pem=seal(pem, secret_key),
        created_at=now,
        active_from=active_from,
        retired_at=None,
    )
    db.session.add(key)
    db.session.flush()
    return key


def ensure_key(*, secret_key: str, now: datetime) -> None:
    """Make the first key."""
    if not tool_keys():
        make_key(active_from=now, secret_key=secret_key, now=now)


def rotate_keys(*, secret_key: str, now: datetime) -> ToolKey:
    """Publish a new key that signs from tomorrow, or at once when there is none that can; forget
    the keys that nobody can still need.
    """
    try:
        signing_key(secret_key=secret_key, now=now)
        starts = now + SHOWN_BEFORE
    except NoKey:  # none yet, or none that this installation's secret key opens
        starts = now
    for key in tool_keys():
        if key.retired_at is None:
            key.retired_at = starts
    forget_retired(now=now)
    return make_key(active_from=starts, secret_key=secret_key, now=now)


def forget_retired(*, now: datetime) -> int:
    """Delete the keys that nobody can still need; returns how many. A sweep does so by itself."""
    over = [key for key in tool_keys() if key.retired_at and key.retired_at + SHOWN_AFTER <= now]
    for key in over:
        db.session.delete(key)
    db.session.flush()
    return len(over)


def key_set(now: datetime) -> dict[str, Any]:
    """What `/lti/jwks.json` shows."""
    return {
        "keys": [
            key.public_jwk
            for key in tool_keys()
            if key.retired_at is None or key.retired_at + SHOWN_AFTER > now
        ]
    }


def signing_key(*, secret_key: str, now: datetime) -> SigningKey:
    """The newest key whose time has come."""
    for key in reversed(tool_keys()):
        if key.active_from <= now and (pem := unseal(key.sealed_pem, secret_key)):
            return SigningKey(key.kid, pem)
    raise NoKey("there is no key to sign with: run `flask lti rotate-keys`")
