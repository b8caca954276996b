"""CHK-1: what cannot be a VIN is refused with the reason; a wrong check digit warns and never blocks."""

import pytest

from aftersales.domain.errors import Invalid
from aftersales.domain.vehicles import vins


@pytest.mark.parametrize(
    ("vin", "maker", "country", "year"),
    [
        ("1HGCM82633A004352", "Honda", "United States", 2003),
        ("JTDKB20U093500001", "Toyota", "Japan", 2009),
        ("WBA3A5C51CF256651", "BMW", "Germany", 2012),
        ("5YJ3E1EA7JF000001", "Tesla", "United States", 2018),
        ("WVWZZZ1JZXW000001", "Volkswagen", "Germany", 1999),
        ("LSVAU033X72164543", "SAIC Volkswagen", "China", 2007),
        ("TMBJJ7NE8E0000001", "Škoda", "Czech Republic", 2014),
        ("KMHDH41EX6U000001", "Hyundai", "South Korea", 2006),
    ],
)
def test_a_vin_says_maker_country_and_year(vin: str, maker: str, country: str, year: int) -> None:
    """CHK-1: VIN decode (make, model year)."""
    found = vins.decode(vins.check(vin))
    assert (found.maker, found.country, found.year) == (maker, country, year)


@pytest.mark.parametrize("vin", ["1HGCM82633A004352", "1M8GDM9AXKP042788", "11111111111111111"])
def test_a_right_check_digit_raises_no_doubt(vin: str) -> None:
    assert vins.decode(vin).doubt == ""


@pytest.mark.parametrize("vin", ["5YJ3E1EA7JF000001", "1HGCM82633A004353"])
def test_a_wrong_check_digit_warns_but_does_not_block(vin: str) -> None:
    """CHK-1: a wrong check digit warns, never blocks."""
    assert vins.check(vin) == vin
    assert "check digit" in vins.decode(vin).doubt


def test_one_digit_off_offers_the_right_vin() -> None:
    assert "1HGCM82633A004352" in vins.decode("1HGCM82633A004353").suggestions


def test_every_suggestion_has_a_right_check_digit() -> None:
    for vin in vins.decode("1HGCM82633A004353").suggestions:
        assert vins.decode(vin).doubt == ""


@pytest.mark.parametrize(
    "vin", ["WVWZZZ1JZXW000001", "TMBJJ7NE8E0000001", "WBA3A5C51CF256651", "KMHDH41EX6U000001"]
)
def test_european_and_korean_vins_carry_no_check_digit(vin: str) -> None:
    assert vins.decode(vin).doubt == ""


@pytest.mark.parametrize("letter", ["I", "O", "Q"])
def test_a_letter_that_no_vin_has_is_named(letter: str) -> None:
    with pytest.raises(Invalid, match=letter) as refusal:
        vins.check(f"1HGCM82633{letter}004352")
    assert refusal.value.field == "vin"


def test_sixteen_characters_are_refused_with_their_number() -> None:
    with pytest.raises(Invalid, match="16"):
        vins.check("1HGCM82633A00435")


def test_blanks_and_dashes_do_not_matter() -> None:
    assert vins.check(" 1hgcm-82633 a004352") == "1HGCM82633A004352"


def test_no_vin_is_no_mistake() -> None:
    assert vins.check("  ") == ""
    assert vins.decode("").maker == ""
