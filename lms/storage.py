"""Uploaded files: kept outside the web root, under random names, written whole or not at all.

Its name, type and hash stand in the database; here is only its content.
"""

import os
import re
import secrets
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from lms.errors import NotFound

_NAME = re.compile(r"[0-9a-f]{48}")
_UNFINISHED = ".part"
PARTS = tuple(f"{number:02x}" for number in range(256))  # folders, by how a name begins


class Storage:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound("This file is not here.")
        return self.folder / name[:2] / name

    def save(self, data: bytes) -> str:
        """Keep `data`; the name returned is the only way back to it."""
        name = secrets.token_hex(24)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(_UNFINISHED)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)  # a crash leaves no half a file under a name somebody holds
        return name

    def open(self, name: str) -> bytes:
        """The content kept under `name`; NotFound when there is none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise NotFound("This file is not here.") from None

    def delete(self, name: str) -> None:
        """Forget a file; saying so twice is harmless."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        path.with_suffix(_UNFINISHED).unlink(missing_ok=True)

    def old_in(self, part: str, before: datetime) -> set[str]:
        """The names in one of `PARTS` that were last written before a moment, finished or not."""
        folder = self.folder / part
        if not folder.is_dir():
            return set()
        return {
            file.stem
            for file in folder.iterdir()
            if _NAME.fullmatch(file.stem) and file.stat().st_mtime < before.timestamp()
        }


def init_storage(app: Flask, folder: Path) -> None:
    """Give the app its storage."""
    app.extensions["lms.storage"] = Storage(folder)


def storage() -> Storage:
    """The current app's storage."""
    current: Storage = current_app.extensions["lms.storage"]
    return current
