"""Sends e-mail: over SMTP, or nowhere, where messages stay on the outbox page."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Literal, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from aftersales.gateways.sending import PermanentFailure, TemporaryFailure, Uncertain
from aftersales.gateways.wording import N_

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}")
_USER = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
"""What may stand before the "@" without quoting; most mail servers take nothing else."""
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_TIMEOUT = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes along: ``Quotation 3127.pdf``."""

    name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Email:
    """One e-mail to one recipient. ``reference`` is ours, stable over all tries: the Message-ID is made of it."""

    reference: str
    to: str
    subject: str
    text: str
    written_at: datetime
    """When the message was written, not when it was sent; aware."""
    to_name: str = ""
    from_name: str = ""
    reply_to: str = ""
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()


class EmailSender(Protocol):
    def send(self, message: Email) -> str:
        """Hand the message over and return the provider's reference for it.

        Raises ``TemporaryFailure``, ``PermanentFailure`` or ``Uncertain`` of the module ``sending``.
        """


class OutboxEmail:
    """Sends nothing: the message stays readable on the outbox page."""

    def send(self, message: Email) -> str:
        return message.reference


def from_url(smtp_url: str, mail_from: str) -> EmailSender:
    """The sender that ``AFTERSALES_SMTP_URL`` names.

    ``smtp://user:password@host:587``, ``smtps://…:465``; ``?starttls=required`` or ``never`` instead of "where the
    server offers it", ``?timeout=20``.
    """
    parts = urlsplit(smtp_url)
    if parts.scheme == "outbox":
        return OutboxEmail()
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    starttls = options.get("starttls", "offered")
    if starttls not in {"offered", "required", "never"}:
        raise ValueError("starttls in AFTERSALES_SMTP_URL must be offered, required or never")
    is_tls = parts.scheme == "smtps"
    return SmtpEmail(
        host=parts.hostname or "localhost",
        port=parts.port or (465 if is_tls else 587 if parts.username else 25),
        mail_from=mail_from,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls="implicit" if is_tls else starttls,  # type: ignore[arg-type]
        timeout=float(options.get("timeout", _TIMEOUT)),
    )


class SmtpEmail:
    """A mail server. One connection per message: a shared one would turn one broken message into many."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        mail_from: str,
        user: str = "",
        password: str = "",
        tls: Literal["implicit", "offered", "required", "never"] = "offered",
        timeout: float = _TIMEOUT,
    ) -> None:
        self.host = host
        self.port = port
        self.mail_from = mail_from
        self.user = user
        self.password = password
        self.tls = tls
        self.timeout = timeout

    def send(self, message: Email) -> str:
        """Hand the message to the server; returns its Message-ID.

        The connection breaking before the closing dot leaves nothing at the server: ``TemporaryFailure``. After
        the dot only the server knows: ``Uncertain``.
        """
        written = compose(message, self.mail_from)
        with self._connected() as server:
            self._address(server, message.to)
            self._hand_over(server, written)
        return str(written["Message-ID"])

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server: smtplib.SMTP | None = None
        try:
            if self.tls == "implicit":
                server = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
            server.ehlo_or_helo_if_needed()
            if self.tls == "required" or (self.tls == "offered" and server.has_extn("starttls")):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif self.tls == "offered" and self.user:
                raise _unset(
                    N_(
                        "The mail server offers no encryption, so our password was not sent. Check AFTERSALES_SMTP_URL."
                    )
                )
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            _close(server)
            raise _unset(N_("The mail server refuses our sign-in. Check AFTERSALES_SMTP_URL.")) from error
        except TemporaryFailure:
            _close(server)
            raise
        except (OSError, smtplib.SMTPException) as error:
            _close(server)
            raise _unreachable(error) from error
        try:
            yield server
        finally:
            _close(server)

    def _address(self, server: smtplib.SMTP, to: str) -> None:
        """Sender and recipient. What the server says here is certain: nothing was handed over yet."""
        try:
            code, answer = server.mail(_ascii(self.mail_from))
            if code == 250:
                code, answer = server.rcpt(_ascii(to))
            if code in {250, 251}:
                code, answer = server.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise _unreachable(error) from error
        if code != 354:
            raise _refused(code, answer)

    def _hand_over(self, server: smtplib.SMTP, written: EmailMessage) -> None:
        content = re.sub(rb"(?m)^\.", b"..", written.as_bytes(policy=SMTP))
        try:
            server.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise _unreachable(error) from error
        try:
            server.send(b".\r\n")
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(
                "no_answer",
                N_(
                    "The mail server took the message and did not answer. Ask the recipient before you send it again."
                ),
            ) from error
        if code != 250:
            raise _refused(code, answer)


def compose(message: Email, mail_from: str) -> EmailMessage:
    """The message as it travels: plain text, a simple HTML twin, files. Nothing in it can become a header."""
    if not _REFERENCE.fullmatch(message.reference):
        raise ValueError(f"{message.reference!r} cannot be a message's reference")
    sender = _addressed(mail_from, message.from_name)
    written = EmailMessage(policy=SMTP)
    written["From"] = sender
    written["To"] = _addressed(message.to, message.to_name)
    if message.reply_to:
        written["Reply-To"] = _addressed(message.reply_to, "")
    written["Subject"] = _one_line(message.subject)
    written["Date"] = format_datetime(message.written_at)
    written["Message-ID"] = f"<{message.reference}@{sender.domain or 'localhost'}>"
    written["Content-Language"] = _one_line(message.language)
    # Tells out-of-office replies to keep quiet.
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(message.text, cte="quoted-printable")
    written.add_alternative(html_of(message.text, message.language), subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        main, _, sub = attachment.media_type.partition("/")
        written.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=_one_line(attachment.name)
        )
    return written


def html_of(text: str, language: str) -> str:
    """Plain text as a small HTML page: paragraphs at empty lines, addresses as links, nothing loaded from anywhere."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        parts, end = [], 0
        for link in _URL.finditer(paragraph):
            address = escape(link[0])
            parts += [escape(paragraph[end : link.start()]), f'<a href="{address}">{address}</a>']
            end = link.end()
        parts.append(escape(paragraph[end:]))
        paragraphs.append(f"<p>{'<br>'.join(''.join(parts).splitlines())}</p>")
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"></head>'
        f"<body>{''.join(paragraphs)}</body></html>"
    )


def _addressed(address: str, name: str) -> Address:
    """An address with a name. Refuses what is none, as a recipient typed wrong at the desk."""
    try:
        user, _, domain = address.rpartition("@")
        if not _USER.fullmatch(user) or not domain:
            raise ValueError(address)
        return Address(_one_line(name), username=user, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, HeaderParseError, IndexError, UnicodeError) as error:
        raise PermanentFailure(
            "bad_address",
            N_("“%(address)s” is not an e-mail address. Correct it at the customer, then send again."),
            address=_one_line(address),
        ) from error


def _ascii(address: str) -> str:
    user, _, domain = address.rpartition("@")
    return f"{user}@{domain.encode('idna').decode('ascii')}"


def _one_line(text: str) -> str:
    """The text without line ends and other control characters: what stands in a header stays in it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _close(server: smtplib.SMTP | None) -> None:
    if server is not None:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            # The message's fate is settled by now; a server that hangs up first changes nothing.
            server.close()


def _unset(message: str) -> TemporaryFailure:
    """Our settings are wrong: the message is fine and goes out once they are right."""
    return TemporaryFailure("settings", message)


def _unreachable(error: Exception) -> TemporaryFailure:
    return TemporaryFailure(
        "unreachable",
        N_("The mail server cannot be reached (%(why)s). It is tried again by itself."),
        why=str(error),
    )


def _refused(code: int, answer: bytes) -> TemporaryFailure | PermanentFailure:
    said = _one_line(answer.decode("utf-8", "replace"))
    if 500 <= code < 600:
        return PermanentFailure(
            "refused", N_("The mail server refuses this message: %(code)d %(said)s"), code=code, said=said
        )
    return TemporaryFailure(
        "not_now",
        N_("The mail server does not take the message now: %(code)d %(said)s. It is tried again by itself."),
        code=code,
        said=said,
    )
