"""Lost answers, workers that die, several at once; and when they are woken."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from lms import clock
from lms.db import db, db_writes
from lms.lti.models import PlatformRest
from lms.lti.platform.scores import Gradebook
from lms.lti.queries.scores import due_scores
from lms.lti.rules import scores as rules
from lms.lti.rules.scores import Delivery
from lms.lti.service import rests
from lms.lti.service import scores as scores_service
from tests.lti.scoring import LONG, Later, Release, Sweep, row_of
from tests.vle import ISSUER, PRIYA, TOMOS, Answered, Vle


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_answer_that_was_lost_is_found_by_reading_back(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    result = release(PRIYA)
    vle.grades["p-priya"] = {
        "at": clock.now() + timedelta(hours=1),
        "score": 62.0,
    }  # it had arrived
    sweep()
    [read] = vle.asked("/results")
    assert read.url == f"{ISSUER}/services/2/lineitems/7/lineitem/results?type_id=1&user_id=p-priya"
    assert read.headers["Accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"
    assert row_of(app, result).status is Delivery.SENT


@pytest.mark.parametrize(
    "answer",
    [
        Answered(200, json.dumps([{"userId": "p-priya", "resultScore": 70, "resultMaximum": 100}])),
        Answered(200, json.dumps([{"userId": "another", "resultScore": 62, "resultMaximum": 100}])),
        Answered(200, "[]"),
        Answered(200, "rubbish"),
        Answered(200, "[" * 100_000),
        Answered(403),
        requests.Timeout(),
    ],
)
def test_what_is_not_read_back_as_equal_is_not_taken_for_sent(
    vle: Vle, release: Release, sweep: Sweep, app: Flask, answer: Answered | Exception
) -> None:
    result = release(PRIYA)
    vle.answers["scores"] = [Answered(400, "Score already exists for the provided timestamp")]
    vle.answers["results"] = [answer]
    sweep()
    row = row_of(app, result)
    assert (row.status, row.last_error) == (Delivery.WAITING, rules.NEWER_THERE)


class Killed(BaseException):
    """The worker dies here."""


def test_a_worker_that_dies_after_sending_loses_nothing_and_sends_no_older_time(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = release(PRIYA)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(scores_service, "settle", die)
        with pytest.raises(Killed):
            sweep()
    assert vle.grades["p-priya"]["score"] == 62
    row = row_of(app, result)
    assert row.status is Delivery.WAITING
    assert row.leased_until is not None
    assert sweep() == 0  # it may still be alive

    later(timedelta(minutes=3))
    assert sweep() == 1
    times = [_moment(call.json["timestamp"]) for call in vle.asked("/scores")]
    assert times[1] > times[0]
    assert row_of(app, result).status is Delivery.SENT


def test_a_worker_that_dies_before_sending_loses_nothing(
    vle: Vle,
    release: Release,
    sweep: Sweep,
    later: Later,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = release(PRIYA)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(Gradebook, "post_score", die)
        with pytest.raises(Killed):
            sweep()
    assert vle.grades == {}
    later(timedelta(minutes=3))
    sweep()
    assert row_of(app, result).status is Delivery.SENT


def test_a_worker_whose_lease_was_lost_settles_nothing(
    vle: Vle, release: Release, app: Flask
) -> None:
    from lms.lti.rules.scores import Answer, Verdict
    from lms.lti.service import scores as service

    result = release(PRIYA)
    with app.app_context(), db_writes():
        now = clock.now()
        [due] = due_scores(now)
        slow = service.claim(due, now=now)
        db.session.commit()
        assert slow is not None
        assert due_scores(now) == []
        with pytest.raises(service.Busy):
            service.claim(due, now=now)
        db.session.rollback()
        after = now + timedelta(minutes=3)
        quick = service.claim(due, now=after)
        assert quick is not None
        assert quick.timestamp > slow.timestamp
        db.session.commit()
        service.settle(slow, Verdict(Answer.FINAL, "too late"), now=after, jitter=0)
        db.session.commit()
        assert row_of(app, result).status is Delivery.WAITING
        service.settle(quick, Verdict(Answer.TAKEN), now=after, jitter=0)
        db.session.commit()
    assert row_of(app, result).status is Delivery.SENT


# --- being woken ---


def _woken(app: Flask) -> int:
    return len(app.extensions["lms.huey"].pending())


def test_a_vle_in_trouble_is_left_in_peace_by_every_score_and_then_all_go(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    waited = release(PRIYA)
    for _ in range(5):
        vle.answers["scores"] = [Answered(503)]
        sweep()
        later(LONG)
    vle.answers["scores"] = [Answered(503)]
    sweep()
    assert row_of(app, waited).due_at - clock.now() > timedelta(minutes=5)
    release(TOMOS)
    vle.calls.clear()
    later(timedelta(seconds=30))
    assert sweep() == 0  # a mark that was never tried waits as well
    assert vle.calls == []
    later(timedelta(minutes=12))
    assert sweep() == 2
    assert row_of(app, waited).status is Delivery.SENT


def test_when_somebody_ends_the_rest_and_one_score_is_taken_the_others_go_at_once(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    waited = release(PRIYA)
    for _ in range(6):
        vle.answers["scores"] = [Answered(503)]
        sweep()
        later(LONG)
    vle.answers["scores"] = [Answered(503)]
    sweep()
    with app.app_context():
        rests.end(vle.platform_id)
        db.session.commit()
    release(TOMOS)
    later(timedelta(seconds=2))
    assert sweep() == 1
    assert sweep() == 1
    assert row_of(app, waited).status is Delivery.SENT


def test_a_pause_that_the_vle_asked_for_is_kept_whoever_asks(
    vle: Vle, release: Release, sweep: Sweep, app: Flask
) -> None:
    release(PRIYA)
    vle.answers["scores"] = [Answered(403, "Rate Limit Exceeded", headers={"Retry-After": "900"})]
    sweep()
    with app.app_context():
        rests.end(vle.platform_id)
        db.session.commit()
        [rest] = db.session.scalars(select(PlatformRest)).all()
        assert rest.until - clock.now() > timedelta(minutes=14)


def test_the_worker_is_woken_for_the_next_try_and_not_for_what_was_replaced(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    release(PRIYA, "55")
    vle.answers["scores"] = [Answered(503)]
    sweep()
    assert _woken(app) == 1
    release(PRIYA, "62")
    later(timedelta(seconds=30))
    assert sweep() == 1
    sweep()
    assert _woken(app) == 1
