"""What an invoice comes to, from values alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from aftersales.domain.billing.models import InvoiceLine
from aftersales.domain.service_orders.models import DIAGNOSIS, Authorisation, Job, Line, LineKind, PayType
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


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of the order as it is billed: the actual quantity and what it comes to."""

    job: Job
    line: Line
    quantity: Decimal
    amount: Amount

    @property
    def difference(self) -> Decimal:
        """Billed less approved, with tax."""
        return self.amount.gross - self.line.gross


@dataclass(frozen=True, slots=True)
class Bill:
    """What one payer owes for an order."""

    lines: list[BilledLine]
    sums: list[TaxSum]

    @property
    def amount(self) -> Amount:
        return total(self.sums)

    @property
    def approved_gross(self) -> Decimal:
        """The sum the payer had approved."""
        return sum((billed.line.gross for billed in self.lines), ZERO)

    @property
    def differences(self) -> list[BilledLine]:
        return [billed for billed in self.lines if billed.difference]


def bill(
    jobs: Iterable[Job],
    *,
    pay_type: PayType,
    used_parts: Mapping[int, Decimal],
    includes_tax: bool,
    only_fee: bool = False,
) -> Bill:
    """The bill of the order's authorised lines of one pay type (PAY-1).

    Parts are billed as handed out and not brought back: ``used_parts`` gives that quantity per line id; a line that
    is not in it never went through the stock and is billed as authorised. Labour is billed by its standard (PAY-8).
    ``only_fee``: a visit without a repair owes its agreed fee alone (CHK-12).
    """
    lines = []
    for job in jobs:
        if only_fee and job.canned_job_code != DIAGNOSIS:
            continue
        for line in job.lines:
            if line.authorisation is not Authorisation.AUTHORISED or line.pay_type is not pay_type:
                continue
            quantity = used_parts.get(line.id, line.quantity) if line.kind is LineKind.PART else line.quantity
            if quantity:
                lines.append(BilledLine(job, line, quantity, amount_of(line, quantity, includes_tax)))
    return Bill(
        lines, sum_by_rate([(one.line.tax_rate, one.amount) for one in lines], includes_tax=includes_tax)
    )


def amount_of(line: Line, quantity: Decimal, includes_tax: bool) -> Amount:
    """What a quantity of the line comes to at its own price, discount and rate."""
    return line_amount(
        quantity=quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        includes_tax=includes_tax,
    )


def credited_amount(
    original: InvoiceLine, quantity: Decimal, left: tuple[Decimal, Amount], includes_tax: bool
) -> Amount:
    """The credit for a quantity of an invoiced line. ``left`` is what earlier credit notes left of it: the last of it
    takes all of that, so that roundings never leave a cent behind, and none takes more."""
    if quantity == left[0]:
        return left[1]
    entered, rest = (original.gross, left[1].gross) if includes_tax else (original.net, left[1].net)
    share = min(rounded(entered * quantity / original.quantity), rest)
    return split_tax(share, original.tax_rate) if includes_tax else add_tax(share, original.tax_rate)
