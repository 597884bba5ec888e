"""The settings: frozen, read once from `LMS_*` variables, refused in one line when odd.

Each is described in `.env.example`, and a test keeps that file equal to `KNOWN`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

KNOWN = (
    "LMS_DATABASE_URL",
    "LMS_REDIS_URL",
    "LMS_SECRET_KEY",
    "LMS_PUBLIC_URL",
    "LMS_SMTP_URL",
    "LMS_MAIL_FROM",
    "LMS_UPLOADS",
    "LMS_QUEUE",
    "LMS_CONTENT",
    "LMS_CIRCUMSTANCES_DAYS",
    "LMS_DEMO",
)
WEAK_KEYS = ("secret", "changeme", "change-me", "password", "development", "dev")


class OddSettings(Exception):
    """A setting that the server must not start with; the text is one line for whoever starts it."""


@dataclass(frozen=True)
class Settings:
    """What the surroundings decide."""

    database_url: str
    redis_url: str | None
    secret_key: str
    public_url: str
    smtp_url: str | None
    mail_from: str
    uploads: Path
    queue_file: Path
    content: Path
    demo: bool
    circumstances_days: int = 180

    @property
    def secure(self) -> bool:
        """Whether people reach us over https."""
        return self.public_url.startswith("https://")


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _secret_key(given: str, *, demo: bool) -> str:
    if not given and demo:
        raise OddSettings("LMS_SECRET_KEY is not set. `make run` makes one for the demo.")
    if not given:
        raise OddSettings("LMS_SECRET_KEY is not set. Make one: openssl rand -hex 32")
    if len(given) < 32 or given.lower() in WEAK_KEYS or len(set(given)) < 8:
        raise OddSettings("LMS_SECRET_KEY is too weak. Make one: openssl rand -hex 32")
    return given


def _database_url(given: str) -> str:
    if not given:
        return f"sqlite:///{ROOT / 'var' / 'lms.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):  # SQLAlchemy would take psycopg2 for these
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    if not given.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise OddSettings("LMS_DATABASE_URL must begin with sqlite:/// or postgresql://")
    return given


def _public_url(given: str) -> str:
    url = (given or "http://127.0.0.1:5000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise OddSettings("LMS_PUBLIC_URL must be like https://training.example.org")
    if parts.scheme == "http" and not _loopback(url):
        raise OddSettings("LMS_PUBLIC_URL must be https, or on this machine (127.0.0.1).")
    return url


def _days(name: str, given: str, *, otherwise: int) -> int:
    if not given:
        return otherwise
    if not given.isdecimal() or not 1 <= int(given) <= 3650:
        raise OddSettings(f"{name} must be a number of days from 1 to 3650")
    return int(given)


def _optional_url(name: str, given: str, schemes: tuple[str, ...]) -> str | None:
    if given and urlsplit(given).scheme not in schemes:
        raise OddSettings(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}")
    return given or None


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check all settings; raise `OddSettings`, one line, rather than start oddly."""
    unknown = sorted(name for name in environ if name.startswith("LMS_") and name not in KNOWN)
    if unknown:
        raise OddSettings(f"unknown setting {unknown[0]}: see .env.example")
    given = {name: environ.get(name, "").strip() for name in KNOWN}
    if given["LMS_DEMO"] not in ("", "0", "1"):
        raise OddSettings("LMS_DEMO must be 0 or 1")
    demo = given["LMS_DEMO"] == "1"
    public_url = _public_url(given["LMS_PUBLIC_URL"])
    if demo and not _loopback(public_url):
        raise OddSettings("LMS_DEMO is for this machine only: LMS_PUBLIC_URL must be on 127.0.0.1.")
    return Settings(
        database_url=_database_url(given["LMS_DATABASE_URL"]),
        redis_url=_optional_url("LMS_REDIS_URL", given["LMS_REDIS_URL"], ("redis", "rediss")),
        secret_key=_secret_key(given["LMS_SECRET_KEY"], demo=demo),
        public_url=public_url,
        smtp_url=_optional_url("LMS_SMTP_URL", given["LMS_SMTP_URL"], ("smtp", "smtps", "file")),
        mail_from=given["LMS_MAIL_FROM"] or "training@localhost",
        uploads=Path(given["LMS_UPLOADS"] or ROOT / "var" / "uploads"),
        queue_file=Path(given["LMS_QUEUE"] or ROOT / "var" / "queue.sqlite3"),
        content=Path(given["LMS_CONTENT"] or ROOT / "content"),
        demo=demo,
        circumstances_days=_days(
            "LMS_CIRCUMSTANCES_DAYS", given["LMS_CIRCUMSTANCES_DAYS"], otherwise=180
        ),
    )
