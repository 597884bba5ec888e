"""A verified notice is used, once: a copied course is remembered with the course it came from.

It is never linked by it: a copy is another cohort's, and a module lead says which.
"""

from datetime import datetime

from lms.audit.service import record
from lms.db import db
from lms.lti.models import Context, Notice
from lms.lti.platform.notices import VerifiedNotice
from lms.lti.queries import launches
from lms.lti.queries import notices as queries
from lms.lti.rules.checks import Refusal
from lms.lti.rules.claims import CONTEXT, NOTICE, part, text_in
from lms.lti.rules.notices import COPIED, origins_of


def take_notice(verified: VerifiedNotice, *, now: datetime) -> bool:
    """Use a notice; false when this one was taken before and is sent again. A replay is refused."""
    claims, platform_id = verified.claims, verified.platform_id
    notice = part(claims, NOTICE)
    queries.hold_platform(platform_id)
    if queries.nonce_was_seen(platform_id, claims["nonce"]):
        raise Refusal("notice is not used", "This notice was sent before.")
    if queries.was_taken(platform_id, notice["id"]):
        return False
    db.session.add(
        Notice(
            platform_id=platform_id,
            notice_id=notice["id"],
            nonce=claims["nonce"],
            kind=notice["type"],
            received_at=now,
        )
    )
    if notice["type"] == COPIED:
        _remember_copy(verified, now=now)
    db.session.flush()
    return True


def _remember_copy(verified: VerifiedNotice, *, now: datetime) -> None:
    claims, deployment_id = verified.claims, verified.deployment_id
    given = part(claims, CONTEXT)
    origin = queries.first_known(deployment_id, origins_of(claims))
    context = launches.find_context(deployment_id, given["id"])
    if context is None:
        context = Context(
            deployment_id=deployment_id, vle_id=given["id"], title="", label="", first_seen_at=now
        )
        context.cohort = None
        db.session.add(context)
    context.title = text_in(given, "title") or context.title
    context.label = text_in(given, "label") or context.label
    db.session.flush()
    if origin is None or origin.id == context.id or context.cohort_id is not None:
        return
    context.copied_from_id = origin.id
    record(
        actor=None,
        act="was told that a course was copied",
        subject=f"context:{context.id}",
        now=now,
        detail={"from": origin.id},
    )
