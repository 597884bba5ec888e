"""The tool's side in these tests: addresses, a key, assertions, and a reader of forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

BASE = "http://localhost:5001"
TOOL = "http://127.0.0.1:5000"
ITEM = "/services/cohort-3/lineitems/31/lineitem"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
EVERY_SCOPE = " ".join(AGS + name for name in ("score", "result.readonly", "lineitem.readonly"))


class FormReader(HTMLParser):
    """The action and the hidden fields of a page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would send."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]


@dataclass
class Tool:
    """The tool's side: a key, its key set, and signed client assertions."""

    kid: str = "tool-1"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    fetched: int = 0

    def key_set(self) -> dict[str, Any]:
        """What the tool shows at /lti/jwks.json."""
        self.fetched += 1
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def assertion(self, now: float, **changes: Any) -> str:
        """A good client assertion, but for `changes` (None leaves a claim out)."""
        claims = {
            "iss": "practice-client",
            "sub": "practice-client",
            "aud": f"{BASE}/token",
            "iat": int(now) - 5,
            "exp": int(now) + 60,
            "jti": uuid4().hex,
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.key, algorithm="RS256", headers={"kid": self.kid})
