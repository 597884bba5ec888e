"""A new password for somebody who cannot sign in.

Asked for by address, chosen by a link that works once, for an hour.
"""

from datetime import datetime

from lms.db import db
from lms.errors import NotFound
from lms.messages.service import queue_message
from lms.people import letters, queries, rules
from lms.people.models import PasswordReset
from lms.people.service import accounts
from lms.people.service.links import RESET, Links, digest, new_secret


def ask_reset(*, email: str, links: Links, now: datetime) -> None:
    """Send a link when the address has an account. Whoever asks learns nothing either way."""
    account = queries.find_account(rules.as_address(email))
    if account is None:
        return
    secret = new_secret()
    reset = PasswordReset(
        user_id=account.user_id, digest=digest(secret), expires_at=now + rules.RESET_LASTS
    )
    db.session.add(reset)
    db.session.flush()
    letter = letters.reset(
        name=account.user.name,
        link=links.make(RESET, reset.id, secret),
        expires_at=reset.expires_at,
    )
    queue_message(
        to=account.email,
        subject=letter.subject,
        body=letter.body,
        dedupe_key=f"reset:{reset.id}",
        now=now,
    )


def find_reset(
    token: str, *, links: Links, now: datetime, hold: bool = False
) -> PasswordReset | None:
    """The reset that a link names, while it can still be used."""
    read = links.read(RESET, token)
    reset = queries.find_reset(read[0], digest(read[1]), hold=hold) if read else None
    usable = reset is not None and reset.used_at is None and reset.expires_at > now
    return reset if usable else None


def reset_password(*, token: str, password: str, links: Links, now: datetime) -> int:
    """Choose a new password by a link; returns who did. Every sign-in of theirs ends."""
    reset = find_reset(token, links=links, now=now, hold=True)
    account = queries.find_account_of(reset.user_id) if reset else None
    if reset is None or account is None:
        raise NotFound("This link cannot be used any more. Ask for a new one.")
    accounts.set_password(
        account=account,
        user=queries.get_user(reset.user_id),
        password=password,
        act="password reset",
        links=links,
        now=now,
    )
    reset.used_at = now
    return reset.user_id
