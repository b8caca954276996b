"""Looks whether all is well: what ``aftersales doctor`` says, and what the fault tests ask after each fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from aftersales import config
from aftersales.config import Settings
from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.parts import ledger
from aftersales.gateways import documents, storage

Invariant = Callable[[], list[str]]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``trouble`` says what is wrong and what to do; empty means it is well."""

    what: str
    trouble: str = ""


def audit_chain_is_whole() -> list[str]:
    """Nobody changed, removed or inserted an entry of the audit."""
    found = audit.find_break()
    if found is None:
        return []
    return [
        f"The audit chain is broken at entry {found}." if found else "Entries are missing at the audit's end."
    ]


def stock_agrees_with_its_ledger() -> list[str]:
    """What lies on each shelf and is reserved is what the ledger's rows come to."""
    return [
        f"Stock of article {found.article_id} in warehouse {found.warehouse_id}: {found.what}."
        for found in ledger.find_ledger_breaks()
    ]


INVARIANTS: tuple[Invariant, ...] = (audit_chain_is_whole, stock_agrees_with_its_ledger)
"""What must hold whatever happened. An area adds its own: each returns sentences about what does not hold."""


def examine(app: Flask) -> Iterator[Finding]:
    """Look at everything, one finding after the other; a database that does not answer ends it early."""
    settings = config.of(app)
    yield Finding("settings")
    yield Finding("media", media_trouble(settings))
    yield Finding("document fonts", font_trouble())
    yield Finding("Redis", redis_trouble(settings))
    with app.app_context():
        trouble = database_trouble()
        yield Finding("database", trouble)
        if trouble:
            return
        trouble = migration_trouble(Path(app.root_path) / "migrations")
        yield Finding("migrations", trouble)
        if trouble:
            return
        for invariant in INVARIANTS:
            yield Finding(invariant.__name__.replace("_", " "), " ".join(invariant()))


def database_trouble() -> str:
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.DBAPIError as error:
        return f"The database does not answer ({error.orig}). Check AFTERSALES_DATABASE_URL."
    return ""


def migration_trouble(folder: Path) -> str:
    """Whether the schema is the one that this version works with."""
    newest = ScriptDirectory(str(folder)).get_current_head()
    present = MigrationContext.configure(db.session.connection()).get_current_revision()
    if present == newest:
        return ""
    return f"The schema is at {present or 'nothing'}, this version needs {newest}. Run: aftersales migrate"


def redis_trouble(settings: Settings) -> str:
    """Whether jobs reach a worker at once: by the Redis that is set, else by the one that ``bin/run`` brings."""
    own = config.own_redis_file(settings.data_dir)
    if not settings.redis_url and not own.exists():
        return "AFTERSALES_REDIS_URL is not set, and bin/run, which brings its own, does not run on this data folder."
    try:
        url = settings.redis_url or own.read_text(encoding="utf-8")
        redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2).ping()
    except redis.RedisError as error:
        return f"Redis does not answer ({error}). Jobs wait for the sweep; check AFTERSALES_REDIS_URL."
    return ""


def font_trouble() -> str:
    if missing := documents.missing_fonts():
        return f"Documents lack {', '.join(missing)}: they look different, and Chinese may not show. Run bin/setup."
    return ""


def media_trouble(settings: Settings) -> str:
    """Write, read and remove a small file, as an upload would."""
    key = "doctor/was-here.txt"
    try:
        store = storage.from_url(settings.media_url)
        store.put(key, b"aftersales", "text/plain")
        read = store.read(key)
        store.delete(key)
    except (storage.StorageFailure, OSError) as error:
        return f"Photos and documents cannot be kept ({error}). Check AFTERSALES_MEDIA_URL."
    return "" if read == b"aftersales" else "The media store gives back something else than it was given."
