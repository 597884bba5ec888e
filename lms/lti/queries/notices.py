"""What is asked about notices, and about copied courses."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.db import db
from lms.lti.models import Context, Notice, Platform


def hold_platform(platform_id: int) -> None:
    """One notice of a platform at a time, so that each counts once (SQLite has one writer)."""
    db.session.scalar(select(Platform.id).where(Platform.id == platform_id).with_for_update())


def nonce_was_seen(platform_id: int, nonce: str) -> bool:
    """Whether this very message was taken before."""
    seen = select(Notice.id).where(Notice.platform_id == platform_id, Notice.nonce == nonce)
    return db.session.scalar(seen) is not None


def was_taken(platform_id: int, notice_id: str) -> bool:
    """Whether this notice was taken before, in another message."""
    seen = select(Notice.id).where(Notice.platform_id == platform_id, Notice.notice_id == notice_id)
    return db.session.scalar(seen) is not None


def first_known(deployment_id: int, vle_ids: Sequence[str]) -> Context | None:
    """The first of these courses that we know, in the order the VLE gave them."""
    rows = db.session.scalars(
        select(Context)
        .where(Context.deployment_id == deployment_id, Context.vle_id.in_(vle_ids))
        .order_by(Context.id)
    )
    known = {one.vle_id: one for one in rows}
    return next((known[one] for one in vle_ids if one in known), None)
