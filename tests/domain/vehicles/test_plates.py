"""Plates: however they are typed, they are one plate."""

import pytest

from aftersales.domain.vehicles import plates

CASES = [
    ("KR 7P421", "KR7P421", "PL"),
    ("kr7p421", "KR7P421", "PL"),
    ("KR-7P-421", "KR7P421", "PL"),
    ("沪A·12345", "沪A12345", "CN"),
    ("沪a 12345", "沪A12345", "CN"),
    ("粤B·D12345", "粤BD12345", "CN"),
    ("B-MW 1234", "BMW1234", "DE"),
    ("AB12 CDE", "AB12CDE", "GB"),
    ("AA-123-AA", "AA123AA", "FR"),
    ("7ABC123", "7ABC123", "US"),
]


@pytest.mark.parametrize(("typed", "normalised", "country"), CASES)
@pytest.mark.parametrize("home", ["PL", "CN", ""])
def test_a_plate_is_matched_without_blanks_dots_dashes_and_case(
    typed: str, normalised: str, country: str, home: str
) -> None:
    """STEP-1: any spacing, case or dashes, Latin or Chinese."""
    assert plates.normalised(typed) == normalised
    assert plates.guess_country(typed, home=home) == country


def test_full_width_letters_are_the_same_plate() -> None:
    assert plates.normalised("ＫＲ　７Ｐ４２１") == "KR7P421"


def test_where_two_countries_fit_the_site_decides() -> None:
    assert plates.guess_country("WE 482KM", home="PL") == "PL"
    assert plates.guess_country("WE 482KM", home="FR") == "FR"


def test_an_unknown_shape_has_no_country() -> None:
    assert plates.guess_country("X", home="PL") == ""
