"""A draft is saved, as it is typed or by a button."""

from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Draft
from lms.assessments.rules.handing_in import draft_blocks
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.modules.catalogue import Assessment
from lms.people.models import Enrolment

STALE = (
    "This draft was saved in another window meanwhile, so nothing here was saved over it. "
    "Open the latest version, and put in what you want to keep from these words."
)


class StaleDraft(Conflict):
    """Another window saved after this one last read."""


def save_draft(
    assessment: Assessment, *, text: str, version: int, actor: Actor, now: datetime
) -> Draft:
    """Keep what is typed. `version` is the one this window last knew; 0 before the first save."""
    place = queries.place_visible_to(actor, assessment)
    draft = hold_draft(place, assessment)
    if draft is None:
        draft = _new_draft(place, assessment, now)
    elif draft.text == text:
        return draft  # a save whose answer was lost on the way comes again
    if draft.version != version:
        raise StaleDraft(STALE)
    draft.text, draft.version, draft.saved_at = text, version + 1, now
    db.session.flush()
    return draft


def hold_draft(place: Enrolment, assessment: Assessment) -> Draft | None:
    """The draft, held for writing; refused once it is handed in, or when that is done elsewhere."""
    queries.hold_place(place.id)
    attempt, _ = queries.current_attempt(place.id, assessment.key)
    handed_in = queries.find_submission(place.id, assessment.key, attempt) is not None
    if blocks := draft_blocks(handed_in=handed_in, record=assessment.record):
        raise RuleBroken(*blocks)
    return queries.find_draft(place.id, assessment.key, attempt)


def hold_or_begin_draft(place: Enrolment, assessment: Assessment, now: datetime) -> Draft:
    """The draft held for writing, begun where there is none."""
    return hold_draft(place, assessment) or _new_draft(place, assessment, now)


def _new_draft(place: Enrolment, assessment: Assessment, now: datetime) -> Draft:
    draft = Draft(
        enrolment_id=place.id,
        assessment=assessment.key,
        attempt=queries.current_attempt(place.id, assessment.key)[0],
        text="",
        version=0,
        saved_at=now,
        files=[],
    )
    db.session.add(draft)
    db.session.flush()
    return draft
