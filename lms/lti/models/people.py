"""What is stored of a VLE course's people, of a request for activities, and of notices."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class Linking(Base):
    """A launch that asks for activities, until it is over: where the chosen links go back to.

    Moodle's return address holds the person's session key, so it is sealed.
    """

    __tablename__ = "linkings"

    launch_id: Mapped[int] = mapped_column(ForeignKey("launches.id"), primary_key=True)
    sealed_return: Mapped[str]
    several: Mapped[bool]
    columns: Mapped[bool]
    created_at: Mapped[datetime]


class CourseMember(Base):
    """A person in a VLE's course: as what they ever came, and whether its list still has them."""

    __tablename__ = "course_members"
    __table_args__ = (UniqueConstraint("context_id", "identity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(ForeignKey("contexts.id"))
    identity_id: Mapped[int] = mapped_column(ForeignKey("vle_identities.id"), index=True)
    taught: Mapped[bool]
    gone_at: Mapped[datetime | None]


class Roster(Base):
    """A VLE course's list of people: as last read, and whether it is kept in step by itself."""

    __tablename__ = "rosters"

    context_id: Mapped[int] = mapped_column(ForeignKey("contexts.id"), primary_key=True)
    listed: Mapped[dict[str, Any]]  # empty once it was applied, or a day old
    listed_at: Mapped[datetime | None]
    read_whole_at: Mapped[datetime | None]
    differences_url: Mapped[str | None]
    kept_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    leased_until: Mapped[datetime | None]
    fault: Mapped[str | None]


class Notice(Base):
    """A notice that was taken: its id and its nonce count once."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("platform_id", "notice_id"),
        UniqueConstraint("platform_id", "nonce"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    notice_id: Mapped[str]
    nonce: Mapped[str]
    kind: Mapped[str]
    received_at: Mapped[datetime]
