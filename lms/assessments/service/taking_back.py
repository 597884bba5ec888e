"""Handed-in work is taken back until it is final, to be changed and handed in again; its writer
makes it final sooner; a module lead gives it back.

That it was handed in, when, and its receipt and fingerprint stay; its words are only in the draft.
"""

from datetime import datetime

from lms.actor import Action, Actor
from lms.assessments import queries
from lms.assessments.models import Submission
from lms.assessments.rules.allocating import Ending
from lms.assessments.rules.handing_in import (
    GiveBackFacts,
    TakeBackFacts,
    give_back_blocks,
    take_back_blocks,
)
from lms.audit.service import record
from lms.clock import on_page
from lms.db import db
from lms.errors import NotFound, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment, catalogue
from lms.people.models import Enrolment

DRAFT_AGAIN = "It is not handed in now. Your text and files are in your draft again."
NO_DRAFT = "There is no draft to come back to. Write to your module lead."


def why_final(submission: Submission, *, now: datetime) -> tuple[str, ...]:
    """Why it cannot be taken back; nothing while it can."""
    facts = TakeBackFacts(
        handed_in_at=submission.handed_in_at,
        due_at=submission.due_at,
        final_at=submission.final_at,
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
    _reopen(submission, now)
    _record("took back", submission, actor, now)
    until = on_page(submission.due_at)
    _write(
        submission,
        f"You took back {submission.receipt}",
        f"You have taken back “{_title(submission)}”, receipt {submission.receipt}.",
        f"{DRAFT_AGAIN}\nHand it in by: {until}",
        now,
    )
    return submission


def make_final(receipt: str, *, actor: Actor, now: datetime) -> Submission:
    """Its writer is done with it, so that it can be marked. Coming again changes nothing."""
    queries.hold_place(queries.receipt_visible_to(actor, receipt).enrolment_id)
    db.session.expire_all()
    submission = queries.receipt_visible_to(actor, receipt)
    if now < submission.final_at:
        submission.final_at = now
        _record("made it final", submission, actor, now)
    return submission


def why_kept(
    place: Enrolment, assessment: Assessment, submission: Submission | None, *, now: datetime
) -> tuple[str, ...]:
    """Why a module lead cannot give it back; nothing while they can."""
    facts = GiveBackFacts(
        handed_in=submission is not None,
        begun=submission is not None and queries.is_begun(submission.id),
        due_at=queries.deadline_of(place, assessment, now).due,
        now=now,
    )
    return give_back_blocks(facts)


def give_back(
    place_id: int, assessment: Assessment, *, reason: str, actor: Actor, now: datetime
) -> Submission:
    """Whoever decides somebody's dates opens their final work again, with a reason they read.

    It is a draft again and must be handed in by the date that stands now. Raises RuleBroken with
    each reason against it.
    """
    place = queries.place_decided_by(actor, place_id, Action.DECIDE_MORE_TIME)
    queries.hold_place(place.id)
    attempt, _ = queries.current_attempt(place.id, assessment.key)
    submission = queries.find_submission(place.id, assessment.key, attempt)
    if submission is not None:
        queries.hold_scripts([submission.id])
    blocks = why_kept(place, assessment, submission, now=now)
    if blocks or submission is None:
        raise RuleBroken(*blocks)
    until = on_page(queries.deadline_of(place, assessment, now).due)
    submission.given_back = reason
    _reopen(submission, now)
    _record("gave back", submission, actor, now, reason=reason)
    _write(
        submission,
        f"Your work with receipt {submission.receipt} is yours to change again",
        f"Your module lead has given back “{_title(submission)}”. They wrote:\n\n{reason}\n",
        f"{DRAFT_AGAIN}\nHand it in by: {until}",
        now,
    )
    return submission


def _reopen(submission: Submission, now: datetime) -> None:
    _into_the_draft(submission, now)
    _forget(submission, now)


def _record(
    act: str, submission: Submission, actor: Actor, now: datetime, **more: str | int | None
) -> None:
    record(
        actor=actor,
        act=act,
        subject=f"submission:{submission.id}",
        now=now,
        detail={"assessment": submission.assessment, "sha256": submission.sha256, **more},
    )


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


def _title(submission: Submission) -> str:
    return catalogue().assessment(submission.assessment).title


def _write(submission: Submission, subject: str, first: str, then: str, now: datetime) -> None:
    address = queries.addresses([submission.enrolment_id])[submission.enrolment_id]
    if address is None:
        return
    queue_message(
        to=address,
        subject=subject,
        body=f"{first}\n\n{then}\n",
        dedupe_key=f"taken-back:{submission.receipt}",
        now=now,
    )
