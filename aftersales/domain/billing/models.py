"""Billing: invoices and credit notes, payments, and the revenue that a completed order brings."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Money, Quantity, Rate, UtcDateTime, Versioned, enum_type
from aftersales.domain.service_orders.models import LineKind, PartGrade, PayType, SuppliedBy
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for
from aftersales.money import Amount


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class PaymentMethod(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    DEPOSIT = "deposit"


words_for(InvoiceKind, {InvoiceKind.INVOICE: _l("Invoice"), InvoiceKind.CREDIT_NOTE: _l("Credit note")})
words_for(
    PaymentMethod,
    {
        PaymentMethod.CASH: _l("Cash"),
        PaymentMethod.CARD: _l("Card"),
        PaymentMethod.TRANSFER: _l("Bank transfer"),
        PaymentMethod.WECHAT: _l("WeChat Pay"),
        PaymentMethod.ALIPAY: _l("Alipay"),
        PaymentMethod.DEPOSIT: _l("Deposit"),
    },
)


class Invoice(Versioned, Base):
    """An invoice or credit note to one payer. Everything but ``paid`` and ``settled_at`` is immutable once issued;
    payer, prices and rates are copied. A credit note's amounts are negative."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        Index(None, "service_order_id"),
        Index(None, "site_id", "issued_at"),
        CheckConstraint("net + tax = gross", name="sum"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    kind: Mapped[InvoiceKind] = mapped_column(enum_type(InvoiceKind))
    number: Mapped[str] = mapped_column(String(40))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    pay_type: Mapped[PayType] = mapped_column(enum_type(PayType))
    payer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    payer_name: Mapped[str] = mapped_column(String(200))
    payer_address: Mapped[str] = mapped_column(String(300), default="")
    payer_tax_id: Mapped[str] = mapped_column(String(40), default="")
    currency: Mapped[str] = mapped_column(String(3))
    includes_tax: Mapped[bool]
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    paid: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    """The sum of the payments' ledger, kept in step under the invoice's lock."""
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_name: Mapped[str] = mapped_column(String(200))
    supplied_on: Mapped[date]
    due_on: Mapped[date]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    lines: Mapped[list["InvoiceLine"]] = relationship(
        order_by="InvoiceLine.position", back_populates="invoice"
    )
    taxes: Mapped[list["InvoiceTax"]] = relationship(order_by="InvoiceTax.rate.desc()")
    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id", back_populates="invoice")

    @property
    def outstanding(self) -> Decimal:
        """What is still to pay; negative where money is to be paid back."""
        return self.gross - self.paid

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)


class InvoiceLine(Identified, Base):
    """One invoiced line with what had been approved beside it, so that a difference explains itself."""

    __tablename__ = "invoice_lines"
    __table_args__ = (Index(None, "invoice_id"), CheckConstraint("net + tax = gross", name="sum"))

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    position: Mapped[int]
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    job_position: Mapped[int]
    job_title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[LineKind] = mapped_column(enum_type(LineKind))
    description: Mapped[str] = mapped_column(String(200))
    article_number: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    approved_quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal] = mapped_column(Rate)
    tax_rate: Mapped[Decimal] = mapped_column(Rate)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    approved_gross: Mapped[Decimal] = mapped_column(Money)
    supplied_by: Mapped[SuppliedBy] = mapped_column(enum_type(SuppliedBy), default=SuppliedBy.WORKSHOP)
    part_grade: Mapped[PartGrade] = mapped_column(enum_type(PartGrade), default=PartGrade.ORIGINAL)
    is_safety_critical: Mapped[bool] = mapped_column(default=False)

    invoice: Mapped[Invoice] = relationship(back_populates="lines")

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)


class InvoiceTax(Identified, Base):
    """The tax of one rate, computed once on the rate's sum."""

    __tablename__ = "invoice_taxes"
    __table_args__ = (
        UniqueConstraint("invoice_id", "rate"),
        CheckConstraint("net + tax = gross", name="sum"),
    )

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    rate: Mapped[Decimal] = mapped_column(Rate)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)


class Payment(Identified, Base):
    """One payment received (positive) or paid back (negative). Rows are added, never changed.

    ``submission_id`` comes with the form: a second tap is the first one's payment.
    """

    __tablename__ = "payments"
    __table_args__ = (Index(None, "invoice_id"), CheckConstraint("amount <> 0", name="amount"))

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    submission_id: Mapped[str] = mapped_column(String(64), unique=True)
    method: Mapped[PaymentMethod] = mapped_column(enum_type(PaymentMethod))
    amount: Mapped[Decimal] = mapped_column(Money)
    reference: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200))

    invoice: Mapped[Invoice] = relationship(back_populates="payments")


class RevenueEntry(Identified, Base):
    """Net revenue of one order in one month, per kind of line and pay type: written when the order is completed,
    and once more, negative, for a credit note in its own month. A month's revenue is the sum of its rows."""

    __tablename__ = "revenue_entries"
    __table_args__ = (Index(None, "site_id", "month"), Index(None, "service_order_id"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    month: Mapped[date]
    """The first day of the month in the site's zone."""
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    """The credit note, where the row comes from one."""
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[LineKind] = mapped_column(enum_type(LineKind))
    pay_type: Mapped[PayType] = mapped_column(enum_type(PayType))
    net: Mapped[Decimal] = mapped_column(Money)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
