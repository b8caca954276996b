"""Backup and restore of everything the workshop has: database, media, and the key that customer links need.

A backup is one tar file: ``manifest.json`` at its end names each file with its SHA-256, so that a damaged or
cut backup is found out before anything is restored from it.
"""

import hashlib
import io
import json
import mimetypes
import os
import shutil
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pysqlite3
import sqlalchemy as sa

from aftersales.config import Settings
from aftersales.gateways import storage

_MANIFEST = "manifest.json"
_SQLITE = "database.sqlite"
_POSTGRES = "database.pgdump"
_KEY = "secret_key"
_MEDIA = "media/"
_FORMAT = 1


class BackupError(Exception):
    """The backup or restore cannot be done; the text says why and what to do."""


def write(settings: Settings, target: Path, *, now: datetime) -> int:
    """Write a backup while the workshop goes on working. Returns the number of files in it.

    The database is copied first, at one moment; media come after it and are only ever added, so each picture
    that the copied rows name is there. The file appears under its name only when it is whole.
    """
    unfinished = target.with_name(target.name + ".part")
    digests: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, tarfile.open(unfinished, "w") as tar:
            database = Path(folder) / (_SQLITE if settings.is_sqlite else _POSTGRES)
            _dump(settings, database)
            _add(tar, digests, database.name, database)
            key = settings.data_dir / _KEY
            if key.exists():
                _add(tar, digests, _KEY, key)
            store = storage.from_url(settings.media_url)
            for stored in store.iter_keys():
                _add_bytes(tar, digests, f"{_MEDIA}{stored}", store.read(stored))
            manifest = {"format": _FORMAT, "made_at": now.isoformat(), "files": digests}
            _add_bytes(tar, {}, _MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
        with open(unfinished, "rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise BackupError(f"The backup {target} could not be written ({error.strerror or error}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return len(digests)


def _add(tar: tarfile.TarFile, digests: dict[str, str], name: str, file: Path) -> None:
    with open(file, "rb") as source:
        digests[name] = hashlib.file_digest(source, "sha256").hexdigest()
    tar.add(file, name, recursive=False, filter=_without_owner)


def _add_bytes(tar: tarfile.TarFile, digests: dict[str, str], name: str, content: bytes) -> None:
    digests[name] = hashlib.sha256(content).hexdigest()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    tar.addfile(entry, io.BytesIO(content))


def _without_owner(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _dump(settings: Settings, target: Path) -> None:
    if settings.is_sqlite:
        source = pysqlite3.connect(f"file:{_sqlite_path(settings)}?mode=rw", uri=True)
        copy = pysqlite3.connect(str(target))
        try:
            source.backup(copy)
        finally:
            copy.close()
            source.close()
    else:
        _run(["pg_dump", "--format=custom", "--no-owner", f"--file={target}", _libpq(settings)])


def _sqlite_path(settings: Settings) -> Path:
    path = sa.make_url(settings.database_url).database
    if not path or path == ":memory:":
        raise BackupError("A database in memory has nothing to back up.")
    return Path(path)


def _libpq(settings: Settings) -> str:
    """The database's address as PostgreSQL's own programs read it."""
    return (
        sa.make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is missing; install PostgreSQL's client programs.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{command[0]} failed: {error.stderr.strip()}") from error


def verify(source: Path) -> dict[str, Any]:
    """Read the whole backup and compare each digest. Returns its manifest, or raises and says what is wrong."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, "r:") as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                if content is None:
                    raise BackupError(f"The backup {source} holds something that is no file: {entry.name}.")
                if entry.name == _MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    found[entry.name] = _digest(content)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupError(
            f"The backup {source} cannot be read to its end ({error}); it is damaged."
        ) from error
    if manifest is None:
        raise BackupError(f"The backup {source} is cut short: its manifest is missing.")
    if manifest["format"] != _FORMAT:
        raise BackupError(
            f"The backup {source} is of a newer kind ({manifest['format']}); update Aftersales first."
        )
    if wrong := sorted(name for name in found.keys() | manifest["files"].keys()
                       if found.get(name) != manifest["files"].get(name)):  # fmt: skip
        raise BackupError(f"The backup {source} is damaged; not as it was written: {', '.join(wrong[:5])}.")
    return manifest


def _digest(content: IO[bytes]) -> str:
    sha = hashlib.sha256()
    while block := content.read(1 << 20):
        sha.update(block)
    return sha.hexdigest()


def restore(settings: Settings, source: Path) -> dict[str, Any]:
    """Put a backup into an empty place: no tables, no media. Returns the manifest.

    All digests are compared first, so that a damaged backup changes nothing.
    """
    manifest = verify(source)
    kind = _SQLITE if settings.is_sqlite else _POSTGRES
    if kind not in manifest["files"]:
        other = "PostgreSQL" if settings.is_sqlite else "SQLite"
        raise BackupError(
            f"The backup is of a {other} database; set AFTERSALES_DATABASE_URL to one of that kind."
        )
    _expect_empty(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder, tarfile.open(source, "r:") as tar:
        place = Path(folder)
        for entry in tar:
            _take(tar, entry, place)
        # PostgreSQL first: it alone can still refuse, and then nothing has changed
        if settings.is_sqlite:
            shutil.move(place / kind, _sqlite_path(settings))
        else:
            _run(["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
                  f"--dbname={_libpq(settings)}", str(place / kind)])  # fmt: skip
        store = storage.from_url(settings.media_url)
        for name in manifest["files"]:
            if name.startswith(_MEDIA):
                store.put(name.removeprefix(_MEDIA), (place / name).read_bytes(), _media_type(name))
        if (place / _KEY).exists():
            shutil.move(place / _KEY, settings.data_dir / _KEY)
    return manifest


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _take(tar: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
    target = (place / entry.name).resolve()
    if not target.is_relative_to(place.resolve()):
        raise BackupError(f"The backup names a file outside its place: {entry.name}.")
    target.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(entry)
    assert content is not None  # verify() has refused all else
    with open(target, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        shutil.copyfileobj(content, file, 1 << 20)


def _expect_empty(settings: Settings) -> None:
    if settings.is_sqlite:
        if _sqlite_path(settings).exists():
            raise BackupError(
                f"{_sqlite_path(settings)} exists already; a backup is restored into an empty place."
            )
    else:
        engine = sa.create_engine(settings.database_url)
        try:
            if sa.inspect(engine).get_table_names():
                raise BackupError("The database has tables already; a backup is restored into an empty one.")
        finally:
            engine.dispose()
    if next(storage.from_url(settings.media_url).iter_keys(), None) is not None:
        raise BackupError("There are photos or documents already; a backup is restored into an empty place.")
