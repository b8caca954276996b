"""The plain http port of ``bin/run --lan``: the page that leads a new tablet through trusting us, the public
certificate, and nothing else. A tablet that does not trust us yet could not read them at the secure address."""

import base64
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from socket import socket

import segno
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask import Flask, render_template
from markupsafe import Markup

from aftersales import config, lan

CERTIFICATE = "/aftersales-ca.crt"
PROFILE = "/aftersales.mobileconfig"
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Paper:
    """One answer of the port."""

    content_type: str
    body: bytes
    name: str = ""
    """The file name that a download gets."""


@dataclass(frozen=True, slots=True)
class Guide:
    """All that the port serves, by path, and the policy of its page."""

    papers: Mapping[str, Paper]
    policy: str


def papers_of(certificate: x509.Certificate) -> dict[str, Paper]:
    """The certificate as the different devices take it; never a key."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return {
        CERTIFICATE: Paper("application/x-x509-ca-cert", der, "aftersales-ca.crt"),
        # No file name: an iPad asks to install what it shows, and only stores what it downloads.
        PROFILE: Paper("application/x-apple-aspen-config", lan.apple_profile(certificate)),
    }


def draw(app: Flask, certificate: x509.Certificate) -> Guide:
    """Draw the page once, with its styles in it: nothing else can be asked of the port."""
    settings = config.of(app)
    styles = (Path(app.root_path) / "templates" / "tablet_setup" / "plain.css").read_text("utf-8")
    with app.test_request_context():
        page = render_template(
            "tablet_setup/plain.html",
            style_element=Markup("<style>") + Markup(styles) + Markup("</style>"),  # our own file
            address=settings.base_url,
            address_code=code(settings.base_url),
            guide_url="",  # this is the page that it leads to
            guide_code="",
            fingerprint=lan.fingerprint(certificate),
            certificate_url=CERTIFICATE,
            profile_url=PROFILE,
        )
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    return Guide(
        {"/": Paper("text/html; charset=utf-8", page.encode()), **papers_of(certificate)},
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'",
    )


def code(text: str) -> Markup:
    """A QR code as SVG: black on white in every theme, so that a camera reads it."""
    drawn = segno.make(text, error="m").svg_inline(
        border=3, scale=5, light="#fff", svgclass="qr", lineclass=None, title=text
    )
    return Markup(drawn)  # segno escapes the title; the rest are numbers


def terminal_code(text: str) -> str:
    """A QR code for the terminal."""
    out = StringIO()
    segno.make(text, error="m").terminal(out, border=2, compact=True)
    return out.getvalue()


def serve(listeners: Sequence[socket], guide: Guide) -> Callable[[], None]:
    """Serve the guide at these sockets until what is returned is called."""

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version, timeout = "Aftersales", "", _SECONDS

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            paper = guide.papers.get(self.path.split("?")[0])
            if paper is None:
                paper = Paper("text/plain; charset=utf-8", b"Only the guide for tablets is here: /\n")
                self.send_response(404)
            else:
                self.send_response(200)
            self.send_header("Content-Type", paper.content_type)
            self.send_header("Content-Length", str(len(paper.body)))
            if paper.name:
                self.send_header("Content-Disposition", f'attachment; filename="{paper.name}"')
            for name, value in (
                ("Content-Security-Policy", guide.policy),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
            ):
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(paper.body)

        def log_message(self, *arguments: object) -> None:
            """Nobody needs to know who looked at the guide."""

    servers = []
    for listener in listeners:
        server = ThreadingHTTPServer(listener.getsockname()[:2], Handler, bind_and_activate=False)
        server.socket.close()
        server.socket = listener
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)

    def stop() -> None:
        for server in servers:
            server.shutdown()

    return stop
