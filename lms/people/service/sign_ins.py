"""Browsers that are signed in with a local account: begun, found again, ended."""

import hashlib
import secrets
from datetime import datetime, timedelta

from lms.db import db
from lms.people import queries
from lms.people.models import SignIn

LASTS = timedelta(hours=12)


def digest(secret: str) -> str:
    """What is kept of a secret in the database: enough to know it again, useless to a thief of the table."""
    return hashlib.sha256(secret.encode()).hexdigest()


def start_sign_in(*, user_id: int, now: datetime) -> str:
    """Sign a person in; returns the secret that their browser's session keeps."""
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(user_id=user_id, digest=digest(secret), created_at=now, expires_at=now + LASTS)
    )
    db.session.flush()
    return secret


def end_sign_in(*, secret: str, now: datetime) -> None:
    """Sign one browser out."""
    found = queries.find_sign_in(digest(secret), now)
    if found:
        found[0].ended_at = now


def end_every_sign_in(*, user_id: int, now: datetime) -> None:
    """Sign a person out everywhere: after a new password, or when they ask."""
    for sign_in in queries.open_sign_ins(user_id):
        sign_in.ended_at = now
