"""How Alembic reaches the database. Run through `flask --app wsgi db …`."""

from logging.config import fileConfig
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection

from lms.db import UtcDateTime, db, is_ours

config = context.config
if config.config_file_name and config.attributes.get("configure_logger", True):
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write plain SQLAlchemy types: history must not depend on today's `lms.db`."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _without_foreign_keys(connection: Connection) -> None:
    """Batch mode copies a table and drops the old one; with foreign keys on, SQLite would then
    delete the rows that point at it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.commit()
        if orphans:
            raise RuntimeError(f"the migration left rows that point at nothing: {orphans[:5]}")


def migrate(connection: Connection) -> None:
    """Run the migrations asked for, in one transaction."""
    _without_foreign_keys(connection)
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=is_ours,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    _check_foreign_keys(connection)


engine: sa.Engine = current_app.extensions["migrate"].db.engine
with engine.connect() as open_connection:
    migrate(open_connection)
