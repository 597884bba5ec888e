"""A draft is handed in, once."""

import secrets
from collections.abc import Collection
from datetime import datetime

from lms.actor import Actor
from lms.assessments import queries
from lms.assessments.models import Draft, Submission
from lms.assessments.rules.allocating import Topic
from lms.assessments.rules.confidentiality import Answers
from lms.assessments.rules.dates import date_costs, date_rule, length_rule
from lms.assessments.rules.deadlines import Dated
from lms.assessments.rules.handing_in import (
    HandInFacts,
    count_words,
    final_from,
    fingerprint,
    hand_in_blocks,
    receipt_number,
    script_code,
)
from lms.assessments.service.confidentiality import check_before_handing_in
from lms.assessments.service.counting import Tally, tally_of
from lms.assessments.service.topics import name_topics
from lms.audit.service import record
from lms.clock import on_page, today
from lms.db import db
from lms.errors import Conflict, RuleBroken
from lms.messages.service import queue_message
from lms.modules.catalogue import Assessment, DeclarationVersion, catalogue
from lms.people.models import Enrolment

CHANGED = (
    "The draft was changed in another window after this page was opened, so it was not handed in. "
    "Look at it once more, and hand it in from here."
)
DATE_PASSED = (
    "What handing in means for the date has changed since this page was opened, so it was not "
    "handed in. Read what it means now, and hand it in from here."
)
NO_ANSWERS = Answers()


def declaration_now(assessment: Assessment, now: datetime) -> DeclarationVersion:
    """The wording that somebody who hands in now agrees to."""
    return catalogue().declaration(assessment.declaration).on(today(now))


def words_in(draft: Draft | None) -> int:
    """Words of the text and of every file that could be counted."""
    if draft is None:
        return 0
    return count_words(draft.text) + sum(file.words or 0 for file in draft.files)


def fingerprint_of(draft: Draft) -> str:
    """The text and the files of a draft, in one hash."""
    return fingerprint(draft.text, (file.sha256 for file in draft.files))


def facts_of(draft: Draft | None, assessment: Assessment, *, declared: bool) -> HandInFacts:
    """What the rule about handing in asks."""
    return HandInFacts(
        words=count_words(draft.text) if draft else 0,
        files=len(draft.files) if draft else 0,
        declared=declared,
        handed_in=False,
        record=assessment.record,
    )


def hand_in(
    assessment: Assessment,
    *,
    shown: str,
    declared: int | None,
    actor: Actor,
    now: datetime,
    answers: Answers = NO_ANSWERS,
    topics: Collection[Topic] = (),
    rule_shown: str | None = None,
    final: bool = False,
) -> Submission:
    """Hand the draft in. Coming again (a double click, a retry) gives the same submission.

    `shown` is the `fingerprint_of` the draft as it was shown, `declared` the number of the wording
    that was agreed to, `answers` what was said of the finds of the confidentiality check,
    `topics` what its writer says it speaks of at length, `rule_shown` what the page said about the
    date: where something is taken off for it, nobody hands in without having seen that. `final`
    says that its writer is done, so that it can be marked before the date.
    """
    place = queries.place_visible_to(actor, assessment)
    queries.hold_place(place.id)
    date = queries.deadline_of(place, assessment, now)
    done = queries.find_submission(place.id, assessment.key, date.attempt)
    if done is not None:
        return done
    draft = queries.find_draft(place.id, assessment.key, date.attempt)
    wording = declaration_now(assessment, now)
    blocks = hand_in_blocks(facts_of(draft, assessment, declared=declared == wording.number))
    if blocks or draft is None:
        raise RuleBroken(*blocks)
    if fingerprint_of(draft) != shown:
        raise Conflict(CHANGED)
    if rule_shown is not None and _costs_unseen(place, date.due, rule_shown, now):
        raise Conflict(DATE_PASSED)
    if unsafe := check_before_handing_in(draft, place, answers, now=now):
        raise RuleBroken(*unsafe)
    tally = tally_of(draft, queries.regulations_of(place.cohort))
    submission = _made_from(draft, date, assessment, wording, tally, now, final=final)
    name_topics(submission, topics)
    record(
        actor=actor,
        act="handed in",
        subject=f"submission:{submission.id}",
        now=now,
        detail={"assessment": assessment.key, "sha256": submission.sha256},
    )
    _send_receipt(submission, place, assessment, now)
    return submission


def _costs_unseen(place: Enrolment, due_at: datetime, rule_shown: str, now: datetime) -> bool:
    regulations = queries.regulations_of(place.cohort)
    if not date_costs(due_at, now, regulations):
        return False
    return date_rule(due_at, now, regulations, done=False) != rule_shown


def _made_from(
    draft: Draft,
    date: Dated,
    assessment: Assessment,
    wording: DeclarationVersion,
    tally: Tally,
    now: datetime,
    *,
    final: bool,
) -> Submission:
    files = list(draft.files)
    submission = Submission(
        enrolment_id=draft.enrolment_id,
        assessment=assessment.key,
        assessment_hash=assessment.content_hash,
        attempt=date.attempt,
        attempt_kind=date.kind,
        text=draft.text,
        words=tally.words,
        left_out=tally.kept(),
        declaration=assessment.declaration,
        declaration_version=wording.number,
        declared=wording.text,
        handed_in_at=now,
        due_at=date.due,
        final_at=final_from(date.due, now, at_once=final),
        receipt=receipt_number(secrets.choice),
        code=_free_code(assessment.key),
        sha256=fingerprint_of(draft),
    )
    db.session.add(submission)
    db.session.flush()
    for file in files:
        file.draft_id, file.submission_id = None, submission.id
    db.session.flush()
    db.session.expire(draft)
    return submission


def _free_code(assessment: str) -> str:
    code = script_code(secrets.choice)
    while queries.code_is_taken(assessment, code):
        code = script_code(secrets.choice)
    return code


def _until_when(submission: Submission) -> str:
    if submission.final_at <= submission.handed_in_at:
        return "It is final: it cannot be taken back."
    until = on_page(submission.final_at)
    return f"You can take it back and hand it in again until {until}. Then it is final."


def _send_receipt(
    submission: Submission, place: Enrolment, assessment: Assessment, now: datetime
) -> None:
    if place.user.email is None:
        return
    regulations = queries.regulations_of(place.cohort)
    words = [
        f"You have handed in “{assessment.title}”.",
        "",
        f"Handed in: {on_page(submission.handed_in_at)}",
        f"Receipt number: {submission.receipt}",
        f"The date rule: {date_rule(submission.due_at, submission.handed_in_at, regulations)}",
        f"Words counted: {submission.words:,}",
        f"The length: {length_rule(submission.words, assessment.words, regulations)}",
        f"Fingerprint (SHA-256): {submission.sha256}",
        "",
        _until_when(submission),
        "",
        "Your markers see a code, not your name. You can open this receipt again from the",
        "assessment’s page, as you opened it to hand in.",
    ]
    queue_message(
        to=place.user.email,
        subject=f"Your receipt {submission.receipt}",
        body="\n".join(words) + "\n",
        dedupe_key=f"receipt:{submission.receipt}",
        now=now,
    )
