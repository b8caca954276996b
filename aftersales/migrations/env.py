"""Runs the migrations on the app's own engine, each run in one transaction."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from aftersales.db import writing

database = current_app.extensions["migrate"].db


class BrokenReferenceError(Exception):
    """A migration left rows that point to nothing; it was rolled back."""


def pragma(connection: sa.Connection, statement: str) -> None:
    """Past SQLAlchemy, which would begin a transaction first: inside one SQLite ignores these pragmas."""
    connection.connection.cursor().execute(f"PRAGMA {statement}")


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database stores, so that a migration needs no code of ours."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    if kind == "type" and isinstance(item, sa.JSON):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=True,  # SQLite changes a table by writing it anew
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
            if broken:
                raise BrokenReferenceError(
                    f"{len(broken)} rows point to nothing, the first in {broken[0][0]}."
                )


engine = database.engine.execution_options(**writing())
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A table that is written anew is dropped first: with foreign keys on that fails, or takes the rows
        # that point to it along.
        pragma(connection, "foreign_keys=OFF")
        try:
            migrate(connection)
        finally:
            connection.rollback()
            pragma(connection, "foreign_keys=ON")
    else:
        migrate(connection)
