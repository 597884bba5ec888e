"""What a gradebook answers, and what becomes of the mark."""

from datetime import timedelta

import pytest
import requests
from flask import Flask

from lms.lti.rules import scores as rules
from lms.lti.rules.scores import Delivery
from tests.lti.scoring import Later, Release, Sweep, row_of
from tests.vle import (
    PRIYA,
    TOMOS,
    Answered,
    Vle,
)

OUTCOMES: dict[str, tuple[Answered | Exception, Delivery, str | None]] = {
    "200 and nothing": (Answered(200, ""), Delivery.SENT, None),
    "200 and no JSON": (Answered(200, "<html>thanks</html>"), Delivery.SENT, None),
    "204": (Answered(204), Delivery.SENT, None),
    "teacher in Moodle": (
        Answered(400, "[]", "Incorrect score"),
        Delivery.REFUSED,
        rules.NOT_TAKEN,
    ),
    "not in the course": (
        Answered(400, "User could not be found: p-priya"),
        Delivery.REFUSED,
        rules.NOT_IN_COURSE,
    ),
    "not enrolled": (
        Answered(403, "User is not enrolled in the org unit"),
        Delivery.REFUSED,
        rules.NOT_IN_COURSE,
    ),
    "column deleted": (Answered(404), Delivery.REFUSED, rules.NO_COLUMN),
    "rate limit": (Answered(429), Delivery.WAITING, rules.SLOW_DOWN),
    "rate limit of Canvas": (
        Answered(403, "403 Forbidden (Rate Limit Exceeded)"),
        Delivery.WAITING,
        rules.SLOW_DOWN,
    ),
    "locked grade in Moodle": (Answered(500), Delivery.WAITING, rules.IN_TROUBLE),
    "down": (Answered(503), Delivery.WAITING, rules.DOWN),
    "redirect": (
        Answered(302, headers={"Location": "https://other.test/"}),
        Delivery.WAITING,
        rules.MOVED,
    ),
    "time out": (requests.Timeout(), Delivery.WAITING, rules.UNREACHABLE),
    "no name": (requests.ConnectionError(), Delivery.WAITING, rules.UNREACHABLE),
    "huge": (Answered(200, "x" * 600_000), Delivery.WAITING, rules.UNREACHABLE),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_answer_is_settled(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, name: str
) -> None:
    answer, status, words = OUTCOMES[name]
    result = release(PRIYA)
    vle.answers["scores"] = [answer]
    assert sweep() == 1
    row = row_of(app, result)
    assert (row.status, row.last_error) == (status, words)
    assert row.leased_until is None
    assert sweep() == 0
    assert all("other.test" not in call.url for call in vle.calls)


@pytest.mark.parametrize(
    "name", [name for name, row in OUTCOMES.items() if row[1] is Delivery.WAITING]
)
def test_what_waits_is_sent_when_the_vle_is_well_again(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask, name: str
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [OUTCOMES[name][0]]
    sweep()
    later(timedelta(seconds=13))
    assert sweep() == 1
    row = row_of(app, result)
    assert (row.status, row.attempts, row.last_error) == (Delivery.SENT, 2, None)
    assert vle.grades["p-priya"]["score"] == 62


@pytest.mark.parametrize(
    ("answer", "tried"),
    [(requests.Timeout(), 1), (Answered(503), 1), (Answered(401), 2), (Answered(500), 2)],
)
def test_a_vle_that_is_out_of_order_is_tried_once_and_one_locked_mark_stops_nobody(
    vle: Vle, release: Release, sweep: Sweep, answer: Answered | Exception, tried: int
) -> None:
    release(PRIYA)
    release(TOMOS)
    vle.answers["scores"] = [answer, answer]
    sweep()
    assert len(vle.asked("/scores")) == tried


def test_the_pause_the_vle_asks_for_is_kept(
    vle: Vle, release: Release, sweep: Sweep, later: Later
) -> None:
    release(PRIYA)
    release(TOMOS)
    vle.answers["scores"] = [Answered(429, headers={"Retry-After": "600"})]
    sweep()
    later(timedelta(seconds=590))
    assert sweep() == 0
    later(timedelta(seconds=170))
    assert sweep() == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_taken_is_dropped_and_asked_for_once_more(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask, status: int
) -> None:
    release(TOMOS)
    sweep()
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(status, "Invalid token signature.")]
    assert sweep() == 1
    assert row_of(app, result).status is Delivery.SENT
    assert [call.headers["Authorization"] for call in vle.asked("/scores")] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_second_token_that_is_not_taken_waits(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(401), Answered(401)]
    sweep()
    row = row_of(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, rules.NO_LEAVE)
    assert len(vle.asked("/scores")) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answered(400, '{"error": "invalid_scope"}'), rules.NO_LEAVE),
        (Answered(400, '{"error": "Expired token"}'), rules.NO_LEAVE),
        (Answered(401), rules.NO_LEAVE),
        (Answered(404), rules.NO_LEAVE),
        (Answered(503), rules.DOWN),
        (Answered(200, "not JSON"), rules.DOWN),
        (Answered(200, "[]"), rules.DOWN),
        (Answered(200, '{"access_token": 7}'), rules.DOWN),
        (Answered(200, "[" * 100_000), rules.DOWN),
        (Answered(200, '{"access_token": "a\\nb"}'), rules.DOWN),
        (Answered(302, headers={"Location": "https://other.test"}), rules.MOVED),
        (requests.Timeout(), rules.UNREACHABLE),
    ],
)
def test_without_a_token_the_score_waits(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    answer: Answered | Exception,
    words: str,
) -> None:
    result = release(PRIYA)
    vle.answers["token"] = [answer]
    sweep()
    row = row_of(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, words)
    assert vle.asked("/scores") == []
    later(timedelta(seconds=26))
    sweep()
    assert row_of(app, result).status is Delivery.SENT
