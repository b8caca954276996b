"""The database: one session, one way to write, the column types that the whole product shares.

Writing happens inside :func:`transaction` and nowhere else; the database itself refuses a write outside it.
This is the only module that commits.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import flask_sqlalchemy.session
import pysqlite3
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    Integer,
    MetaData,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, declared_attr, mapped_column
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeDecorator

from aftersales.config import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_WRITING = "aftersales_writing"
_ALONE = "aftersales_alone"
Kept = TypeVar("Kept")


class Base(DeclarativeBase):
    """Every model's base; constraint names come from one convention on both engines."""

    metadata = MetaData(naming_convention=NAMING)


class Session(flask_sqlalchemy.session.Session):
    """Flask-SQLAlchemy's session, except that a connection bound by a test wins over its engine routing."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any
    ) -> Engine | Connection:
        return bind or self.bind or super().get_bind(mapper=mapper, clause=clause, **kwargs)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"class_": Session, "expire_on_commit": False},
)
migrate = Migrate(directory=str(Path(__file__).parent / "migrations"))


class WriteOutsideTransaction(RuntimeError):
    """Something tried to change data outside :func:`transaction`, for example while answering a GET."""


# --- column types ---------------------------------------------------------------------------------------------------


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes and gives aware datetimes in UTC; SQLite, which has no time zones, stores them bare."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"An instant needs a time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact decimal with ``scale`` places, stored as a whole number, so that SQLite sums it exactly too.

    A value with more places than ``scale`` is a mistake of the caller and is refused, never rounded silently.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.scale)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.scale} decimal places")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.scale)


Money = ScaledDecimal(2)
"""An amount in the site's currency."""
Quantity = ScaledDecimal(3)
"""Hours of labour, pieces, litres."""
Rate = ScaledDecimal(4)
"""A share: 0.23 is 23 %."""
Json = JSON().with_variant(JSONB(), "postgresql")
PrimaryKey = BigInteger().with_variant(Integer(), "sqlite")


def enum_type(kind: type[StrEnum], name: str | None = None) -> Enum:
    """Store a StrEnum's value as text with a named CHECK. Give ``name`` where a table has two of one kind."""
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Identified:
    """A table with a surrogate key, which customers never see."""

    id: Mapped[int] = mapped_column(PrimaryKey, primary_key=True)


class Versioned(Identified):
    """A record that people edit: each change raises ``version``; forms carry it (see :func:`expect_version`)."""

    version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 (SQLAlchemy passes the class)
        return {"version_id_col": cls.version}


# --- engine ---------------------------------------------------------------------------------------------------------


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the database of ``settings`` to the app and teach its engine how transactions begin."""
    options: dict[str, Any]
    if settings.is_sqlite:
        options = {"module": pysqlite3, "connect_args": {"isolation_level": None, "timeout": 10}}
    else:
        options = {"pool_pre_ping": True}
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        teach_transactions(db.engine)


def teach_transactions(engine: Engine) -> None:
    """Make ``engine`` begin IMMEDIATE for writes and read-only for everything else."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get(_WRITING, False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# --- transactions ---------------------------------------------------------------------------------------------------


@contextmanager
def transaction() -> Iterator[None]:
    """One write: ends the read that went before, begins for writing, commits at the end or leaves nothing behind.

    What was read before is read again under the lock. Not nested; no network or slow file work inside.
    """
    session = db.session()
    if is_writing():
        raise RuntimeError("A transaction is already open; operations never open one.")
    session.rollback()
    session.expire_all()  # the rollback forgets only what an open read transaction had loaded
    session.info.update({_WRITING: True, "closing": {}, "after_commit": [], "kept": {}})
    try:
        session.connection(execution_options={_WRITING: True})
        yield
        for act in list(session.info["closing"].values()):
            act()
        session.commit()
    except BaseException:
        session.rollback()
        session.info["after_commit"] = []
        raise
    finally:
        session.info[_WRITING] = False
    for act in session.info.pop("after_commit"):
        act()


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else works with the database meanwhile, as when an empty one is filled: what a transaction has read is not
    read again for its lock."""
    info = db.session().info
    info[_ALONE] = True
    try:
        yield
    finally:
        info[_ALONE] = False


def writing() -> dict[str, bool]:
    """The execution option of a connection that writes: for migrations, which are no :func:`transaction`."""
    return {_WRITING: True}


def is_writing() -> bool:
    """Whether a :func:`transaction` is open."""
    return bool(db.session().info.get(_WRITING))


def after_commit(act: Callable[[], object]) -> None:
    """Do ``act`` once the open transaction is safely stored, for example wake a worker."""
    _open_transaction("after_commit").append(act)


def at_closing(key: str, act: Callable[[], object]) -> None:
    """Do ``act`` as the last thing before the commit, once per ``key``: short locks that everyone wants come last."""
    _open_transaction("closing")[key] = act


def of_this_transaction(key: str, make: Callable[[], Kept]) -> Kept:
    """What is kept under ``key`` for as long as the open transaction lasts, made at the first call.

    A transaction that fails takes it along: nothing of it may reach the next one.
    """
    kept: Kept = _open_transaction("kept").setdefault(key, make())
    return kept


def _open_transaction(part: str) -> Any:
    if not is_writing():
        raise WriteOutsideTransaction("This happens inside transaction() only.")
    return db.session().info[part]


Record = TypeVar("Record", bound=Base)


def locked(model: type[Record], ident: int) -> Record | None:
    """The record, locked until the end of the transaction and read afresh.

    A query, not ``session.get``: that one refuses a record which was read before the lock and has changed since,
    where reading it again under the lock is just what is wanted.
    """
    if db.session().info.get(_ALONE):
        known: Record | None = db.session.identity_map.get(identity_key(model, ident))
        if known is not None and not inspect(known).expired:
            return known
    (key,) = inspect(model).primary_key
    return db.session.scalar(
        select(model).where(key == ident).with_for_update().execution_options(populate_existing=True)
    )


def one_at_a_time(name: str) -> None:
    """Wait for other transactions that said the same ``name``, until this one ends: for counts that have no row to lock.
    On SQLite all writes go one after the other anyway."""
    _open_transaction("closing")
    if db.session().get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))


def add(record: Record) -> Record:
    """Add a new record and give it its id."""
    db.session.add(record)
    db.session.flush()
    return record


@event.listens_for(Session, "before_flush")
def _refuse_stray_flush(session: Session, context: Any, instances: Any) -> None:
    if not session.info.get(_WRITING) and (session.new or session.dirty or session.deleted):
        raise WriteOutsideTransaction("Data may be changed inside transaction() only.")


@event.listens_for(Session, "do_orm_execute")
def _refuse_stray_statement(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get(_WRITING):
        raise WriteOutsideTransaction("Data may be changed inside transaction() only.")
