"""What somebody keeps for themselves at a page. No query gives it to anybody but its owner."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class PageKept(Base):
    """A bookmark on a page, a private note, or both. `version` is the note's; 0 before the first.

    Kept by person, not by place: whoever leaves a cohort keeps their own words.
    """

    __tablename__ = "pages_kept"
    __table_args__ = (
        UniqueConstraint("user_id", "page_key"),
        CheckConstraint("version >= 0", name="version_from_zero"),
        CheckConstraint("(version = 0) = (noted_at IS NULL)", name="noted_when_written"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    page_key: Mapped[str]
    marked_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    noted_at: Mapped[datetime | None]
