"""E-mail: handed to a real SMTP server, and each end told apart."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from aftersales.gateways import email
from aftersales.gateways.email import Attachment, Email
from aftersales.gateways.sending import PermanentFailure, TemporaryFailure, Uncertain
from tests import servers

MESSAGE = Email(
    reference="quotation-3127-v2-sent",
    to="katarzyna.mazur@example.com",
    to_name="Katarzyna Mazur-Łęcka",
    subject="Quote 3127 for KR 7P421 – żółć",
    text="Good morning,\n\nyour quote: https://shop.example/l/abc-DEF_1.\nTotal <2,815.60 PLN> & more.\n\nMarta",
    written_at=datetime(2026, 5, 12, 10, 42, tzinfo=UTC),
    from_name="Auto Kraków",
    language="pl",
)
FROM = "workshop@auto-krakow.example"


@pytest.fixture
def mail() -> Iterator[servers.MailServer]:
    with servers.smtp() as server:
        yield server


def _sender(mail: servers.MailServer) -> email.EmailSender:
    return email.from_url(mail.url + "?timeout=2", FROM)


def test_it_arrives_with_names_words_and_an_html_twin(mail: servers.MailServer) -> None:
    """PLT-2: real SMTP by settings."""
    reference = _sender(mail).send(MESSAGE)
    (got,) = mail.received
    assert got["From"] == f"Auto Kraków <{FROM}>"
    assert got["To"] == "Katarzyna Mazur-Łęcka <katarzyna.mazur@example.com>"
    assert got["Subject"] == MESSAGE.subject
    assert got["Date"] == "Tue, 12 May 2026 10:42:00 +0000"
    assert got["Message-ID"] == reference == "<quotation-3127-v2-sent@auto-krakow.example>"
    plain, twin = got.get_body(("plain",)), got.get_body(("html",))
    assert plain is not None
    assert twin is not None
    assert plain.get_content().splitlines() == MESSAGE.text.splitlines()
    html = twin.get_content()
    assert '<html lang="pl">' in html
    assert '<a href="https://shop.example/l/abc-DEF_1">' in html
    assert "&lt;2,815.60 PLN&gt; &amp; more" in html


def test_every_try_of_one_message_has_the_same_message_id(mail: servers.MailServer) -> None:
    sender = _sender(mail)
    assert sender.send(MESSAGE) == sender.send(MESSAGE)


def test_files_go_along(mail: servers.MailServer) -> None:
    _sender(mail).send(replace(MESSAGE, attachments=(Attachment(name="Wycena ś.pdf", content=b"%PDF-1.7"),)))
    (part,) = mail.received[0].iter_attachments()
    assert part.get_filename() == "Wycena ś.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == b"%PDF-1.7"


def test_a_line_that_begins_with_a_dot_arrives_whole(mail: servers.MailServer) -> None:
    _sender(mail).send(replace(MESSAGE, text="before\n.\n..two\nafter"))
    body = mail.received[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().split() == ["before", ".", "..two", "after"]


@pytest.mark.parametrize("name", ["subject", "to_name", "from_name", "language"])
def test_no_header_can_be_smuggled_in(mail: servers.MailServer, name: str) -> None:
    for smuggled in (
        "Hello\r\nBcc: thief@example.com",
        "Hello\nBcc: thief@example.com\n\nBody",
        "a\rBcc: b",
        "a\x0bb\0c\u2028d",
    ):
        mail.received.clear()
        _sender(mail).send(replace(MESSAGE, **{name: smuggled}))
        (got,) = mail.received
        assert got["Bcc"] is None
        assert "thief" not in str(got.get_body(("plain",)))


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\r\nBcc: thief@example.com", "a@b>,<thief@example.com", "a@", "@b", "a b@example.com",
     "zażółć@example.com", "A <a@example.com>", "a@example.com, b@example.com", "a@" + "x" * 300 + ".com"],
)  # fmt: skip
def test_a_wrong_address_is_a_permanent_failure_that_says_what_to_do(
    mail: servers.MailServer, address: str
) -> None:
    with pytest.raises(PermanentFailure, match="Correct it at the customer"):
        _sender(mail).send(replace(MESSAGE, to=address))
    assert mail.received == []


def test_an_address_in_a_domain_with_letters_of_its_own_is_reached(mail: servers.MailServer) -> None:
    _sender(mail).send(replace(MESSAGE, to="jan@warsztat-łódź.example"))
    assert "xn--" in str(mail.received[0]["To"])


@pytest.mark.parametrize(
    ("answer", "end"), [("451 try later", TemporaryFailure), ("554 it is spam", PermanentFailure)]
)
def test_the_servers_no_is_told_apart(mail: servers.MailServer, answer: str, end: type[Exception]) -> None:
    mail.behave = lambda message: answer
    with pytest.raises(end, match=answer):
        _sender(mail).send(MESSAGE)
    assert mail.received == []


def test_a_server_that_hangs_up_after_it_took_the_message_leaves_us_uncertain(
    mail: servers.MailServer,
) -> None:
    mail.behave = lambda message: "drop"
    with pytest.raises(Uncertain, match="Ask the recipient"):
        _sender(mail).send(MESSAGE)
    assert len(mail.received) == 1, "it did arrive: sending again would have doubled it"


def test_a_server_that_is_too_slow_after_it_took_the_message_leaves_us_uncertain(
    mail: servers.MailServer,
) -> None:
    mail.delay = 1.0
    with pytest.raises(Uncertain):
        email.from_url(mail.url + "?timeout=0.3", FROM).send(MESSAGE)


def test_no_server_is_a_temporary_failure() -> None:
    with pytest.raises(TemporaryFailure, match="cannot be reached") as failure:
        email.from_url(f"smtp://127.0.0.1:{servers.free_port()}", FROM).send(MESSAGE)
    assert failure.value.reason == "unreachable"


# ---- servers that misbehave before the message is theirs ----


@pytest.fixture
def script() -> Iterator[Callable[..., str]]:
    """A server that answers each line of the client by a script, and hangs up where it ends."""
    made: list[socket.socket] = []

    def start(*answers: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        made.append(server)

        def serve() -> None:
            client, _ = server.accept()
            with client, client.makefile("rb") as lines:
                client.sendall(b"220 hello\r\n")
                for answer in answers:
                    lines.readline()
                    client.sendall(answer + b"\r\n")

        threading.Thread(target=serve, daemon=True).start()
        return f"smtp://127.0.0.1:{server.getsockname()[1]}?timeout=2"

    yield start
    for server in made:
        server.close()


OK = b"250 ok"


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        ((), TemporaryFailure),
        ((OK,), TemporaryFailure),
        ((OK, OK), TemporaryFailure),
        ((OK, OK, OK), TemporaryFailure),
        ((OK, OK, b"450 greylisted"), TemporaryFailure),
        ((OK, OK, b"550 no such person"), PermanentFailure),
        ((OK, b"553 not from you"), PermanentFailure),
        ((OK, OK, OK, b"452 no room"), TemporaryFailure),
        ((OK, OK, OK, b"550 no"), PermanentFailure),
        ((b"421 too busy",), TemporaryFailure),
    ],
)  # fmt: skip
def test_before_the_closing_dot_the_end_is_always_certain(
    script: Callable[..., str], answers: tuple[bytes, ...], end: type[Exception]
) -> None:
    with pytest.raises(end):
        email.from_url(script(*answers), FROM).send(MESSAGE)


# ---- encryption and sign-in ----


@dataclass
class _Keeper:
    received: list[Any] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append(session.ssl)
        return "250 OK"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this test alone trusts."""
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
        capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return context


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"p@ss", handled=False)


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Callable[..., _Keeper]:
    def run(port: int, **options: Any) -> _Keeper:
        keeper = _Keeper()
        controller = Controller(keeper, hostname="127.0.0.1", port=port, **options)
        controller.start()
        request.addfinalizer(controller.stop)
        return keeper

    return run


def test_the_connection_is_encrypted_where_the_server_offers_it(
    start: Callable[..., _Keeper], certificate: ssl.SSLContext
) -> None:
    port = servers.free_port()
    keeper = start(port, tls_context=certificate, authenticator=_authenticate)
    email.from_url(f"smtp://marta:p%40ss@127.0.0.1:{port}", FROM).send(MESSAGE)
    assert keeper.received[0] is not None, "TLS was on"


def test_smtps_is_encrypted_from_the_start(
    start: Callable[..., _Keeper], certificate: ssl.SSLContext
) -> None:
    port = servers.free_port()
    keeper = start(port, ssl_context=certificate)
    email.from_url(f"smtps://127.0.0.1:{port}", FROM).send(MESSAGE)
    assert len(keeper.received) == 1


def test_a_wrong_password_waits_for_the_settings_and_names_them(
    start: Callable[..., _Keeper], certificate: ssl.SSLContext
) -> None:
    port = servers.free_port()
    start(port, tls_context=certificate, authenticator=_authenticate)
    with pytest.raises(TemporaryFailure, match="AFTERSALES_SMTP_URL") as failure:
        email.from_url(f"smtp://marta:wrong@127.0.0.1:{port}", FROM).send(MESSAGE)
    assert failure.value.reason == "settings"
    assert "wrong" not in failure.value.sentence


def test_a_password_is_never_sent_in_the_clear(mail: servers.MailServer) -> None:
    with pytest.raises(TemporaryFailure, match="no encryption"):
        email.from_url(mail.url.replace("//", "//marta:secret@"), FROM).send(MESSAGE)
    assert mail.received == []


def test_a_certificate_of_somebody_else_is_not_trusted(
    start: Callable[..., _Keeper], certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = servers.free_port()
    keeper = start(port, ssl_context=certificate)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        email.from_url(f"smtps://127.0.0.1:{port}?timeout=2", FROM).send(MESSAGE)
    assert keeper.received == []


# ---- without a server ----


def test_the_outbox_sends_nothing_and_answers_with_the_reference() -> None:
    """PLT-2: embedded default."""
    assert email.from_url("outbox:", FROM).send(MESSAGE) == MESSAGE.reference


def test_a_reference_that_could_not_stand_in_a_message_id_is_a_mistake() -> None:
    for reference in ("", "a b", "a@b", "a\nb", "-a", "a" * 200):
        with pytest.raises(ValueError, match="reference"):
            email.compose(replace(MESSAGE, reference=reference), FROM)


def test_html_made_of_text_runs_nothing() -> None:
    html = email.html_of(
        '<script>alert(1)</script> https://x.example/"><img src=x onerror=y> javascript:z', 'en"><b>'
    )
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert "<b>" not in html
