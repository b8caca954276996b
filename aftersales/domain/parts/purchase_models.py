"""Purchasing: orders at suppliers, their lines, what was received."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
    type_coerce,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Money, Quantity, UtcDateTime, Versioned
from aftersales.domain.parts.models import Article, Supplier, Warehouse

_OPEN = text("closed_at IS NULL")


class PurchaseOrder(Versioned, Base):
    """An order at a supplier for one warehouse. ``closed_at`` is set when nothing is left to come."""

    __tablename__ = "purchase_orders"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        Index(
            "ix_purchase_orders_open", "site_id", "expected_at", sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index(None, "site_id", "ordered_at"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(String(20))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ordered_by_name: Mapped[str] = mapped_column(String(200))
    expected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)

    supplier: Mapped[Supplier] = relationship()
    warehouse: Mapped[Warehouse] = relationship()
    lines: Mapped[list["PurchaseOrderLine"]] = relationship(
        order_by="PurchaseOrderLine.id", back_populates="order"
    )


class PurchaseOrderLine(Identified, Base):
    """What was ordered of one article; what was not received or cancelled stays as back order."""

    __tablename__ = "purchase_order_lines"
    __table_args__ = (
        UniqueConstraint("purchase_order_id", "article_id"),
        Index(None, "article_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "received >= 0 AND cancelled >= 0 AND received + cancelled <= quantity", name="received"
        ),
    )

    purchase_order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    received: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    cancelled: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    unit_cost: Mapped[Decimal] = mapped_column(Money)

    order: Mapped[PurchaseOrder] = relationship(back_populates="lines")
    article: Mapped[Article] = relationship()

    @hybrid_property
    def outstanding(self) -> Decimal:
        """The back order: ordered, not received and not cancelled."""
        return self.quantity - self.received - self.cancelled

    @outstanding.inplace.expression
    @classmethod
    def _outstanding(cls) -> ColumnElement[Decimal]:
        return type_coerce(cls.quantity - cls.received - cls.cancelled, Quantity)


class Receipt(Identified, Base):
    """Goods that arrived at once for a purchase order; its quantities are the ledger's rows."""

    __tablename__ = "receipts"
    __table_args__ = (Index(None, "purchase_order_id"),)

    purchase_order_id: Mapped[int] = mapped_column(ForeignKey("purchase_orders.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    received_by_name: Mapped[str] = mapped_column(String(200))
    delivery_note: Mapped[str] = mapped_column(String(60), default="")
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)
