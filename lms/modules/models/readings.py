"""Every version of a page that somebody read to its end."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class PageReading(Base):
    """Somebody said of a page, in one version: done.

    `PageCompletion` says where they stand now, with the latest version they read; this keeps the
    earlier ones, so that who read which version can be asked after they have read a newer one.
    """

    __tablename__ = "page_readings"
    __table_args__ = (UniqueConstraint("enrolment_id", "page_key", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    page_key: Mapped[str]
    content_hash: Mapped[str]
    read_at: Mapped[datetime]
