"""Whether the record holds: walked every night, and on demand, for administrators."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from lms import clock
from lms.actor import Action, Actor
from lms.audit import queries, service
from lms.config import Settings
from lms.db import db
from lms.tasks import sweep
from lms.web.access import requires
from lms.web.doors import HOME, Door, add_door

bp = Blueprint("audit", __name__, url_prefix="/record", template_folder="templates")


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the page."""
    app.register_blueprint(bp)
    add_door(app, HOME, door)


def door(actor: Actor) -> Door | None:
    """The way here from home, for whoever may see it."""
    if not actor.may(Action.CHECK_RECORD):
        return None
    return Door(
        "The record", "Whether everything on record still stands as written", url_for("audit.page")
    )


@bp.get("/")
@requires(Action.CHECK_RECORD)
def page() -> str:
    """When the record was last walked, and whether every entry follows from the one before."""
    return render_template("audit/record.html", check=queries.newest_check())


@bp.post("/")
@requires(Action.CHECK_RECORD)
def check() -> Response:
    """Walk it now."""
    found = service.check_chain(now=clock.now())
    broken = found.broken_at is not None
    db.session.commit()
    flash("The record is broken." if broken else "Every entry follows from the one before.")
    return redirect(url_for("audit.page"), 303)


@sweep("record")
def check_nightly() -> int:
    """Walk it once a night; how often it was walked."""
    now = clock.now()
    if not service.is_due(now):
        return 0
    service.check_chain(now=now)
    db.session.commit()
    return 1
