"""What a draft of regulations is held against: every mark of a cohort, with its ledger."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, selectinload

from lms.assessments.models import LedgerEntry, Submission
from lms.db import db
from lms.people.models import Enrolment


def marked_in(cohort_id: int) -> Sequence[Submission]:
    """Every piece of work of a cohort that has been marked, without its text, by receipt."""
    return db.session.scalars(
        select(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Enrolment.cohort_id == cohort_id,
            select(LedgerEntry.id).where(LedgerEntry.submission_id == Submission.id).exists(),
        )
        .options(selectinload(Submission.entries), defer(Submission.text))
        .order_by(Submission.assessment, Submission.receipt)
    ).all()
