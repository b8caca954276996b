"""The folder and the object store keep the same promises."""

import errno
import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aftersales.gateways import storage
from aftersales.gateways.storage import FileStorage, NotStored, Storage, StorageFailure, StorageFull
from tests import servers
from tests.gateways.photographs import PROJECT

KEY = storage.key_of(b"a photo", "jpg")


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    pytest.importorskip("moto")
    with servers.s3() as url:
        yield url.replace("s3://", "s3://t:t@")


@pytest.fixture(params=["folder", "object store", "object store with a prefix"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """PLT-7: embedded and S3, the same tests."""
    if request.param == "folder":
        return storage.from_url(f"file://{tmp_path}/media")
    url = request.getfixturevalue("s3_url")
    made = storage.from_url(url if "prefix" not in request.param else url.replace("?", "/warsaw/media?"))
    for key in list(made.iter_keys()):
        made.delete(key)
    return made


def test_what_is_put_is_read_again(store: Storage) -> None:
    store.put(KEY, b"a photo", "image/jpeg")
    assert store.exists(KEY)
    assert store.read(KEY) == b"a photo"
    with store.open(KEY) as file:
        assert file.read(2) == b"a "
        assert file.read() == b"photo"


def test_the_key_is_made_of_the_content() -> None:
    digest = hashlib.sha256(b"a photo").hexdigest()
    assert f"{digest[:2]}/{digest[2:4]}/{digest}.jpg" == KEY
    assert storage.key_of(b"a photo", "jpg") == KEY
    assert storage.key_of(b"another", "jpg") != KEY


def test_putting_it_twice_is_putting_it_once(store: Storage) -> None:
    store.put(KEY, b"a photo", "image/jpeg")
    store.put(KEY, b"a photo", "image/jpeg")
    assert list(store.iter_keys()) == [KEY]


def test_what_is_not_there_is_said_so(store: Storage) -> None:
    assert not store.exists(KEY)
    for look in (store.read, store.open):
        with pytest.raises(NotStored, match=KEY):
            look(KEY)


def test_deleting_removes_it_and_deleting_again_is_harmless(store: Storage) -> None:
    store.put(KEY, b"a photo", "image/jpeg")
    store.delete(KEY)
    assert not store.exists(KEY)
    store.delete(KEY)


def test_keys_are_listed_in_order_and_by_prefix(store: Storage) -> None:
    keys = sorted(storage.key_of(str(number).encode(), "jpg") for number in range(20))
    for key in reversed(keys):
        store.put(key, b"x", "image/jpeg")
    assert list(store.iter_keys()) == keys
    assert list(store.iter_keys(keys[0][:2])) == [key for key in keys if key.startswith(keys[0][:2])]


@pytest.mark.parametrize(
    "key", ["../secret", "/etc/passwd", "a/../b", "", "a//b", "A.jpg", "a\\b", "a\0b", ".hidden"]
)
def test_a_key_can_never_leave_the_store(store: Storage, key: str) -> None:
    for use in (store.read, store.open, store.delete, store.exists):
        with pytest.raises(ValueError, match="storage key"):
            use(key)
    with pytest.raises(ValueError, match="storage key"):
        store.put(key, b"x", "text/plain")


def test_an_object_keeps_its_media_type(s3_url: str) -> None:
    store = storage.from_url(s3_url)
    store.put(KEY, b"a photo", "image/jpeg")
    assert store.client.head_object(Bucket=store.bucket, Key=KEY)["ContentType"] == "image/jpeg"  # type: ignore[attr-defined]


def test_an_object_store_that_does_not_answer_is_said_so() -> None:
    store = storage.from_url(f"s3://t:t@photos?endpoint=http://127.0.0.1:{servers.free_port()}&region=r")
    with pytest.raises(StorageFailure, match="does not answer") as failure:
        store.put(KEY, b"a photo", "image/jpeg")
    assert failure.value.reason == "unreachable"


def test_an_object_store_that_refuses_is_said_so(s3_url: str) -> None:
    store = storage.from_url(s3_url.replace("@aftersales", "@no-such-bucket"))
    with pytest.raises(StorageFailure, match="NoSuchBucket.*AFTERSALES_MEDIA_URL"):
        store.put(KEY, b"a photo", "image/jpeg")


# ---- the folder alone ----


def test_a_full_disk_is_said_so_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files cuts the writing in its middle, as a full disk does."""
    run = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from aftersales.gateways.storage import FileStorage, StorageFull
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        store = FileStorage(Path(sys.argv[1]))
        try:
            store.put("ab/cd/photo.jpg", bytes(500_000), "image/jpeg")
        except StorageFull as full:
            print(full.sentence)
        store.put("ab/cd/small.jpg", b"fits", "image/jpeg")
        """
    )
    said = subprocess.run(
        [sys.executable, "-c", run, str(tmp_path)], capture_output=True, text=True, check=True, cwd=PROJECT
    ).stdout
    assert "no room left" in said
    assert "free some" in said
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["small.jpg"]


def test_a_disk_that_is_really_full_is_said_so(tmp_path: Path) -> None:
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True)
    if mount.returncode:
        pytest.skip("a small disk can be mounted only by an administrator")
    try:
        store = FileStorage(tmp_path)
        store.put("ab/first.jpg", bytes(20_000), "image/jpeg")
        with pytest.raises(StorageFull):
            store.put("ab/second.jpg", bytes(100_000), "image/jpeg")
        assert list(store.iter_keys()) == ["ab/first.jpg"]
        store.delete("ab/first.jpg")
        store.put("ab/third.jpg", bytes(40_000), "image/jpeg")
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file stands where the folder should be")
    with pytest.raises(StorageFailure, match=str(tmp_path / "media")) as failure:
        FileStorage(tmp_path / "media").put(KEY, b"a photo", "image/jpeg")
    assert failure.value.reason == "unusable"


def test_a_writer_killed_at_any_moment_leaves_whole_files_only(tmp_path: Path) -> None:
    run = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from aftersales.gateways import storage
        store = storage.FileStorage(Path(sys.argv[1]))
        for number in range(100_000):
            data = str(number).encode() * 20_000
            store.put(storage.key_of(data, "jpg"), data, "image/jpeg")
            print(storage.key_of(data, "jpg"), flush=True)
        """
    )
    said: list[str] = []
    for pause in (0.05, 0.1, 0.15):
        process = subprocess.Popen(
            [sys.executable, "-c", run, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )
        assert process.stdout is not None
        said.append(process.stdout.readline().strip())
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            process.kill()
        said += process.stdout.read().split()[:-1]
        process.stdout.close()
        process.wait()
    store = FileStorage(tmp_path)
    kept = list(store.iter_keys())
    assert set(said) <= set(kept), "what was said to be kept is there"
    assert all(storage.key_of(store.read(key), "jpg") == key for key in kept), "and whole"


def test_what_a_killed_writer_left_is_cleared_later(tmp_path: Path) -> None:
    store = FileStorage(tmp_path)
    store.put(KEY, b"a photo", "image/jpeg")
    left = tmp_path / ".unfinished" / "half"
    left.write_bytes(b"a ph")
    now = datetime.now(UTC)
    assert list(store.iter_keys()) == [KEY], "it is no file of the store"
    assert store.clear_unfinished(now - timedelta(hours=1)) == 0
    assert store.clear_unfinished(now + timedelta(seconds=5)) == 1
    assert not left.exists()
    assert store.read(KEY) == b"a photo"


def test_other_failures_of_the_disk_are_not_called_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StorageFailure, match="Input/output error") as failure:
        FileStorage(tmp_path).put(KEY, b"a photo", "image/jpeg")
    assert not isinstance(failure.value, StorageFull)
    assert not FileStorage(tmp_path).exists(KEY)
