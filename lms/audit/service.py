"""Recording an act, and proving that nothing was changed since."""

from datetime import datetime, timedelta

from lms.actor import Actor
from lms.audit import queries
from lms.audit.models import AuditEntry, ChainCheck
from lms.audit.rules import FIRST, Detail, link
from lms.db import db

BETWEEN_CHECKS = timedelta(hours=20)


def record(
    *, actor: Actor | None, act: str, subject: str, now: datetime, detail: Detail | None = None
) -> None:
    """Append one act; `subject` reads like `submission:12`. No person's words in `detail`."""
    db.session.flush()  # so that an entry cannot stand before the rows it speaks of
    previous = queries.last_hash()
    told = dict(detail or {})
    actor_id = actor.user_id if actor else None
    db.session.add(
        AuditEntry(
            at=now,
            actor_id=actor_id,
            act=act,
            subject=subject,
            detail=told,
            previous=previous,
            hash=link(previous, at=now, actor_id=actor_id, act=act, subject=subject, detail=told),
        )
    )
    db.session.flush()


def first_broken() -> int | None:
    """The id of the first entry that does not follow from the one before, or None when all do."""
    return _walk()[1]


def _walk() -> tuple[int, int | None]:
    """How many entries hold, and the id of the first that does not."""
    previous, count = FIRST, 0
    for entry in queries.entries():
        expected = link(
            previous,
            at=entry.at,
            actor_id=entry.actor_id,
            act=entry.act,
            subject=entry.subject,
            detail=entry.detail,
        )
        if entry.previous != previous or entry.hash != expected:
            return count, entry.id
        previous, count = entry.hash, count + 1
    return count, None


def check_chain(*, now: datetime) -> ChainCheck:
    """Walk the whole trail, and keep what was found."""
    count, broken = _walk()
    check = ChainCheck(at=now, entries=count, broken_at=broken)
    db.session.add(check)
    db.session.flush()
    return check


def is_due(now: datetime) -> bool:
    """Whether the trail should be walked again: once a night."""
    last = queries.newest_check()
    return last is None or now - last.at >= BETWEEN_CHECKS
