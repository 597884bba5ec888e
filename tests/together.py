"""Several at the same moment, as a server's workers are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from flask import Flask

from lms.db import db, db_writes
from lms.errors import LmsError

T = TypeVar("T")


def together(*acts: Callable[[], T]) -> list[T]:
    """What each act gave, in their order; a fault in one of them is raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Run each act in its own app context, session and commit; what each gave, or its refusal."""

    def alone(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            with app.app_context(), db_writes():
                try:
                    given = act()
                    db.session.commit()
                except LmsError as refusal:
                    db.session.rollback()
                    return refusal
                finally:
                    db.session.remove()
                return given

        return run

    return together(*map(alone, acts))
