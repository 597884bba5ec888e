"""E-mails: asked for once, sent once, kept until they are sent."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.clock import now
from lms.config import Settings
from lms.db import db
from lms.messages import queries, rules
from lms.messages.delivery import FolderBackend
from lms.messages.models import Message
from lms.messages.service import queue_message
from lms.tasks import run_sweep


def ask(key: str = "receipt:1", subject: str = "Your receipt") -> None:
    queue_message(
        to="ada@example.test",
        subject=subject,
        body="Thank you – diolch.",
        dedupe_key=key,
        now=now(),
    )
    db.session.commit()


@pytest.fixture
def mailbox(settings: Settings) -> Path:
    folder = Path(str(settings.smtp_url).removeprefix("file://"))
    for old in folder.glob("*.eml"):
        old.unlink()
    return folder


def kept() -> Message:
    message = queries.find_by_key("receipt:1")
    assert message is not None
    return message


def test_a_message_is_sent_once_and_its_words_are_forgotten(database: Any, mailbox: Path) -> None:
    ask()
    ask()
    assert run_sweep("messages") == 1
    assert run_sweep("messages") == 0
    letters = list(mailbox.glob("*.eml"))
    assert len(letters) == 1
    letter = message_from_bytes(letters[0].read_bytes(), policy=default)
    assert letter["To"] == "ada@example.test"
    assert "diolch" in letter.get_content()
    assert kept().sent_at is not None
    assert kept().body == ""


def test_a_line_break_in_a_subject_adds_no_header(database: Any, mailbox: Path) -> None:
    ask(subject="Hello\r\nBcc: everybody@example.test")
    run_sweep("messages")
    letter = message_from_bytes(next(mailbox.glob("*.eml")).read_bytes(), policy=default)
    assert letter["Bcc"] is None


def test_a_dead_mail_server_loses_nothing(
    database: Any, mailbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_args: Any) -> int:
        raise ConnectionRefusedError

    ask()
    with monkeypatch.context() as patched:
        patched.setattr(FolderBackend, "send_messages", dead)
        assert run_sweep("messages") == 1
        assert run_sweep("messages") == 0, "not tried again at once"
    message = kept()
    assert message.sent_at is None
    assert message.last_error == "ConnectionRefusedError"
    assert message.due_at > now()
    message.due_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert run_sweep("messages") == 1
    assert kept().sent_at is not None


def test_the_pause_between_tries_grows_to_six_hours() -> None:
    at = now()
    waits = [rules.next_try(n, now=at) - at for n in range(1, 13)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


def test_the_worker_gives_up_in_the_end(
    app: Flask, database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_args: Any) -> int:
        raise TimeoutError

    monkeypatch.setattr(FolderBackend, "send_messages", dead)
    ask()
    for _ in range(rules.GIVE_UP_AFTER):
        kept().due_at = now() - timedelta(seconds=1)
        db.session.commit()
        assert run_sweep("messages") == 1
    assert kept().given_up_at is not None
    kept().due_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert run_sweep("messages") == 0
