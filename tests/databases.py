"""A database with the product's schema for each test, on SQLite or on a real PostgreSQL.

The schema is made once per run by the migrations. Each test really commits, as the product does; afterwards what
it wrote is taken away: SQLite's file is put back, on PostgreSQL the tables that hold rows are emptied.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from tests import servers

ENGINE = os.environ.get("AFTERSALES_TEST_DATABASE", "sqlite")
"""``sqlite`` or ``postgresql``: where this run's tests work."""


class Ground(Protocol):
    """Where one run's tests work, one after another."""

    url: str

    def keep(self) -> None:
        """Remember the present state, fresh from the migrations, as the one to come back to."""

    def put_back(self) -> None:
        """Make it as it was at :meth:`keep`. Nobody may be connected."""


class SqliteFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "test.db"
        self.template = folder / "template.db"
        self.url = f"sqlite:///{self.path}"

    def keep(self) -> None:
        shutil.copyfile(self.path, self.template)

    def put_back(self) -> None:
        # A new file: whoever still has the old one open can do no harm to it.
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)


class PostgresDatabase:
    def __init__(self, server: servers.Postgres, name: str = "test") -> None:
        self.server = server
        self.url = server.create(name)
        self._engine = sa.create_engine(self.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        self._tables: list[str] = []

    def keep(self) -> None:
        names = sa.inspect(self._engine).get_table_names()
        self._tables = sorted(name for name in names if name != "alembic_version")

    def put_back(self) -> None:
        rows = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in self._tables
        )
        with self._engine.connect() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                       " WHERE datname = current_database() AND pid <> pg_backend_pid()"))  # fmt: skip
            if filled := connection.scalars(sa.text(rows)).all():
                connection.execute(sa.text(f"TRUNCATE {', '.join(filled)} RESTART IDENTITY CASCADE"))
            # What was rolled back left no row, but it took a number.
            used = connection.scalars(
                sa.text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL")
            )
            for name in used.all():
                connection.execute(sa.text(f"ALTER SEQUENCE {name} RESTART"))


@contextmanager
def ground() -> Iterator[Ground]:
    """An empty database of the chosen engine. The caller migrates it and says :meth:`Ground.keep`."""
    if ENGINE == "postgresql":
        with servers.postgres() as server:
            yield PostgresDatabase(server)
        return
    with tempfile.TemporaryDirectory(prefix="aftersales-test-", dir=_quick_folder()) as folder:
        yield SqliteFile(Path(folder))


def _quick_folder() -> str | None:
    """A folder in memory where there is room: each commit waits for the disk otherwise."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 200_000_000:
        return str(memory)
    return None
