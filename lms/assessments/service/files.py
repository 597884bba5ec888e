"""Files are added to a draft, and taken out again."""

import hashlib
from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import SubmissionFile
from lms.assessments.rules.uploads import check_upload
from lms.assessments.service.copies import marker_copy
from lms.assessments.service.drafts import hold_draft, hold_or_begin_draft
from lms.assessments.service.reading import read_words
from lms.db import db
from lms.errors import NotFound
from lms.modules.catalogue import Assessment
from lms.storage import storage


def add_file(
    assessment: Assessment, *, name: str, data: bytes, actor: Actor, now: datetime
) -> SubmissionFile:
    """Keep a file with the draft; FileRefused says what to do when it is not taken."""
    place = queries.place_visible_to(actor, assessment)
    draft = hold_or_begin_draft(place, assessment, now)
    upload = check_upload(name, data, already=len(draft.files))
    words = read_words(upload)
    copy = marker_copy(upload.media_type, data)
    file = SubmissionFile(
        draft_id=draft.id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(data),
        words=words,
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage().save(data),
        marker_key=storage().save(copy),
        added_at=now,
    )
    db.session.add(file)
    db.session.flush()
    return file


def remove_file(assessment: Assessment, *, file_id: int, actor: Actor) -> tuple[str, ...]:
    """Take a file out of the draft; returns its storage keys, to be deleted after the commit."""
    place = queries.place_visible_to(actor, assessment)
    draft = hold_draft(place, assessment)
    file = next((f for f in draft.files if f.id == file_id), None) if draft else None
    if draft is None or file is None:
        raise NotFound("That file is not in your draft any more.")
    db.session.delete(file)
    db.session.flush()
    db.session.expire(draft)
    return tuple(key for key in (file.storage_key, file.marker_key) if key)
