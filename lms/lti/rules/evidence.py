"""What the checks of a launch look at (checks.py, notices.py)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """When a check is asked; the cheap ones first, so that a stranger cannot make us fetch keys."""

    STATE = "state"
    FORMAT = "format"
    NONCE = "nonce"
    PLATFORM = "platform"
    SIGNATURE = "signature"
    DEPLOYMENT = "deployment"
    MESSAGE = "message"


class Signature(StrEnum):
    """What came of verifying the token with the platform's keys."""

    UNCHECKED = "unchecked"
    GOOD = "good"
    BAD = "bad"
    NO_SUCH_KEY = "no such key"
    KEYS_UNREACHABLE = "keys unreachable"


@dataclass(frozen=True)
class Login:
    """The login that a launch claims to follow."""

    nonce: str
    browser: str
    target_link_uri: str
    created_at: datetime
    used: bool


@dataclass(frozen=True)
class Registered:
    """The platform that the login was with."""

    issuer: str
    client_id: str
    active: bool
    deployments: frozenset[str]
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """All that the checks look at."""

    now: datetime
    tool_url: str
    browser: str | None
    login: Login | None = None
    platform: Registered | None = None
    header: Any = None
    claims: Any = None
    signature: Signature = Signature.UNCHECKED
