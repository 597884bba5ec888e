"""The audit trail: appended, chained, and telling when it was touched."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from flask import Flask

from lms.audit.models import AuditEntry
from lms.audit.service import first_broken, record
from lms.db import db, db_writes
from tests.conftest import NOW, changes_allowed


def entry(act: str) -> None:
    record(actor=None, act=act, subject="submission:1", now=NOW, detail={"n": 1, "what": None})


def test_an_untouched_trail_holds(database: Any) -> None:
    for act in ("handed in", "marked", "released"):
        entry(act)
    db.session.commit()
    assert first_broken() is None


def test_a_changed_entry_is_found(database: Any) -> None:
    for act in ("handed in", "marked", "released"):
        entry(act)
    db.session.commit()
    ids = list(db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id)))
    with changes_allowed("audit_entries"):
        db.session.execute(
            sa.update(AuditEntry).where(AuditEntry.id == ids[1]).values(act="unmarked")
        )
    db.session.commit()
    assert first_broken() == ids[1]


def test_a_removed_entry_is_found(database: Any) -> None:
    for act in ("handed in", "marked", "released"):
        entry(act)
    db.session.commit()
    ids = list(db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id)))
    with changes_allowed("audit_entries"):
        db.session.execute(sa.delete(AuditEntry).where(AuditEntry.id == ids[1]))
    db.session.commit()
    assert first_broken() == ids[2]


def test_many_at_once_make_one_chain(clean_database: Flask) -> None:
    def one(n: int) -> None:
        with clean_database.app_context(), db_writes():
            entry(f"act {n}")
            db.session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    with clean_database.app_context():
        count = db.session.scalar(sa.select(sa.func.count(AuditEntry.id)))
        assert count == 24
        assert first_broken() is None
        db.session.remove()
