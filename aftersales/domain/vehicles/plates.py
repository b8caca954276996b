"""Licence plates: matched without spaces, dots, dashes and case, in Latin and Chinese letters."""

import re

from aftersales.domain.folding import joined

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领学警港澳"

# The order decides where a plate could be of several countries and the site's own is not among them.
_PATTERNS: dict[str, re.Pattern[str]] = {
    "CN": re.compile(rf"[{_PROVINCES}][A-Z][A-Z0-9]{{5,6}}"),
    "PL": re.compile(
        r"[BCDEFGHKLNOPRSTUWZ](?:"
        r"[A-Z](?:\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2}|\d[A-Z]\d{3}|\d[A-Z]{2}\d{2})"
        r"|[A-Z]{2}(?:[A-Z]\d{3}|\d{2}[A-Z]{2}|\d[A-Z]\d{2}|\d{2}[A-Z]\d|\d[A-Z]{2}\d|[A-Z]{2}\d{2}|\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2})"
        r"|\d[A-Z0-9]{3,5})"
    ),
    "GB": re.compile(r"[A-Z]{2}\d{2}[A-Z]{3}"),
    "FR": re.compile(r"[A-Z]{2}\d{3}[A-Z]{2}"),
    "DE": re.compile(r"[A-ZÄÖÜ]{1,3}[A-Z]{1,2}\d{1,4}[EH]?"),
    "US": re.compile(r"\d[A-Z]{3}\d{3}"),
}

# Ways to write a plate that only one country has.
_WRITTEN = {
    "DE": re.compile(r"\s*[A-ZÄÖÜ]{1,3}\s*-\s*[A-Z]{1,2}\s*\d{1,4}\s*[EH]?\s*", re.IGNORECASE),
    "FR": re.compile(r"\s*[A-Z]{2}-\d{3}-[A-Z]{2}\s*", re.IGNORECASE),
}


def normalised(plate: str) -> str:
    """``kr-7p 421`` is ``KR7P421``, ``沪a·12345`` is ``沪A12345``."""
    return joined(plate)


def written(plate: str) -> str:
    """The plate as it is shown: as typed, in upper case, with single blanks."""
    return " ".join(plate.upper().split())


def guess_country(plate: str, *, home: str = "") -> str:
    """The country that the plate looks like, or an empty string. Where several fit, the site's own (``home``) wins,
    unless it is written as only another country does."""
    for country, pattern in _WRITTEN.items():
        if pattern.fullmatch(plate):
            return country
    fitting = [country for country, pattern in _PATTERNS.items() if pattern.fullmatch(normalised(plate))]
    if home in fitting:
        return home
    return fitting[0] if fitting else ""
