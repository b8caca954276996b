"""A database with the product's schema for each test, on SQLite or on a real PostgreSQL.

The schema is made once per run by the migrations. Each test really commits, as the product does; afterwards what
it wrote is taken away: SQLite's file is put back, on PostgreSQL the tables that hold rows are emptied. A situation
that many tests start from is kept the same way once it was made, and put back instead of made again.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests import servers

ENGINE = os.environ.get("AFTERSALES_TEST_DATABASE", "sqlite")
"""``sqlite`` or ``postgresql``: where this run's tests work."""


class Ground(Protocol):
    """Where one run's tests work, one after another."""

    url: str

    def keep(self, moment: str = "empty") -> None:
        """Remember the present rows under a name; the first one kept is ``empty``. Nobody may be connected."""

    def put_back(self, moment: str = "empty", *, stands_at: str | None = None) -> None:
        """Make it as it was at :meth:`keep`. Nobody may be connected. ``stands_at``: the moment it surely stands at."""


class SqliteFile:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "test.db"
        self.url = f"sqlite:///{self.path}"

    def keep(self, moment: str = "empty") -> None:
        shutil.copyfile(self.path, self._kept(moment))

    def put_back(self, moment: str = "empty", *, stands_at: str | None = None) -> None:
        # A new file: whoever still has the old one open can do no harm to it.
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._kept(moment), self.path)

    def _kept(self, moment: str) -> Path:
        return self.path.with_name(f"{moment}.db")


@dataclass(frozen=True)
class _Rows:
    """What a PostgreSQL database held: by table its rows in COPY's own form, by sequence the last number taken."""

    tables: dict[str, bytes]
    sequences: dict[str, int]


class PostgresDatabase:
    def __init__(self, server: servers.Postgres, name: str = "test") -> None:
        self.server = server
        self.url = server.create(name)
        self._dsn = self.url.replace("postgresql+psycopg://", "postgresql://")
        self._tables: list[str] = []
        self._kept: dict[str, _Rows] = {}

    def keep(self, moment: str = "empty") -> None:
        if not self._tables:
            self._tables = [name for (name,) in self._admin.execute(_TABLES)]
        tables = {table: self._rows_of(table) for table in self._filled()}
        self._kept[moment] = _Rows(tables, self._taken())

    def put_back(self, moment: str = "empty", *, stands_at: str | None = None) -> None:
        self._admin.execute(_END_OTHERS)
        wanted = self._kept[moment]
        there = self._kept[stands_at].tables if stands_at else dict.fromkeys(self._filled(), b"")
        for table, rows in there.items():
            if wanted.tables.get(table) != rows:
                self._admin.execute(f"DELETE FROM {table}")
        for table, rows in wanted.tables.items():
            if there.get(table) != rows:
                with self._admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
        # What was rolled back left no row, but it took a number.
        taken = self._taken()
        for name in taken.keys() | wanted.sequences.keys():
            number = wanted.sequences.get(name)
            if number != taken.get(name):
                self._admin.execute("SELECT setval(%s, %s, %s)", (name, number or 1, number is not None))

    @cached_property
    def _admin(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._dsn, autocommit=True)
        # The rows held together when they were kept: no key is checked, no trigger fires.
        connection.execute("SET session_replication_role = replica")
        return connection

    def _rows_of(self, table: str) -> bytes:
        with self._admin.cursor().copy(f"COPY {table} TO STDOUT") as copy:
            return b"".join(bytes(part) for part in copy)

    def _filled(self) -> list[str]:
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in self._tables
        )
        return [name for (name,) in self._admin.execute(asked)]

    def _taken(self) -> dict[str, int]:
        return dict(self._admin.execute(_SEQUENCES).fetchall())


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


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
