"""Browsers that are signed in with a local account: begun, found again, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.db import db
from lms.people import queries, rules
from lms.people.models import SignIn
from lms.people.service import limits, passwords
from lms.people.service.links import digest, new_secret

__all__ = [
    "digest"
]  # the key under which a browser's secret is kept is this module's, whoever makes digests

LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Candidate:
    """Somebody who says who they are; the same shape whether or not there is such an account."""

    user_id: int | None
    password_hash: str
    taken: limits.Taken

    def who_proves_it(self, password: str) -> int | None:
        """The person, if the password is right. As slow without an account as with one."""
        right = passwords.matches(self.password_hash, password)
        return self.user_id if right else None


def consider(*, email: str, account_key: str, place_key: str, now: datetime) -> Candidate:
    """Count a try at signing in (TooMany when there were many) and find what to compare with.

    Commit, then ask `who_proves_it`: so the try stands, and no lock is held while argon2 works.
    """
    taken = limits.take(rules.SIGN_IN, account_key=account_key, place_key=place_key, now=now)
    account = queries.find_account(rules.as_address(email))
    if account is None:
        return Candidate(None, passwords.nobodys_hash(), taken)
    return Candidate(account.user_id, account.password_hash, taken)


def welcome(*, candidate: Candidate, user_id: int, password: str, now: datetime) -> str:
    """Sign in somebody who proved who they are: forget their tries, bring the hash up to date."""
    limits.forgive(candidate.taken)
    account = queries.find_account_of(user_id)
    newer = passwords.rehashed(candidate.password_hash, password)
    if account and newer and account.password_hash == candidate.password_hash:
        account.password_hash = newer
    return start_sign_in(user_id=user_id, now=now)


def start_sign_in(*, user_id: int, now: datetime) -> str:
    """Sign a person in; returns the secret that their browser's session keeps."""
    secret = new_secret()
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
