"""In which encoding a diagnostic tool wrote its file. Knows no database.

Tools name none. UTF-8 and UTF-16 show themselves; of the others every byte string is readable in several, so that the
readings are compared: what fits a language costs little, what no language writes costs much. The short reports of
tools (one fault code and five words) are what the libraries that we tried read wrongly: statistics need more text.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FITS, _ODD, _WRONG = 1, 3, 10
"""What a character costs that a language writes so, that one hardly does, and that none does."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ENOUGH = 3000

_WESTERN = frozenset("äöüßàâçèéêëîïìíòóôùúûœæøåñáãõÄÖÜÀÂÇÈÉÊËÎÏÌÍÒÓÔÙÚÛŒÆØÅÑÁÃÕ")
_CENTRAL = frozenset("äöüßąćęłńóśźżáčďéěíňřšťúůýžőűâăîçôĺľŕëÄÖÜĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽŐŰÂĂÎÇÔĹĽŔË")
_SIGNS = frozenset("°µ²³±×·§€%«»‰–—‘’‚“”„…•®™Ω\u00a0")
_VOWELS = frozenset("aeiouyáéíóúàèùâêîôûäöüåæø")


def decoded(content: bytes) -> str | None:
    """The text of a file; None for what is no text."""
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), "") or _wide(content)
    for name in (encoding, "utf-8"):
        if name and (text := _read(content, name)) is not None:
            return None if "\0" in text else text
    if b"\0" in content:
        return None
    readings = [(text, cost) for name, cost in _READINGS if (text := _read(content, name)) is not None]
    return min(readings, key=lambda reading: reading[1](reading[0]))[0] if readings else None


def _read(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(content: bytes) -> str:
    """UTF-16 without its mark: the zero bytes of codes and digits all stand on one side."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if even == odd or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _chinese(standard: str, leads: range) -> Callable[[str], int]:
    """What a reading as Chinese costs. ``standard`` holds the characters in general use, ``leads`` are the first bytes of
    the common ones among them; both bytes of GB 2312 and none of a Latin word are far from ASCII."""

    def cost(text: str) -> int:
        total = 0
        for at, letter in _foreign(text):
            coded = _encoded(letter, standard)
            if len(coded) != 2 or _is_private(letter):  # noqa: PLR2004 (the standard has two bytes for each of its own)
                total += _WRONG
            elif "\u4e00" <= letter <= "\u9fff":
                total += 0 if coded[0] in leads else _FITS
                total += _ODD * _touches_word(text, at)
            elif not ("\u3000" <= letter <= "\u303f" or "\uff00" <= letter <= "\uffef" or letter in _SIGNS):
                total += _ODD
        return total

    return cost


def _alphabet(letters: frozenset[str], *, is_western: bool) -> Callable[[str], int]:
    """What a reading as a language of these letters costs."""

    def cost(text: str) -> int:
        total = 0
        for at, letter in _foreign(text):
            before, after = text[at - 1 : at], text[at + 1 : at + 2]
            if letter in letters:
                total += _FITS + (is_western and _is_unwonted(letter.lower(), before.lower(), after.lower()))
            elif letter in _SIGNS:
                is_misplaced = letter in "²³±" and before not in ("m", "M") and before.isalpha()
                inside = after.isalpha() or is_misplaced
                total += _ODD + 1 if inside and letter not in "°µΩ‚“”„«»’‘–—" else _FITS
            elif letter.isprintable():
                total += _ODD
            else:
                total += _WRONG
        return total

    return cost


def _is_unwonted(letter: str, before: str, after: str) -> bool:
    """Whether French, Spanish or Danish would not set the letter there; Polish has another one at its place."""
    return (
        (letter == "œ" and after not in ("u", "i"))
        or (letter == "æ" and not after.isalpha())
        or (letter == "ñ" and after not in _VOWELS)
        or (letter == "ê" and before == "i")
    )


def _foreign(text: str) -> Iterator[tuple[int, str]]:
    """The letters beyond ASCII with their places; a large report shows its language in its first thousands."""
    return ((found.start(), found[0]) for found in islice(_BEYOND_ASCII.finditer(text), _ENOUGH))


def _touches_word(text: str, at: int) -> bool:
    return any("a" <= near <= "z" for near in (text[at - 1 : at], text[at + 1 : at + 2]) if near)


def _encoded(letter: str, encoding: str) -> bytes:
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return b""


def _is_private(letter: str) -> bool:
    return "\ue000" <= letter <= "\uf8ff"


_READINGS: tuple[tuple[str, Callable[[str], int]], ...] = (
    ("gb18030", _chinese("gb2312", range(0xB0, 0xD8))),
    ("cp950", _chinese("big5", range(0xA4, 0xC7))),
    ("cp1252", _alphabet(_WESTERN, is_western=True)),
    ("cp1250", _alphabet(_CENTRAL, is_western=False)),
    ("iso8859-2", _alphabet(_CENTRAL, is_western=False)),
)
"""The encodings that tools write, the likelier of two that cost the same first."""
