"""Lost answers, workers that die, several at once; and when they are woken."""

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from huey import Huey, RedisHuey, SqliteHuey
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from lms import clock
from lms.db import db
from lms.lti.models import PlatformRest
from lms.lti.platform.scores import Gradebook
from lms.lti.rules import scores as rules
from lms.lti.rules.scores import Delivery
from lms.lti.service import rests
from lms.lti.service import scores as scores_service
from lms.tasks import run_sweep
from tests.lti.scoring import LONG, Later, Release, Sweep, row_of
from tests.vle import (
    ISSUER,
    PRIYA,
    TOMOS,
    Answered,
    Vle,
)


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
    from lms.db import db_writes
    from lms.lti.queries.scores import due_scores
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
        assert service.claim(due, now=now) is None
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


def test_one_column_has_one_sender(vle: Vle, release: Release, app: Flask) -> None:
    from lms.db import db_writes
    from lms.lti.queries.scores import due_scores
    from lms.lti.service import scores as service

    release(PRIYA)
    release(TOMOS)
    with app.app_context(), db_writes():
        now = clock.now()
        one, two = due_scores(now)
        assert service.claim(one, now=now) is not None
        db.session.commit()
        assert service.claim(two, now=now) is None
        db.session.rollback()


def test_two_workers_at_once_send_each_score_once(vle: Vle, release: Release, app: Flask) -> None:
    release(PRIYA)
    release(TOMOS)
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        for _ in range(3):
            with app.app_context():
                run_sweep("scores")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(call.json["userId"] for call in vle.asked("/scores")) == ["p-priya", "p-tomos"]


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


def test_two_workers_of_a_queue_send_each_mark_once(
    vle: Vle, release: Release, app: Flask, queue: Huey
) -> None:
    """On SQLite's queue and on Redis', with two worker threads each, and many pokes."""
    release(PRIYA)
    release(TOMOS)
    woken = queue.task(name="lms.sweep.again")(lambda: _sweep_in(app))
    for _ in range(6):
        woken()
    consumer = queue.create_consumer(workers=2, periodic=False)
    consumer.start()
    try:
        limit = time.monotonic() + 20
        while time.monotonic() < limit and (len(vle.grades) < 2 or len(queue)):
            time.sleep(0.05)
    finally:
        consumer.stop(graceful=True)
    assert sorted(call.json["userId"] for call in vle.asked("/scores")) == ["p-priya", "p-tomos"]


def _sweep_in(app: Flask) -> None:
    with app.app_context():
        run_sweep("scores")


@pytest.fixture(params=["sqlite", "redis"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Huey]:
    """A queue of its own."""
    if request.param == "sqlite":
        yield SqliteHuey("two", filename=str(tmp_path / "queue.sqlite3"), results=False)
        return
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("there is no redis-server on this machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    redis = Redis(port=port)
    for _ in range(100):
        try:
            redis.ping()
            break
        except RedisError:
            time.sleep(0.05)
    yield RedisHuey("two", url=f"redis://127.0.0.1:{port}/0", results=False)
    started.terminate()
    started.wait(10)


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
