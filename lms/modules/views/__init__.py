"""The pages of learning: modules, units, pages, checks and the journal."""

from flask import Flask
from flask_wtf import CSRFProtect

from lms.config import Settings
from lms.markdown_html import learner_text
from lms.modules.catalogue import init_catalogue
from lms.modules.rules import nations
from lms.modules.views import (
    activities,
    checks,
    epub,
    glossary,
    journal,
    notes,
    offline,
    reading,
    search,
    templates,
)
from lms.modules.views.blueprint import bp
from lms.people.forms import NATIONS


def init_feature(app: Flask, settings: Settings, csrf: CSRFProtect) -> None:
    """Read the content (BrokenContent stops the server) and register the pages."""
    init_catalogue(settings.content)
    app.jinja_env.filters["learner_text"] = learner_text
    app.jinja_env.filters["for_nation"] = nations.for_nation
    app.jinja_env.tests["on_nations"] = nations.has_nations
    app.jinja_env.globals["nations"] = NATIONS
    app.jinja_env.globals["kept_shown"] = notes.kept_shown
    app.jinja_env.globals["notes_kept"] = notes.notes_here
    app.register_blueprint(bp)


__all__ = [
    "activities",
    "bp",
    "checks",
    "epub",
    "glossary",
    "init_feature",
    "journal",
    "notes",
    "offline",
    "reading",
    "search",
    "templates",
]
