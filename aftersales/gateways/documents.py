"""Draws documents: data in, the bytes of an archive-grade PDF out. ``document_data`` says what each one holds."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import typst

from aftersales.gateways.document_data import Document
from aftersales.gateways.document_labels import LABELS
from aftersales.gateways.fonts import FontSet, missing_fonts
from aftersales.gateways.wording import N_, Failure

__all__ = ["DocumentFailed", "missing_fonts", "render"]

_PAGES = Path(__file__).resolve().parents[1] / "templates" / "documents"
_REGIONS = {"hans": "CN", "hant": "TW"}


class DocumentFailed(Failure):
    """The document could not be drawn: a mistake in its page or a picture that is none."""


def render(document: Document, *, language: str, translate: Callable[[str], str] = str) -> bytes:
    """The PDF of ``document``; the same data give the same bytes on every machine with the project's fonts.

    ``language`` is the reader's (``"en"``, ``"pl"``, ``"zh-Hans"``); ``translate`` puts the fixed words into it.
    Raises :class:`DocumentFailed`.
    """
    return _renderer().render(document, language, translate)


@cache
def _renderer() -> "Renderer":
    return Renderer()


class Renderer:
    """Keeps the compiler, the fonts and the pages in memory: drawing takes tens of milliseconds, starting hundreds."""

    def __init__(self) -> None:
        self.fonts = FontSet.found()
        self.compiler = typst.Compiler(font_paths=self.fonts.fonts)
        self.pages = {
            path.name: path.read_bytes() for path in _PAGES.iterdir() if path.suffix in {".typ", ".svg"}
        }
        # The compiler belongs to one thread at a time.
        self.lock = Lock()

    def render(self, document: Document, language: str, translate: Callable[[str], str]) -> bytes:
        if document.issued_at.tzinfo is None:
            raise ValueError("issued_at must say its time zone")
        tag, _, script = language.replace("_", "-").partition("-")
        pictures: dict[str, bytes] = {}
        data = {
            "labels": {name: self.fonts.showable(translate(words)) for name, words in LABELS.items()},
            "fonts": self.fonts.families,
            "lang": tag,
            "region": _REGIONS.get(script.lower(), script if len(script) == 2 else None),
            **{name: self._plain(value, pictures) for name, value in _values(document)},
        }
        try:
            with TemporaryDirectory(prefix="aftersales-document-") as name:
                folder = Path(name)
                for file, content in (self.pages | pictures).items():
                    (folder / file).write_bytes(content)
                (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
                with self.lock:
                    pdf = self.compiler.compile(
                        input=folder / f"{document.kind}.typ",
                        root=folder,
                        format="pdf",
                        # PDF/A-3, into which an invoice's XML can be embedded later; PDF/UA, to be read aloud.
                        pdf_standards=["a-3a", "ua-1"],
                        timestamp=int(document.issued_at.timestamp()),
                    )
        except (RuntimeError, OSError) as error:
            raise DocumentFailed(
                "not_drawn",
                N_("The document %(number)s could not be drawn. Tell the administrator: %(why)s"),
                number=document.number,
                why=getattr(error, "message", None) or error,
            ) from error
        assert isinstance(pdf, bytes)
        return pdf

    def _plain(self, value: object, pictures: dict[str, bytes]) -> object:
        """``value`` as JSON can hold it: texts made showable, pictures put aside as files under their digest.

        Numbers instead of files would double both time and memory.
        """
        if isinstance(value, str):
            return self.fonts.showable(value)
        if isinstance(value, bytes):
            name = sha256(value).hexdigest()
            pictures[name] = value
            return name
        if isinstance(value, tuple):
            return [self._plain(part, pictures) for part in value]
        if is_dataclass(value):
            return {name: self._plain(part, pictures) for name, part in _values(value)}
        return value


def _values(record: object) -> Iterator[tuple[str, object]]:
    """Names and values of a record, without the instant that only the PDF itself keeps."""
    assert is_dataclass(record)
    for field in fields(record):
        if field.name != "issued_at":
            yield field.name, getattr(record, field.name)
