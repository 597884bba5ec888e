"""What every test may stand on: an app on a real database, browsers, and some people.

The database is a file (SQLite) or `LMS_TEST_DATABASE_URL` (PostgreSQL); its rows are deleted after
each test. Each request of a test client opens its own app context, because Flask-Login remembers
the person in `g`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from lms import clock
from lms.actor import Role
from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import Base, db, postgresql_guard, sqlite_guard
from lms.people.service import places
from lms.people.service.sign_ins import start_sign_in

# What is proved does not hang on how busy the machine is.
hypothesis_settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("busy")

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECRET = "0123456789abcdef-tests-only-0123456789"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("lms")
    return Settings(
        database_url=os.environ.get(
            "LMS_TEST_DATABASE_URL", f"sqlite:///{folder / 'test.sqlite3'}"
        ),
        redis_url=os.environ.get("LMS_TEST_REDIS_URL"),
        secret_key=SECRET,
        public_url="https://tool.test",
        smtp_url=f"file://{folder / 'mail'}",
        mail_from="training@tool.test",
        uploads=folder / "uploads",
        queue_file=folder / "queue.sqlite3",
        content=ROOT / "content",
        demo=False,
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, testing=True)
    app.config["WTF_CSRF_ENABLED"] = False  # the browser journeys prove that it is on
    _watch(app)
    with app.app_context():
        Base.metadata.drop_all(db.engine)
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def changes_allowed(*tables: str) -> Iterator[None]:
    """Take the guard off append-only tables and put it back, in this transaction: for clean-up, and
    for tests that play somebody with direct access to the database.
    """
    on_sqlite = db.engine.dialect.name == "sqlite"
    for table in tables:
        if on_sqlite:
            for act in ("update", "delete"):
                db.session.execute(text(f"DROP TRIGGER {table}_no_{act}"))
        else:
            db.session.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))
    yield
    for table in tables:
        for statement in sqlite_guard(table) if on_sqlite else postgresql_guard(table):
            db.session.execute(text(statement))


@pytest.fixture
def clean_database(app: Flask) -> Iterator[Flask]:
    """The app with an empty database; rows are deleted afterwards."""
    yield app
    with app.app_context():
        db.session.remove()
        with changes_allowed("audit_entries", "ledger_entries"):
            for table in reversed(Base.metadata.sorted_tables):
                db.session.execute(table.delete())
        db.session.commit()
        db.session.remove()
    app.extensions["lms.huey"].storage.flush_all()


@pytest.fixture
def database(clean_database: Flask) -> Iterator[Any]:
    """An app context with a session, for tests that need no browser."""
    with clean_database.app_context():
        yield db.session
        db.session.remove()


class Client(FlaskClient):
    """A browser whose every request fails the test if it changed something and did not commit."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", "https://tool.test")
        response = super().open(*args, **kwargs)
        left = self.application.extensions.pop("tests.left_dirty", None)
        assert not left, f"{left} changed the database and did not commit"
        return response


def _watch(app: Flask) -> None:
    """Note uncommitted changes: what was flushed, what was executed, and what is still pending."""

    def flushed(session: Any, _context: Any) -> None:
        session.info["uncommitted"] = True

    def executed(state: Any) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            state.session.info["uncommitted"] = True

    def settled(session: Any) -> None:
        session.info.pop("uncommitted", None)

    event.listen(db.session, "after_flush", flushed)
    event.listen(db.session, "do_orm_execute", executed)
    event.listen(db.session, "after_commit", settled)
    event.listen(db.session, "after_rollback", settled)

    @app.teardown_request
    def look(_error: BaseException | None) -> None:
        session = db.session()
        if session.new or session.dirty or session.deleted or session.info.get("uncommitted"):
            app.extensions["tests.left_dirty"] = f"{request.method} {request.path}"


@pytest.fixture
def client(clean_database: Flask) -> FlaskClient:
    """A browser that nobody is signed in to."""
    clean_database.test_client_class = Client
    return clean_database.test_client()


@pytest.fixture
def browse(clean_database: Flask) -> Callable[[int], FlaskClient]:
    """`browse(user_id)`: a browser in which that person is signed in."""

    def signed_in(user_id: int) -> FlaskClient:
        with clean_database.app_context():
            secret = start_sign_in(user_id=user_id, now=clock.now())
            db.session.commit()
        clean_database.test_client_class = Client
        browser = clean_database.test_client()
        with browser.session_transaction(base_url="https://tool.test") as session:
            session["_user_id"] = secret
            session["_fresh"] = True
        return browser

    return signed_in


@dataclass(frozen=True)
class People:
    """Ids of the standing people of most tests, and of their cohorts and places."""

    cohort: int  # "cohort-3" of pgcert, started 11 May 2026
    other_cohort: int  # "cohort-2"
    ada: int  # a learner in cohort 3
    ada_place: int  # her enrolment
    ben: int  # another learner in cohort 3
    ben_place: int
    zoe: int  # a learner in cohort 2
    zoe_place: int
    max: int  # trainer of cohort 3
    lin: int  # module lead of everything
    hub: int  # Hub officer
    admin: int
    morgan: int  # line manager, enrolled in the onboarding cohort
    morgan_place: int


@pytest.fixture
def people(clean_database: Flask) -> People:
    """The standing people, all invented."""
    with clean_database.app_context():
        made = _make_people()
        db.session.commit()
    return made


def _make_people() -> People:
    def person(name: str) -> int:
        address = name.split()[0].lower() + "@example.test"
        return places.make_person(name=name, email=address, now=NOW).id

    def cohort(slug: str, programme: str, starts_on: date, regulations: str | None) -> int:
        return places.open_cohort(
            slug=slug,
            programme=programme,
            name=slug.replace("-", " ").capitalize(),
            starts_on=starts_on,
            regulations=regulations,
        ).id

    def place(user_id: int, cohort_id: int) -> int:
        return places.enrol(user_id=user_id, cohort_id=cohort_id, now=NOW).id

    third = cohort("cohort-3", "pgcert", date(2026, 5, 11), "pgcert-example-1")
    second = cohort("cohort-2", "pgcert", date(2026, 1, 12), "pgcert-example-1")
    onboarding = cohort("onboarding-3", "onboarding", date(2026, 5, 11), None)
    ada, ben, zoe = person("Ada Example"), person("Ben Example"), person("Zoe Example")
    trainer, lead, hub = person("Max Example"), person("Lin Example"), person("Hattie Example")
    admin, morgan = person("Adi Example"), person("Morgan Example")
    places.appoint(user_id=trainer, role=Role.TRAINER, cohort_id=third, now=NOW)
    places.appoint(user_id=lead, role=Role.MODULE_LEAD, now=NOW)
    places.appoint(user_id=hub, role=Role.HUB, now=NOW)
    places.appoint(user_id=admin, role=Role.ADMIN, now=NOW)
    places.appoint(user_id=morgan, role=Role.LINE_MANAGER, now=NOW)
    return People(
        cohort=third,
        other_cohort=second,
        ada=ada,
        ada_place=place(ada, third),
        ben=ben,
        ben_place=place(ben, third),
        zoe=zoe,
        zoe_place=place(zoe, second),
        max=trainer,
        lin=lead,
        hub=hub,
        admin=admin,
        morgan=morgan,
        morgan_place=place(morgan, onboarding),
    )


@pytest.fixture
def statements(clean_database: Flask) -> Iterator[Callable[[], int]]:
    """A counter of SQL statements since the last time it was asked."""
    counted: list[str] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            counted.append(statement)

    with clean_database.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)

    def since_last() -> int:
        number = len(counted)
        counted.clear()
        return number

    yield since_last
    event.remove(engine, "before_cursor_execute", count)
