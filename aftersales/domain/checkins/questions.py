"""The catalogue of symptom questions that are asked about a concern (CHK-8). A changed catalogue gets a new version;
codes are never used again for something else, so that old answers keep their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask_babel.speaklater import LazyString

from aftersales.i18n import lazy_gettext as _l

VERSION = 1
Words: TypeAlias = LazyString | str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with quick answers; free words may stand beside them."""

    code: str
    words: Words
    answers: Mapping[str, Words]


QUESTIONS: tuple[Question, ...] = (
    Question(
        "since",
        _l("Since when?"),
        {
            "today": _l("Today"),
            "days": _l("Some days"),
            "weeks": _l("Some weeks"),
            "months": _l("Months"),
            "last_visit": _l("Since the last visit"),
        },
    ),
    Question(
        "often",
        _l("How often?"),
        {
            "once": _l("Once"),
            "seldom": _l("Seldom"),
            "often": _l("Often"),
            "always": _l("Always"),
        },
    ),
    Question(
        "engine",
        _l("Engine"),
        {
            "cold": _l("Cold"),
            "warm": _l("Warm"),
            "starting": _l("While starting"),
            "off": _l("Switched off"),
        },
    ),
    Question(
        "driving",
        _l("While driving"),
        {
            "standing": _l("Standing"),
            "slow": _l("Up to 50 km/h"),
            "fast": _l("Over 50 km/h"),
            "braking": _l("Braking"),
            "accelerating": _l("Accelerating"),
            "turning": _l("Turning"),
            "rough": _l("On rough roads"),
        },
    ),
    Question(
        "noise",
        _l("Noise"),
        {
            "none": _l("No noise"),
            "squeal": _l("Squeals"),
            "knock": _l("Knocks"),
            "rattle": _l("Rattles"),
            "hum": _l("Hums"),
            "whistle": _l("Whistles"),
            "grind": _l("Grinds"),
        },
    ),
    Question(
        "place",
        _l("Where on the car?"),
        {
            "front_left": _l("Front left"),
            "front_right": _l("Front right"),
            "rear_left": _l("Rear left"),
            "rear_right": _l("Rear right"),
            "engine": _l("Engine"),
            "inside": _l("Inside"),
            "below": _l("Below"),
        },
    ),
    Question(
        "lamp",
        _l("Warning lamp"),
        {
            "none": _l("None"),
            "engine": _l("Engine"),
            "brakes": _l("Brakes"),
            "oil": _l("Oil"),
            "battery": _l("Battery"),
            "tyres": _l("Tyres"),
            "airbag": _l("Airbag"),
        },
    ),
    Question(
        "weather",
        _l("Weather and load"),
        {
            "wet": _l("Wet"),
            "frost": _l("Frost"),
            "heat": _l("Heat"),
            "loaded": _l("Fully loaded"),
            "trailer": _l("With a trailer"),
        },
    ),
)


def tidied(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Only answers to questions of the catalogue, with known codes in its order and free words beside them."""
    kept = {}
    for question in QUESTIONS:
        given = answers.get(question.code) or {}
        codes = [code for code in question.answers if code in given.get("codes", ())]
        words = str(given.get("words", "")).strip()[:200]
        if codes or words:
            kept[question.code] = {"codes": codes, "words": words}
    return kept


def answered(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answered questions with their answers, in the reader's language."""
    shown = []
    for question in QUESTIONS:
        given = answers.get(question.code)
        if given:
            words = [str(question.answers[code]) for code in given["codes"] if code in question.answers]
            shown.append((str(question.words), ", ".join([*words, *filter(None, [given["words"]])])))
    return shown
