"""What we sign ourselves, with the key that the platform finds in our key set."""

from typing import Any

import jwt

from lms.lti.platform.tool_keys import SigningKey


def sign(claims: dict[str, Any], key: SigningKey) -> str:
    """A JWT of ours."""
    return jwt.encode(claims, key.private_pem, algorithm="RS256", headers={"kid": key.kid})
