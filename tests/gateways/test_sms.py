"""Text messages: handed to a real HTTP gateway, and each end told apart."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aftersales.gateways import sms
from aftersales.gateways.sending import PermanentFailure, TemporaryFailure
from aftersales.gateways.sms import Sms
from tests import servers

StartAnswer = Callable[..., tuple[str, list[dict[str, str]]]]
MESSAGE = Sms(
    reference="order-4127-ready", to="+48601224318", text="KR 7P421 jest gotowy. 您的车已经准备好了"
)


@pytest.fixture
def gateway() -> Iterator[servers.SmsGateway]:
    with servers.sms_gateway() as server:
        yield server


def test_it_arrives_with_number_words_and_reference(gateway: servers.SmsGateway) -> None:
    """PLT-2: an HTTP SMS gateway by settings."""
    assert sms.from_url(gateway.url).send(MESSAGE) == "sms-1"
    assert gateway.received == [servers.TextMessage(MESSAGE.to, MESSAGE.text, MESSAGE.reference)]


def test_sending_again_after_a_lost_answer_is_still_one_message(gateway: servers.SmsGateway) -> None:
    gateway.behave = lambda message: "drop"
    sender = sms.from_url(gateway.url)
    with pytest.raises(TemporaryFailure):
        sender.send(MESSAGE)
    assert sender.send(MESSAGE) == "sms-1"
    assert len(gateway.received) == 1


@pytest.mark.parametrize("status", [400, 402, 413, 422])
def test_a_refused_message_is_a_permanent_failure_that_names_the_number(
    gateway: servers.SmsGateway, status: int
) -> None:
    gateway.behave = lambda message: status
    with pytest.raises(PermanentFailure, match=r"\+48601224318"):
        sms.from_url(gateway.url).send(MESSAGE)
    assert gateway.received == []


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_wrong_settings_wait_and_are_named(gateway: servers.SmsGateway, status: int) -> None:
    gateway.behave = lambda message: status
    with pytest.raises(TemporaryFailure, match="AFTERSALES_SMS_URL") as failure:
        sms.from_url(gateway.url).send(MESSAGE)
    assert failure.value.reason == "settings"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_gateway_in_trouble_is_a_temporary_failure(gateway: servers.SmsGateway, status: int) -> None:
    gateway.behave = lambda message: status
    with pytest.raises(TemporaryFailure, match="tried again") as failure:
        sms.from_url(gateway.url).send(MESSAGE)
    assert failure.value.reason == "not_now"


def test_a_slow_gateway_is_a_temporary_failure(gateway: servers.SmsGateway) -> None:
    gateway.delay = 0.8
    with pytest.raises(TemporaryFailure, match="timed out"):
        sms.HttpSms(gateway.url, timeout=0.2).send(MESSAGE)


def test_no_gateway_is_a_temporary_failure() -> None:
    with pytest.raises(TemporaryFailure, match="cannot be reached"):
        sms.from_url(f"http://127.0.0.1:{servers.free_port()}/").send(MESSAGE)


@pytest.fixture
def answer() -> Iterator[StartAnswer]:
    """A gateway that gives one answer to everything; it shows the headers that it was sent."""
    started: list[HTTPServer] = []

    def start(status: int, body: str, **headers: str) -> tuple[str, list[dict[str, str]]]:
        seen: list[dict[str, str]] = []

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append(dict(self.headers) | {"path": self.path})
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """The test reads what it needs from ``seen``."""

        server = HTTPServer(("127.0.0.1", 0), Answer)
        started.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"127.0.0.1:{server.server_address[1]}/v1/sms?from=Auto", seen

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def test_the_token_goes_as_a_bearer_and_never_in_the_address(answer: StartAnswer) -> None:
    place, seen = answer(200, "{}", Content_Type="application/json")
    sms.from_url(f"http://s%2Fcret@{place}").send(MESSAGE)
    assert seen[0]["Authorization"] == "Bearer s/cret"
    assert seen[0]["path"] == "/v1/sms?from=Auto"


def test_already_accepted_is_accepted(answer: StartAnswer) -> None:
    place, _ = answer(409, json.dumps({"id": 77}), Content_Type="application/json")
    assert sms.from_url(f"http://{place}").send(MESSAGE) == "77"


def test_a_gateway_that_gives_no_number_is_known_by_our_reference(answer: StartAnswer) -> None:
    place, _ = answer(200, "OK", Content_Type="text/plain")
    assert sms.from_url(f"http://{place}").send(MESSAGE) == MESSAGE.reference


def test_the_sign_in_page_of_a_network_is_not_taken_for_the_gateway(answer: StartAnswer) -> None:
    place, _ = answer(200, "<html>Welcome to the hotel", Content_Type="text/html; charset=utf-8")
    with pytest.raises(TemporaryFailure, match="Something else") as failure:
        sms.from_url(f"http://{place}").send(MESSAGE)
    assert failure.value.reason == "not_the_gateway"


def test_a_gateway_may_ask_us_to_wait(answer: StartAnswer) -> None:
    place, _ = answer(429, "{}", Retry_After="120")
    with pytest.raises(TemporaryFailure) as failure:
        sms.from_url(f"http://{place}").send(MESSAGE)
    assert failure.value.retry_after == 120


def test_the_outbox_sends_nothing_and_answers_with_the_reference() -> None:
    """PLT-2: embedded default."""
    assert sms.from_url("outbox:").send(MESSAGE) == MESSAGE.reference
