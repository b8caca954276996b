"""The way between a tablet and the workshop: a small TCP proxy that can be down, cut an upload, swallow an answer, or
answer everything with somebody else's page, as a hotel's Wi-Fi does. The browser knows nothing of it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

_PORTAL_PAGE = b"<!doctype html><title>Welcome to Hotel Wi-Fi</title><h1>Sign in to Hotel Wi-Fi</h1>"


class Way(StrEnum):
    UP = "up"
    DOWN = "down"
    """Nobody answers: connections are closed at once."""
    PORTAL = "portal"
    """Everything is answered 200 with a page of somebody else."""
    LOSES_ANSWERS = "loses answers"
    """What is posted arrives; the answer does not."""
    CUTS = "cuts"
    """After ``cut_at`` bytes of what is posted the line is dead."""


@dataclass
class Network:
    """The way at present, and how often it did harm."""

    target: tuple[str, int]
    address: str = ""
    way: Way = Way.UP
    cut_at: int = 0
    harmed: int = 0
    _connections: list[socket.socket] = field(default_factory=list)

    def become(self, way: Way, *, cut_at: int = 0) -> None:
        """Change the way; connections that are open end as they would."""
        self.way, self.cut_at = way, cut_at
        for connection in self._connections:
            _end(connection)
        self._connections.clear()

    def serve(self, client: socket.socket) -> None:
        way = self.way
        if way is Way.DOWN:
            return _end(client)
        if way is Way.PORTAL:
            client.recv(65536)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(_PORTAL_PAGE)}\r\nConnection: close\r\n\r\n"
            client.sendall(head.encode() + _PORTAL_PAGE)
            self.harmed += 1
            return _end(client)
        server = socket.create_connection(self.target)
        self._connections += [client, server]
        posting = threading.Event()
        threading.Thread(target=self._answers, args=(server, client, posting), daemon=True).start()
        self._requests(client, server, posting)
        return None

    def _requests(self, client: socket.socket, server: socket.socket, posting: threading.Event) -> None:
        passed = 0  # bytes of the present request
        while data := _received(client):
            if data.startswith((b"GET ", b"POST ", b"HEAD ")):
                passed = 0
                posting.set() if data.startswith(b"POST ") else posting.clear()
            if self.way is Way.CUTS and posting.is_set() and passed + len(data) > self.cut_at:
                self.harmed += 1
                with suppress(OSError):
                    server.sendall(data[: self.cut_at - passed])
                break
            passed += len(data)
            try:
                server.sendall(data)
            except OSError:
                break
        _end(server)
        _end(client)

    def _answers(self, server: socket.socket, client: socket.socket, posting: threading.Event) -> None:
        while data := _received(server):
            if self.way is Way.LOSES_ANSWERS and posting.is_set():
                self.harmed += 1
                break
            try:
                client.sendall(data)
            except OSError:
                break
        _end(server)
        _end(client)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def between(address: str) -> Iterator[Network]:
    """A network in front of the product at ``address``; tablets use :attr:`Network.address`."""
    parts = urlsplit(address)
    network = Network((parts.hostname or "127.0.0.1", parts.port or 80))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        network.address = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=network.serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield network
        finally:
            network.become(Way.DOWN)
