"""Invoice and credit note."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.parts import Document, Fact, Item, Party, Totals


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One row of the comparison with what was approved (PAY-1)."""

    title: str
    approved: str
    invoiced: str
    difference: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """One payment received or paid back."""

    paid_at: str
    way: str
    amount: str
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Invoice(Document):
    """The invoice to one payer. ``number`` is the legal number."""

    kind: ClassVar[str] = "invoice"

    payer: Party
    items: tuple[Item, ...]
    totals: Totals
    supplied: str = ""
    """Date of supply."""
    due: str = ""
    amount_in_words: str = ""
    differences: tuple[Difference, ...] = ()
    payments: tuple[Payment, ...] = ()
    paid: str = ""
    outstanding: str = ""
    """Empty where nothing is outstanding."""
    bank_account: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    """Legal remarks, guarantee."""


@dataclass(frozen=True, kw_only=True)
class CreditNote(Invoice):
    """A correction of an invoice; amounts carry their sign."""

    kind: ClassVar[str] = "credit_note"

    corrects: str
    """The number and date of the invoice that it corrects."""
    reason: str
