"""The pages of assessment: the brief and the draft, handing in, results; and the marker's desk."""

from flask import Flask, current_app
from flask_wtf import CSRFProtect

from lms import clock
from lms.assessments.rules.marking import plain
from lms.assessments.service import orphans
from lms.assessments.service.more_time import erase_old
from lms.assessments.views import (
    allocating,
    asking,
    bank,
    briefs,
    deciding,
    desk,
    files,
    giving_back,
    handing_in,
    marks,
    more_time,
    offline,
    pausing,
    record,
    releasing,
    replacing,
    results,
    rules,
    taking_back,
    why,
)
from lms.assessments.views.blueprints import assessments, marking
from lms.config import Settings
from lms.db import db
from lms.tasks import sweep


@sweep("circumstances")
def erase_circumstances() -> int:
    """Erase what is no longer needed of why somebody asked for more time."""
    settings: Settings = current_app.config["LMS_SETTINGS"]
    erased = erase_old(keep_days=settings.circumstances_days, now=clock.now())
    db.session.commit()
    return erased


@sweep("orphans")
def forget_orphans() -> int:
    """Delete what a crash left in the storage, a part of it in each minute."""
    now = clock.now()
    return orphans.forget_orphans(orphans.part_due(now), now=now)


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the pages."""
    app.jinja_env.filters["plain_number"] = plain
    app.register_blueprint(assessments)
    app.register_blueprint(marking)


__all__ = [
    "allocating",
    "asking",
    "bank",
    "briefs",
    "deciding",
    "desk",
    "files",
    "giving_back",
    "handing_in",
    "init_feature",
    "marks",
    "more_time",
    "offline",
    "pausing",
    "record",
    "releasing",
    "replacing",
    "results",
    "rules",
    "taking_back",
    "why",
]
