"""HTTP for the VLE: launches in, courses linked, scores looked at."""

from flask import Flask
from flask_wtf import CSRFProtect

from lms.config import Settings
from lms.lti import delivery, rosters, upkeep  # noqa: F401 - they register their sweeps
from lms.lti.views import (
    courses,
    frames,
    launching,
    linking,
    notices,
    people,
    platforms,
    registering,
    scores,
    sessions,
)
from lms.web.doors import HOME, QUEUE, add_door

frames.register(launching.bp)
courses.register(launching.bp)
scores.register(launching.bp)
platforms.register_pages(launching.bp)
registering.register_pages(launching.bp)
linking.register(launching.bp)
people.register(launching.bp)
notices.register(launching.bp)


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the pages, and the addresses that are posted to without a token of ours."""
    app.register_blueprint(launching.bp)
    add_door(app, HOME, platforms.door)
    add_door(app, HOME, courses.door)
    add_door(app, HOME, people.door)
    add_door(app, QUEUE, scores.door)
    csrf.exempt(f"{launching.__name__}.login")  # guarded by the state it begins
    csrf.exempt(
        f"{launching.__name__}.launch"
    )  # guarded by the state, and by the platform's signature
    csrf.exempt(f"{frames.__name__}.stay_here")  # guarded by the ticket, and by being JSON
    csrf.exempt(f"{registering.__name__}.register")  # guarded by a state that works once
    csrf.exempt(f"{notices.__name__}.notices")  # guarded by the platform's signature
    sessions.init()
