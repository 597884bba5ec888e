"""Secrets at rest: our private keys and the platforms' tokens, sealed with a key derived from
`LMS_SECRET_KEY`.
"""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@cache
def _box(secret_key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"lms.lti sealed at rest").derive(
        secret_key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str, secret_key: str) -> str:
    """A text that only this installation can read."""
    return _box(secret_key).encrypt(text.encode()).decode()


def unseal(sealed: str, secret_key: str) -> str | None:
    """The text again; None when it was sealed with another secret key."""
    try:
        return _box(secret_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def digest(secret: str) -> str:
    """What is kept of a state, a ticket or a browser's cookie: enough to know it again."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
