"""For whoever runs the server: `/healthz` (alive) and `/readyz` (database, queue and content)."""

import logging
from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response

from lms.db import db
from lms.web.access import public

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)


def _database() -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def _queue() -> None:
    current_app.extensions["lms.huey"].pending_count()


def init_health(app: Flask, **more: Callable[[], object]) -> None:
    """Register the two addresses; `more` are further checks that raise when they find fault."""
    app.extensions["lms.ready"] = {"database": _database, "queue": _queue, **more}
    app.register_blueprint(bp)


def _works(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception:
        log.exception("not ready: %s", name)
        return False
    return True


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Alive."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain"})


@bp.get("/readyz")
@public
def readyz() -> Response:
    """Able to work: 200, or 503 naming the parts that are not."""
    checks: dict[str, Callable[[], object]] = current_app.extensions["lms.ready"]
    parts = {name: _works(name, check) for name, check in checks.items()}
    return make_response(jsonify(parts), 200 if all(parts.values()) else 503)
