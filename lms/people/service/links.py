"""Links that open something once: signed, with a secret of which the database keeps a digest.

The signature makes guessing pointless before the database is asked; the digest makes a stolen table
useless; and the address is made from `LMS_PUBLIC_URL`, never from what a browser says the host is.
"""

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from lms.config import Settings

INVITATION = "invitation"
RESET = "reset"
CONFIRMATION = "confirm"


def new_secret() -> str:
    """A secret for a link or a browser."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the database keeps of a secret: enough to know it again, useless to a thief."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Links:
    """Makes and reads the links of one installation."""

    secret_key: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> "Links":
        """The links of the installation with these settings."""
        return cls(secret_key=settings.secret_key, public_url=settings.public_url)

    def make(self, kind: str, row_id: int, secret: str) -> str:
        """The whole address of a link; its path is that of `people.<kind>`."""
        return f"{self.public_url}/{kind}/{self._serializer(kind).dumps([row_id, secret])}"

    def read(self, kind: str, token: str) -> tuple[int, str] | None:
        """The row and the secret that a link names, or None when we did not make it."""
        try:
            row_id, secret = self._serializer(kind).loads(token)
        except (BadData, ValueError, TypeError):
            return None
        return (row_id, secret)

    def page(self, path: str) -> str:
        """The whole address of an open page of ours."""
        return self.public_url + path

    def _serializer(self, kind: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt=f"lms.people.{kind}")
