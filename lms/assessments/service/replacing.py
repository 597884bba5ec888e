"""In the days after handing in, a text or a file is replaced so that nobody can be identified.

What stood there before is kept nowhere: not for markers, not for its owner, not in the audit trail.
When it was handed in, and what that means for its date, stay as they were.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Submission, SubmissionFile
from lms.assessments.rules.confidentiality import replace_blocks
from lms.assessments.rules.handing_in import fingerprint
from lms.assessments.rules.uploads import check_upload
from lms.assessments.service.confidentiality import note_check, review_of
from lms.assessments.service.copies import marker_copy
from lms.assessments.service.counting import tally_of
from lms.assessments.service.reading import read_words
from lms.audit.service import record
from lms.db import db
from lms.errors import NotFound, RuleBroken
from lms.storage import storage

ALONE = "Tick that you replace it for this reason alone. For another change, ask your module lead."
SAME = "This is what was handed in already. Change the words that could tell who somebody is."
NOTHING = "There would be nothing left. Put other words in their place, or leave a file."


@dataclass(frozen=True)
class Replaced:
    """The submission as it is now, and the storage keys to be deleted after the commit."""

    submission: Submission
    keys: tuple[str, ...] = ()


def replace_text(receipt: str, *, text: str, alone: bool, actor: Actor, now: datetime) -> Replaced:
    """Put another text in the place of the one that was handed in."""
    submission = _held(receipt, alone=alone, actor=actor, now=now)
    if text == submission.text:
        raise RuleBroken(SAME)
    if not text.strip() and not submission.files:
        raise RuleBroken(NOTHING)
    found = len(review_of(submission, submission.enrolment).found)
    submission.text = text
    draft = queries.find_draft(submission.enrolment_id, submission.assessment, submission.attempt)
    if draft is not None:
        draft.text = text  # it was handed in from there, and the words stand there too
    _forget_quotes(submission, 0, lambda quote: quote in text)
    return _noted(submission, "text", found, (), actor=actor, now=now)


def replace_file(
    receipt: str, *, file_id: int, name: str, data: bytes, alone: bool, actor: Actor, now: datetime
) -> Replaced:
    """Put another file in the place of one that was handed in; FileRefused says what to do."""
    submission = _held(receipt, alone=alone, actor=actor, now=now)
    file = next((one for one in submission.files if one.id == file_id), None)
    if file is None:
        raise NotFound("That file is not among those you handed in.")
    upload = check_upload(name, data, already=0)
    words = read_words(upload)
    copy = marker_copy(upload.media_type, data)
    digest = hashlib.sha256(data).hexdigest()
    if digest == file.sha256:
        raise RuleBroken(SAME)
    found = len(review_of(submission, submission.enrolment).found)
    gone = tuple(key for key in (file.storage_key, file.marker_key) if key)
    file.name, file.media_type, file.size = upload.name, upload.media_type, len(data)
    file.words, file.sha256, file.added_at = words, digest, now
    file.storage_key, file.marker_key = storage().save(data), storage().save(copy)
    _forget_quotes(submission, file.id, lambda _quote: False)
    return _noted(submission, "file", found, gone, actor=actor, now=now)


def may_replace(submission: Submission, *, now: datetime) -> tuple[str, ...]:
    """What stands in the way of replacing it."""
    released = queries.find_released_at(submission.id) is not None
    return replace_blocks(submission.handed_in_at, released=released, now=now)


def _held(receipt: str, *, alone: bool, actor: Actor, now: datetime) -> Submission:
    """One's own submission, held for writing, while it may be replaced."""
    seen = queries.receipt_visible_to(actor, receipt)
    queries.hold_place(seen.enrolment_id)
    queries.hold_scripts([seen.id])
    db.session.expire_all()
    submission = queries.receipt_visible_to(actor, receipt)
    if blocks := may_replace(submission, now=now):
        raise RuleBroken(*blocks)
    if not alone:
        raise RuleBroken(ALONE)
    return submission


def _forget_quotes(submission: Submission, file_id: int, stays: Callable[[str], bool]) -> None:
    """Comments on the replaced words stay, without the words that they quote."""
    for pin in queries.pins_on(submission.id, file_id or None):
        if not stays(pin.quote):
            pin.quote = ""


def _noted(
    submission: Submission,
    what: str,
    found: int,
    gone: tuple[str, ...],
    *,
    actor: Actor,
    now: datetime,
) -> Replaced:
    submission.sha256 = fingerprint(submission.text, _hashes(submission.files))
    place = submission.enrolment
    tally = tally_of(submission, queries.regulations_of(place.cohort))
    submission.words, submission.left_out = tally.words, tally.kept()
    left = len(review_of(submission, place).found)
    about = (submission.assessment, submission.attempt)
    note_check(place, *about, found, now=now)
    kept = note_check(place, *about, left, now=now)
    kept.explained = min(kept.explained, left)
    kept.replaced_at = now
    record(
        actor=actor,
        act="replaced for confidentiality",
        subject=f"submission:{submission.id}",
        now=now,
        detail={"what": what, "words": submission.words, "sha256": submission.sha256},
    )
    db.session.flush()
    return Replaced(submission, gone)


def _hashes(files: list[SubmissionFile]) -> list[str]:
    return [file.sha256 for file in files]
