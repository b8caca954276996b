"""Dates in the reader's language: the fields that are wanted, in the order and with the signs that CLDR gives each
language for them ("22 Nov 2026", "22 lis 2026", "2026年11月22日").

English is written as in Britain. Times have 24 hours everywhere. Instants come as the clock on the site's wall shows them.
"""

from datetime import date, datetime
from functools import cache

from babel import Locale
from babel.dates import DateTimePattern, match_skeleton, parse_pattern, tokenize_pattern, untokenize_pattern
from flask_babel import get_locale

_WIDE = {"E": "EEEE", "M": "MMMM", "L": "LLLL"}
"""Fields that a wanted long name widens where a language has only the pattern with the short one."""
_SHORT = 3
"""So many letters of a pattern ask for a month's short name; fewer for its number."""


def day(value: date) -> str:
    """ "22 Nov 2026" """
    return _written(value, "yMMMd")


def short_day(value: date) -> str:
    """ "22 Nov" """
    return _written(value, "MMMd")


def short_weekday(value: date) -> str:
    """ "Sun" """
    return _written(value, "E")


def weekday_and_short_day(value: date) -> str:
    """ "Sun 22 Nov" """
    return _written(value, "MMMEd")


def weekday_and_day(value: date) -> str:
    """ "Sunday 22 November" """
    return _written(value, "MMMMEEEEd")


def month(value: date) -> str:
    """ "November 2026" """
    return _written(value, "yMMMM")


def short_month(value: date) -> str:
    """ "Nov". Not CLDR's stand-alone form: where a language leaves that to the common root, Babel answers with the one of
    whatever language it read before."""
    return parse_pattern("MMM").apply(value, _locale())


def clock_time(value: datetime) -> str:
    """ "09:05" """
    return f"{value:%H:%M}"


def day_and_time(value: datetime) -> str:
    """ "22 Nov 2026, 09:05" """
    glue = str(_locale().datetime_formats["medium"])
    return glue.replace("{1}", day(value)).replace("{0}", clock_time(value))


def _written(value: date, skeleton: str) -> str:
    locale = _locale()
    return _pattern(str(locale), skeleton).apply(value, locale)


def _locale() -> Locale:
    own = get_locale()
    return own if own and own.language != "en" else Locale("en", "GB")


@cache
def _pattern(identifier: str, skeleton: str) -> DateTimePattern:
    """The language's pattern for the fields of ``skeleton``, its names as long as wanted. Without one of its own for a
    wide name the pattern of the short name is widened, as CLDR says (UTS 35, missing skeleton fields)."""
    skeletons = Locale.parse(identifier).datetime_skeletons
    found = match_skeleton(skeleton, skeletons)
    if found is None:
        raise LookupError(f"{identifier} has no pattern for {skeleton}")
    wide = {_WIDE[letter] for letter in "EM" if letter * 4 in skeleton}
    wide |= {"LLLL"} if "MMMM" in wide else set()
    tokens = [(kind, _widened(part, wide)) for kind, part in tokenize_pattern(skeletons[found].pattern)]
    return parse_pattern(untokenize_pattern(tokens))


def _widened(part: str | tuple[str, int], wide: set[str]) -> str | tuple[str, int]:
    """A part of a pattern, names as long as wanted: text stays, and so does a month as a number."""
    if isinstance(part, str):
        return part
    letter, width = part
    is_name = letter == "E" or (letter in "ML" and width == _SHORT)
    return (letter, 4) if is_name and _WIDE[letter] in wide else part
