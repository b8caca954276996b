"""Backup while work goes on, restore into an empty place; a damaged backup is found out."""

import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from aftersales import backup, cli, clock
from aftersales.backup import BackupError
from aftersales.config import Settings
from aftersales.db import Base, transaction
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.gateways import storage
from tests import databases, factories, servers
from tests.cast import Cast

PHOTO = bytes(range(256)) * 40


@pytest.fixture
def workshop(
    app: Flask, arrived_order: ServiceOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A workshop with an order and a photo; PostgreSQL's own programs are on the path."""
    settings: Settings = replace(
        app.extensions["aftersales.settings"],
        data_dir=tmp_path / "here",
        media_url=f"file://{tmp_path}/here/media",
    )
    settings.data_dir.mkdir()
    (settings.data_dir / "secret_key").write_text("a key of forty characters, for the tests")
    storage.from_url(settings.media_url).put("ab/cd/photo.jpg", PHOTO, "image/jpeg")
    if databases.ENGINE == "postgresql":
        monkeypatch.setenv("PATH", f"{servers.installed_postgres()}:{os.environ['PATH']}")
    return settings


@pytest.fixture
def elsewhere(tmp_path: Path, database: databases.Ground) -> Iterator[Settings]:
    """Settings of an empty machine."""
    data = tmp_path / "elsewhere"
    data.mkdir()
    url = f"sqlite:///{data}/aftersales.db"
    if isinstance(database, databases.PostgresDatabase):
        url = database.server.create("elsewhere")
    yield Settings(
        data_dir=data, database_url=url, redis_url="", media_url=f"file://{data}/media", smtp_url="outbox:",
        sms_url="outbox:", secret_key="k" * 40, base_url="http://localhost", mail_from="a@localhost", trusted_proxies=0,
    )  # fmt: skip
    if isinstance(database, databases.PostgresDatabase):
        database.server.drop("elsewhere")


def rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a database, table by table."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(
                    map(tuple, connection.execute(sa.text(f"SELECT * FROM {table.name}"))), key=repr
                )
                for table in Base.metadata.sorted_tables
            }
    finally:
        engine.dispose()


def taken(workshop: Settings, tmp_path: Path) -> Path:
    target = tmp_path / "backup.tar"
    backup.write(workshop, target, now=clock.now())
    return target


def test_what_is_restored_is_what_was_there(workshop: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    """PLT-6: a backup and its restore are one command each, row by row and file by file the same."""
    source = taken(workshop, tmp_path)
    backup.restore(elsewhere, source)
    restored = rows(elsewhere.database_url)
    assert restored == rows(workshop.database_url)
    assert len(restored["service_orders"]) == 1
    assert storage.from_url(elsewhere.media_url).read("ab/cd/photo.jpg") == PHOTO
    assert (elsewhere.data_dir / "secret_key").read_text() == "a key of forty characters, for the tests"


def test_it_may_be_taken_while_people_work(
    app: Flask, cast: Cast, workshop: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """Orders come in the whole time; the copy is of one moment: each order has its job and its event."""
    begun, done = threading.Event(), threading.Event()

    def work() -> None:
        with app.app_context():
            while not done.is_set():
                with transaction():
                    factories.open_order(cast)
                begun.set()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert begun.wait(20)
        source = taken(workshop, tmp_path)
    finally:
        done.set()
        thread.join()
    backup.restore(elsewhere, source)
    restored = rows(elsewhere.database_url)
    assert len(restored["jobs"]) == len(restored["service_orders"]) > 1


def damaged(source: Path, how: str) -> Path:
    target = source.with_name(f"{how}.tar")
    if how == "cut":
        target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    elif how == "changed":
        content = source.read_bytes()
        assert PHOTO in content
        target.write_bytes(content.replace(PHOTO, PHOTO[:-1] + b"!"))
    else:
        with tarfile.open(source) as old, tarfile.open(target, "w") as new:
            for entry in old:
                if not entry.name.startswith("media/"):
                    new.addfile(entry, old.extractfile(entry))
    return target


@pytest.mark.parametrize("how", ["cut", "changed", "incomplete"])
def test_a_damaged_backup_is_found_out_and_changes_nothing(
    workshop: Settings, elsewhere: Settings, tmp_path: Path, how: str
) -> None:
    source = damaged(taken(workshop, tmp_path), how)
    with pytest.raises(BackupError, match="damaged|cut short"):
        backup.restore(elsewhere, source)
    assert list(elsewhere.data_dir.iterdir()) == []


def test_a_place_that_is_in_use_is_refused(workshop: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    source = taken(workshop, tmp_path)
    backup.restore(elsewhere, source)
    with pytest.raises(BackupError, match="empty"):
        backup.restore(elsewhere, source)


def test_a_place_with_photos_is_refused(workshop: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    storage.from_url(elsewhere.media_url).put("ab/cd/other.jpg", b"x", "image/jpeg")
    with pytest.raises(BackupError, match="photos or documents already"):
        backup.restore(elsewhere, taken(workshop, tmp_path))


def test_a_backup_that_cannot_be_written_leaves_no_half_file(workshop: Settings, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "backup.tar"
    with pytest.raises(BackupError, match="could not be written"):
        backup.write(workshop, target, now=clock.now())
    assert not list(tmp_path.rglob("*.part"))


def test_the_commands_do_it(
    workshop: Settings,
    elsewhere: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """PLT-6: ``aftersales backup`` and ``aftersales restore``."""
    for settings, command in ((workshop, "backup"), (elsewhere, "restore")):
        monkeypatch.setenv("AFTERSALES_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("AFTERSALES_DATABASE_URL", settings.database_url)
        cli.main([command, str(tmp_path / "backup.tar")])
    assert "is back" in capsys.readouterr().out
    shutil.rmtree(elsewhere.data_dir)
