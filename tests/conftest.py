"""What every test may ask for. Each test has the whole product and a database of its own to change."""

import gc
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from aftersales import clock, config, create_app
from aftersales.db import db, transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.web.limits import limiter
from tests import databases, schema
from tests.databases import Ground
from tests.effort import IS_LONG
from tests.html import CheckingClient

Built = TypeVar("Built")
SignIn = Callable[..., CheckingClient]
CountQueries = Callable[[], AbstractContextManager[list[str]]]

pytest_plugins = ["tests.situations", "tests.stockroom", "tests.world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not IS_LONG:
            item.add_marker(pytest.mark.skip(reason="only with bin/test --long"))
        if item.get_closest_marker("postgres") and databases.ENGINE != "postgresql":
            item.add_marker(pytest.mark.skip(reason="only with AFTERSALES_TEST_DATABASE=postgresql"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at it again and again (6 % of a run)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_report_header() -> str:
    return f"database: {databases.ENGINE}"


@pytest.fixture(scope="session")
def database() -> Iterator[Ground]:
    """The run's database, with the schema that the migrations make."""
    with databases.ground() as made:
        yield made


@pytest.fixture(scope="session")
def product(database: Ground, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, made once per run: use ``app``, which also cleans up behind the test."""
    data = tmp_path_factory.mktemp("data")
    for name in [name for name in os.environ if name.startswith("AFTERSALES_") and "TEST" not in name]:
        del os.environ[name]
    settings = config.load(
        {
            "AFTERSALES_DATA_DIR": str(data),
            "AFTERSALES_DATABASE_URL": database.url,
            "AFTERSALES_SECRET_KEY": "not a secret: only for the tests of this run",
            "AFTERSALES_BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings)
    app.testing = True
    app.test_client_class = CheckingClient
    app.config["WTF_CSRF_ENABLED"] = False  # tests/guards/test_csrf.py switches it on
    schema.migrate(app)
    disconnect(app)
    return app


def disconnect(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Stage:
    """The run's database between tests, and which kept moment it stands at.

    A situation is made by the product's own operations the first time; then its rows are kept, and the next test that
    asks for it on the same ground gets them put back. Whatever was committed in between makes it build anew.
    """

    def __init__(self, app: Flask, ground: Ground) -> None:
        self.app = app
        self.ground = ground
        self.stands_at: str | None = None
        self._made: dict[str, bytes] = {}
        with app.app_context():
            self._engine = db.engine
        sa.event.listen(self._engine, "commit", self._note_commit)
        ground.keep("empty")
        self.stands_at = "empty"

    def clear(self) -> None:
        disconnect(self.app)
        self.ground.put_back("empty")
        self.stands_at = "empty"

    def stand(self, moment: str, build: Callable[[], Built], *, after: str) -> Built:
        """What ``build`` made, with its rows in the database: built now, or put back as it was the first time."""
        on_kept_ground = self.stands_at == after and self._engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        if on_kept_ground and moment in self._made:
            disconnect(self.app)
            self.ground.put_back(moment, stands_at=after)
            self.stands_at = moment
            # A copy each time, so that no test sees what another one changed on it.
            return pickle.loads(self._made[moment])  # type: ignore[no-any-return]
        with self.app.app_context(), transaction():
            made = build()
        if on_kept_ground:
            disconnect(self.app)
            self.ground.keep(moment)
            self.stands_at, self._made[moment] = moment, pickle.dumps(made)
        return made

    def _note_commit(self, _connection: object) -> None:
        self.stands_at = None


@pytest.fixture(scope="session")
def stage(product: Flask, database: Ground) -> Stage:
    return Stage(product, database)


@pytest.fixture
def app(product: Flask, stage: Stage) -> Iterator[Flask]:
    """The application with an empty database. Commits are real, so threads and processes see them.

    Put ``with app.app_context():`` around what makes or reads records, never around calls of a client: in one
    context Flask-Login keeps the first person for all.
    """
    limiter.reset()
    yield product
    stage.clear()


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with its context open for the whole test: for tests of operations, without a client."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    """A browser that nobody has signed in with; each HTML answer is checked (see :mod:`tests.html`)."""
    made = app.test_client()
    assert isinstance(made, CheckingClient)
    return made


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """A browser of its own for each person: ``sign_in(user_id)``, ``sign_in(user_id, site_id=2)``."""

    def sign_in_as(user_id: int, *, site_id: int | None = None) -> CheckingClient:
        with app.app_context(), transaction():
            token = accounts.sign_in(
                user_id, address="127.0.0.1", device="tests", now=clock.now(), site_id=site_id
            )
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        with client.session_transaction() as cookie:
            cookie["token"] = token
        return client

    return sign_in_as


@pytest.fixture
def media(product: Flask) -> Path:
    """The folder where the product keeps photos and documents."""
    return Path(product.extensions["aftersales.settings"].data_dir) / "media"


@pytest.fixture
def count_queries(app: Flask) -> CountQueries:
    """``with count_queries() as seen:`` collects every SELECT of the product, session, user and site included."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return watch
