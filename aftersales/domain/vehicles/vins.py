"""Vehicle identification numbers: what cannot be one is refused, what looks mistyped is only warned about (CHK-1)."""

from dataclasses import dataclass

from vininfo import Vin

from aftersales.domain.errors import Invalid
from aftersales.domain.folding import joined
from aftersales.i18n import gettext

LENGTH = 17
_NOT_ALLOWED = "IOQ"
_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)],
        strict=True,
    )
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_PLACE = 8
_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"

# Signs that are mistaken for each other when a VIN is read from the car or typed.
_ALIKE = (
    ("S", "5"),
    ("B", "8"),
    ("Z", "2"),
    ("G", "6"),
    ("1", "7"),
    ("D", "0"),
    ("U", "0"),
    ("V", "Y"),
    ("M", "N"),
    ("P", "R"),
    ("C", "G"),
    ("1", "2"),
    ("2", "3"),
    ("3", "4"),
    ("4", "5"),
    ("5", "6"),
    ("6", "7"),
    ("7", "8"),
    ("8", "9"),
    ("9", "0"),
)

# Where the decoder names another brand of the same group.
_MAKERS = {"KMH": "Hyundai", "KNA": "Kia"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a VIN says by itself. ``doubt`` is a sentence for the person, ``suggestions`` are VINs with a right check
    digit that one slip of the eye or hand away."""

    vin: str
    maker: str = ""
    country: str = ""
    year: int | None = None
    doubt: str = ""
    suggestions: tuple[str, ...] = ()


def normalised(vin: str) -> str:
    """Without blanks and dashes, in upper case."""
    return joined(vin)


def check(vin: str) -> str:
    """The VIN as it is stored; empty stays empty. Refuses what cannot be a VIN and says why."""
    vin = normalised(vin)
    if not vin:
        return ""
    if wrong := sorted(set(vin) & set(_NOT_ALLOWED)):
        raise Invalid(
            gettext(
                "A VIN never has the letter %(letters)s: look whether it is a 1 or a 0.",
                letters=", ".join(wrong),
            ),
            field="vin",
        )
    if strange := sorted(set(vin) - set(_VALUES)):
        raise Invalid(gettext("A VIN has no %(letters)s in it.", letters=", ".join(strange)), field="vin")
    if len(vin) != LENGTH:
        raise Invalid(
            gettext(
                "A VIN has 17 characters; this one has %(count)s. Compare it with the car.", count=len(vin)
            ),
            field="vin",
        )
    return vin


def check_digit(vin: str) -> str:
    """The sign that position 9 has to have where the rule holds."""
    rest = sum(_VALUES[sign] * weight for sign, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def has_check_digit(vin: str) -> bool:
    """Whether cars of this origin carry a check digit: North America and China do, Europe and most of Asia do not."""
    return vin[:1] in set("12345L")


def decode(vin: str) -> Decoded:
    """Maker, country and model year of a VIN that passed :func:`check`, and a doubt where its check digit is wrong."""
    if len(vin) != LENGTH:
        return Decoded(vin)
    found = Vin(vin)
    is_wrong = has_check_digit(vin) and vin[_CHECK_PLACE] != check_digit(vin)
    return Decoded(
        vin=vin,
        maker=_MAKERS.get(vin[:3]) or _plain(found.manufacturer),
        country=found.country or "",
        year=_model_year(vin, found.years),
        doubt=gettext("The check digit does not fit. Compare the VIN with the car once more.")
        if is_wrong
        else "",
        suggestions=_suggestions(vin) if is_wrong else (),
    )


def _plain(maker: str | None) -> str:
    return maker if maker and not maker.startswith("Unsupported") else ""


def _model_year(vin: str, years: list[int]) -> int | None:
    """The code repeats every 30 years. In North America the seventh sign tells which: a letter means from 2010."""
    if not years:
        return None
    if vin[0] in "12345":
        is_new = vin[6].isalpha()
        return next((year for year in years if (year >= 2010) == is_new), years[0])
    return years[0]


def _suggestions(vin: str) -> tuple[str, ...]:
    """Up to three VINs with a right check digit that differ by two swapped neighbours or one sign read wrongly."""
    tries = []
    for place in range(LENGTH - 1, 0, -1):
        if vin[place] != vin[place - 1]:
            tries.append(vin[: place - 1] + vin[place] + vin[place - 1] + vin[place + 1 :])
        for first, second in map(tuple, _ALIKE):
            if vin[place] in (first, second):
                tries.append(vin[:place] + (second if vin[place] == first else first) + vin[place + 1 :])
    right = [vin_ for vin_ in dict.fromkeys(tries) if vin_[_CHECK_PLACE] == check_digit(vin_)]
    return tuple(right[:3])
