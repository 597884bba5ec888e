"""A person's own bookmarks and notes: asked for by their owner's id, and by nothing else."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.db import db
from lms.modules.models.notes import PageKept


def find_kept(user_id: int, page_key: str) -> PageKept | None:
    """What a person keeps at a page, if anything."""
    return db.session.scalar(
        select(PageKept).where(PageKept.user_id == user_id, PageKept.page_key == page_key)
    )


def pages_kept(user_id: int) -> Sequence[PageKept]:
    """Everything a person keeps, in no order that means anything: the catalogue orders pages."""
    return db.session.scalars(
        select(PageKept).where(PageKept.user_id == user_id).order_by(PageKept.id)
    ).all()
