"""Parts: articles and suppliers, stock per warehouse with its ledger, requisitions of orders and what was handed out."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

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
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from aftersales.db import Base, Identified, Money, Quantity, UtcDateTime, Versioned, enum_type
from aftersales.domain.parts import rules
from aftersales.domain.parts.rules import SlipSigning, Supply
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class ArticleKind(StrEnum):
    PART = "part"
    MATERIAL = "material"


class Unit(StrEnum):
    PIECE = "piece"
    SET = "set"
    LITRE = "litre"
    METRE = "metre"
    KILOGRAM = "kilogram"


class MovementKind(StrEnum):
    """Why a row of the ledger is there."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    RETURN = "return"
    RESERVE = "reserve"
    RELEASE = "release"
    ADJUST = "adjust"
    TRANSFER = "transfer"


words_for(ArticleKind, {ArticleKind.PART: _l("Part"), ArticleKind.MATERIAL: _l("Material")})
words_for(
    Unit,
    {
        Unit.PIECE: _l("pcs"),
        Unit.SET: _l("set"),
        Unit.LITRE: _l("l"),
        Unit.METRE: _l("m"),
        Unit.KILOGRAM: _l("kg"),
    },
)
words_for(
    MovementKind,
    {
        MovementKind.RECEIPT: _l("Received"),
        MovementKind.ISSUE: _l("Handed out"),
        MovementKind.RETURN: _l("Given back"),
        MovementKind.RESERVE: _l("Reserved"),
        MovementKind.RELEASE: _l("Released"),
        MovementKind.ADJUST: _l("Corrected"),
        MovementKind.TRANSFER: _l("Moved"),
    },
)

_WAITS = text("settled_at IS NULL")


class Supplier(Versioned, Base):
    """Who delivers articles, and how long it takes."""

    __tablename__ = "suppliers"
    __table_args__ = (CheckConstraint("lead_days >= 0", name="lead_days"),)

    name: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    lead_days: Mapped[int] = mapped_column(default=1)
    """Working days of the supplier from the order to the delivery."""
    is_active: Mapped[bool] = mapped_column(default=True)


class Article(Versioned, Base):
    """Something that is bought, stored and sold. ``search`` is what the search box looks through."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("price >= 0 AND cost >= 0", name="money"),
        Index(None, "search"),
        Index(None, "barcode"),
        Index(None, "supplier_id"),
    )

    number: Mapped[str] = mapped_column(String(60), unique=True)
    number_normalised: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[ArticleKind] = mapped_column(enum_type(ArticleKind), default=ArticleKind.PART)
    unit: Mapped[Unit] = mapped_column(enum_type(Unit), default=Unit.PIECE)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    price: Mapped[Decimal] = mapped_column(Money)
    cost: Mapped[Decimal] = mapped_column(Money)
    is_safety_critical: Mapped[bool] = mapped_column(default=False)
    barcode: Mapped[str] = mapped_column(String(60), default="")
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    default_bin: Mapped[str] = mapped_column(String(20), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    search: Mapped[str] = mapped_column(String(400), default="")

    supplier: Mapped[Supplier | None] = relationship()
    superseded_by: Mapped["Article | None"] = relationship(remote_side="Article.id")

    @validates("number", "name", "barcode")
    def _keep_search(self, name: str, value: str) -> str:
        """Keep what is compared and searched in step with what is shown."""
        shown = {each: getattr(self, each) or "" for each in ("number", "name", "barcode")} | {name: value}
        self.number_normalised = rules.normalised_number(shown["number"])
        self.search = rules.search_text(**shown)
        return value


class Warehouse(Identified, Base):
    """A store of a site. Parts are taken from the one with the lowest ``position`` first."""

    __tablename__ = "warehouses"
    __table_args__ = (UniqueConstraint("site_id", "code"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)


class Stock(Identified, Base):
    """What a warehouse holds of an article: the balance of :class:`StockMovement`, kept in step under the row's lock."""

    __tablename__ = "stock"
    __table_args__ = (
        UniqueConstraint("warehouse_id", "article_id"),
        Index(None, "article_id"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
        CheckConstraint("safety_stock >= 0 AND reorder_point >= 0 AND order_up_to >= 0", name="levels"),
    )

    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    on_hand: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    reserved: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    bin: Mapped[str] = mapped_column(String(20), default="")
    safety_stock: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    """Below this the shelf may run empty before the next delivery."""
    reorder_point: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    """At or below this the article is proposed for ordering; 0 means that it is bought only for orders."""
    order_up_to: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))

    @hybrid_property
    def free(self) -> Decimal:
        """What is there and promised to nobody."""
        return self.on_hand - self.reserved

    @free.inplace.expression
    @classmethod
    def _free(cls) -> ColumnElement[Decimal]:
        return type_coerce(cls.on_hand - cls.reserved, Quantity)


class Requisition(Identified, Base):
    """Parts asked for, for one order at one moment, by a person or by the authorisation of its lines."""

    __tablename__ = "requisitions"
    __table_args__ = (Index(None, "service_order_id"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    requested_by_name: Mapped[str] = mapped_column(String(200))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    needed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)


class RequisitionLine(Identified, Base):
    """What one line of an order wants of an article, and how far it has come.

    ``reserved`` is the sum of its :class:`Reservation` rows. ``ordered`` is the part of the missing quantity that open
    purchase orders cover, the oldest promise first, and ``expected_at`` when the last of it comes.
    """

    __tablename__ = "requisition_lines"
    __table_args__ = (
        Index(
            "ix_requisition_lines_open",
            "site_id",
            "requested_at",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index("ix_requisition_lines_waiting", "article_id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index(None, "service_order_id"),
        CheckConstraint("wanted >= 0 AND reserved >= 0 AND ordered >= 0 AND forgone >= 0", name="quantities"),
        CheckConstraint("returned >= 0 AND returned <= issued", name="returned"),
    )

    requisition_id: Mapped[int] = mapped_column(ForeignKey("requisitions.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    wanted: Mapped[Decimal] = mapped_column(Quantity)
    is_authorised: Mapped[bool] = mapped_column(default=False)
    reserved: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    ordered: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    issued: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    returned: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    forgone: Mapped[Decimal] = mapped_column(Quantity, default=Decimal(0))
    """Of the line's quantity: given back and not needed after all, so that ``wanted`` is that much less."""
    expected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last missing piece comes: as ordered, else as the parts desk confirmed it."""
    confirmed_arrival_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it arrives, as the parts desk told the advisor before it was ordered (QUO-1)."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by_name: Mapped[str] = mapped_column(String(200), default="")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    article: Mapped[Article] = relationship()
    requisition: Mapped[Requisition] = relationship()
    reservations: Mapped[list["Reservation"]] = relationship(order_by="Reservation.warehouse_id")

    @hybrid_property
    def with_workshop(self) -> Decimal:
        """What was handed out and not given back."""
        return self.issued - self.returned

    @with_workshop.inplace.expression
    @classmethod
    def _with_workshop(cls) -> ColumnElement[Decimal]:
        return type_coerce(cls.issued - cls.returned, Quantity)

    @property
    def missing(self) -> Decimal:
        """What is authorised and neither handed out nor reserved."""
        return rules.missing(self.wanted, self.is_authorised, self.reserved, self.with_workshop)

    @property
    def to_order(self) -> Decimal:
        """What is missing and not on its way."""
        return max(self.missing - self.ordered, Decimal(0))

    @property
    def supply(self) -> Supply:
        return rules.supply_of(
            self.wanted, self.is_authorised, self.reserved, self.ordered, self.with_workshop
        )


class Reservation(Identified, Base):
    """Stock of one warehouse that is promised to a requisition line and not yet issued."""

    __tablename__ = "reservations"
    __table_args__ = (
        UniqueConstraint("requisition_line_id", "warehouse_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    requisition_line_id: Mapped[int] = mapped_column(ForeignKey("requisition_lines.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)


class IssueSlip(Identified, Base):
    """Parts handed out at once against an order, signed by the receiver (TEC-4): who, when, how, at which device, and the
    digest of what was signed (see :func:`aftersales.domain.parts.rules.slip_digest`)."""

    __tablename__ = "issue_slips"
    __table_args__ = (UniqueConstraint("site_id", "number"), Index(None, "service_order_id"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(String(20))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    issued_by_name: Mapped[str] = mapped_column(String(200))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    receiver_name: Mapped[str] = mapped_column(String(200))
    signed_with: Mapped[SlipSigning] = mapped_column(enum_type(SlipSigning))
    signed_digest: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)


class StockMovement(Identified, Base):
    """One row of the ledger: each change of what is on hand or reserved, who did it and why. Never changed (PRT-2)."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        Index(None, "stock_id", "id"),
        Index(None, "requisition_line_id"),
        Index(None, "service_order_id"),
        CheckConstraint("on_hand_change <> 0 OR reserved_change <> 0", name="change"),
    )

    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"))
    kind: Mapped[MovementKind] = mapped_column(enum_type(MovementKind))
    on_hand_change: Mapped[Decimal] = mapped_column(Quantity)
    reserved_change: Mapped[Decimal] = mapped_column(Quantity)
    on_hand_after: Mapped[Decimal] = mapped_column(Quantity)
    reserved_after: Mapped[Decimal] = mapped_column(Quantity)
    unit_cost: Mapped[Decimal] = mapped_column(Money)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(200), default="")
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    requisition_line_id: Mapped[int | None] = mapped_column(ForeignKey("requisition_lines.id"))
    issue_slip_id: Mapped[int | None] = mapped_column(ForeignKey("issue_slips.id"))
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"))
    submission_id: Mapped[str | None] = mapped_column(String(64), unique=True)
