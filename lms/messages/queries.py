"""What is asked about messages."""

from datetime import datetime

from sqlalchemy import select

from lms.db import db
from lms.messages.models import Message


def find_by_key(dedupe_key: str) -> Message | None:
    """The message about this, if it was asked for before."""
    return db.session.scalar(select(Message).where(Message.dedupe_key == dedupe_key))


def next_due(now: datetime) -> Message | None:
    """One message that is due, locked so that no other worker takes it."""
    due = (
        select(Message)
        .where(Message.sent_at.is_(None), Message.given_up_at.is_(None), Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalar(due)
