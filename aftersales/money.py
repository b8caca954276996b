"""Exact money. A line is rounded once, a tax per rate once; sums are what the eye can add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def rounded(amount: Decimal) -> Decimal:
    """To the cent, halves away from zero, as tax offices and customers expect."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Amount:
    """One sum as net, tax and gross; always net + tax == gross."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    gross: Decimal = ZERO

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.net + other.net, self.tax + other.tax, self.gross + other.gross)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.net - other.net, self.tax - other.tax, self.gross - other.gross)

    def __neg__(self) -> "Amount":
        return Amount(-self.net, -self.tax, -self.gross)


def split_tax(gross: Decimal, rate: Decimal) -> Amount:
    """Take the tax out of a price that includes it: net = gross / (1 + rate)."""
    net = rounded(gross / (1 + rate))
    return Amount(net, gross - net, gross)


def add_tax(net: Decimal, rate: Decimal) -> Amount:
    """Put the tax onto a price that excludes it: tax = net × rate."""
    tax = rounded(net * rate)
    return Amount(net, tax, net + tax)


def line_amount(
    *, quantity: Decimal, unit_price: Decimal, discount: Decimal, tax_rate: Decimal, includes_tax: bool
) -> Amount:
    """A line's amount. ``discount`` is a share (0.10 is 10 %); rounded once, on the entered side of the tax."""
    entered = rounded(quantity * unit_price * (1 - discount))
    return split_tax(entered, tax_rate) if includes_tax else add_tax(entered, tax_rate)


@dataclass(frozen=True, slots=True)
class TaxSum:
    """What all lines of one tax rate come to."""

    rate: Decimal
    amount: Amount


def sum_by_rate(lines: Iterable[tuple[Decimal, Amount]], *, includes_tax: bool) -> list[TaxSum]:
    """Add up ``(tax rate, line amount)`` pairs; the tax of each rate is computed once on the rate's sum.

    With prices that include tax the gross side is what lines add up to; else the net side (EN 16931, BR-CO-17).
    """
    entered: dict[Decimal, Decimal] = {}
    for rate, amount in lines:
        entered[rate] = entered.get(rate, ZERO) + (amount.gross if includes_tax else amount.net)
    split = split_tax if includes_tax else add_tax
    return [TaxSum(rate, split(total, rate)) for rate, total in sorted(entered.items(), reverse=True)]


def total(sums: Iterable[TaxSum]) -> Amount:
    """The grand total of the tax sums."""
    return sum((part.amount for part in sums), Amount())
