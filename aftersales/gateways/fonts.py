"""Which fonts documents are set in, and which signs those fonts can show.

Archive-grade PDF refuses a document with a sign that no font has, so one emoji in a customer's words would cost
the whole order. What no font has is therefore spelled out (``[automobile]``) or marked before it is set.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from struct import unpack_from

import typst

FONT_FOLDER = Path(__file__).resolve().parents[1] / "static" / "fonts"
WANTED = ("Noto Sans", "WenQuanYi Micro Hei")
"""Latin, Greek and Cyrillic; Chinese. ``bin/setup`` fetches both into the font folder."""
STAND_INS = (
    "DejaVu Sans",
    "Liberation Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Droid Sans Fallback",
    "Libertinus Serif",
)
"""What a system may have instead; the last one is built into the renderer."""
_UNKNOWN = "\ufffd"
_LONGEST_WORD = 40
_BREAK_HERE = "\u200b"


@dataclass(frozen=True)
class FontSet:
    """The fonts that are here, and the renderer's view of them."""

    fonts: typst.Fonts
    families: tuple[str, ...]

    @classmethod
    def found(cls, folder: Path = FONT_FOLDER) -> "FontSet":
        """The project's own fonts alone, so that every machine draws alike; only where one lacks, the system's too."""
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[folder])
        if missing_fonts(folder):
            fonts = typst.Fonts(include_system_fonts=True, font_paths=[folder])
        here = set(fonts.families())
        return cls(fonts, tuple(name for name in (*WANTED, *STAND_INS) if name in here))

    @cached_property
    def signs(self) -> frozenset[int]:
        """Every code point that one of the families can show."""
        found = set(range(0x20, 0x7F))
        for font in self.fonts.fonts():
            if font.family in self.families and font.path:
                found |= set(_code_points(Path(font.path).read_bytes(), font.index))
        return frozenset(found)

    def showable(self, words: str) -> str:
        """``words`` with only signs that can be set, and with places to break in very long words."""
        if words.isascii() and words.isprintable():
            return _breakable(words)
        return _breakable("".join(self._sign(sign) for sign in unicodedata.normalize("NFC", words)))

    def _sign(self, sign: str) -> str:
        kind = unicodedata.category(sign)
        if sign == "\n":
            return sign
        if kind in {"Zs", "Zl", "Zp"} or sign in "\t\r":
            return sign if kind == "Zs" and ord(sign) in self.signs else " "
        if kind in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            # They have no look of their own, some fonts list them all the same, and the renderer refuses them;
            # those that turn the direction of writing could make a price read otherwise.
            return ""
        if ord(sign) in self.signs:
            return sign
        if kind in {"Mn", "Me"}:
            return ""
        if kind in {"So", "Sk"}:
            return f"[{unicodedata.name(sign, 'sign').lower()}]"
        return _UNKNOWN if ord(_UNKNOWN) in self.signs else "?"


def missing_fonts(folder: Path = FONT_FOLDER) -> tuple[str, ...]:
    """The families that documents should have and that are not in the font folder. Without them documents are
    still made, in a stand-in; Chinese text then shows as marks."""
    here = set(
        typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder]).families()
    )
    return tuple(name for name in WANTED if name not in here)


def _breakable(words: str) -> str:
    """Very long words get invisible places to break, or they would run over the edge of the page."""
    if len(words) <= _LONGEST_WORD:
        return words
    return " ".join(
        _BREAK_HERE.join(word[at : at + _LONGEST_WORD // 2] for at in range(0, len(word), _LONGEST_WORD // 2))
        if len(word) > _LONGEST_WORD and word.isascii()
        else word
        for word in words.split(" ")
    )


def _code_points(data: bytes, index: int) -> Iterator[int]:
    """The code points of one font file, read from its character map (formats 4 and 12 hold all that matter)."""
    start = unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    tables = unpack_from(">H", data, start + 4)[0]
    for number in range(tables):
        tag, _, offset, _ = unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            break
    else:
        return
    for number in range(unpack_from(">H", data, offset + 2)[0]):
        subtable = offset + unpack_from(">HHI", data, offset + 4 + 8 * number)[2]
        kind = unpack_from(">H", data, subtable)[0]
        if kind == 12:
            for group in range(unpack_from(">I", data, subtable + 12)[0]):
                first, last, _ = unpack_from(">III", data, subtable + 16 + 12 * group)
                yield from range(first, last + 1)
        elif kind == 4:
            yield from _segments(data, subtable)


def _segments(data: bytes, subtable: int) -> Iterator[int]:
    count = unpack_from(">H", data, subtable + 6)[0] // 2
    ends, starts = subtable + 14, subtable + 16 + 2 * count
    deltas, ranges = starts + 2 * count, starts + 4 * count
    for segment in range(count):
        first = unpack_from(">H", data, starts + 2 * segment)[0]
        last = unpack_from(">H", data, ends + 2 * segment)[0]
        delta = unpack_from(">H", data, deltas + 2 * segment)[0]
        at = ranges + 2 * segment
        shift = unpack_from(">H", data, at)[0]
        for point in range(first, last + 1 if last != 0xFFFF else 0xFFFF):
            glyph = unpack_from(">H", data, at + shift + 2 * (point - first))[0] if shift else point
            if (glyph + delta) & 0xFFFF and (glyph or not shift):
                yield point
