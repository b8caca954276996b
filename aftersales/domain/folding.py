"""Text as the search box compares it: without case, diacritics and needless signs, so that ``lodz`` finds ``Łódź``."""

import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark.
_WHOLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def folded(text: str) -> str:
    """Lower case, without diacritics, full-width forms made plain, blanks single. Chinese stays as it is."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_WHOLE))
    return " ".join("".join(letter for letter in plain if _is_kept(letter)).split())


def _is_kept(letter: str) -> bool:
    return not unicodedata.combining(letter) and (letter.isprintable() or letter.isspace())


def joined(text: str) -> str:
    """Only letters and digits, in upper case: how plates, VINs and numbers are compared."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())


def digits(text: str) -> str:
    """Only the digits: how phone numbers are compared."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdecimal())
