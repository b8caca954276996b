"""Child processes that never outlive their parent: for ``bin/run`` and the worker."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


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


def stop(process: subprocess.Popen[bytes], *, seconds: float = 15.0) -> None:
    """End a child and, if it does not obey in time, its whole process group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


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


def first_to_end(children: Mapping[str, subprocess.Popen[bytes]], *, pause: float = 0.2) -> str:
    """Wait until one of the children is gone and return its name."""
    while True:
        for name, process in children.items():
            if process.poll() is not None:
                return name
        time.sleep(pause)
