"""A page's history on the page: what changed since its reader finished it; and drafts."""

from collections.abc import Iterable, Mapping

from lms import clock
from lms.actor import Actor
from lms.errors import NotFound
from lms.modules import queries
from lms.modules.catalogue import Page, catalogue
from lms.modules.rules.changes import Since, changes_since
from lms.modules.rules.reading import NOT_YOURS, Reader, reader_of
from lms.modules.rules.standing import PageStanding


def page_for(actor: Actor, key: str) -> Page:
    """A page; a draft only for staff. For a learner a draft does not exist."""
    published = catalogue().find_page(key)
    if published is not None:
        return published
    draft = catalogue().draft(key)
    if reader_of(actor, catalogue().unit(draft.unit_key).programme).recorded:
        raise NotFound(NOT_YOURS)
    return draft


def changed_since(reader: Reader, pages: Iterable[PageStanding]) -> Mapping[str, Since]:
    """What changed, by page key, on pages of which the reader finished an older version.

    One statement when there is such a page, none otherwise.
    """
    changed = {one.page.key: one.page for one in pages if one.changed}
    if reader.enrolment_id is None or not changed:
        return {}
    finished = queries.finished_at(reader.enrolment_id, changed.keys())
    return {
        key: changes_since(changed[key], clock.today(moment)) for key, moment in finished.items()
    }
