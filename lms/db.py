"""The database: one declarative base, its types, and how a transaction begins.

Models subclass `Base` (plain declarative, never MappedAsDataclass: docs/decisions/0006). Only
views, commands and sweeps commit. SQLite is set up to behave like the PostgreSQL we also run on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite drops the zone; this puts it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it has lost what it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware moment back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


# One registry carries the type map: Flask-SQLAlchemy copies the body of the base class, so it
# cannot stand there.
mapper_registry = registry(
    metadata=sa.MetaData(naming_convention=NAMING),
    type_annotation_map={
        datetime: UtcDateTime(),
        str: sa.Text(),
        StrEnum: sa.Enum(
            StrEnum,
            native_enum=False,
            length=32,
            create_constraint=False,
            values_callable=_values,
        ),
        dict[str, Any]: sa.JSON(),
    },
)


class Base(DeclarativeBase):
    """The base of every table."""

    registry = mapper_registry


db = SQLAlchemy(model_class=Base)

# Tables that no model can describe, and what SQLite keeps beside a virtual table.
HAND_MADE = "search_words"


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """For Alembic: compare what models describe, and leave the hand-made tables alone."""
    return not (kind == "table" and name is not None and name.startswith(HAND_MADE))


def append_only(table: sa.Table) -> None:
    """Let the database itself refuse to change or delete rows of a table, whoever asks.

    For schemas made from the models; migration 0009 does the same. A batch migration on SQLite
    makes the table anew, and must then make these again.
    """
    for dialect, statements in (("sqlite", sqlite_guard), ("postgresql", postgresql_guard)):
        for statement in statements(table.name):
            guard = sa.DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", guard)


def sqlite_guard(table: str) -> list[str]:
    """The statements that make a table append-only in SQLite."""
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is appended to, never changed'); END"
        for act in ("update", "delete")
    ]


def postgresql_guard(table: str) -> list[str]:
    """The statements that make a table append-only in PostgreSQL."""
    function = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is appended to, never changed'; "
        "END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    return [function, trigger]


_writing: ContextVar[bool] = ContextVar("writing", default=False)


def expect_writes(*, expected: bool) -> None:
    """Say whether the transactions of this request will write (see `_begin`)."""
    _writing.set(expected)


@contextmanager
def db_writes() -> Iterator[None]:
    """Transactions begun inside will write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@event.listens_for(Engine, "connect")
def _connect(connection: Any, _record: Any) -> None:
    """Give each SQLite connection foreign keys, a write-ahead log and patience."""
    if type(connection).__module__.startswith("sqlite3"):
        connection.isolation_level = None  # we emit BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # kill -9 or a power cut loses no commit
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Take SQLite's write lock at once where a write is coming.

    A read that later turns into a write fails there if another writer came between, however long
    we are ready to wait (SQLITE_BUSY_SNAPSHOT, https://www.sqlite.org/isolation.html).
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
