"""The queue: it wakes what the database says is due, and holds nothing of its own.

A *sweep* is a function of a feature that finds due rows, claims them by lease, and deals with
them. The worker runs every sweep once a minute, and one at once after a `poke`. Huey may lose a
poke (a killed worker loses the task in hand, docs/decisions/0005); nothing depends on one arriving.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from lms.config import Settings
from lms.db import db, db_writes

if TYPE_CHECKING:
    from huey.consumer import Consumer

log = logging.getLogger(__name__)

Sweep = Callable[[], int]
SWEEPS: dict[str, Sweep] = {}


def sweep(name: str) -> Callable[[Sweep], Sweep]:
    """Register a sweep: it takes nothing, commits its own work, and returns how much it did."""

    def register(function: Sweep) -> Sweep:
        SWEEPS[name] = function
        return function

    return register


def run_sweep(name: str) -> int:
    """Run one sweep in the current app context, cleaning up after it whatever happens."""
    try:
        with db_writes():
            return SWEEPS[name]()
    finally:
        db.session.remove()


def _store(settings: Settings) -> Huey:
    serializer = SignedSerializer(secret=settings.secret_key, salt="lms.tasks")
    if settings.redis_url:
        return RedisHuey("lms", url=settings.redis_url, serializer=serializer, results=False)
    settings.queue_file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "lms", filename=str(settings.queue_file), serializer=serializer, results=False
    )


def init_tasks(app: Flask, settings: Settings) -> None:
    """Give the app its queue."""
    huey = _store(settings)

    def sweep_in_context(name: str) -> None:
        with app.app_context():
            run_sweep(name)

    wake = huey.task(name="lms.sweep")(sweep_in_context)

    def wake_all() -> None:
        for name in sorted(SWEEPS):
            wake(name)

    huey.periodic_task(crontab(minute="*"), name="lms.every_minute")(wake_all)
    app.extensions["lms.huey"] = huey
    app.extensions["lms.wake"] = wake


def poke(name: str, *, delay: int = 0) -> None:
    """Ask the worker to run a sweep now, or in `delay` seconds. Call after the commit.

    Never raises: a dead queue must not turn a saved act into an error page, and the next minute's
    sweep finds the work anyway.
    """
    wake: Any = current_app.extensions["lms.wake"]
    try:
        if delay:
            wake.schedule(args=(name,), delay=delay)
        else:
            wake(name)
    except Exception:
        log.warning("could not wake the worker for %s; it will find the work by itself", name)


def worker(app: Flask, *, threads: int = 2) -> "Consumer":
    """A consumer for this app's queue; `run()` blocks until it is told to stop."""
    huey: Huey = app.extensions["lms.huey"]
    return huey.create_consumer(workers=threads, periodic=True, check_worker_health=True)
