"""What is asked of the audit trail."""

from collections.abc import Iterator

from sqlalchemy import select, text

from lms.audit.models import AuditEntry
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


def entries() -> Iterator[AuditEntry]:
    """The whole trail in order."""
    return iter(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
