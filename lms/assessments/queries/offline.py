"""What is asked when scripts are taken away to be marked, and when a sheet comes back."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from lms.actor import Actor
from lms.assessments.models import MarkingSheet, ScriptOpened, Submission, SubmissionFile
from lms.db import db
from lms.people.models import Cohort


def texts_of(submission_ids: Collection[int]) -> dict[int, str]:
    """The text of each script. Which may be read is decided before."""
    rows = db.session.execute(
        select(Submission.id, Submission.text)
        .where(Submission.id.in_(submission_ids))
        .order_by(Submission.id)
    )
    return {row[0]: row[1] for row in rows}


def files_of(submission_ids: Collection[int]) -> dict[int, list[SubmissionFile]]:
    """The files of each script, in their order. Which may be read is decided before."""
    found: dict[int, list[SubmissionFile]] = {}
    for file in db.session.scalars(
        select(SubmissionFile)
        .where(SubmissionFile.submission_id.in_(submission_ids))
        .order_by(SubmissionFile.id)
    ):
        found.setdefault(file.submission_id or 0, []).append(file)
    return found


def opened_on(actor: Actor, submission_ids: Collection[int], day: date) -> set[int]:
    """Which of these scripts the actor opened on a day."""
    return set(
        db.session.scalars(
            select(ScriptOpened.submission_id)
            .where(
                ScriptOpened.submission_id.in_(submission_ids),
                ScriptOpened.opened_by == actor.user_id,
                ScriptOpened.day == day,
            )
            .order_by(ScriptOpened.submission_id)
        )
    )


def find_sheet(actor: Actor, cohort: Cohort, assessment: str) -> MarkingSheet | None:
    """The sheet that the actor sent back for a queue."""
    return db.session.scalar(
        select(MarkingSheet).where(
            MarkingSheet.owner_id == actor.user_id,
            MarkingSheet.cohort_id == cohort.id,
            MarkingSheet.assessment == assessment,
        )
    )
