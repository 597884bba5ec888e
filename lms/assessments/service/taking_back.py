"""Handed-in work is taken back before the date, to be changed and handed in again.

That it was handed in, when, and its receipt and fingerprint stay; its words are only in the draft.
"""

from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Submission
from lms.assessments.rules.allocating import Ending
from lms.assessments.rules.handing_in import TakeBackFacts, take_back_blocks
from lms.audit.service import record
from lms.clock import on_page
from lms.db import db
from lms.errors import NotFound, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import catalogue

NO_DRAFT = "There is no draft to come back to. Write to your module lead."


def why_final(submission: Submission, *, now: datetime) -> tuple[str, ...]:
    """Why it cannot be taken back; nothing while it can."""
    facts = TakeBackFacts(
        handed_in_at=submission.handed_in_at,
        due_at=submission.due_at,
        opened=bool(queries.openings(submission.id)) or queries.is_begun(submission.id),
        now=now,
    )
    return take_back_blocks(facts)


def take_back(receipt: str, *, actor: Actor, now: datetime) -> Submission:
    """Make a draft of it again. Coming again changes nothing."""
    gone = queries.find_taken_back(actor, receipt)
    if gone is not None:
        return gone
    queries.hold_place(queries.receipt_visible_to(actor, receipt).enrolment_id)
    db.session.expire_all()
    try:
        submission = queries.receipt_visible_to(actor, receipt)
    except NotFound:  # another window was sooner
        return queries.taken_back_visible_to(actor, receipt)
    queries.hold_scripts([submission.id])
    if blocks := why_final(submission, now=now):
        raise RuleBroken(*blocks)
    _into_the_draft(submission, now)
    _forget(submission, now)
    record(
        actor=actor,
        act="took back",
        subject=f"submission:{submission.id}",
        now=now,
        detail={"assessment": submission.assessment, "sha256": submission.sha256},
    )
    _say_so(submission, now)
    return submission


def _into_the_draft(submission: Submission, now: datetime) -> None:
    draft = queries.find_draft(submission.enrolment_id, submission.assessment, submission.attempt)
    if draft is None:
        raise RuleBroken(NO_DRAFT)
    draft.text, draft.version, draft.saved_at = submission.text, draft.version + 1, now
    for file in list(submission.files):
        file.submission_id, file.draft_id = None, draft.id
    db.session.flush()
    db.session.expire(draft)


def _forget(submission: Submission, now: datetime) -> None:
    """Leave what proves that it was handed in, and nothing of what it said."""
    submission.text, submission.left_out, submission.taken_back_at = "", {}, now
    check = queries.find_check(submission.enrolment_id, submission.assessment, submission.attempt)
    if check is not None:
        check.replaced_at = None
    for topic in queries.topic_rows(submission.id):
        db.session.delete(topic)
    for given in queries.allocations([submission.id]):
        if given.ended_at is None:
            given.ended_at, given.ended = now, Ending.MOVED
    db.session.flush()


def _say_so(submission: Submission, now: datetime) -> None:
    user = submission.enrolment.user
    if user.email is None:
        return
    title = catalogue().assessment(submission.assessment).title
    words = [
        f"You have taken back “{title}”, receipt {submission.receipt}.",
        "",
        "It is not handed in now. Your text and files are in your draft again.",
        f"Hand it in by: {on_page(submission.due_at)}",
    ]
    queue_message(
        to=user.email,
        subject=f"You took back {submission.receipt}",
        body="\n".join(words) + "\n",
        dedupe_key=f"taken-back:{submission.receipt}",
        now=now,
    )
