"""Sends text messages: over an HTTP gateway, or nowhere, where messages stay on the outbox page."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aftersales.gateways.sending import PermanentFailure, TemporaryFailure
from aftersales.gateways.wording import N_

_TIMEOUT = 15.0
_ALREADY_ACCEPTED = 409
_SETTINGS = {401, 403, 404, 405, 407}
"""About our token or address, not about the message: it goes out once the settings are right."""
_LATER = {408, 425, 429}
_LONGEST_ANSWER = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Sms:
    """One text message. ``reference`` is ours, stable over all tries: the gateway takes each only once."""

    reference: str
    to: str
    """With country code: ``+48601224318``."""
    text: str


class SmsSender(Protocol):
    def send(self, message: Sms) -> str:
        """Hand the message over and return the provider's reference for it.

        Raises ``TemporaryFailure`` or ``PermanentFailure`` of the module ``sending``. It is never uncertain: the
        gateway knows our reference, so a message sent again after a lost answer is still one message.
        """


class OutboxSms:
    """Sends nothing: the message stays readable on the outbox page."""

    def send(self, message: Sms) -> str:
        return message.reference


def from_url(sms_url: str) -> SmsSender:
    """The sender that ``AFTERSALES_SMS_URL`` names: ``https://token@host/path``."""
    if urlsplit(sms_url).scheme == "outbox":
        return OutboxSms()
    return HttpSms(sms_url)


class HttpSms:
    """A gateway that takes ``POST {"to", "text", "reference"}`` as JSON with a bearer token.

    2xx and 409 (this reference came before) mean accepted.
    """

    def __init__(self, url: str, *, timeout: float = _TIMEOUT) -> None:
        parts = urlsplit(url)
        self.is_tls = parts.scheme == "https"
        self.host = parts.hostname or "localhost"
        self.port = parts.port
        self.path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.token = unquote(parts.password or parts.username or "")
        self.timeout = timeout

    def send(self, message: Sms) -> str:
        status, headers, answer = self._post(
            {"to": message.to, "text": message.text, "reference": message.reference}
        )
        if 200 <= status < 300 or status == _ALREADY_ACCEPTED:
            return self._reference_in(headers, answer) or message.reference
        if status in _SETTINGS or 300 <= status < 400:
            raise TemporaryFailure(
                "settings",
                N_("The SMS gateway refuses our request (%(status)d). Check AFTERSALES_SMS_URL."),
                status=status,
            )
        if status in _LATER or status >= 500:
            raise TemporaryFailure(
                "not_now",
                N_(
                    "The SMS gateway does not take the message now (%(status)d). It is tried again by itself."
                ),
                retry_after=_seconds(headers.get("Retry-After")),
                status=status,
            )
        raise PermanentFailure(
            "refused",
            N_("The SMS gateway refuses this message (%(status)d). Check the number %(to)s."),
            status=status,
            to=message.to,
        )

    def _post(self, body: dict[str, str]) -> tuple[int, http.client.HTTPMessage, bytes]:
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = (
            http.client.HTTPSConnection(
                self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
            )
            if self.is_tls
            else http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        )
        try:
            connection.request("POST", self.path, json.dumps(body, ensure_ascii=False).encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise TemporaryFailure(
                "unreachable",
                N_("The SMS gateway cannot be reached (%(why)s). It is tried again by itself."),
                why=str(error) or type(error).__name__,
            ) from error
        finally:
            connection.close()

    def _reference_in(self, headers: http.client.HTTPMessage, answer: bytes) -> str:
        """The gateway's own number for the message, where it tells one."""
        if headers.get_content_type() == "text/html":
            # A sign-in page of the network answers 200 to everything; no gateway answers in HTML.
            raise TemporaryFailure(
                "not_the_gateway",
                N_("Something else than the SMS gateway answered. Check the network and AFTERSALES_SMS_URL."),
            )
        try:
            said = json.loads(answer)
        except ValueError:
            return ""
        return str(said.get("id", "")) if isinstance(said, dict) else ""


def _seconds(text: str | None) -> float | None:
    """``Retry-After`` in seconds; its other form, a date, is left aside."""
    return float(text) if text and text.isascii() and text.isdecimal() else None
