"""Languages: the words of enums, the reader's locale, and gettext for code that knows no request."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, gettext, lazy_gettext, ngettext
from flask_babel import refresh as forget_locale
from flask_babel.speaklater import LazyString

__all__ = [
    "LANGUAGES",
    "WRITTEN",
    "N_",
    "gettext",
    "init_app",
    "label",
    "lazy_gettext",
    "ngettext",
    "speaking",
    "spoken",
    "worded",
    "worded_by",
    "written",
    "words_for",
]

WRITTEN = {
    "en": "English",
    "pl": "Polski",
    "de": "Deutsch",
    "zh_Hans": "简体中文",
    "zh_Hant": "繁體中文",
}
"""Every language that the product knows, by Babel's name: in which a workshop words its own templates, and in which
manuals are written. The only list; others are made from it."""
LANGUAGES = {code: WRITTEN[code] for code in ("en",)}
"""Those that the product itself speaks, because their catalogue is complete; Polish and both Chinese scripts follow."""
_ALIASES = {"zh": "zh_Hans", "zh_CN": "zh_Hans", "zh_SG": "zh_Hans", "zh_TW": "zh_Hant", "zh_HK": "zh_Hant"}

_words: dict[type[StrEnum], Mapping[StrEnum, LazyString | str]] = {}


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a text for translation that is stored now and translated when shown."""
    return text


def words_for(kind: type[StrEnum], words: Mapping[StrEnum, LazyString | str]) -> None:
    """Give each member of ``kind`` its one label; a member without one is a mistake found at start."""
    if missing := [member for member in kind if member not in words]:
        raise ValueError(f"{kind.__name__} lacks words for {missing}")
    _words[kind] = words


def label(member: StrEnum) -> str:
    """The member's label in the reader's language."""
    return str(_words[type(member)][member])


def written(language: str) -> str:
    """The name in :data:`WRITTEN` of a language as browsers and people say it (``zh-CN``, ``zh``, ``pl-PL``); nothing
    for one that is not among them."""
    known = {code.casefold(): code for code in (*_ALIASES, *WRITTEN)}
    parts = language.strip().replace("-", "_").casefold().split("_")
    code = next((known[said] for n in (2, 1) if (said := "_".join(parts[:n])) in known), "")
    return _ALIASES.get(code, code)


def spoken(language: str) -> str:
    """The language if we speak it, else English: words of one language with dates of another help nobody."""
    code = written(language)
    return code if code in LANGUAGES else "en"


def worded(text: str, own: Mapping[str, str]) -> str:
    """Words that a workshop wrote itself, in the reader's language: what stands in ``own`` for the locale
    (``"zh_Hant"``), else for the same language in another script, else the translation of ``text``, else ``text``."""
    locale = written(str(get_locale() or "en"))
    found = own.get(locale) or next(
        (words for code, words in own.items() if words and code.split("_")[0] == locale.split("_")[0]), ""
    )
    return found or (gettext(text) if text else "")


@contextmanager
def speaking(language: str, timezone: str) -> Iterator[None]:
    """Words, dates and times as somebody else than the reader of this page needs them: for messages and documents."""
    before = g.get("timezone")
    g.timezone = timezone
    forget_locale()
    try:
        with force_locale(spoken(language)):
            yield
    finally:
        g.timezone = before
        forget_locale()


def _locale() -> str:
    if not has_request_context():
        return "en"
    if chosen := g.get("language"):
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def _timezone() -> str:
    return str(g.get("timezone") or "UTC")


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=_locale, timezone_selector=_timezone)


def worded_by(template: str, **values: object) -> str:
    """The text of a template in the language that is spoken now, for those who are not at a screen.

    Not Flask's ``render_template``: a worker has no request, and a message no reader who is signed in.
    """
    return current_app.jinja_env.get_template(template).render(**values)
