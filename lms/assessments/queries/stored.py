"""What the database knows of the files in the storage."""

from collections.abc import Collection

from sqlalchemy import select, union_all

from lms.assessments.models import Evidence, SubmissionFile
from lms.db import db


def known_files(names: Collection[str]) -> set[str]:
    """Which of these names a row holds: one statement."""
    keys = (SubmissionFile.storage_key, SubmissionFile.marker_key, Evidence.storage_key)
    return set(db.session.scalars(union_all(*(select(key).where(key.in_(names)) for key in keys))))


def knows_any_file() -> bool:
    """Whether any upload is on record at all."""
    submitted = select(SubmissionFile.id).order_by(SubmissionFile.id).limit(1)
    evidence = select(Evidence.id).order_by(Evidence.id).limit(1)
    return any(db.session.scalar(found) is not None for found in (submitted, evidence))
