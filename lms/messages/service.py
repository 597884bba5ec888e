"""Asking for an e-mail to be sent."""

from datetime import datetime

from lms.db import db
from lms.messages import queries
from lms.messages.models import Message


def queue_message(*, to: str, subject: str, body: str, dedupe_key: str, now: datetime) -> None:
    """Keep a plain-text e-mail until the worker has sent it.

    Asking again with the same key does nothing.
    """
    if queries.find_by_key(dedupe_key) is None:
        db.session.add(
            Message(
                dedupe_key=dedupe_key,
                to=to,
                subject=" ".join(subject.split()),  # a line break here could add headers
                body=body,
                created_at=now,
                due_at=now,
            )
        )
        db.session.flush()
