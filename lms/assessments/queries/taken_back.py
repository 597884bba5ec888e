"""What is asked about work that was taken back, and whether it still can be."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.actor import Actor
from lms.assessments.models import EVEN, Mark, ScriptTopic, Submission
from lms.assessments.queries.learners import NOT_HERE
from lms.db import db
from lms.errors import NotFound
from lms.people.models import Enrolment


def find_taken_back(actor: Actor, receipt: str) -> Submission | None:
    """One's own work that was taken back, by the receipt it had."""
    return db.session.scalar(
        select(Submission)
        .join(Enrolment, Enrolment.id == Submission.enrolment_id)
        .where(
            Submission.receipt == receipt,
            Enrolment.user_id == actor.user_id,
            Submission.taken_back_at.is_not(None),
        )
        .options(joinedload(Submission.enrolment)),
        execution_options=EVEN,
    )


def taken_back_visible_to(actor: Actor, receipt: str) -> Submission:
    """The same, or NotFound."""
    found = find_taken_back(actor, receipt)
    if found is None:
        raise NotFound(NOT_HERE)
    return found


def is_begun(submission_id: int) -> bool:
    """Whether somebody has begun to mark it."""
    found = select(Mark.id).where(Mark.submission_id == submission_id).order_by(Mark.id).limit(1)
    return db.session.scalar(found) is not None


def topic_rows(submission_id: int) -> Sequence[ScriptTopic]:
    """The topics that were named for a script, to be deleted."""
    return db.session.scalars(
        select(ScriptTopic)
        .where(ScriptTopic.submission_id == submission_id)
        .order_by(ScriptTopic.id)
    ).all()
