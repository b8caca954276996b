"""The whole product as one program, started for a journey as ``bin/run`` starts it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from aftersales import config, create_app
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
