"""What is decided about sending a score: when, with which time, and what an answer means.

Each surprising line has a test that says which VLE was seen to do so. The sentences are ours: a
VLE's own words may repeat what was sent, so they are neither stored nor shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)  # between tries of our own accord
LONGEST_ASKED = timedelta(hours=6)  # when the VLE asks for more
SECOND = timedelta(seconds=1)
CLOCK_LEEWAY = timedelta(seconds=5)
COMMENT = "Released. Open the activity to read the comments and the next step."


class Delivery(StrEnum):
    """How far a score has come. Never "pending" towards a VLE: Moodle blanks a grade that is not
    final.
    """

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class Answer(StrEnum):
    """What a VLE's answer to a score means for us."""

    TAKEN = "taken"
    READ_BACK = "read it back"
    NEW_TOKEN = "ask for a new token"  # noqa: S105 - a word, not a secret
    LATER = "later"
    FINAL = "final"


@dataclass(frozen=True)
class Verdict:
    """An answer, read: what to do, why in words, and how long the VLE asks us to wait.

    `everybody`: it is about the whole VLE, so nobody else's score need be tried just now.
    """

    answer: Answer
    words: str = ""
    wait: timedelta | None = None
    everybody: bool = False


@dataclass(frozen=True)
class Reply:
    """What came back over the wire, as far as the reading of it needs; `status` is 0 when nothing
    came.
    """

    status: int
    text: str = ""
    retry_after: str = ""
    date: str = ""


NOT_IN_COURSE = (
    "The VLE says that this person is not a student of the course there. "
    "Enrol them in the VLE’s course, then send again."
)
NOT_TAKEN = (
    "The VLE did not accept the mark. Enter it by hand in the VLE, or ask the people "
    "who look after the VLE, then send again."
)
NO_COLUMN = (
    "The gradebook column is no longer there. Open the activity once from the VLE, then send again."
)
NEW_COLUMN = (
    "The gradebook column is no longer there. If it was taken away by mistake, send again: we then "
    "make a new one, and send every mark to it."
)
NO_LEAVE = (
    "The VLE did not let us in. We go on trying. If it lasts, ask the people who look "
    "after the VLE."
)
SLOW_DOWN = "The VLE asked us to wait. We try again by ourselves."
UNREACHABLE = "We could not reach the VLE. We try again by ourselves."
DOWN = "The VLE is out of order at the moment. We try again by ourselves."
IN_TROUBLE = (
    "The VLE had a fault of its own. We try again by ourselves. "
    "If the mark is locked in its gradebook, unlock it."
)
NEWER_THERE = (
    "The VLE holds a different mark that is newer than this one. "
    "Look at it in the VLE’s gradebook. We try again by ourselves."
)
MOVED = "The VLE’s address has changed. Ask the people who look after the VLE."
# What is over for every score as soon as one is taken.
OF_THE_VLE = (UNREACHABLE, DOWN, NO_LEAVE, MOVED)

_NOT_ENROLLED = re.compile(
    r"not enrol|could not be found|user not found|not a (member|student)"
    r"|gradable role|non-?gradable",
    re.I,
)
_EXISTS = re.compile(r"already exists|earlier timestamp|provided timestamp", re.I)
_RATE = re.compile(r"rate limit", re.I)


def _wait(retry_after: str, now: datetime) -> timedelta | None:
    """Retry-After, in seconds or as a date (RFC 9110, 10.2.3); never longer than our own longest
    wait.
    """
    try:
        if retry_after.strip().isdigit():
            asked = timedelta(seconds=int(retry_after.strip()))
        else:
            asked = parsedate_to_datetime(retry_after) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(asked, SECOND), LONGEST_ASKED)


def _everybody(words: str, reply: Reply, now: datetime) -> Verdict:
    return Verdict(Answer.LATER, words, _wait(reply.retry_after, now), everybody=True)


def _not_allowed(reply: Reply, now: datetime) -> Verdict:
    if _RATE.search(reply.text):  # Canvas says so with a 403
        return _everybody(SLOW_DOWN, reply, now)
    if _NOT_ENROLLED.search(reply.text):  # D2L: "not enrolled in the org unit"
        return Verdict(Answer.FINAL, NOT_IN_COURSE)
    return Verdict(Answer.NEW_TOKEN, NO_LEAVE, everybody=True)


def _not_accepted(reply: Reply) -> Verdict:
    if _EXISTS.search(reply.text):  # Open edX: "Score already exists for the provided timestamp"
        return Verdict(Answer.READ_BACK, NEWER_THERE)
    return Verdict(Answer.FINAL, NOT_IN_COURSE if _NOT_ENROLLED.search(reply.text) else NOT_TAKEN)


def read_answer(reply: Reply, *, now: datetime) -> Verdict:
    """What the answer to a posted score means."""
    status = reply.status
    for_everybody = {
        0: UNREACHABLE,
        408: UNREACHABLE,
        429: SLOW_DOWN,
        **dict.fromkeys((502, 503, 504), DOWN),
        **dict.fromkeys(range(300, 400), MOVED),
    }
    if status in for_everybody:
        return _everybody(for_everybody[status], reply, now)
    for_one = {
        401: Verdict(Answer.NEW_TOKEN, NO_LEAVE, everybody=True),
        404: Verdict(Answer.FINAL, NO_COLUMN),
        409: Verdict(Answer.READ_BACK, NEWER_THERE),
        410: Verdict(Answer.FINAL, NO_COLUMN),
    }
    if status in for_one:
        return for_one[status]
    if 200 <= status < 300:  # Moodle: 200 and an empty body
        return Verdict(Answer.TAKEN)
    if status == 403:
        return _not_allowed(reply, now)
    if 400 <= status < 500:
        return _not_accepted(reply)
    return Verdict(Answer.LATER, IN_TROUBLE, _wait(reply.retry_after, now))


def next_try(attempts: int, *, now: datetime, wait: timedelta | None, jitter: float) -> datetime:
    """When to try again: what the VLE asked for, or ever longer; `jitter` in 0..1 spreads tries
    apart.
    """
    pause = wait or min(FIRST_WAIT * 2 ** min(attempts - 1, 12), LONGEST_WAIT)
    return now + pause + pause * (jitter / 4)


def clock_difference(reply: Reply, *, now: datetime) -> timedelta | None:
    """How far a VLE's clock, by the date of its refusal, is from ours; None when that is no reason.

    More than a day is a fault that is not ours to hide.
    """
    if reply.status not in (400, 401):
        return None
    try:
        off = parsedate_to_datetime(reply.date) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return off if CLOCK_LEEWAY < abs(off) < timedelta(days=1) else None


def next_timestamp(last: datetime | None, *, now: datetime) -> datetime | None:
    """The time to send with a score, or None when the second must pass first.

    Moodle compares whole seconds and wants a strictly later one (409), and takes a time in the
    future, which then blocks every honest one until it has come. So: always now, never within the
    second of the last.
    """
    whole = now.replace(microsecond=0)
    return now if last is None or whole > last.replace(microsecond=0) else None


def as_number(points: Decimal) -> int | float:
    """Points as the JSON number that reads the same: 62, or 62.5."""
    return int(points) if points == points.to_integral_value() else float(points)


def is_same(result: Mapping[str, Any], *, points: Decimal, maximum: Decimal) -> bool:
    """Whether a result read back from a VLE is the score we sent, whatever maximum the VLE scales
    it to.
    """
    try:
        score, top = (
            Decimal(str(result["resultScore"])),
            Decimal(str(result.get("resultMaximum") or 1)),
        )
        if not (score.is_finite() and top.is_finite()) or top <= 0:
            return False
        return abs(score / top - points / maximum) * maximum < Decimal("0.005")
    except (KeyError, TypeError, ArithmeticError):  # 1e999999999 is a number too
        return False
