"""The worker's side: send what is due, one message a transaction; a crash repeats at most one."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_mailman import EmailMessage, Mail
from flask_mailman.backends.base import BaseEmailBackend

from lms import clock
from lms.config import Settings
from lms.db import db
from lms.messages import queries, rules
from lms.messages.models import Message
from lms.tasks import sweep

log = logging.getLogger(__name__)
mail = Mail()


class FolderBackend(BaseEmailBackend):  # type: ignore[misc]
    """Writes each e-mail to a folder as `.eml`: for the demo, and for tests."""

    def __init__(self, *_args: Any, folder: str, **_kwargs: Any) -> None:
        super().__init__()
        self.folder = Path(folder)

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """Write them; returns how many."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            name = content["Message-ID"].strip("<>").replace("/", "_")
            unfinished = self.folder / f"{name}.part"
            unfinished.write_bytes(content.as_bytes(linesep="\r\n"))
            unfinished.replace(self.folder / f"{name}.eml")
        return len(email_messages)


def init_mail(app: Flask, settings: Settings) -> None:
    """Set Flask-Mailman up from `LMS_SMTP_URL`: smtp(s)://user:password@host:port, or file:///folder."""
    url = urlsplit(settings.smtp_url or "smtp://127.0.0.1:25")
    app.config.update(
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_SERVER=url.hostname or "127.0.0.1",
        MAIL_PORT=url.port or (465 if url.scheme == "smtps" else 25),
        MAIL_USERNAME=unquote(url.username or "") or None,
        MAIL_PASSWORD=unquote(url.password or "") or None,
        MAIL_USE_SSL=url.scheme == "smtps",
        MAIL_USE_TLS=url.scheme == "smtp" and bool(url.username),
        MAIL_TIMEOUT=20,
        LMS_MAIL_FOLDER=url.path if url.scheme == "file" else None,
    )
    mail.init_app(app)


def _send(message: Message) -> None:
    folder = current_app.config["LMS_MAIL_FOLDER"]
    connection = FolderBackend(folder=folder) if folder else None
    EmailMessage(
        subject=message.subject, body=message.body, to=[message.to], connection=connection
    ).send()


def _deliver(message: Message, now: datetime) -> None:
    message.attempts += 1
    try:
        _send(message)
    except Exception as error:  # whatever the mail server did, the message stays and is tried again
        message.last_error = type(error).__name__
        message.due_at = rules.next_try(message.attempts, now=now)
        if message.attempts >= rules.GIVE_UP_AFTER:
            message.given_up_at = now
        log.warning("message %s was not sent: %s", message.id, type(error).__name__)
    else:
        message.sent_at = now
        message.body = ""  # invitation and reset links need not outlive their sending


@sweep("messages")
def send_due() -> int:
    """Send every message that is due; returns how many were tried."""
    tried = 0
    while message := queries.next_due(clock.now()):
        _deliver(message, clock.now())
        db.session.commit()
        tried += 1
    db.session.rollback()
    return tried
