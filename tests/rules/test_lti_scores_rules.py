"""What a gradebook's answer means, and when and how a score is sent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lms.lti.rules import scores
from lms.lti.rules.scores import Answer, Reply

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reply", "answer", "words"),
    [
        (Reply(200), Answer.TAKEN, ""),
        (Reply(204), Answer.TAKEN, ""),
        (Reply(0), Answer.LATER, scores.UNREACHABLE),
        (Reply(302), Answer.LATER, scores.MOVED),
        (Reply(400, "Incorrect score received"), Answer.FINAL, scores.NOT_TAKEN),
        # Blackboard
        (Reply(400, "User could not be found: x"), Answer.FINAL, scores.NOT_IN_COURSE),
        # Open edX
        (
            Reply(400, "Score already exists for the provided timestamp"),
            Answer.READ_BACK,
            scores.NEWER_THERE,
        ),
        (Reply(401), Answer.NEW_TOKEN, scores.NO_LEAVE),
        # Open edX, after a rotation of its key
        (Reply(403, "Invalid token signature."), Answer.NEW_TOKEN, scores.NO_LEAVE),
        # D2L
        (Reply(403, "User is not enrolled in the org unit"), Answer.FINAL, scores.NOT_IN_COURSE),
        (Reply(422, "non-gradable user"), Answer.FINAL, scores.NOT_IN_COURSE),
        # Canvas
        (Reply(403, "403 Forbidden (Rate Limit Exceeded)"), Answer.LATER, scores.SLOW_DOWN),
        (Reply(404), Answer.FINAL, scores.NO_COLUMN),
        (Reply(408), Answer.LATER, scores.UNREACHABLE),
        (
            Reply(409, "Refusing score with an earlier timestamp"),
            Answer.READ_BACK,
            scores.NEWER_THERE,
        ),
        (Reply(410), Answer.FINAL, scores.NO_COLUMN),
        (Reply(429), Answer.LATER, scores.SLOW_DOWN),
        # Moodle, when the grade is locked
        (Reply(500), Answer.LATER, scores.IN_TROUBLE),
        (Reply(502), Answer.LATER, scores.DOWN),
        (Reply(503), Answer.LATER, scores.DOWN),
        (Reply(504), Answer.LATER, scores.DOWN),
        (Reply(507), Answer.LATER, scores.IN_TROUBLE),
    ],
)
def test_an_answer_is_read(reply: Reply, answer: Answer, words: str) -> None:
    verdict = scores.read_answer(reply, now=NOW)
    assert (verdict.answer, verdict.words) == (answer, words)


def test_what_is_about_the_whole_vle_stops_the_others_and_what_is_about_one_does_not() -> None:
    about_all = {0, 302, 401, 403, 408, 429, 502, 503, 504}
    for status in (0, 200, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504):
        assert scores.read_answer(Reply(status), now=NOW).everybody is (status in about_all)
    assert not scores.read_answer(Reply(403, "not enrolled"), now=NOW).everybody


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 10:05:00 GMT", timedelta(minutes=5)),
        ("Tue, 24 Nov 2026 09:00:00 GMT", timedelta(seconds=1)),
        ("0", timedelta(seconds=1)),
        ("999999999999999999", None),
        ("86400", timedelta(hours=6)),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_honoured_within_reason(said: str, expected: timedelta | None) -> None:
    for status in (429, 503):
        assert scores.read_answer(Reply(status, "", said), now=NOW).wait == expected


def test_tries_come_ever_later_and_apart() -> None:
    def pause(attempts: int, jitter: float = 0.0) -> timedelta:
        return scores.next_try(attempts, now=NOW, wait=None, jitter=jitter) - NOW

    assert [pause(n).total_seconds() for n in (1, 2, 3, 99)] == [10, 20, 40, 600]
    assert pause(1, 1.0) == timedelta(seconds=12.5)
    asked = scores.next_try(1, now=NOW, wait=timedelta(minutes=5), jitter=0.0)
    assert asked == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, NOW),
        (NOW - timedelta(seconds=1), NOW),
        (NOW.replace(microsecond=0), None),
        (NOW + timedelta(seconds=5), None),
    ],
)
def test_a_time_is_now_or_not_yet(last: datetime | None, expected: datetime | None) -> None:
    assert scores.next_timestamp(last, now=NOW) == expected


def test_a_time_within_the_last_second_waits() -> None:
    now = NOW.replace(microsecond=900_000)
    assert scores.next_timestamp(NOW.replace(microsecond=100_000), now=now) is None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("62", "62"),
        ("62.00", "62"),
        ("62.50", "62.5"),
        ("62.45", "62.45"),
        ("0", "0"),
        ("0.10", "0.1"),
    ],
)
def test_points_are_sent_as_they_read(points: str, expected: str) -> None:
    assert str(scores.as_number(Decimal(points))) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"resultScore": 62, "resultMaximum": 100}, True),
        ({"resultScore": 0.62, "resultMaximum": 1}, True),
        ({"resultScore": 0.62}, True),
        ({"resultScore": 6.2, "resultMaximum": 10}, True),
        ({"resultScore": 61.99, "resultMaximum": 100}, False),
        ({"resultScore": 70, "resultMaximum": 100}, False),
        ({"resultMaximum": 100}, False),
        ({"resultScore": None, "resultMaximum": 100}, False),
        ({"resultScore": "many", "resultMaximum": 100}, False),
        ({"resultScore": "NaN", "resultMaximum": 100}, False),
        ({"resultScore": 62, "resultMaximum": -1}, False),
    ],
)
def test_a_result_read_back_is_compared(held: dict[str, Any], *, expected: bool) -> None:
    assert scores.is_same(held, points=Decimal("62"), maximum=Decimal("100")) is expected


def test_no_sentence_is_written_by_the_vle() -> None:
    echo = "Priya Example scored 12"
    for status in range(600):
        assert echo not in scores.read_answer(Reply(status, echo), now=NOW).words
