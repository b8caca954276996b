"""High voltage: who works on an electric or hybrid car holds the certificate and has read the safety notes (TEC-1)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from aftersales.clock import local_date
from aftersales.db import add, db
from aftersales.domain.accounts.models import User
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.domain.staffing.models import Technician
from aftersales.domain.vehicles.models import Fuel, Vehicle
from aftersales.domain.workshop.car_models import HighVoltageException, SafetyAcknowledgement
from aftersales.domain.workshop.dispatch import need_own
from aftersales.i18n import N_, gettext

HIGH_VOLTAGE = (Fuel.ELECTRIC, Fuel.HYBRID)


@dataclass(frozen=True, slots=True)
class Safety:
    """How a person stands to a high-voltage car: certificate (its last day), exception, acknowledgement."""

    certificate_until: date | None
    is_certified: bool
    exception: HighVoltageException | None
    acknowledged_at: datetime | None

    @property
    def is_allowed(self) -> bool:
        return self.is_certified or self.exception is not None


def find(order: ServiceOrder, user_id: int, *, on: date) -> Safety | None:
    """How the person stands to the order's car on that day, in one query; None where it has no high voltage."""
    if not _has_high_voltage(order):
        return None
    row = db.session.execute(
        select(Technician.high_voltage_until, HighVoltageException, SafetyAcknowledgement.acknowledged_at)
        .select_from(User)
        .outerjoin(
            Technician,
            (Technician.user_id == User.id)
            & (Technician.site_id == order.site_id)
            & Technician.is_active.is_(True),
        )
        .outerjoin(
            HighVoltageException,
            (HighVoltageException.user_id == User.id) & (HighVoltageException.service_order_id == order.id),
        )
        .outerjoin(
            SafetyAcknowledgement,
            (SafetyAcknowledgement.user_id == User.id) & (SafetyAcknowledgement.service_order_id == order.id),
        )
        .where(User.id == user_id)
    ).one()
    until = row[0]
    return Safety(until, until is not None and until >= on, row[1], row[2])


def list_exceptions(order_id: int) -> list[tuple[str, HighVoltageException]]:
    """Whom the manager let work on this car without the certificate: name and reason."""
    rows = db.session.execute(
        select(User.name, HighVoltageException)
        .join(User, User.id == HighVoltageException.user_id)
        .where(HighVoltageException.service_order_id == order_id)
        .order_by(User.name)
    )
    return [(row[0], row[1]) for row in rows]


def need_safe(order: ServiceOrder, actor: Actor, *, now: datetime) -> None:
    """Refuse to begin work on a high-voltage car without the certificate, or before its notes are read."""
    if actor.user_id is None or not _has_high_voltage(order):
        return
    found = find(order, actor.user_id, on=_today(order, now))
    assert found is not None
    if not found.is_allowed:
        raise Refused(_why_not(found))
    if found.acknowledged_at is None:
        raise Refused(
            gettext("High voltage: read the safety notes of this car and confirm them first, then clock on.")
        )


def acknowledge(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> None:
    """The person has read that the car has high voltage: switched off, locked, measured dead. Once; twice is harmless.

    Refuses people without the certificate whom the manager has not let in.
    """
    actor.need("jobs.clock")
    order = lock_order(order_id, site_id=site_id)
    need_own(order, actor)
    if actor.user_id is None:
        return
    found = find(order, actor.user_id, on=_today(order, now))
    if found is None or found.acknowledged_at is not None:
        return
    if not found.is_allowed:
        raise Refused(_why_not(found))
    add(
        SafetyAcknowledgement(
            service_order_id=order_id, user_id=actor.user_id, user_name=actor.name, acknowledged_at=now
        )
    )
    timeline.note(order, EventKind.NOTE, N_("High-voltage safety notes read"), actor=actor, now=now)


def allow(
    order_id: int, user_id: int, *, reason: str, site_id: int, actor: Actor, now: datetime
) -> HighVoltageException:
    """The manager lets somebody without a valid certificate work on this car, with the reason: what they may do and who
    watches. Once per person and order; a later reason replaces the first."""
    actor.need("safety.allow")
    order = lock_order(order_id, site_id=site_id)
    if not reason.strip():
        raise Invalid(gettext("Say why, and what they may do: it stands on the order."), field="reason")
    person = db.session.get(User, user_id)
    if person is None or not db.session.scalar(
        select(Technician.id).where(Technician.user_id == user_id, Technician.site_id == site_id)
    ):
        raise Invalid(gettext("Choose a technician of this site."), field="user_id")
    if not _has_high_voltage(order):
        raise Refused(gettext("This car has no high voltage."))
    known = db.session.scalar(
        select(HighVoltageException).where(
            HighVoltageException.service_order_id == order_id, HighVoltageException.user_id == user_id
        )
    )
    if known is not None and known.reason == reason.strip()[:300]:
        return known
    known = known or HighVoltageException(service_order_id=order_id, user_id=user_id)
    known.reason, known.allowed_at, known.allowed_by_name = reason.strip()[:300], now, actor.name
    add(known)
    timeline.note(
        order,
        EventKind.NOTE,
        N_("%(name)s may work on this high-voltage car without the certificate"),
        actor=actor,
        now=now,
        tone="soon",
        reason=known.reason,
        name=person.name,
    )
    return known


def _why_not(found: Safety) -> str:
    if found.certificate_until is not None:
        return gettext(
            "High voltage: your certificate ended on %(day)s. The workshop manager can give the car to somebody else, or"
            " let you with a reason.",
            day=found.certificate_until.isoformat(),
        )
    return gettext(
        "High voltage: only people with the certificate work on this car. The workshop manager can give it to somebody"
        " else, or let you with a reason."
    )


def _has_high_voltage(order: ServiceOrder) -> bool:
    vehicle = order.vehicle or db.session.get_one(Vehicle, order.vehicle_id)
    return vehicle.fuel in HIGH_VOLTAGE


def _today(order: ServiceOrder, now: datetime) -> date:
    return local_date(now, sites.get_site(order.site_id).timezone)
