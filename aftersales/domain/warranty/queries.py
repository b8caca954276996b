"""Reading campaigns and the warranty watch. What is shown beside a vehicle takes two queries, however long the lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.warranty import rules
from aftersales.domain.warranty.models import (
    Campaign,
    CampaignKind,
    CampaignVehicle,
    WarrantyWatch,
    WatchLevel,
)
from aftersales.domain.warranty.rules import Count, Limits, Term, WatchedJob
from aftersales.i18n import gettext

PAGE = 100
_OWN_JOB = and_(Job.id == CampaignVehicle.job_id, Job.voided_at.is_(None))
_IS_DONE = or_(CampaignVehicle.done_on.is_not(None), Job.done_at.is_not(None))
"""Beside an outer join of :data:`_OWN_JOB`; neither part is ever NULL itself."""
_DONE = case((_IS_DONE, 1), else_=0)


@dataclass(frozen=True, slots=True)
class CampaignAlert:
    """A campaign that waits for a vehicle. ``order_id`` is the order that has its job already."""

    id: int
    number: str
    title: str
    kind: CampaignKind
    reference: str
    order_id: int | None


@dataclass(frozen=True, slots=True)
class WatchAlert:
    """How near a vehicle is to a legal limit, with the figures."""

    level: WatchLevel
    counted: Count
    limits: Limits


@dataclass(frozen=True, slots=True)
class Alerts:
    """What the manufacturer and the law say about a vehicle when it is booked or stands at the desk."""

    campaigns: Sequence[CampaignAlert] = ()
    watch: WatchAlert | None = None


def alerts_of(vehicle: Vehicle, site: Site, *, now: datetime, order_id: int | None = None) -> Alerts:
    """Campaigns that wait for the vehicle and how near it is to the site's warranty limits (WAR-5, APT-11).
    ``order_id`` is the present visit, which does not count itself."""
    return Alerts(
        list_waiting_campaigns(vehicle, today=local_date(now, site.timezone)),
        watch_alert(vehicle, site, now=now, order_id=order_id),
    )


def list_waiting_campaigns(vehicle: Vehicle, *, today: date) -> list[CampaignAlert]:
    """The campaigns in force whose list has the vehicle's VIN and that are not done on it, recalls first."""
    if not vehicle.vin:
        return []
    open_order = aliased(ServiceOrder)
    rows = db.session.execute(
        select(
            Campaign.id,
            Campaign.number,
            Campaign.title,
            Campaign.kind,
            Campaign.reference,
            open_order.id,
        )
        .join(CampaignVehicle, CampaignVehicle.campaign_id == Campaign.id)
        .outerjoin(Job, _OWN_JOB)
        .outerjoin(open_order, and_(open_order.id == Job.service_order_id, open_order.closed_at.is_(None)))
        .where(CampaignVehicle.vin == vehicle.vin, ~_IS_DONE, *_in_force(today))
        .order_by(Campaign.kind, Campaign.from_on, Campaign.id)
    )
    return [CampaignAlert(*row) for row in rows]


def watch_alert(
    vehicle: Vehicle, site: Site, *, now: datetime, order_id: int | None = None
) -> WatchAlert | None:
    """How near the vehicle is to a limit, None where it is not near or the site has no limits."""
    limits = limits_at(site)
    term = Term(vehicle.warranty_until_on, vehicle.warranty_until_odometer)
    if not limits or not term.covers(local_date(now, site.timezone), vehicle.odometer):
        return None
    counted = rules.count(
        _jobs_of(vehicle.id, timezone=site.timezone, now=now, except_order_id=order_id),
        term,
        maintenance=[code.strip() for code in site.setting("warranty.maintenance_codes").split(",")],
    )
    level = rules.level_of(counted, limits)
    return WatchAlert(level, counted, limits) if level else None


def limits_at(site: Site) -> Limits:
    """The warranty limits that the site watches."""
    return rules.limits_of(
        site.country,
        is_watched=site.setting("warranty.watch"),
        same_fault=site.setting("warranty.same_fault_limit"),
        days=site.setting("warranty.days_limit"),
    )


def _jobs_of(
    vehicle_id: int, *, timezone: str, now: datetime, except_order_id: int | None
) -> list[WatchedJob]:
    """The jobs of the vehicle's visits at all sites, but not of those that were never begun or ended without a repair."""
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.arrived_at,
            ServiceOrder.ready_at,
            ServiceOrder.closed_at,
            ServiceOrder.odometer,
            Job.pay_type,
            Job.canned_job_code,
            Job.concern,
            Job.title,
            Job.done_at,
        )
        .join(Job, Job.service_order_id == ServiceOrder.id)
        .where(
            ServiceOrder.vehicle_id == vehicle_id,
            ServiceOrder.id.is_distinct_from(except_order_id),
            ServiceOrder.arrived_at.is_not(None),
            ServiceOrder.state.not_in((OrderState.CANCELLED, OrderState.CLOSED_WITHOUT_REPAIR)),
            Job.voided_at.is_(None),
        )
        .order_by(ServiceOrder.arrived_at)
    )
    return [
        WatchedJob(
            order_id=row.id,
            arrived_at=row.arrived_at,
            left_at=row.ready_at or row.closed_at or now,
            arrived_on=local_date(row.arrived_at, timezone),
            odometer=row.odometer,
            pay_type=row.pay_type,
            canned_job_code=row.canned_job_code,
            concern=row.concern,
            title=row.title,
            is_done=row.done_at is not None,
        )
        for row in rows
    ]


def find_watch(service_order_id: int) -> WarrantyWatch | None:
    return db.session.scalar(select(WarrantyWatch).where(WarrantyWatch.service_order_id == service_order_id))


def get_watch(service_order_id: int) -> WarrantyWatch:
    """The order's warning. Raises :class:`NotFound` where it began without one."""
    watch = find_watch(service_order_id)
    if watch is None:
        raise NotFound(gettext("This visit began without a warranty warning."))
    return watch


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as a row of the list: how many vehicles it is for, and on how many it is done."""

    id: int
    number: str
    title: str
    kind: CampaignKind
    reference: str
    from_on: date
    until_on: date | None
    vehicles: int
    done: int

    @property
    def rate(self) -> Decimal | None:
        """Done / vehicles on the list; None while the list is empty."""
        return (Decimal(self.done) / self.vehicles).quantize(Decimal("0.0001")) if self.vehicles else None

    def is_in_force(self, today: date) -> bool:
        return self.from_on <= today and (self.until_on is None or today <= self.until_on)


def list_campaigns() -> list[CampaignRow]:
    """All campaigns with their completion, newest first."""
    rows = db.session.execute(
        select(
            Campaign.id,
            Campaign.number,
            Campaign.title,
            Campaign.kind,
            Campaign.reference,
            Campaign.from_on,
            Campaign.until_on,
            func.count(CampaignVehicle.id),
            func.coalesce(func.sum(_DONE), 0),
        )
        .outerjoin(CampaignVehicle, CampaignVehicle.campaign_id == Campaign.id)
        .outerjoin(Job, _OWN_JOB)
        .group_by(Campaign.id)
        .order_by(Campaign.from_on.desc(), Campaign.id.desc())
    )
    return [CampaignRow(*row) for row in rows]


def get_campaign(campaign_id: int) -> Campaign:
    """The campaign. Raises :class:`NotFound`."""
    campaign = db.session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(gettext("There is no such campaign."))
    return campaign


def completion(campaign_id: int) -> tuple[int, int]:
    """On how many vehicles of the list the campaign is done, and how many the list has."""
    row = db.session.execute(
        select(func.coalesce(func.sum(_DONE), 0), func.count(CampaignVehicle.id))
        .outerjoin(Job, _OWN_JOB)
        .where(CampaignVehicle.campaign_id == campaign_id)
    ).one()
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class ListedVehicle:
    """One VIN of a campaign's list with the car and visit behind it, where there are some."""

    id: int
    vin: str
    vehicle_id: int | None
    plate: str | None
    plate_country: str | None
    done: int
    done_on: date | None
    done_at: datetime | None
    done_note: str
    order_id: int | None
    order_number: str | None
    order_site_id: int | None

    @property
    def is_done(self) -> bool:
        return bool(self.done)


def list_vehicles(
    campaign_id: int, *, only_open: bool = False, after: int = 0, limit: int = PAGE
) -> tuple[list[ListedVehicle], int | None]:
    """A page of the campaign's list and the id to go on from (keyset paging), None at the end."""
    query: Select[*tuple[Any, ...]] = (
        select(
            CampaignVehicle.id,
            CampaignVehicle.vin,
            Vehicle.id.label("vehicle_id"),
            Vehicle.plate,
            Vehicle.plate_country,
            _DONE,
            CampaignVehicle.done_on,
            Job.done_at,
            CampaignVehicle.done_note,
            ServiceOrder.id.label("order_id"),
            ServiceOrder.number,
            ServiceOrder.site_id,
        )
        .outerjoin(Vehicle, Vehicle.vin == CampaignVehicle.vin)
        .outerjoin(Job, _OWN_JOB)
        .outerjoin(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(CampaignVehicle.campaign_id == campaign_id, CampaignVehicle.id > after)
        .order_by(CampaignVehicle.id)
        .limit(limit + 1)
    )
    if only_open:
        query = query.where(~_IS_DONE)
    rows = [ListedVehicle(*row) for row in db.session.execute(query)]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _in_force(today: date) -> tuple[ColumnElement[bool], ...]:
    return (Campaign.from_on <= today, or_(Campaign.until_on.is_(None), Campaign.until_on >= today))
