"""Questions about texts that values alone answer: the words of a search, labels, codes in a text, an excerpt."""

import re
from collections.abc import Iterable, Sequence

from aftersales.domain.folding import folded, joined

MAX_WORDS = 12
PAGE_LETTERS = 20_000
"""Of one page: more is a page of a parts list that nobody searches by."""
EXCERPT = 180
_CODE = re.compile(r"\b([PBCU][0-3][0-9A-F]{3})(?:-?[0-9A-F]{2})?\b", re.IGNORECASE)
_EDGES = " \t\n.,;:!?()[]{}<>\"'“”„«»。，、；：！？（）…-–—/"


def words_of(text: str) -> list[str]:
    """The words of a search as they are compared: folded, without punctuation around them. Chinese needs no blanks: a
    run of it is one word that has to stand so in the text."""
    found = (word.strip(_EDGES) for word in folded(text).split())
    return list(dict.fromkeys(word for word in found if word))[:MAX_WORDS]


def telling_words(text: str) -> list[str]:
    """The words of a customer's concern that may tell a fault: four letters and more, or two of Chinese."""
    return [word for word in words_of(text) if len(word) >= (2 if _is_wide(word) else 4)]


def _is_wide(word: str) -> bool:
    return any(ord(letter) >= 0x2E80 for letter in word)


def codes_in(*texts: str) -> list[str]:
    """The fault codes that stand in the texts: P0401 in “P0401-00 stored”."""
    return list(dict.fromkeys(found.upper() for text in texts for found in _CODE.findall(text)))


def split_labels(text: str) -> list[str]:
    """What was typed with commas, semicolons or line ends between."""
    parts = (part.strip()[:80] for part in re.split(r"[,;\n，；、]", text))
    return list(dict.fromkeys(part for part in parts if part))


def model_value(text: str) -> str:
    """A model as it is compared with a vehicle's make and model."""
    return folded(text)[:80]


def code_value(text: str) -> str:
    """A fault code as it is compared: P0401 for “p 0401”."""
    return joined(text)[:80]


def clean(text: str) -> str:
    """Text of a stranger's file as the database can hold it: no NUL, no half characters."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")


def search_text(title: str, labels: Iterable[str], text: str) -> str:
    """What the search looks through for one passage: title and labels stand before each page's own text."""
    return folded(" ".join([title, *labels, text[:PAGE_LETTERS]]))


def excerpt(text: str, words: Sequence[str]) -> str:
    """The line of the text that holds most of the words, with what follows it; a long one cut around the first word."""
    lines = [" ".join(line.split()) for line in re.split(r"[\n\r]+|(?<=[.!?。！？])\s*", text)]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    place = max(range(len(lines)), key=lambda n: sum(word in folded(lines[n]) for word in words))
    best = lines[place]
    for line in lines[place + 1 :]:
        if len(best) + len(line) >= EXCERPT:
            break
        best += f" {line}"
    if len(best) <= EXCERPT:
        return best
    places = [found for word in words if (found := folded(best).find(word)) >= 0]
    begin = max(0, min(places, default=0) - EXCERPT // 3)
    cut = best[begin : begin + EXCERPT].strip()
    return f"{'… ' if begin else ''}{cut}{' …' if begin + EXCERPT < len(best) else ''}"
