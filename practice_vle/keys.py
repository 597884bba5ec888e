"""The VLE's own signing key, made once and kept in the state folder."""

import hashlib
import os
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


class SigningKey:
    """An RS256 key: signs messages and shows its public half."""

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        self._private = private
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.kid = hashlib.sha256(public).hexdigest()[:20]

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed JWT with our kid in its header."""
        return jwt.encode(claims, self._private, algorithm="RS256", headers={"kid": self.kid})

    def key_set(self) -> dict[str, Any]:
        """The JWKS document."""
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {"keys": [public | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}


def kept_key(path: Path) -> SigningKey:
    """The key kept at `path`; made there first when there is none."""
    if path.exists():
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise ValueError(f"{path} does not hold an RSA key.")
        return SigningKey(private)
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return SigningKey(private)
