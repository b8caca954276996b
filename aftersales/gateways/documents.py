"""Draws documents: data in, the bytes of an archive-grade PDF out. ``document_data`` says what each one holds."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
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
def _renderer() -> "_Renderer":
    return _Renderer()


class _Renderer:
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
        data = self._plain(document)
        assert isinstance(data, dict)
        tag, _, script = language.replace("_", "-").partition("-")
        data |= {
            "labels": {name: self.fonts.showable(translate(words)) for name, words in LABELS.items()},
            "fonts": self.fonts.families,
            "lang": tag,
            "region": _REGIONS.get(script.lower(), script if len(script) == 2 else None),
        }
        files = self.pages | {
            "main.typ": self.pages[f"{document.kind}.typ"],
            "data.json": json.dumps(data, ensure_ascii=False).encode(),
        }
        try:
            with self.lock:
                pdf = self.compiler.compile(
                    input=files,  # type: ignore[type-var]  # its stubs forget that files may come as a dict
                    format="pdf",
                    # PDF/A-3, into which an invoice's XML can be embedded later; PDF/UA, which can be read aloud.
                    pdf_standards=["a-3a", "ua-1"],
                    timestamp=int(document.issued_at.timestamp()),
                )
        except RuntimeError as error:
            raise DocumentFailed(
                "not_drawn",
                N_("The document %(number)s could not be drawn. Tell the administrator: %(why)s"),
                number=document.number,
                why=getattr(error, "message", None) or error,
            ) from error
        assert isinstance(pdf, bytes)
        return pdf

    def _plain(self, value: object) -> object:
        """The data as JSON can hold them: texts made showable, pictures as numbers, since no file stands behind."""
        if isinstance(value, str):
            return self.fonts.showable(value)
        if isinstance(value, bytes):
            return list(value)
        if isinstance(value, tuple):
            return [self._plain(part) for part in value]
        if is_dataclass(value):
            return {
                field.name: self._plain(getattr(value, field.name))
                for field in fields(value)
                if field.name != "issued_at"
            }
        return value
