"""Estimate and supplement."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.parts import Clause, Document, Item, Signature, Totals


@dataclass(frozen=True, kw_only=True)
class Quotation(Document):
    """One immutable version of a quotation; after the answer the same with the decisions (QUO-1, QUO-2)."""

    kind: ClassVar[str] = "quotation"

    version: str
    valid_until: str
    items: tuple[Item, ...]
    totals: Totals
    """The sum of all items: what is owed if everything is approved."""
    approved_totals: Totals | None = None
    """After the answer: the sum of what was approved."""
    promised: str = ""
    estimate_way: str = ""
    """By system, by symptom, by item (DIA-2), with its caveat."""
    changes: tuple[str, ...] = ()
    """What changed since the version before."""
    payment_ways: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    answered: str = ""
    """Who answered, when and how, in one sentence."""
    consent: str = ""
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class Supplement(Quotation):
    """Additional work found during repair, with its own approval (ORD-4)."""

    kind: ClassVar[str] = "supplement"

    reason: str = ""
    """How it was found, and its weight for safety."""
    promised_before: str = ""
    delay: str = ""
    """The delay it causes, in words."""
    order_total_before: str = ""
    order_total_after: str = ""
    handed_to_workshop: str = ""
    """When and to whom the customer's answer was told (ORD-8)."""
