"""The audit trail, and when it was last verified. It points at no other table: it outlives them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, append_only


class AuditEntry(Base):
    """One act. `previous` is unique, so two entries can never follow the same one."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("previous"), UniqueConstraint("hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    act: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]


class ChainCheck(Base):
    """One walk along the whole trail, and where it broke, if it did."""

    __tablename__ = "chain_checks"
    __table_args__ = (CheckConstraint("entries >= 0", name="entries_not_negative"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    entries: Mapped[int]
    broken_at: Mapped[int | None]  # the id of an audit entry


append_only(Base.metadata.tables[AuditEntry.__tablename__])
