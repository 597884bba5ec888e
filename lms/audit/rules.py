"""How one audit entry is bound to the one before it. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

FIRST = "0" * 64
Detail = Mapping[str, str | int | None]


def link(
    previous: str, *, at: datetime, actor_id: int | None, act: str, subject: str, detail: Detail
) -> str:
    """The hash (hex, 64 characters) of an entry that follows the entry hashed `previous`."""
    body = json.dumps(
        [previous, at.isoformat(), actor_id, act, subject, dict(detail)],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()
