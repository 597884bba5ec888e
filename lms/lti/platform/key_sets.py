"""A platform's public keys: kept in the database, fetched again once when a token names one we have
not seen.

Platforms rotate their keys (D2L hourly), so a cache without a second look breaks launches; a look
for every unknown key id would let strangers make us hammer the platform, so there are ten seconds
between two.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

import jwt
import requests
from sqlalchemy import update

from lms.db import db, db_writes
from lms.lti.models import PlatformKeySet
from lms.lti.platform import http

log = logging.getLogger(__name__)

GAP = timedelta(seconds=10)
FRESH = timedelta(days=1)  # so that a key the platform has withdrawn is forgotten


class KeysUnreachable(Exception):
    """The platform's key set could not be fetched, and what we have does not help."""


def _find(keys: dict[str, Any], kid: str) -> jwt.PyJWK | None:
    for key in keys.get("keys", []):
        fits = key.get("kid") == kid and key.get("kty") == "RSA"
        if fits and key.get("alg", "RS256") == "RS256" and key.get("use", "sig") == "sig":
            try:
                return jwt.PyJWK(key, algorithm="RS256")
            except (jwt.PyJWTError, ValueError, TypeError):
                return None
    return None


def _fetch(url: str) -> dict[str, Any] | None:
    try:
        answer = http.new_session().get(url, headers={"Accept": "application/json"})
        body = answer.json() if answer.ok else None
    except (requests.RequestException, ValueError, RecursionError) as error:
        log.warning("key set of %s: %s", url, type(error).__name__)
        return None
    keys = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(keys, list):
        log.warning("key set of %s: not a key set (status %s)", url, answer.status_code)
        return None
    return {"keys": [key for key in keys if isinstance(key, dict)]}


def _keep(platform_id: int, keys: dict[str, Any] | None, now: datetime) -> None:
    """Store what was fetched, by itself: it is a cache and holds even if the launch is refused.

    The network is never waited for while the database is held: views/launching.py lets go of it
    before.
    """
    values: dict[str, Any] = {"tried_at": now}
    if keys is not None:
        values |= {"keys": keys, "fetched_at": now}
    with db_writes():
        db.session.execute(
            update(PlatformKeySet).where(PlatformKeySet.platform_id == platform_id).values(**values)
        )
        db.session.commit()


def find_key(
    kid: str, *, platform_id: int, url: str, cached: PlatformKeySet, now: datetime
) -> jwt.PyJWK | None:
    """The platform's key of that id; looks once more at the platform when there is reason to."""
    known = _find(cached.keys, kid)
    fresh = cached.fetched_at is not None and now - cached.fetched_at < FRESH
    just_tried = cached.tried_at is not None and now - cached.tried_at < GAP
    if known and (fresh or just_tried):
        return known
    if just_tried:
        if cached.fetched_at != cached.tried_at:
            raise KeysUnreachable
        return None
    fetched = _fetch(url)
    _keep(platform_id, fetched, now)
    if fetched is None and known is None:
        raise KeysUnreachable
    return known if fetched is None else _find(fetched, kid)
