"""Access tokens for the services: the client assertion is checked in full."""

import json
import secrets
from typing import Any

import jwt
import requests
from flask import Blueprint, Response, request

from practice_vle import switches
from practice_vle.launching import MEMBERS_SCOPE, SCOPES
from practice_vle.platform import Platform, platform

bp = Blueprint("tokens", __name__)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE = 3600


class Refused(Exception):
    """A token request that is refused; `error` is OAuth's word for it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@bp.before_request
def held_up() -> Response | None:
    """Let the switches act first."""
    return switches.hold_up(platform())


@bp.post("/token")
def token() -> Response:
    """Give an access token for a signed client assertion (RFC 7523)."""
    vle = platform()
    try:
        if request.form.get("grant_type") != "client_credentials":
            raise Refused("unsupported_grant_type", "grant_type must be client_credentials")
        if request.form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refused("invalid_request", "client_assertion_type is not the JWT one")
        _check_assertion(vle, request.form.get("client_assertion", ""))
        asked = request.form.get("scope", "").split()
        scope = " ".join(
            name for name in asked if name in (*SCOPES, MEMBERS_SCOPE)
        )  # the others are dropped
        if not scope:
            raise Refused("invalid_scope", "no scope was asked for that may be given")
    except Refused as refused:
        return _answer({"error": refused.error, "error_description": refused.description}, 400)
    access = secrets.token_hex(20)
    vle.state.add_token(access, scope, vle.now() + LIFE)
    return _answer(
        {"access_token": access, "token_type": "Bearer", "expires_in": LIFE, "scope": scope}, 200
    )


def _answer(body: dict[str, Any], status: int) -> Response:
    """JSON that calls itself text/html, as Moodle's does."""
    return Response(
        json.dumps(body), status, content_type="text/html", headers={"Cache-Control": "no-store"}
    )


def _check_assertion(vle: Platform, assertion: str) -> None:
    claims = _verified(vle, assertion)
    if claims["iss"] != claims["sub"] or vle.find_tool(str(claims["sub"])) is None:
        raise Refused("invalid_client", "iss and sub must both be the client_id")
    if not vle.state.is_new_assertion(str(claims["jti"]), float(claims["exp"]), vle.now()):
        raise Refused("invalid_client", "this assertion was used before")


def _verified(vle: Platform, assertion: str) -> dict[str, Any]:
    """The assertion's claims; `aud` is the token address."""
    return verified_by_tool(vle, assertion, vle.token_url, ("iss", "sub", "aud", "jti"))


def verified_by_tool(
    vle: Platform, assertion: str, audience: str, needed: tuple[str, ...]
) -> dict[str, Any]:
    """What the tool signed, by the keys we have or, once more, by freshly read ones."""
    try:
        kid = jwt.get_unverified_header(assertion).get("kid")
    except jwt.PyJWTError as error:
        raise Refused("invalid_client", f"the assertion is not a JWT: {error}") from None
    try:
        key = _find_key(vle, kid) or _fresh_key(vle, kid)
        return _decode(vle, assertion, key, audience, needed)
    except jwt.InvalidSignatureError:
        pass  # the tool may have put another key under the same kid
    except jwt.PyJWTError as error:
        raise Refused("invalid_client", str(error)) from None
    try:
        return _decode(vle, assertion, _fresh_key(vle, kid), audience, needed)
    except jwt.PyJWTError as error:
        raise Refused("invalid_client", str(error)) from None


def _decode(
    vle: Platform, assertion: str, key: jwt.PyJWK, audience: str, needed: tuple[str, ...]
) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        assertion,
        key,
        algorithms=["RS256"],
        audience=audience,
        options={
            "require": [*needed, "iat", "exp"],
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        },
    )
    _check_times(claims, vle.now())
    return claims


def _check_times(claims: dict[str, Any], now: float) -> None:
    """By the VLE's own clock, and without leeway, as Moodle does."""
    try:
        begins = max(float(claims["iat"]), float(claims.get("nbf", 0)))
        ends = float(claims["exp"])
    except (TypeError, ValueError):
        raise jwt.DecodeError("iat, nbf and exp must be numbers") from None
    if begins > now:
        raise jwt.ImmatureSignatureError("The token is not yet valid (iat)")
    if ends <= now:
        raise jwt.ExpiredSignatureError("Signature has expired")


def _find_key(vle: Platform, kid: str | None) -> jwt.PyJWK | None:
    for key in vle.tool_keys.get("keys", []):
        if key.get("kid") == kid and key.get("alg") == "RS256":  # Moodle drops keys without alg
            return jwt.PyJWK(key)
    return None


def _fresh_key(vle: Platform, kid: str | None) -> jwt.PyJWK:
    try:
        vle.tool_keys = vle.fetch_tool_keys()
    except (requests.RequestException, ValueError) as error:
        raise Refused("invalid_client", f"the tool's key set could not be read: {error}") from None
    key = _find_key(vle, kid)
    if key is None:
        raise Refused("invalid_client", "the tool's key set has no RS256 key of that kid")
    return key
