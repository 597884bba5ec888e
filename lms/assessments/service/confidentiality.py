"""Work is searched for what could identify somebody; what is kept of it are numbers."""

from collections.abc import Iterable
from datetime import datetime

from lms.assessments import queries
from lms.assessments.models import ConfidentialityCheck, Draft, Submission, SubmissionFile
from lms.assessments.rules.confidentiality import (
    Answers,
    Review,
    Searched,
    fixed_since,
    review,
    review_blocks,
)
from lms.assessments.rules.uploads import PDF
from lms.assessments.service.reading import read_parts
from lms.db import db
from lms.modules.service.identifying import known_to
from lms.people.models import Enrolment
from lms.storage import storage


def review_of(work: Draft | Submission | None, place: Enrolment) -> Review:
    """Search the text and the files of a draft, or of what was handed in."""
    if work is None:
        return Review()
    text = Searched("Your text", "paragraph", tuple(work.text.split("\n")))
    return review([text, *_files(work.files)], known_to(place.user_id))


def _files(files: Iterable[SubmissionFile]) -> list[Searched]:
    return [
        Searched(
            name=file.name,
            part="page" if file.media_type == PDF else "paragraph",
            parts=read_parts(file.media_type, storage().open(file.storage_key)),
            key=str(file.id),
        )
        for file in files
    ]


def note_check(
    place: Enrolment, assessment: str, attempt: int, found: int, *, now: datetime
) -> ConfidentialityCheck:
    """Keep that it was looked at, and count what went away since it was last."""
    kept = queries.find_check(place.id, assessment, attempt)
    if kept is None:
        kept = ConfidentialityCheck(
            enrolment_id=place.id,
            assessment=assessment,
            attempt=attempt,
            checked_at=now,
            found=found,
            fixed=0,
            explained=0,
        )
        db.session.add(kept)
    kept.fixed += fixed_since(kept.found, found)
    kept.found, kept.checked_at = found, now
    db.session.flush()
    return kept


def look_through(draft: Draft | None, place: Enrolment, *, now: datetime) -> None:
    """Note a first look, before anything is handed in; for a transaction that holds the place."""
    if draft is not None:
        found = len(review_of(draft, place).found)
        note_check(place, draft.assessment, draft.attempt, found, now=now)


def check_before_handing_in(
    draft: Draft, place: Enrolment, answers: Answers, *, now: datetime
) -> tuple[str, ...]:
    """What stands in the way; nothing, once each find is explained, which is then counted."""
    checked = review_of(draft, place)
    blocks = review_blocks(checked, answers)
    if not blocks:
        kept = note_check(place, draft.assessment, draft.attempt, len(checked.found), now=now)
        kept.explained = len(checked.found)
    return blocks
