"""A person's own bookmarks and notes: asked for by their owner's id, and by nothing else."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from lms.db import db
from lms.modules.models import JournalEntry
from lms.modules.models.notes import PageKept
from lms.people.models import User


def find_kept(user_id: int, page_key: str) -> PageKept | None:
    """What a person keeps at a page, if anything."""
    return db.session.scalar(
        select(PageKept).where(PageKept.user_id == user_id, PageKept.page_key == page_key)
    )


def written_at(
    user_id: int, page_key: str, activity_key: str | None
) -> tuple[JournalEntry | None, PageKept | None]:
    """A person's own words at a page: on its reflection, and in their note; one statement."""
    found = db.session.execute(
        select(JournalEntry, PageKept)
        .select_from(User)
        .outerjoin(
            JournalEntry,
            and_(JournalEntry.user_id == User.id, JournalEntry.activity_key == activity_key),
        )
        .outerjoin(PageKept, and_(PageKept.user_id == User.id, PageKept.page_key == page_key))
        .where(User.id == user_id)
    ).one_or_none()
    return (found[0], found[1]) if found else (None, None)


def pages_kept(user_id: int) -> Sequence[PageKept]:
    """Everything a person keeps, in no order that means anything: the catalogue orders pages."""
    return db.session.scalars(
        select(PageKept).where(PageKept.user_id == user_id).order_by(PageKept.id)
    ).all()
