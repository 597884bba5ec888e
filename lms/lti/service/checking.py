"""What the latest connection check of a platform found is kept, with its time."""

from datetime import datetime

from lms.actor import Actor
from lms.audit.service import record
from lms.db import db
from lms.lti.models import ConnectionCheck
from lms.lti.queries.connecting import find_check
from lms.lti.queries.platforms import get_platform
from lms.lti.rules.connection import Finding, as_kept


def keep_check(
    platform_id: int, findings: list[Finding], *, actor: Actor, now: datetime
) -> ConnectionCheck:
    """Keep it instead of the one before."""
    get_platform(platform_id)
    kept = find_check(platform_id)
    if kept is None:
        kept = ConnectionCheck(platform_id=platform_id)
        db.session.add(kept)
    kept.checked_at, kept.findings = now, as_kept(findings)
    trouble = sum(one.outcome == "trouble" for one in findings)
    record(
        actor=actor,
        act="checked a platform's connection",
        subject=f"platform:{platform_id}",
        now=now,
        detail={"in trouble": trouble},
    )
    return kept
