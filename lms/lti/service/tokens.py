"""A platform's access tokens are kept, sealed, and forgotten when they are not taken."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from lms.db import db
from lms.lti.models import AccessToken
from lms.lti.platform.scores import Token
from lms.lti.platform.sealing import seal, unseal
from lms.lti.queries import scores as queries

MARGIN = timedelta(seconds=60)  # a token that ends within the minute is not used any more


def kept_token(platform_id: int, scopes: str, *, secret_key: str, now: datetime) -> Token | None:
    """The platform's token for these scopes, while it is good for a minute more."""
    kept = queries.find_token(platform_id, scopes)
    if kept is None or kept.expires_at - MARGIN <= now:
        return None
    value = unseal(kept.sealed_token, secret_key)
    return Token(value, kept.expires_at) if value else None


def keep_token(platform_id: int, scopes: str, token: Token, *, secret_key: str) -> None:
    """Keep a token, sealed, instead of the one before, or of one that another worker kept."""
    told: dict[str, Any] = {
        "sealed_token": seal(token.value, secret_key),
        "expires_at": token.expires_at,
    }
    kept = queries.find_token(platform_id, scopes)
    if kept is None:
        try:
            with db.session.begin_nested():
                db.session.add(AccessToken(platform_id=platform_id, scopes=scopes, **told))
            return
        except IntegrityError:  # another worker was quicker
            kept = queries.find_token(platform_id, scopes)
    if kept is not None:
        kept.sealed_token, kept.expires_at = told["sealed_token"], token.expires_at
        db.session.flush()


def drop_token(platform_id: int, scopes: str) -> None:
    """Forget a token that the platform takes no more."""
    db.session.execute(
        delete(AccessToken).where(
            AccessToken.platform_id == platform_id, AccessToken.scopes == scopes
        )
    )
