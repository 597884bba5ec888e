"""How often something may be tried: counted first, so that a refusal or a crash counts as well."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from lms.db import db
from lms.errors import TooMany
from lms.people import queries, rules
from lms.people.models import Try


@dataclass(frozen=True)
class Taken:
    """One try that was counted, so that it can be forgiven when it turns out well."""

    limit: rules.Limit
    account_key: str
    place_try_id: int


def take(limit: rules.Limit, *, account_key: str, place_key: str, now: datetime) -> Taken:
    """Count one try, or raise TooMany. Commit at once: the try stands whatever comes of it.

    A refused try is not counted, so the way is open again as soon as the window has passed.
    """
    counted = (
        (f"{limit.kind}:account", account_key, limit.per_account),
        (f"{limit.kind}:place", place_key, limit.per_place),
    )
    for kind, key, allowed in counted:
        queries.hold_key(kind, key)
        tried = queries.tries_since(kind, key, now - limit.window)
        wait = rules.wait_for(tried, allowed=allowed, window=limit.window, now=now)
        if wait is not None:
            raise TooMany(rules.too_many_words(wait), retry_after=wait)
    rows = [Try(kind=kind, key=key, at=now) for kind, key, _allowed in counted]
    db.session.add_all(rows)
    db.session.flush()
    return Taken(limit, account_key, rows[1].id)


def forgive(taken: Taken) -> None:
    """Forget an account's tries after a good one, and that one try of its place.

    The place's other tries stay: else one's own account would wash away tries at other people's.
    """
    db.session.execute(
        delete(Try).where(
            (Try.id == taken.place_try_id)
            | ((Try.kind == f"{taken.limit.kind}:account") & (Try.key == taken.account_key))
        )
    )
