"""The audit trail's one table. It points at no other: it outlives what it describes."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class AuditEntry(Base):
    """One act. `previous` is unique, so two entries can never follow the same one."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("previous"), UniqueConstraint("hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    act: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str]
    hash: Mapped[str]
