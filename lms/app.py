"""The app is put together here: the only module that knows every feature."""

from typing import TYPE_CHECKING

from flask import Flask, request
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from lms.assessments import views as assessments
from lms.audit import views as audit
from lms.cli import init_cli
from lms.config import ROOT, OddSettings, Settings, read_settings
from lms.db import db, expect_writes
from lms.lti import views as lti
from lms.messages.delivery import init_mail
from lms.modules import views as modules
from lms.modules.catalogue import catalogue
from lms.people import views as people
from lms.progress import views as progress
from lms.storage import init_storage
from lms.tasks import init_tasks
from lms.web.access import login_manager
from lms.web.errors import init_errors
from lms.web.headers import init_headers, static_headers
from lms.web.health import init_health
from lms.web.pages import STATIC, Id, init_pages
from lms.web.prefix import LaunchPrefix

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

csrf = CSRFProtect()


FEATURES = (audit, people, modules, assessments, progress, lti)
MAX_UPLOAD = 20 * 1024 * 1024


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """The whole product; raises `OddSettings` or `BrokenContent` rather than start half right."""
    settings = settings or read_settings()
    app = Flask("lms", static_folder="web/static", template_folder="web/templates")
    app.testing = testing
    _configure(app, settings)
    app.url_map.converters["int"] = Id
    if settings.database_url.startswith("sqlite:///"):
        (ROOT / "var").mkdir(exist_ok=True)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    login_manager.init_app(app)
    init_storage(app, settings.uploads)
    init_mail(app, settings)
    init_tasks(app, settings)
    init_errors(app)
    init_headers(app)
    init_pages(app)
    init_health(app, content=catalogue)
    app.before_request(_say_whether_we_write)
    for feature in FEATURES:
        feature.init_feature(app, settings, csrf)
    init_cli(app)
    _wrap(app, settings)
    return app


def reach_database(app: Flask) -> None:
    """Refuse to start without the database, in one line that names no password."""
    try:
        with app.app_context():
            db.engine.connect().close()
            db.engine.dispose()  # a server that forks must not share a connection
    except OperationalError:
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
        where = url.render_as_string(hide_password=True)
        raise OddSettings(f"the database at {where} cannot be reached (LMS_DATABASE_URL)") from None


def _wrap(app: Flask, settings: Settings) -> None:
    """What stands before Flask: static files, the prefix of a launch, and the proxy's headers."""
    files = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        max_age=24 * 3600,  # `asset` gives every address the fingerprint of its file
        allow_all_origins=False,
        add_headers_function=static_headers,
    )
    wrapped: WSGIApplication = LaunchPrefix(files)
    if settings.secure:  # https ends at one proxy before us
        wrapped = ProxyFix(wrapped, x_for=1, x_proto=1, x_host=1)
    app.wsgi_app = wrapped  # type: ignore[assignment,method-assign]


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        LMS_SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=MAX_UPLOAD + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        # Inside a VLE's frame only a partitioned cookie comes back (docs/decisions/0008). Browsers
        # take Secure cookies on 127.0.0.1 too, so one setting serves everywhere.
        SESSION_COOKIE_NAME="__Host-lms",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_PARTITIONED=True,
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: an evening's draft must be savable
    )


def _say_whether_we_write() -> None:
    expect_writes(expected=request.method not in ("GET", "HEAD", "OPTIONS"))
