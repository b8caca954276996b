"""The whole product as one program, started for a journey as ``bin/run`` starts it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer

from aftersales import config, create_app, serve
from aftersales.db import db
from aftersales.jobs.queue import QUEUES
from tests import servers
from tests.servers import MailServer, SmsGateway

ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 240.0
_STOP_SECONDS = 90.0  # a job that was begun is ended first


@dataclass
class Product:
    """A running Aftersales with the servers that its messages go to."""

    mail: MailServer
    sms: SmsGateway
    data: Path
    address: str = ""
    lines: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return self.address + path

    def said(self) -> str:
        return "".join(self.lines)


class Blank:
    """A product that nobody has used yet, again and again: starting one anew takes as long as several journeys."""

    def __init__(self, running: Product) -> None:
        self.running = running
        self._database = running.data / "aftersales.db"
        self._kept = running.data / "blank.db"
        _copy_database(self._database, self._kept)

    def again(self) -> Product:
        """The running product as it was at first, its queues and what it counted of its visitors included."""
        socket = serve.run_folder(self.running.data) / "valkey.sock"
        with redis.Redis(unix_socket_path=str(socket)) as connection:
            waiting = [Queue(name, connection=connection, serializer=JSONSerializer) for name in QUEUES]
            for queue in waiting:
                queue.empty()
            servers.wait_until(
                lambda: not any(queue.started_job_registry.count for queue in waiting),
                what="a job is still at work",
            )
            for key in connection.scan_iter("LIMITS*"):
                connection.delete(key)
        _copy_database(self._kept, self._database)
        shutil.rmtree(self.running.data / "media", ignore_errors=True)
        for box in (self.running.mail.received, self.running.sms.received):
            box.clear()
        return self.running


def _copy_database(source: Path, target: Path) -> None:
    """As one transaction: whoever has the target open reads either all of the old or all of the new."""
    with closing(sqlite3.connect(source)) as kept, closing(sqlite3.connect(target, timeout=30)) as live:
        kept.backup(live)


@contextmanager
def product(data: Path, *arguments: str, **environment: str) -> Iterator[Product]:
    """Start it on a free port with ``data`` as its folder, and stop it afterwards as Ctrl-C would."""
    with servers.smtp() as mail, servers.sms_gateway() as sms:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "aftersales.serve", "--port", "0", "--data", str(data), *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, "AFTERSALES_SMTP_URL": mail.url, "AFTERSALES_SMS_URL": sms.url,
                 "PYTHONPATH": str(ROOT), "AFTERSALES_SAMPLE_MONTHS": "0", **environment},
        )  # fmt: skip
        running = Product(mail, sms, data)
        reader = threading.Thread(target=_listen, args=(process, running), daemon=True)
        reader.start()
        try:
            servers.wait_until(
                lambda: bool(running.address) or process.poll() is not None,
                what="the product is not up",
                seconds=_START_SECONDS,
            )
            if not running.address:
                raise RuntimeError(f"The product did not start:\n{running.said()}")
            yield running
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            finally:
                process.kill()


def _listen(process: "subprocess.Popen[str]", running: Product) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        running.lines.append(line)
        if line.startswith("Aftersales is at "):
            running.address = line.split()[-1]


@contextmanager
def inside(running: Product) -> Iterator[Flask]:
    """The running product's own database, for making a situation that would take a hundred taps."""
    app = create_app(
        config.load({"AFTERSALES_DATA_DIR": str(running.data), "AFTERSALES_BASE_URL": running.address})
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
