"""Migrations are numbered, build exactly what the models say, go down again, and lose no rows."""

import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from lms.app import create_app
from lms.config import ROOT, Settings
from lms.db import Base, db, is_ours

VERSIONS = ROOT / "migrations" / "versions"


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An app on a database without tables (on PostgreSQL: a second database of the test server)."""
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    given = os.environ.get("LMS_TEST_DATABASE_URL")
    if given:
        server = sa.create_engine(given, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS lms_migrations")
            connection.exec_driver_sql("CREATE DATABASE lms_migrations")
        server.dispose()
        url = given.rsplit("/", 1)[0] + "/lms_migrations"
    app = create_app(replace(settings, database_url=url), testing=True)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _differences() -> list[object]:
    with db.engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot say what an index over expressions holds; PostgreSQL's run compares them.
        warnings.filterwarnings("ignore", message=".*expression-based index.*")
        opts = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def _checks(table: str) -> set[str]:
    with db.engine.connect() as connection:
        return {str(check["name"]) for check in sa.inspect(connection).get_check_constraints(table)}


def test_they_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)


def test_they_build_what_the_models_say_and_go_down_again(empty: Flask) -> None:
    upgrade(directory=str(ROOT / "migrations"))
    assert _differences() == []
    for table in Base.metadata.sorted_tables:  # Alembic does not compare CHECK constraints
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert _checks(table.name) == wanted, table.name
    downgrade(directory=str(ROOT / "migrations"), revision="base")
    with db.engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
    upgrade(directory=str(ROOT / "migrations"))


def test_every_constraint_has_a_name() -> None:
    for table in Base.metadata.sorted_tables:
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint!r}"
