"""The first page, a person's home, support, leaving; and the cohorts' tables."""

from flask import Flask
from flask_wtf import CSRFProtect

from lms.config import Settings
from lms.progress.views import cohorts, start


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Register the feature's pages."""
    app.register_blueprint(start.bp)
    app.register_blueprint(cohorts.bp)
