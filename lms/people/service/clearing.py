"""Clearing away what has served its time: tries, used links, ended sign-ins."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, delete

from lms.db import db
from lms.people import rules
from lms.people.models import AccountRequest, PasswordReset, SignIn, Try

KEPT_AFTER = timedelta(days=7)  # long enough for a dead link to be answered in its own words


def clear_old(*, now: datetime) -> int:
    """Delete what nobody can use any more; returns how many. Invitations stay, as a record."""
    gone = (
        delete(Try).where(Try.at <= now - rules.TRIES_KEPT),
        delete(PasswordReset).where(PasswordReset.expires_at <= now - KEPT_AFTER),
        delete(AccountRequest).where(AccountRequest.expires_at <= now - KEPT_AFTER),
        delete(SignIn).where(SignIn.expires_at <= now - KEPT_AFTER),
    )
    return sum(cast(CursorResult[None], db.session.execute(stale)).rowcount for stale in gone)
