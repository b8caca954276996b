"""Starting and stopping the whole product, as ``bin/run`` does."""

import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aftersales import config, serve
from aftersales.config import Settings
from e2e.server import Product, product
from tests import servers

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with product(tmp_path_factory.mktemp("running"), "--empty") as started:
        yield started


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aftersales.serve", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_it_serves_and_says_where(running: Product) -> None:
    with urllib.request.urlopen(running.url("/healthz")) as answer:
        assert answer.status == 200


def test_an_empty_workshop_says_what_to_do_first(running: Product) -> None:
    assert "set up the workshop and its first administrator" in running.said()


def test_a_second_start_names_the_first_one(running: Product) -> None:
    second = start("--port", "0", "--data", str(running.data))
    assert second.returncode != 0
    assert "already running" in second.stderr
    assert running.address in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = start("--port", str(port), "--data", str(tmp_path))
    assert refused.returncode != 0
    assert f"Port {port}" in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_that_does_not_exist_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = start("--port", "99999", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "There is no port 99999" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()  # root may write anywhere, but not below a file
    refused = start("--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert refused.returncode != 0
    assert "cannot be written" in refused.stderr
    assert "--data" in refused.stderr
    assert "Traceback" not in refused.stderr


def begin(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "aftersales.serve", "--port", "0", "--empty", "--data", str(data)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ctrl-C"):
            return process
    raise AssertionError("it did not start")


def family_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything that it started: Valkey, gunicorn and its two workers, the worker and its two parts."""
    itself = psutil.Process(process.pid)
    servers.wait_until(
        lambda: len(itself.children(recursive=True)) >= 7, what="not all parts are up", seconds=60
    )
    return itself.children(recursive=True)


def test_ctrl_c_leaves_nothing_running_even_in_a_folder_with_a_long_name(tmp_path: Path) -> None:
    process = begin(tmp_path / ("long" * 30))
    family = family_of(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


def test_killed_it_leaves_nothing_running_and_starts_again(tmp_path: Path) -> None:
    first = begin(tmp_path)
    family = family_of(first)
    first.kill()
    assert first.wait(60) == -signal.SIGKILL
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []
    second = begin(tmp_path)
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0


def test_when_a_part_dies_all_is_stopped_and_named(tmp_path: Path) -> None:
    process = begin(tmp_path)
    family = family_of(process)
    (valkey,) = [child for child in family if "valkey" in child.name()]
    valkey.kill()
    assert process.wait(60) == 1
    assert process.stdout is not None
    assert "The redis process ended by itself" in process.stdout.read()
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


def settings_of(data: Path, **values: str) -> Settings:
    return config.load({"AFTERSALES_DATA_DIR": str(data), **values})


def test_a_sample_that_was_not_made_to_its_end_is_begun_anew(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    for name in ("aftersales.db", "aftersales.db-wal", "sample-data.unfinished"):
        (tmp_path / name).touch()
    (tmp_path / "media").mkdir()
    serve.forget_sample_data(tmp_path, settings)
    assert not list(tmp_path.glob("aftersales.db*"))
    assert not (tmp_path / "media").exists()
    assert (tmp_path / "secret_key").exists()


def test_a_database_elsewhere_is_never_emptied(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, AFTERSALES_DATABASE_URL="postgresql://localhost/aftersales")
    (tmp_path / "media").mkdir()
    with pytest.raises(serve.Refusal, match="Empty the database"):
        serve.forget_sample_data(tmp_path, settings)
    assert (tmp_path / "media").exists()


def test_on_the_workshops_network_it_serves_https_that_a_tablet_trusts(tmp_path: Path) -> None:
    """CHK-11: secure address, secure cookies, the guide at a plain port; a second start keeps the authority."""
    with product(tmp_path, "--empty", "--lan", "--host", "127.0.0.1") as started:
        authority = ssl.create_default_context(cafile=str(tmp_path / "tls" / "ca.crt"))
        assert started.address.startswith("https://127.0.0.1:")
        with urllib.request.urlopen(started.url("/healthz"), context=authority) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(started.url("/first-run"), context=authority) as answer:
            cookie, form = answer.headers["Set-Cookie"], answer.read().decode()
        assert cookie.startswith("__Host-aftersales=") and "Secure" in cookie
        # A form is taken although our pages send no referrer: what is wrong with it is only that it is empty.
        token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
        empty = urllib.request.Request(
            started.url("/first-run"),
            data=urllib.parse.urlencode({"csrf_token": token}).encode(),
            headers={"Cookie": cookie.split(";")[0]},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(empty, context=authority)
        assert refused.value.code == 422
        servers.wait_until(lambda: "Ctrl-C" in started.said(), what="it has not said all")
        said = started.said()
        (guide,) = re.findall(r"http://127\.0\.0\.1:\d+", said)
        with urllib.request.urlopen(guide) as answer:
            page = answer.read().decode()
        assert started.address in page
        (fingerprint,) = re.findall(r"(?:[0-9A-F]{2} ){31}[0-9A-F]{2}", said)
        assert fingerprint in page
        with pytest.raises(urllib.error.URLError):  # no browser takes it untrusted
            urllib.request.urlopen(started.url("/healthz"), context=ssl.create_default_context())


def test_nonsense_about_the_certificate_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERSALES_TLS_CERTIFICATE", str(tmp_path / "none.crt"))
    refused = start("--port", "0", "--data", str(tmp_path / "data"))
    assert "belong together" in refused.stderr and "Traceback" not in refused.stderr
    monkeypatch.setenv("AFTERSALES_TLS_KEY", str(tmp_path / "none.key"))
    refused = start("--port", "0", "--data", str(tmp_path / "data"))
    assert "none.crt cannot be read" in refused.stderr and "Traceback" not in refused.stderr
    monkeypatch.delenv("AFTERSALES_TLS_CERTIFICATE")
    monkeypatch.delenv("AFTERSALES_TLS_KEY")
    (tmp_path / "address").write_text("http://workshop.example\n")
    monkeypatch.setenv(
        "AFTERSALES_BASE_URL_FILE", str(tmp_path / "address")
    )  # the file counts like the variable
    refused = start("--port", "0", "--lan", "--host", "127.0.0.1", "--data", str(tmp_path / "data"))
    assert "served by https" in refused.stderr and "Traceback" not in refused.stderr
