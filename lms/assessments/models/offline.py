"""A sheet of marks that came back, until it is applied or put away."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class MarkingSheet(Base):
    """The newest sheet that a marker sent back for a queue. Nothing of it counts as a mark."""

    __tablename__ = "marking_sheets"
    __table_args__ = (UniqueConstraint("owner_id", "cohort_id", "assessment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    assessment: Mapped[str]
    cells: Mapped[dict[str, Any]]  # {"rows": [[[at, text, fault], …], …]}
    sent_at: Mapped[datetime]
