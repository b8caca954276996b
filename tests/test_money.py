"""Money, against an oracle of its own: whole cents by integer arithmetic, without a line of the product.

``bin/test`` tries 2,000 baskets, ``bin/test --long`` 100,000. A basket is the lines of an order at a site with prices
that include tax, or not; what the eye adds up must be what the sum says.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as some

from aftersales.domain.billing.models import InvoiceLine
from aftersales.domain.billing.rules import credited_amount
from aftersales.money import (
    ZERO,
    Amount,
    TaxSum,
    add_tax,
    line_amount,
    rounded,
    split_tax,
    sum_by_rate,
    total,
)
from tests.effort import rounds

BASKETS = settings(max_examples=rounds(2_000, 100_000), deadline=None)

RATES = ("0.23", "0.08", "0.05", "0", "0.13", "0.19", "0.20", "0.0825")
rates = some.sampled_from([Decimal(rate) for rate in RATES])
prices = some.integers(0, 9_999_999).map(lambda cents: Decimal(cents).scaleb(-2))
quantities = some.integers(1, 50_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
discounts = some.sampled_from(
    [Decimal(share) for share in ("0", "0", "0.05", "0.10", "0.333", "0.5", "1", "0.0001")]
)


@dataclass(frozen=True)
class Priced:
    """A line as it was entered."""

    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    rate: Decimal


lines = some.builds(Priced, quantities, prices, discounts, rates)
baskets = some.lists(lines, min_size=0, max_size=25)


# --- the oracle: fractions, and halves away from zero ---


def cents(value: Fraction) -> int:
    """The nearest whole cent of an amount in currency units; halves go away from zero."""
    hundred = abs(value) * 100
    whole, rest = divmod(hundred.numerator, hundred.denominator)
    whole += 2 * rest >= hundred.denominator
    return whole if value >= 0 else -whole


def oracle_line(line: Priced, includes_tax: bool) -> tuple[int, int, int]:
    """Net, tax and gross of a line in cents."""
    entered = cents(Fraction(line.quantity) * Fraction(line.unit_price) * (1 - Fraction(line.discount)))
    return oracle_split(entered, line.rate, includes_tax)


def oracle_split(entered: int, rate: Decimal, includes_tax: bool) -> tuple[int, int, int]:
    if includes_tax:
        net = cents(Fraction(entered, 100) / (1 + Fraction(rate)))
        return net, entered - net, entered
    tax = cents(Fraction(entered, 100) * Fraction(rate))
    return entered, tax, entered + tax


def in_cents(amount: Amount) -> tuple[int, int, int]:
    for part in (amount.net, amount.tax, amount.gross):
        assert part == part.quantize(Decimal("0.01")), f"{part} has parts of a cent"
    return int(amount.net * 100), int(amount.tax * 100), int(amount.gross * 100)


def price(line: Priced, includes_tax: bool) -> Amount:
    return line_amount(
        quantity=line.quantity, unit_price=line.unit_price, discount=line.discount, tax_rate=line.rate,
        includes_tax=includes_tax,
    )  # fmt: skip


# --- lines ---


@given(lines, some.booleans())
@BASKETS
def test_a_line_is_priced_to_the_cent(line: Priced, includes_tax: bool) -> None:
    assert in_cents(price(line, includes_tax)) == oracle_line(line, includes_tax)


@given(lines, some.booleans())
@BASKETS
def test_net_and_tax_of_a_line_are_its_gross_and_none_is_negative(line: Priced, includes_tax: bool) -> None:
    amount = price(line, includes_tax)
    assert amount.net + amount.tax == amount.gross
    assert min(amount.net, amount.tax, amount.gross) >= 0


@given(prices, rates)
@BASKETS
def test_a_price_that_includes_tax_stays_the_price(gross: Decimal, rate: Decimal) -> None:
    assert split_tax(gross, rate).gross == gross


@given(prices, rates)
@BASKETS
def test_the_two_ways_of_the_tax_agree_within_a_cent(net: Decimal, rate: Decimal) -> None:
    """Tax put on and taken out again gives the net back, but for one rounding."""
    assert abs(split_tax(add_tax(net, rate).gross, rate).net - net) <= Decimal("0.01")


# --- sums ---


@given(baskets, some.booleans())
@BASKETS
def test_the_tax_of_each_rate_is_computed_once_on_what_the_eye_adds_up(
    basket: list[Priced], includes_tax: bool
) -> None:
    """PAY-1: lines add up to the rate's sum on the side on which prices are entered; the rates add up to the total."""
    amounts = [(line.rate, price(line, includes_tax)) for line in basket]
    sums = sum_by_rate(amounts, includes_tax=includes_tax)
    side = 2 if includes_tax else 0
    assert [one.rate for one in sums] == sorted({line.rate for line in basket}, reverse=True)
    for one in sums:
        entered = sum(in_cents(amount)[side] for rate, amount in amounts if rate == one.rate)
        assert in_cents(one.amount) == oracle_split(entered, one.rate, includes_tax)
    grand = total(sums)
    note(f"total {grand}")
    assert in_cents(grand) == tuple(sum(in_cents(one.amount)[part] for one in sums) for part in range(3))
    assert in_cents(grand)[side] == sum(in_cents(amount)[side] for _, amount in amounts)
    assert grand.net + grand.tax == grand.gross


@given(some.permutations(list(range(12))), some.lists(lines, min_size=12, max_size=12), some.booleans())
@settings(max_examples=rounds(200, 5_000), deadline=None)
def test_the_order_of_the_lines_does_not_matter(
    order: list[int], basket: list[Priced], includes_tax: bool
) -> None:
    def grand(some_lines: list[Priced]) -> Amount:
        return total(
            sum_by_rate(
                [(line.rate, price(line, includes_tax)) for line in some_lines], includes_tax=includes_tax
            )
        )

    assert grand([basket[number] for number in order]) == grand(basket)


def test_nothing_comes_to_nothing() -> None:
    assert total(sum_by_rate([], includes_tax=True)) == Amount(ZERO, ZERO, ZERO)


# --- credit notes ---


@given(lines, some.booleans(), some.lists(some.integers(1, 9_999), max_size=6))
@BASKETS
def test_credited_in_parts_a_line_leaves_not_a_cent(
    line: Priced, includes_tax: bool, cuts: list[int]
) -> None:
    """However a line is credited, the last of it takes what is left: in sum exactly the line, and never more."""
    amount, quantity = price(line, includes_tax), line.quantity
    invoiced = InvoiceLine(
        quantity=quantity, tax_rate=line.rate, net=amount.net, tax=amount.tax, gross=amount.gross
    )
    points = sorted({quantity * cut // 10_000 for cut in cuts} | {quantity})
    left, credited, before = (quantity, amount), Amount(), Decimal(0)
    for point in points:
        part = point - before
        if part <= 0:
            continue
        taken = credited_amount(invoiced, part, left, includes_tax)
        assert taken.net + taken.tax == taken.gross
        assert 0 <= taken.gross <= left[1].gross if includes_tax else 0 <= taken.net <= left[1].net
        credited, before = credited + taken, point
        left = (left[0] - part, left[1] - taken)
    assert credited == amount
    assert left[0] == 0


# --- by hand ---


@pytest.mark.parametrize(
    ("value", "cent"),
    [("0.005", "0.01"), ("0.004999", "0.00"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1.005", "1.01")],
)
def test_halves_go_away_from_zero(value: str, cent: str) -> None:
    """As tax offices and customers expect; a binary float would make 1.00 of 1.005."""
    assert rounded(Decimal(value)) == Decimal(cent)


def test_a_polish_basket_by_hand() -> None:
    """1.5 h at 120.00 and 189.00, tax of 23 % included: 369.00 gross, 300.00 net, 69.00 tax."""
    basket = [Priced(Decimal("1.5"), Decimal(120), Decimal(0), Decimal("0.23")),
              Priced(Decimal(1), Decimal(189), Decimal(0), Decimal("0.23"))]  # fmt: skip
    sums = sum_by_rate([(line.rate, price(line, True)) for line in basket], includes_tax=True)
    assert sums == [TaxSum(Decimal("0.23"), Amount(Decimal("300.00"), Decimal("69.00"), Decimal("369.00")))]


def test_a_net_basket_of_two_rates_by_hand() -> None:
    """3 pieces at 0.33 less 10 % are 0.89 (0.891); 23 % of it 0.20; and 10.01 at 8 %: 0.80 (0.8008)."""
    basket = [Priced(Decimal(3), Decimal("0.33"), Decimal("0.10"), Decimal("0.23")),
              Priced(Decimal(1), Decimal("10.01"), Decimal(0), Decimal("0.08"))]  # fmt: skip
    sums = sum_by_rate([(line.rate, price(line, False)) for line in basket], includes_tax=False)
    assert [one.amount for one in sums] == [
        Amount(Decimal("0.89"), Decimal("0.20"), Decimal("1.09")),
        Amount(Decimal("10.01"), Decimal("0.80"), Decimal("10.81")),
    ]
    assert total(sums).gross == Decimal("11.90")


def test_tax_is_rounded_once_per_rate_and_not_once_per_line() -> None:
    """Three lines of 0.02 net at 23 %: each alone has no tax to the cent, together they have 0.01 (0.0138)."""
    line = Priced(Decimal(1), Decimal("0.02"), Decimal(0), Decimal("0.23"))
    assert price(line, False).tax == ZERO
    (one,) = sum_by_rate([(line.rate, price(line, False))] * 3, includes_tax=False)
    assert one.amount == Amount(Decimal("0.06"), Decimal("0.01"), Decimal("0.07"))
