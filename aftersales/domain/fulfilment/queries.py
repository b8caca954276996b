"""Reading what the workshop asks of the parts desk: for the desk, for one order, for a purchase order to be."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import NotFound
from aftersales.domain.parts import queries as parts
from aftersales.domain.parts import rules
from aftersales.domain.parts.models import Article, Requisition, RequisitionLine, Supplier, Unit
from aftersales.domain.parts.queries import PAGE, Shelf, read_shelves, shelves_of
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders.models import Job, Line, ServiceOrder
from aftersales.domain.staffing.models import Bay
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Demand:
    """What a line of an order wants of the stock, with all that the desk and the order's page show of it."""

    id: int
    service_order_id: int
    order_number: str
    plate: str
    plate_country: str
    promised_at: datetime | None
    technician: str | None
    technician_id: int | None
    bay: str | None
    line_id: int
    job_title: str
    article_id: int
    number: str
    name: str
    unit: Unit
    supplier_id: int | None
    supplier: str | None
    lead_days: int | None
    requested_at: datetime
    requested_by_name: str
    needed_at: datetime | None
    note: str
    wanted: Decimal
    is_authorised: bool
    reserved: Decimal
    ordered: Decimal
    with_workshop: Decimal
    expected_at: datetime | None
    confirmed_at: datetime | None
    shelves: tuple[Shelf, ...]

    @property
    def supply(self) -> Supply:
        return rules.supply_of(
            self.wanted, self.is_authorised, self.reserved, self.ordered, self.with_workshop
        )

    @property
    def missing(self) -> Decimal:
        return rules.missing(self.wanted, self.is_authorised, self.reserved, self.with_workshop)

    @property
    def to_order(self) -> Decimal:
        return max(self.missing - self.ordered, Decimal(0))

    @property
    def free(self) -> Decimal:
        """What lies free in all warehouses of the site."""
        return sum((shelf.free for shelf in self.shelves), Decimal(0))

    @property
    def to_confirm(self) -> bool:
        """Whether the desk has yet to say when it comes."""
        return self.supply is Supply.ASKED and self.free < self.wanted and self.expected_at is None

    @property
    def needs_desk(self) -> bool:
        """Whether the parts desk can do something about it now."""
        return self.to_confirm or self.supply in (Supply.MISSING, Supply.RESERVED, Supply.EXCESS)


def _demands(site_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            RequisitionLine.id,
            RequisitionLine.service_order_id,
            ServiceOrder.number.label("order_number"),
            Vehicle.plate,
            Vehicle.plate_country,
            ServiceOrder.promised_at,
            User.name.label("technician"),
            ServiceOrder.technician_id,
            Bay.name.label("bay"),
            RequisitionLine.line_id,
            Job.title.label("job_title"),
            RequisitionLine.article_id,
            Article.number,
            Article.name,
            Article.unit,
            Article.supplier_id,
            Supplier.name.label("supplier"),
            Supplier.lead_days,
            RequisitionLine.requested_at,
            Requisition.requested_by_name,
            Requisition.needed_at,
            Requisition.note,
            RequisitionLine.wanted,
            RequisitionLine.is_authorised,
            RequisitionLine.reserved,
            RequisitionLine.ordered,
            RequisitionLine.with_workshop.label("with_workshop"),
            RequisitionLine.expected_at,
            RequisitionLine.confirmed_at,
            shelves_of(RequisitionLine.article_id, site_id).label("shelves"),
        )
        .join(Requisition, Requisition.id == RequisitionLine.requisition_id)
        .join(Article, Article.id == RequisitionLine.article_id)
        .join(ServiceOrder, ServiceOrder.id == RequisitionLine.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Line, Line.id == RequisitionLine.line_id)
        .join(Job, Job.id == Line.job_id)
        .outerjoin(Supplier, Supplier.id == Article.supplier_id)
        .outerjoin(User, User.id == ServiceOrder.technician_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .where(RequisitionLine.site_id == site_id)
    )


def _read(query: Select[*tuple[Any, ...]]) -> list[Demand]:
    return [
        Demand(**{**row._mapping, "shelves": read_shelves(row.shelves)}) for row in db.session.execute(query)
    ]


def list_requests(
    site_id: int, *, text: str = "", after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> tuple[list[Demand], tuple[datetime, int] | None]:
    """A page of what is open at the desk, the oldest first, and where to go on; ``text`` is a part or a plate."""
    query = _demands(site_id).where(
        RequisitionLine.settled_at.is_(None),
        or_(RequisitionLine.wanted > 0, RequisitionLine.with_workshop > 0),
    )
    if text.strip():
        plate = rules.normalised_number(text).upper()
        words = and_(*(Article.search.contains(rules.folded(word), autoescape=True) for word in text.split()))
        number = rules.normalised_number(text)
        found = [words]
        if number:
            found += [
                Article.number_normalised.startswith(number, autoescape=True),
                Vehicle.plate_normalised.startswith(plate, autoescape=True),
            ]
        query = query.where(or_(*found))
    if after is not None:
        at, ident = after
        query = query.where(
            or_(
                RequisitionLine.requested_at > at,
                and_(RequisitionLine.requested_at == at, RequisitionLine.id > ident),
            )
        )
    rows = _read(query.order_by(RequisitionLine.requested_at, RequisitionLine.id).limit(limit + 1))
    more = (rows[limit - 1].requested_at, rows[limit - 1].id) if len(rows) > limit else None
    return rows[:limit], more


def list_of_order(order_id: int, site_id: int) -> list[Demand]:
    """All that the order's lines want of the stock, settled or not."""
    return _read(
        _demands(site_id)
        .where(
            RequisitionLine.service_order_id == order_id,
            or_(RequisitionLine.wanted > 0, RequisitionLine.with_workshop > 0),
        )
        .order_by(Job.position, RequisitionLine.id)
    )


def get_request(requisition_line_id: int, site_id: int) -> Demand:
    """One request of the site. Raises :class:`NotFound`."""
    rows = _read(_demands(site_id).where(RequisitionLine.id == requisition_line_id))
    if not rows:
        raise NotFound(gettext("There is no such request at this site."))
    return rows[0]


def list_to_order(site_id: int, *, supplier_id: int | None = None) -> list[Demand]:
    """The demands that nothing on the way covers, the oldest first."""
    query = _demands(site_id).where(
        RequisitionLine.settled_at.is_(None),
        RequisitionLine.is_authorised,
        RequisitionLine.wanted - RequisitionLine.with_workshop - RequisitionLine.reserved
        > RequisitionLine.ordered,
    )
    if supplier_id is not None:
        query = query.where(Article.supplier_id == supplier_id)
    return _read(query.order_by(RequisitionLine.requested_at, RequisitionLine.id))


@dataclass(frozen=True, slots=True)
class ToBuy:
    """An article for a purchase order to be: what orders wait for, and what the shelf lacks."""

    article_id: int
    number: str
    name: str
    unit: Unit
    cost: Decimal
    for_orders: Decimal
    for_shelf: Decimal
    plates: tuple[str, ...]

    @property
    def suggestion(self) -> Decimal:
        return self.for_orders + self.for_shelf


@dataclass(frozen=True, slots=True)
class SupplierToOrder:
    """A supplier with the number of demands that wait to be ordered there; without one the articles have none."""

    id: int | None
    name: str | None
    lead_days: int | None
    demands: int


def list_suppliers_to_order(site_id: int) -> list[SupplierToOrder]:
    """The suppliers at whom something that orders wait for is to be ordered, and how many demands."""
    rows = db.session.execute(
        select(Supplier.id, Supplier.name, Supplier.lead_days, func.count())
        .select_from(RequisitionLine)
        .join(Article, Article.id == RequisitionLine.article_id)
        .outerjoin(Supplier, Supplier.id == Article.supplier_id)
        .where(
            RequisitionLine.site_id == site_id,
            RequisitionLine.settled_at.is_(None),
            RequisitionLine.is_authorised,
            RequisitionLine.wanted - RequisitionLine.with_workshop - RequisitionLine.reserved
            > RequisitionLine.ordered,
        )
        .group_by(Supplier.id, Supplier.name, Supplier.lead_days)
        .order_by(Supplier.name)
    )
    return [SupplierToOrder(*row) for row in rows]


def list_to_buy(site_id: int, supplier_id: int) -> list[ToBuy]:
    """What to order at a supplier: first what orders wait for, then what runs low on the shelves (PRT-3)."""
    wanted: dict[int, list[Demand]] = {}
    for demand in list_to_order(site_id, supplier_id=supplier_id):
        wanted.setdefault(demand.article_id, []).append(demand)
    low: dict[int, Decimal] = {}
    running_low = parts.list_low(site_id, supplier_id=supplier_id, limit=100)
    rows = {row.article_id: row for row in running_low}
    for row in running_low:
        low[row.article_id] = low.get(row.article_id, Decimal(0)) + row.suggestion
    costs = dict(
        db.session.execute(select(Article.id, Article.cost).where(Article.id.in_([*wanted, *low]))).all()
    )
    found = [
        ToBuy(
            article_id,
            demands[0].number,
            demands[0].name,
            demands[0].unit,
            costs[article_id],
            sum((demand.to_order for demand in demands), Decimal(0)),
            low.pop(article_id, Decimal(0)),
            tuple(dict.fromkeys(demand.plate for demand in demands)),
        )
        for article_id, demands in wanted.items()
    ]
    return found + [
        ToBuy(article_id, row.number, row.name, row.unit, row.cost, Decimal(0), low[article_id], ())
        for article_id, row in rows.items()
        if low.get(article_id, Decimal(0)) > 0
    ]
