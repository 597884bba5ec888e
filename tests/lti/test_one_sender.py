"""An assessment has one sender at a time, on SQLite's queue and on Redis'."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from huey import Huey, RedisHuey, SqliteHuey
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from lms import clock
from lms.db import db, db_writes
from lms.lti.models import PlatformRest
from lms.lti.platform.scores import Token
from lms.lti.queries import scores as token_queries
from lms.lti.queries.scores import due_scores
from lms.lti.rules.claims import AGS_ENDPOINT, CONTEXT, RESOURCE_LINK
from lms.lti.rules.scores import DOWN, Answer, Verdict
from lms.lti.service import rests, tokens
from lms.lti.service import scores as scores_service
from lms.lti.service.platforms import suspend_platform
from lms.tasks import run_sweep
from tests.conftest import People
from tests.lti.scoring import PLAN, Later, Release, Sweep
from tests.together import together
from tests.vle import ISSUER, LINE_ITEM, PRIYA, SCOPES, TOMOS, Answered, Call, Vle

ELSEWHERE = f"{ISSUER}/services/3/lineitems/9/lineitem?type_id=1"


@pytest.fixture
def two_columns(vle: Vle, learners: People, client: FlaskClient) -> None:
    """Tomos learns in another course of the cohort: the assessment has two columns."""
    vle.link(learners.cohort, course="3")
    there = {
        CONTEXT: {"id": "3", "label": "TRAIN2", "title": "Training Programme 2"},
        RESOURCE_LINK: {"id": "5", "title": "The plan"},
        AGS_ENDPOINT: {"scope": SCOPES, "lineitem": ELSEWHERE},
    }
    vle.launch(client, TOMOS, **PLAN, **there)


@pytest.mark.usefixtures("two_columns")
def test_one_assessment_has_one_sender_whatever_its_columns(
    vle: Vle, release: Release, app: Flask
) -> None:
    release(PRIYA)
    release(TOMOS)
    with app.app_context(), db_writes():
        now = clock.now()
        dues = due_scores(now)
        # Priya was never in the other course: her mark does not go there.
        assert [(one.route.subject, one.route.lineitem_url) for one in dues] == [
            ("p-priya", LINE_ITEM),
            ("p-tomos", LINE_ITEM),
            ("p-tomos", ELSEWHERE),
        ]
        assert scores_service.claim(dues[0], now=now) is not None
        db.session.commit()
        for other in dues[1:]:
            with pytest.raises(scores_service.Busy):
                scores_service.claim(other, now=now)
            db.session.rollback()


def test_another_assessment_is_sent_meanwhile(
    vle: Vle, release: Release, app: Flask, client: FlaskClient
) -> None:
    release(PRIYA)
    with app.app_context(), db_writes():
        now = clock.now()
        [due] = due_scores(now)
        assert scores_service.claim(due, now=now) is not None
        db.session.commit()
        other = replace(due, route=replace(due.route, target="assessments/m1-report"))
        assert scores_service.claim(other, now=now) is None  # not busy; it is not due either
        db.session.rollback()


def test_a_sweep_that_began_before_a_correction_sends_no_older_mark_after_the_newer(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    release(PRIYA, "55")
    with app.app_context(), db_writes():
        stale = due_scores(clock.now())
        db.session.rollback()
    release(PRIYA, "62")
    assert sweep() == 1
    later(timedelta(seconds=5))
    with app.app_context(), db_writes():
        for due in stale:
            assert scores_service.claim(due, now=clock.now()) is None
        db.session.rollback()
    assert vle.grades["p-priya"]["score"] == 62


def test_a_platform_switched_off_during_a_sweep_is_sent_nothing_more(
    vle: Vle, release: Release, app: Flask
) -> None:
    release(PRIYA)
    with app.app_context(), db_writes():
        stale = due_scores(clock.now())
        suspend_platform(vle.platform_id, now=clock.now())
        db.session.commit()
        assert [scores_service.claim(due, now=clock.now()) for due in stale] == [None]
        db.session.rollback()


def test_who_finds_the_assessment_busy_comes_back_in_a_moment(
    vle: Vle, release: Release, sweep: Sweep, later: Later, app: Flask
) -> None:
    release(PRIYA)
    release(TOMOS)
    with app.app_context(), db_writes():
        assert scores_service.claim(due_scores(clock.now())[0], now=clock.now()) is not None
        db.session.commit()
    assert sweep() == 0
    assert len(app.extensions["lms.huey"].pending()) == 1


def test_two_workers_at_once_send_each_score_once(vle: Vle, release: Release, app: Flask) -> None:
    release(PRIYA)
    release(TOMOS)

    def work() -> None:
        for _ in range(3):
            with app.app_context():
                run_sweep("scores")

    together(work, work)
    assert sorted(call.json["userId"] for call in vle.asked("/scores")) == ["p-priya", "p-tomos"]


@pytest.mark.usefixtures("two_columns")
def test_two_workers_of_a_queue_send_each_mark_once_and_one_at_a_time(
    vle: Vle, release: Release, app: Flask, queue: Huey
) -> None:
    """On SQLite's queue and on Redis', with two worker threads each, and many pokes; the marks of
    one assessment go to two columns.
    """
    under_way, most = 0, 0
    answer, lock = vle.answer, threading.Lock()

    def slowly(call: Call) -> Answered:
        nonlocal under_way, most
        if not urlsplit(call.url).path.endswith("/scores"):
            return answer(call)
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.2)
        with lock:
            under_way -= 1
        return answer(call)

    vle.answer = slowly  # type: ignore[method-assign]
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
            if not len(queue):
                woken()  # as whoever finds the assessment busy is woken again
            time.sleep(0.05)
    finally:
        consumer.stop(graceful=True)
    sent = sorted((call.json["userId"], call.url) for call in vle.asked("/scores"))
    assert len(sent) == len(set(sent)) == 3  # Tomos is in both courses
    assert most == 1


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


def test_two_workers_that_keep_a_token_or_begin_a_rest_at_once_do_not_fall_over_each_other(
    vle: Vle, course: People, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looked, saw nothing, and wrote: the second goes on with what is there."""
    now, secret = clock.now(), str(app.config["SECRET_KEY"])
    trouble = Verdict(Answer.LATER, DOWN, everybody=True)
    with app.app_context(), db_writes():
        for value in ("first", "second"):
            asked = [None]
            real = token_queries.find_token
            with monkeypatch.context() as blind:
                blind.setattr(
                    token_queries,
                    "find_token",
                    lambda *a, asked=asked, real=real: asked.pop() if asked else real(*a),
                )
                token = Token(value, now + timedelta(hours=1))
                tokens.keep_token(vle.platform_id, "s", token, secret_key=secret)
            with monkeypatch.context() as blind:
                blind.setattr(db.session, "get", lambda *_a: None)
                rests.settle(vle.platform_id, trouble, now=now, jitter=0)
            db.session.commit()
            db.session.expunge_all()
        kept = tokens.kept_token(vle.platform_id, "s", secret_key=secret, now=now)
        assert kept is not None
        assert kept.value == "second"
        assert [one.failures for one in db.session.scalars(select(PlatformRest))] == [1]
