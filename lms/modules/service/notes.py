"""What is done with bookmarks and private notes. Only their owner ever sees them.

As everywhere in reading, somebody without a place in the programme leaves no record.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.actor import Actor
from lms.db import db
from lms.errors import Conflict, NotFound
from lms.modules.catalogue import Page, catalogue
from lms.modules.models.notes import PageKept
from lms.modules.queries.notes import find_kept
from lms.modules.rules.reading import NOT_YOURS, reader_of

NOTE_CHANGED = (
    "This note was changed in another window meanwhile, so nothing was saved over. "
    "Look at both, put together what you want to keep, and save again."
)


def keep_bookmark(page_key: str, *, actor: Actor, now: datetime) -> PageKept:
    """Put a bookmark on a page; a second time is nothing more."""
    kept = _kept_at(page_key, actor)
    if kept.marked_at is None:
        kept.marked_at = now
    return kept


def take_bookmark_away(page_key: str, *, actor: Actor) -> None:
    """Take a bookmark away, and everything with it when there is no note. Works at any page that
    was ever kept: it may have been taken out of the content since."""
    kept = find_kept(actor.user_id, page_key)
    if kept is None:
        return
    kept.marked_at = None
    if not kept.note:
        db.session.delete(kept)


def save_note(page_key: str, text: str, *, version: int, actor: Actor, now: datetime) -> PageKept:
    """Keep the words, written over `version`; 0 when there was no note."""
    kept = _kept_at(page_key, actor)
    if kept.note == text and kept.version:
        return kept
    if kept.version != version:
        raise Conflict(NOTE_CHANGED)
    kept.note = text
    kept.version += 1
    kept.noted_at = now
    return kept


def _kept_at(page_key: str, actor: Actor) -> PageKept:
    """The person's row for a page, made when there is none."""
    page: Page = catalogue().page(page_key)
    if not reader_of(actor, catalogue().unit(page.unit_key).programme).recorded:
        raise NotFound(NOT_YOURS)
    found = find_kept(actor.user_id, page.key)
    if found is not None:
        return found
    made = PageKept(user_id=actor.user_id, page_key=page.key, note="", version=0)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # another window did so first
        found = find_kept(actor.user_id, page.key)
        if found is None:
            raise Conflict("We could not keep that. Please try once more.") from None
        return found
    return made
