"""What is asked of the audit trail."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select, text

from lms.audit.models import AuditEntry, ChainCheck
from lms.audit.rules import FIRST
from lms.db import db

_LOCK = 0x1A5D17  # any number, as long as only the audit trail uses it


def last_hash() -> str:
    """The hash to chain on, holding the trail until the transaction ends.

    SQLite's writers wait for one another anyway (lms/db.py); PostgreSQL needs the lock.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    newest = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalar(newest) or FIRST


def newest_check() -> ChainCheck | None:
    """The last walk along the trail."""
    return db.session.scalar(select(ChainCheck).order_by(ChainCheck.id.desc()).limit(1))


def entries_about(
    subjects: Collection[str], *, before: int | None = None, most: int = 50
) -> Sequence[AuditEntry]:
    """What was done to any of these subjects (`submission:12`), the newest first, at most so many,
    and only older than the entry `before`.
    """
    found = (
        select(AuditEntry)
        .where(AuditEntry.subject.in_(subjects))
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    if before is not None:
        found = found.where(AuditEntry.id < before)
    return db.session.scalars(found).all()


def entries() -> Iterator[AuditEntry]:
    """The whole trail in order."""
    return iter(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
