"""Child processes that never outlive their parent: for ``bin/run`` and the worker."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Child(Protocol):
    """What :class:`subprocess.Popen` and :class:`Fork` have in common."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...


class Fork:
    """A child that goes on from what this process has loaded: up at once, and most of its memory is shared.

    Only for a process without threads and open connections. ``name`` (at most 15 characters) is what ``ps -o comm``
    shows.
    """

    def __init__(self, name: str, target: Callable[..., object], *arguments: object) -> None:
        def run() -> None:
            os.setsid()
            _end_with_parent()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            if _libc is not None:
                _libc.prctl(_PR_SET_NAME, name.encode())
            target(*arguments)

        self._process = multiprocessing.get_context("fork").Process(target=run, name=name)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises :class:`subprocess.TimeoutExpired` as a ``Popen`` does."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()


def _end_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the parent is gone, even by ``kill -9``."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def start(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches only us and we stop it in order."""
    return subprocess.Popen(
        command,
        env={**os.environ, **(env or {})},
        pass_fds=tuple(pass_fds),
        start_new_session=True,
        preexec_fn=_end_with_parent,
        stdin=subprocess.DEVNULL,
    )


def stop(*children: Child, seconds: float = 15.0) -> None:
    """End the children side by side; whoever does not obey in time goes with its whole process group."""
    alive = [child for child in children if child.poll() is None]
    for child in alive:
        child.terminate()
    deadline = time.monotonic() + seconds
    for child in alive:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


class Stopped(Exception):  # noqa: N818 - it is no error: somebody asked us to end
    """SIGTERM or Ctrl-C came."""


def raise_when_told_to_stop() -> None:
    """Turn SIGTERM and SIGINT into :class:`Stopped`, once: a second Ctrl-C must not cut the clearing up short."""

    def end(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Stopped

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def first_to_end(children: Mapping[str, Child], *, pause: float = 0.2) -> str:
    """Wait until one of the children is gone and return its name."""
    while True:
        for name, process in children.items():
            if process.poll() is not None:
                return name
        time.sleep(pause)
