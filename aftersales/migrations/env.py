"""Runs the migrations on the app's own engine."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


class BrokenReferenceError(Exception):
    """A migration left rows that point to nothing; it was rolled back."""


def pragma(connection: sa.Connection, statement: str) -> None:
    """Past SQLAlchemy, which would begin a transaction first: inside one SQLite ignores these pragmas."""
    connection.connection.cursor().execute(f"PRAGMA {statement}")


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=True,  # SQLite changes a table by writing it anew
        user_module_prefix="aftersales.db.",
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
            if broken:
                raise BrokenReferenceError(
                    f"{len(broken)} rows point to nothing, the first in {broken[0][0]}."
                )


with database.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A table that is written anew is dropped first: with foreign keys on that fails, or takes the rows
        # that point to it along.
        pragma(connection, "foreign_keys=OFF")
        pragma(connection, "query_only=OFF")
        try:
            migrate(connection)
        finally:
            connection.rollback()
            pragma(connection, "foreign_keys=ON")
    else:
        migrate(connection)
