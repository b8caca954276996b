"""Reads what lies in a PDF that somebody uploaded: how many pages, and their text. Never in our own process.

A stranger's PDF may be built to eat memory or time, so a process of its own reads it, with limits to both, and a file
that breaks the reader is refused like any other damaged one. Nothing in it is ever run.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from aftersales.gateways.wording import N_, Failure

MAX_BYTES = 30_000_000
MAX_PAGES = 3000
_MEMORY = 700_000_000
_LOOK_SECONDS, _READ_SECONDS = 15, 110
_READER = Path(__file__).with_name("manual_reader.py")


class ManualRefused(Failure):
    """The file is no manual that we keep; the sentence says what to do instead."""


def look_at(source: bytes) -> int:
    """How many pages the PDF has. Refuses with :class:`ManualRefused` what is no PDF, damaged, protected by a password,
    too large or too long."""
    if not source:
        raise ManualRefused("empty", N_("The file is empty. Choose it again."))
    if len(source) > MAX_BYTES:
        raise ManualRefused(
            "too_heavy",
            N_("The file is larger than %(n)s MB. Split the manual into chapters."),
            n=MAX_BYTES // 10**6,
        )
    if not source.startswith(b"%PDF-"):
        raise ManualRefused("wrong_kind", N_("This file is no PDF and no picture (JPEG, PNG, WebP)."))
    answer = _ask("look", source, _LOOK_SECONDS)
    if answer is None:
        raise ManualRefused(
            "damaged", N_("The PDF is damaged and cannot be opened. Save it anew, then send it.")
        )
    if answer["locked"]:
        raise ManualRefused(
            "locked", N_("The PDF is protected by a password. Save it without one, then send it.")
        )
    pages = int(answer["pages"])
    if not pages:
        raise ManualRefused("no_pages", N_("The PDF has no pages."))
    if pages > MAX_PAGES:
        raise ManualRefused(
            "too_long", N_("The PDF has more than %(n)s pages. Split the manual into chapters."), n=MAX_PAGES
        )
    return pages


def read_text(source: bytes) -> list[str]:
    """The text of each page; empty where a page holds none, a scan for example. Refuses with :class:`ManualRefused`
    where nothing could be read in time."""
    answer = _ask("read", source, _READ_SECONDS)
    if answer is None:
        raise ManualRefused(
            "unreadable", N_("The text of this PDF could not be read. It is found by its title only.")
        )
    texts: list[str] = answer["texts"]
    return texts


def _ask(what: str, source: bytes, seconds: int) -> dict[str, Any] | None:
    """What the reader's own process says; None where it broke or took too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), what, str(_MEMORY), str(seconds)],
            input=source, capture_output=True, timeout=seconds, check=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return None
    return found
