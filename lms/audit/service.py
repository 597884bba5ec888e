"""Recording an act, and proving that nothing was changed since."""

from datetime import datetime

from lms.actor import Actor
from lms.audit import queries
from lms.audit.models import AuditEntry
from lms.audit.rules import FIRST, Detail, link
from lms.db import db


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
    previous = FIRST
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
            return entry.id
        previous = entry.hash
    return None
