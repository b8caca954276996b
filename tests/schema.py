"""The database's schema: made by the migrations, compared with the models, written anew from them.

``python -m tests.schema`` rewrites the one initial migration from the models. From the first release on a
change is a migration of its own, and this command goes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

VERSIONS = Path(__file__).resolve().parents[1] / "aftersales" / "migrations" / "versions"
INITIAL = VERSIONS / "0001_initial.py"


def migrate(app: Flask) -> None:
    """Bring the app's database to the newest version, as ``bin/run`` does."""
    with app.app_context():
        upgrade(directory=str(VERSIONS.parent))


def ddl(engine: sa.Engine) -> dict[str, object]:
    """What the database itself says about each table: the text of SQLite, the catalogue of PostgreSQL."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(
                sa.text("SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
            )
            return {name: _sqlite_shape(sql) for name, sql in rows if "alembic_version" not in name}
        return {
            **_named(connection, "SELECT 'column ' || table_name || '.' || column_name, concat_ws(' ', data_type,"
                     " character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default,"
                     " is_identity, identity_generation) FROM information_schema.columns"
                     " WHERE table_schema = 'public'"),
            **_named(connection, "SELECT 'constraint ' || conrelid::regclass || '.' || conname,"
                     " pg_get_constraintdef(oid) FROM pg_constraint"
                     " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"),
            **_named(connection, "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        }  # fmt: skip


def _named(connection: sa.Connection, query: str) -> dict[str, object]:
    return {
        name: shape for name, shape in connection.execute(sa.text(query)) if "alembic_version" not in name
    }


def _sqlite_shape(sql: str | None) -> object:
    """The parts of a CREATE statement as a sorted list: a rewritten table orders its constraints otherwise."""
    if not sql:
        return sql
    text = " ".join(sql.replace('"', "").split())
    head, _, body = text.partition("(")
    parts, depth, part = [], 0, ""
    for character in body.rpartition(")")[0]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += character
    return head.strip(), sorted([*parts, part.strip()]), body.rpartition(")")[2].strip()


def rewrite() -> None:
    """Write the initial migration from the models, against an empty database in a folder of its own."""
    from alembic import command
    from flask_migrate import Migrate

    from aftersales import create_app

    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(AFTERSALES_DATA_DIR=folder, AFTERSALES_DATABASE_URL=f"sqlite:///{folder}/empty.db")
        app = create_app()
        VERSIONS.mkdir(parents=True, exist_ok=True)
        kept = INITIAL.read_text(encoding="utf-8") if INITIAL.exists() else None
        INITIAL.unlink(missing_ok=True)
        try:
            with app.app_context():
                migrate_extension: Migrate = app.extensions["migrate"].migrate
                config = migrate_extension.get_config(str(VERSIONS.parent))
                command.revision(config, "initial", autogenerate=True, rev_id="0001")
        except BaseException:
            if kept is not None:
                INITIAL.write_text(kept, encoding="utf-8")
            raise
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "-q", "--no-force-exclude", str(INITIAL)], check=False
    )


if __name__ == "__main__":
    rewrite()
    print(f"{INITIAL.name} is written.")
