"""Languages: one list, the names that browsers and people give them, and words of one's own with their fallback."""

import pytest
from flask import Flask
from flask_babel import force_locale

from aftersales import i18n
from aftersales.blueprints.forms import knowledge
from aftersales.i18n import LANGUAGES, WRITTEN, spoken, worded, written
from aftersales.web.template_screens import WORDINGS


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("pl-PL", "pl"),
        ("zh", "zh_Hans"),
        ("zh-CN", "zh_Hans"),
        ("zh_Hans_CN", "zh_Hans"),
        ("zh-Hant-TW", "zh_Hant"),
        ("ZH-tw", "zh_Hant"),
        ("en_GB", "en"),
        ("fr", ""),
        ("", ""),
    ],
)
def test_a_language_has_one_name(said: str, code: str) -> None:
    """PLT-4"""
    assert written(said) == code


def test_every_list_of_languages_is_the_one_list() -> None:
    """PLT-4: what the product speaks, what templates are worded in, what manuals are written in."""
    assert set(LANGUAGES) <= set(WRITTEN)
    assert {"en", *WORDINGS} == set(WRITTEN)
    assert [code for code, _ in knowledge.LANGUAGES if code] == list(WRITTEN)
    assert {"en", "pl", "zh_Hans", "zh_Hant"} <= set(WRITTEN)


def test_a_language_that_is_not_complete_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken("pl-PL") == "en"
    monkeypatch.setitem(i18n.LANGUAGES, "pl", WRITTEN["pl"])
    assert spoken("pl-PL") == "pl"


def test_the_other_script_is_nearer_than_another_language(app: Flask) -> None:
    """TEC-2: wording by language with a fallback."""
    own = {"zh_Hans": "制动鼓", "pl": ""}
    with app.test_request_context(), force_locale("zh_Hant"):
        assert worded("Drum", own) == "制动鼓"
    with app.test_request_context(), force_locale("pl"):
        assert worded("Drum", own) == "Drum"
    with app.test_request_context(), force_locale("en"):
        assert worded("", own) == ""
