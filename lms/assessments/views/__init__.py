"""The pages of assessment: the brief and the draft, handing in, results; and the marker's desk."""

from flask import Flask
from flask_wtf import CSRFProtect

from lms.assessments.rules.marking import plain
from lms.assessments.views import (
    allocating,
    asking,
    bank,
    briefs,
    desk,
    files,
    handing_in,
    marks,
    record,
    releasing,
    replacing,
    results,
    rules,
    why,
)
from lms.assessments.views.blueprints import assessments, marking
from lms.config import Settings


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
    "desk",
    "files",
    "handing_in",
    "init_feature",
    "marks",
    "record",
    "releasing",
    "replacing",
    "results",
    "rules",
    "why",
]
