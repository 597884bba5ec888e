"""The e-mails that the tool wrote into its mail folder, ready to be shown."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from markupsafe import Markup, escape

ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True)
class Letter:
    """One e-mail."""

    name: str
    to: str
    sender: str
    subject: str
    date: str
    text: str

    @property
    def linked_text(self) -> Markup:
        """The text with its web addresses as links; all else is escaped."""
        pieces, end = [], 0
        for found in ADDRESS.finditer(self.text):
            pieces.append(escape(self.text[end : found.start()]))
            pieces.append(
                Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(found.group())
            )
            end = found.end()
        pieces.append(escape(self.text[end:]))
        return Markup("").join(pieces)


def letters(folder: Path | None) -> list[Letter]:
    """Every e-mail in the folder, newest first."""
    if folder is None or not folder.is_dir():
        return []
    files = sorted(folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime, file.name))
    return [_read(file) for file in reversed(files)]


def find_letter(folder: Path | None, name: str) -> Letter | None:
    """The e-mail of that file name."""
    return next((letter for letter in letters(folder) if letter.name == name), None)


def _read(file: Path) -> Letter:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    content = body.get_content() if isinstance(body, EmailMessage) else ""
    words = {name: str(message.get(name, "")) for name in ("To", "From", "Subject", "Date")}
    return Letter(
        file.name, words["To"], words["From"], words["Subject"], words["Date"], str(content)
    )
