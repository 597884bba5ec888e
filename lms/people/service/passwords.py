"""Passwords: hashed with argon2id, compared in the same time whether or not there is an account."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lms.errors import RuleBroken
from lms.people import rules

_hasher = PasswordHasher()  # argon2-cffi keeps its defaults at RFC 9106's second recommendation


def hashed(password: str, *, name: str, email: str) -> str:
    """The hash to keep of a new password; RuleBroken with what to do when it may not be chosen."""
    if blocks := rules.password_blocks(password, name=name, email=email):
        raise RuleBroken(*blocks)
    return _hasher.hash(rules.as_typed_anywhere(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether this is the password. Slow on purpose: call it when no lock is held."""
    if len(password) > rules.LONGEST:
        return False
    try:
        return _hasher.verify(password_hash, rules.as_typed_anywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def rehashed(password_hash: str, password: str) -> str | None:
    """A new hash for a password that was right, when the old one was made with other parameters."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    return _hasher.hash(rules.as_typed_anywhere(password))


@cache
def nobodys_hash() -> str:
    """The hash compared with when there is no account, so that it takes as long and fails alike."""
    return _hasher.hash(secrets.token_urlsafe(32))
