"""What is kept of the confidentiality check: numbers and times, never words."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class ConfidentialityCheck(Base):
    """That one attempt was checked: how much was fixed, and how much explained.

    `found` is the number of finds when it was last looked at. What was found, and the reasons that
    were given, are nowhere.
    """

    __tablename__ = "confidentiality_checks"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "assessment", "attempt"),
        CheckConstraint("found >= 0 AND fixed >= 0 AND explained >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    assessment: Mapped[str]
    attempt: Mapped[int]
    checked_at: Mapped[datetime]
    found: Mapped[int]
    fixed: Mapped[int]
    explained: Mapped[int]
    replaced_at: Mapped[datetime | None]  # in the days after handing in, for this reason alone
