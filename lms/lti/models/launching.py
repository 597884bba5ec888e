"""What is stored of a way in from a VLE: the login that was begun, and the launch it opened."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class LoginAttempt(Base):
    """A login begun by a VLE in one browser: state and nonce in one row, used once.

    With a `storage_target`, the VLE's page was asked to keep a secret, whose digest is here.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (
        UniqueConstraint("state_digest"),
        CheckConstraint("(storage_target IS NULL) = (kept_digest IS NULL)", name="kept_somewhere"),
        Index("ix_login_attempts_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    state_digest: Mapped[str]
    nonce: Mapped[str]
    browser_digest: Mapped[str]
    storage_target: Mapped[str | None]
    kept_digest: Mapped[str | None]
    target_link_uri: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Launch(Base):
    """A person at work under `/-/<public id>/…`: opened by one browser, or waiting for one with a
    ticket.
    """

    __tablename__ = "launches"
    __table_args__ = (
        UniqueConstraint("public_id"),
        UniqueConstraint("ticket_digest"),
        CheckConstraint(
            "browser_digest IS NOT NULL OR ticket_digest IS NOT NULL", name="opened_or_ticketed"
        ),
        CheckConstraint(
            "(ticket_digest IS NULL) = (ticket_expires_at IS NULL)", name="tickets_expire"
        ),
        CheckConstraint(
            "kept_digest IS NULL OR ticket_digest IS NOT NULL", name="kept_until_opened"
        ),
        Index("ix_launches_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    platform_id: Mapped[int] = mapped_column(ForeignKey("platforms.id"))
    context_id: Mapped[int | None] = mapped_column(ForeignKey("contexts.id"))
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_links.id"))
    browser_digest: Mapped[str | None]
    ticket_digest: Mapped[str | None]
    ticket_expires_at: Mapped[datetime | None]
    kept_digest: Mapped[str | None]  # of what the VLE's page kept for the login, see LoginAttempt
    landing: Mapped[str]
    framed: Mapped[bool]
    created_at: Mapped[datetime]
