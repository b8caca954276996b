"""Keeps files under keys: in a folder, or in an S3-compatible object store.

A file is there whole or not at all. Keys are made of the content (:func:`key_of`), so that the same picture sent
twice is one file and a key never changes its meaning.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from aftersales.gateways.wording import N_, Failure

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*(\.[a-z0-9]+)?")
_UNFINISHED = ".unfinished"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFailure(Failure):
    """The store cannot do it now; the sentence says why."""


class StorageFull(StorageFailure):
    """No room is left. Nothing of the file was kept."""

    def __init__(self) -> None:
        super().__init__(
            "full",
            N_(
                "There is no room left for photos and documents. Ask the administrator to free some, then try again."
            ),
        )


class NotStored(StorageFailure):
    """There is no file under this key."""

    def __init__(self, key: str) -> None:
        super().__init__("missing", N_("The file %(key)s is missing from the store."), key=key)


class Storage(Protocol):
    """What every store can do."""

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep ``data`` under ``key``; it is safe against a power cut when this returns. Twice is once."""

    def open(self, key: str) -> BinaryIO:
        """The file for reading; :class:`NotStored` where there is none."""

    def read(self, key: str) -> bytes:
        """The whole file; :class:`NotStored` where there is none."""

    def delete(self, key: str) -> None:
        """Remove the file; one that is not there is as good as removed."""

    def exists(self, key: str) -> bool: ...

    def iter_keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with ``prefix``, sorted."""


def key_of(data: bytes, extension: str) -> str:
    """The key of these bytes: ``ab/cd/<sha256>.jpg``."""
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:2]}/{digest[2:4]}/{digest}.{extension}"


def from_url(media_url: str) -> Storage:
    """The store that ``AFTERSALES_MEDIA_URL`` names."""
    parts = urlsplit(media_url)
    if parts.scheme == "file":
        return FileStorage(Path(unquote(parts.path)))
    # boto3 takes some 20 MB in every process: only those that use it pay.
    from aftersales.gateways.s3_storage import S3Storage

    return S3Storage.from_url(media_url)


def checked(key: str) -> str:
    """``key`` itself, if it can be one. Anything else is a mistake of ours, never a path to follow."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} cannot be a storage key")
    return key


class FileStorage:
    """A folder on this machine, or on a disk that all machines share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes, media_type: str) -> None:
        path = self.root / checked(key)
        unfinished = self.root / _UNFINISHED / secrets.token_hex(16)
        try:
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._write(unfinished, data)
                self._make_folder(path.parent)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
            _flush_folder(path.parent)
        except OSError as error:
            raise _failure(error, self.root) from error

    def open(self, key: str) -> BinaryIO:
        try:
            return open(self.root / checked(key), "rb")
        except FileNotFoundError as error:
            raise NotStored(key) from error
        except OSError as error:
            raise _failure(error, self.root) from error

    def read(self, key: str) -> bytes:
        with self.open(key) as file:
            return file.read()

    def delete(self, key: str) -> None:
        try:
            (self.root / checked(key)).unlink(missing_ok=True)
        except OSError as error:
            raise _failure(error, self.root) from error

    def exists(self, key: str) -> bool:
        return (self.root / checked(key)).is_file()

    def iter_keys(self, prefix: str = "") -> Iterator[str]:
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name != _UNFINISHED)
            for name in sorted(files):
                key = (Path(folder) / name).relative_to(self.root).as_posix()
                if key.startswith(prefix):
                    yield key

    def clear_unfinished(self, before: datetime) -> int:
        """Remove what a process left half written when it was killed before that time. Returns how many files."""
        count = 0
        for path in (self.root / _UNFINISHED).glob("*"):
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    count += 1
            except FileNotFoundError:  # its writer finished in this moment
                continue
        return count

    def _write(self, path: Path, data: bytes) -> None:
        with open(path, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _make_folder(self, folder: Path) -> None:
        """Make ``folder`` so that it outlives a power cut: each new name is flushed in the folder above it."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _failure(error: OSError, root: Path) -> StorageFailure:
    if error.errno in _FULL:
        return StorageFull()
    return StorageFailure(
        "unusable",
        N_(
            "The folder %(folder)s cannot be used (%(why)s). Ask the administrator to put it right, then try again."
        ),
        folder=root,
        why=error.strerror,
    )
