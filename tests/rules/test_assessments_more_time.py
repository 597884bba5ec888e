"""What stands in the way of more time and of a further attempt: a table for each rule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lms.assessments.rules.attempts import Past, attempt_blocks, opening, put_off_kind
from lms.assessments.rules.deadlines import Try
from lms.assessments.rules.more_time import (
    MOST_TEXT,
    Answer,
    Decided,
    Now,
    Wants,
    answer_blocks,
    ask_blocks,
    request_blocks,
    take_blocks,
)
from lms.regulations import Attempt, Terms
from lms.regulations.terms import Extensions, SelfCertified
from tests.rules.test_regulations_sayings import example

EXAMPLE = example("pgcert-example-2")
TERMS, DAYS = EXAMPLE.terms, EXAMPLE.calendar
DUE = datetime(2026, 6, 29, 11, tzinfo=UTC)
NOW = Now("here", handed_in=False, due=DUE, asked_at=DUE - timedelta(days=5))
NO_FINAL = replace(TERMS, extensions=Extensions(most_working_days=20, after_the_date=None))


def test_time_can_be_taken_within_the_limits() -> None:
    blocks, found = take_blocks(NOW, TERMS, DAYS)
    assert blocks == ()
    assert found.new_due == DUE + timedelta(days=7)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (replace(NOW, record="vle"), "learning site"),
        (replace(NOW, handed_in=True), "no date to move"),
        (replace(NOW, open_request=True), "asked already"),
        (replace(NOW, used_this_year=2), "twice this year"),
        (replace(NOW, asked_at=DUE + timedelta(hours=1)), "The date has passed"),
        (replace(NOW, asked_at=DUE - timedelta(days=20)), "more than 10 days before"),
        (replace(NOW, days_granted=18), "more than 20 working days"),
    ],
)
def test_why_time_cannot_be_taken(now: Now, words: str) -> None:
    blocks, _ = take_blocks(now, TERMS, DAYS)
    assert words in " ".join(blocks)


def test_silent_regulations_send_to_somebody_who_decides() -> None:
    blocks, _ = take_blocks(NOW, Terms(), DAYS)
    assert blocks
    assert ask_blocks(NOW, Terms()) == ()
    unsaid = Terms(self_certified=SelfCertified(length=5, per_year=2, after_the_date=False))
    blocks, _ = take_blocks(NOW, unsaid, DAYS)
    assert "Ask for it below" in " ".join(blocks)


def test_evidence_that_is_asked_for_cannot_be_taken_at_once() -> None:
    rule = TERMS.self_certified
    assert rule is not None
    blocks, _ = take_blocks(NOW, replace(TERMS, self_certified=replace(rule, evidence=True)), DAYS)
    assert "evidence" in " ".join(blocks)


def request(now: Now = NOW, **said: object) -> str:
    asked: dict[str, object] = {"wants": Wants.DAYS, "days": 5, "text": "My child was ill."} | said
    return " ".join(request_blocks(now, TERMS, **asked))  # type: ignore[arg-type]


def test_a_request_in_order_is_taken() -> None:
    assert request() == ""
    assert request(wants=Wants.DEFERRAL, days=None) == ""


@pytest.mark.parametrize(
    ("now", "said", "words"),
    [
        (NOW, {"days": None}, "how many working days"),
        (NOW, {"days": 0}, "from 1 to 60"),
        (NOW, {"days": 61}, "from 1 to 60"),
        (NOW, {"days": 21}, "21 working days in all; the regulations allow 20"),
        (replace(NOW, days_taken=5), {"days": 16}, "21 working days in all"),
        (NOW, {"text": "  "}, "Write what has happened"),
        (NOW, {"text": "x" * (MOST_TEXT + 1)}, "under 5,000 letters"),
        (replace(NOW, open_request=True), {}, "asked already"),
        (replace(NOW, asked_at=DUE), {}, "before it"),
    ],
)
def test_why_a_request_is_not_taken(now: Now, said: dict[str, object], words: str) -> None:
    assert words in request(now, **said)


def test_after_the_date_silent_regulations_leave_it_to_whoever_decides() -> None:
    assert ask_blocks(replace(NOW, asked_at=DUE + timedelta(days=1)), NO_FINAL) == ()


LATER = DUE + timedelta(days=10)
ANSWERS = {
    "days": (Decided(Answer.DAYS, days=5), None, ""),
    "no days": (Decided(Answer.DAYS), None, "how many working days"),
    "too many": (Decided(Answer.DAYS, days=21), None, "allow 20"),
    "a date": (Decided(Answer.DATE, until=LATER), 8, ""),
    "no date": (Decided(Answer.DATE), None, "Choose the new date"),
    "a date too far": (Decided(Answer.DATE, until=LATER), 21, "allow 20"),
    "an earlier date": (Decided(Answer.DATE, until=DUE), 0, "after the one that stands now"),
    "put off": (Decided(Answer.DEFERRAL, until=LATER + timedelta(days=90)), 70, ""),
    "declined": (Decided(Answer.DECLINE, words="It came too late."), None, ""),
    "declined without a word": (Decided(Answer.DECLINE), None, "Write to the learner why"),
    "too many words": (Decided(Answer.DAYS, days=1, words="x" * 2001), None, "under 2,000"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_may_be_answered(case: str) -> None:
    decided, added, words = ANSWERS[case]
    found = " ".join(answer_blocks(NOW, TERMS, decided, added))
    assert words in found
    assert bool(found) == bool(words)


def test_no_date_is_moved_after_the_hand_in() -> None:
    handed = replace(NOW, handed_in=True)
    assert "handed it in" in " ".join(answer_blocks(handed, TERMS, Decided(Answer.DAYS, 5), None))
    assert not answer_blocks(handed, TERMS, Decided(Answer.DECLINE, words="Done."), None)


PAST = Past("here", (), handed_in=True, due=DUE, points=Decimal(40), now=DUE + timedelta(days=40))
RESIT, DEFERRED = Attempt.RESIT, Attempt.DEFERRED
SECOND = Try(2, RESIT, DUE + timedelta(days=60))
PUT_OFF = Try(2, DEFERRED, DUE + timedelta(days=60), puts_off=True)
RESIT_PUT_OFF = Try(3, RESIT, DUE + timedelta(days=90), puts_off=True)


@pytest.mark.parametrize(
    ("kind", "past", "words"),
    [
        (RESIT, PAST, ""),
        (RESIT, replace(PAST, record="vle"), "on the university’s site"),
        (RESIT, replace(PAST, points=None), "not released yet"),
        (RESIT, replace(PAST, points=Decimal(50)), "passed already"),
        (RESIT, replace(PAST, handed_in=False, points=None, now=DUE), "lies ahead"),
        (RESIT, replace(PAST, handed_in=False, points=None), ""),
        (RESIT, replace(PAST, tries=(SECOND,)), "All 2 attempts are used"),
        (RESIT, replace(PAST, tries=(PUT_OFF,)), ""),  # what was put off does not count
        (DEFERRED, PAST, "cannot be put off"),
        (DEFERRED, replace(PAST, handed_in=False, points=None), ""),
    ],
)
def test_whether_a_further_attempt_may_be_opened(kind: Attempt, past: Past, words: str) -> None:
    found = " ".join(opening(kind, past, TERMS).blocks)
    assert words in found
    assert bool(found) == bool(words)


def test_a_resit_that_is_put_off_stays_a_resit_and_counts_once() -> None:
    assert put_off_kind(RESIT) is RESIT
    assert put_off_kind(Attempt.FIRST) is put_off_kind(DEFERRED) is DEFERRED
    assert replace(PAST, tries=(SECOND, RESIT_PUT_OFF)).used == 2


def test_what_regulations_leave_open_is_looked_up_by_a_person() -> None:
    due = PAST.now + timedelta(days=30)
    silent = Terms()
    assert len(opening(RESIT, PAST, silent).questions) == 2
    assert attempt_blocks(RESIT, PAST, silent, due=due, looked_up=True) == ()
    assert "looked up" in " ".join(attempt_blocks(RESIT, PAST, silent, due=due, looked_up=False))


def test_an_attempt_needs_a_date_ahead() -> None:
    assert "Choose the date" in attempt_blocks(RESIT, PAST, TERMS, due=None, looked_up=False)[0]
    assert "lies ahead" in attempt_blocks(RESIT, PAST, TERMS, due=DUE, looked_up=False)[0]
