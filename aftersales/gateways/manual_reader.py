"""The process of its own in which a stranger's PDF is read: standard input is the file, standard output what it holds.

Run by :mod:`.manuals` with what is asked (``look`` or ``read``), the memory in bytes and the seconds that it may take.
It imports nothing of ours, so that it starts quickly and holds no secret.
"""

import io
import json
import logging
import resource
import sys

from pypdf import PdfReader

PAGE_LETTERS = 20_000


def main(what: str, memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    logging.disable(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()))
    is_locked = bool(reader.is_encrypted and not reader.decrypt(""))
    texts = [text_of(page) for page in reader.pages] if what == "read" else []
    pages = 0 if is_locked else len(reader.pages)
    sys.stdout.write(json.dumps({"locked": is_locked, "pages": pages, "texts": texts}))


def text_of(page: object) -> str:
    """The page's text; one page that cannot be read leaves the others readable."""
    try:
        text = str(page.extract_text())  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 (whatever the reader stumbles over in a stranger's file)
        return ""
    return text.encode("utf-8", "ignore").decode()[:PAGE_LETTERS]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
