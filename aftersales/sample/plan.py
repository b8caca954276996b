"""The sample's calendar and plan: shifts, skills, an absence, a closed bay, and the plan of the day that is running.

Visits of the sample's day happen at any hour, so the shifts of that one day lie around the hour in which it is made.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from aftersales.clock import from_local, local
from aftersales.db import add, db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from aftersales.domain.errors import Refused
from aftersales.domain.planning import upsets
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import Priority, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing import times
from aftersales.domain.staffing.models import AbsenceKind, Bay, BayKind, Certificate, Skill, Technician
from aftersales.domain.staffing.times import WorkingDay
from aftersales.domain.workshop import planning
from aftersales.domain.workshop.models import Clocking
from aftersales.sample.people import KRAKOW, Staff

_EARLY = WorkingDay(time(7), time(15, 30), ((time(11), time(11, 30)),))
_LATE = WorkingDay(time(9, 30), time(18), ((time(13), time(13, 30)),))
_SHANGHAI = WorkingDay(time(8, 30), time(17, 30), ((time(12), time(13)),))
_SKILLS: dict[str, tuple[Skill, ...]] = {
    "tomasz": (Skill.MECHANICAL, Skill.ELECTRICAL, Skill.DIAGNOSIS),
    "jan": (Skill.MECHANICAL, Skill.ELECTRICAL),
    "karol": (Skill.MECHANICAL,),
    "leon": (Skill.MECHANICAL, Skill.DIAGNOSIS, Skill.ELECTRICAL),
    "zhangmin": (Skill.MECHANICAL, Skill.ELECTRICAL),
    "chenjie": (Skill.MECHANICAL, Skill.DIAGNOSIS),
}
_CERTIFIED = ("tomasz", "zhangmin")


def agree_shifts(staff: Staff, now: datetime) -> None:
    """Weekly shifts, skills and certificates, posts filled and vacant, an absence next week, a lift under repair."""
    today = local(now, staff.timezone).date()
    keys = {actor.user_id: key for key, actor in staff.actors.items()}
    found = db.session.scalars(
        select(Technician).where(Technician.site_id == staff.site_id).order_by(Technician.id)
    )
    for technician in list(found):
        key = keys[technician.user_id]
        technician.skills = [skill.value for skill in _SKILLS.get(key, ())]
        if key in _CERTIFIED:
            technician.high_voltage_until = today + timedelta(days=400)
            times.set_certificates(
                technician.id, {Certificate.WARRANTY: today + timedelta(days=300)}, site_id=staff.site_id,
                actor=SYSTEM, now=now,
            )  # fmt: skip
        usual = _SHANGHAI if staff.key != KRAKOW else _LATE if key == "karol" else _EARLY
        week = dict.fromkeys(range(5), usual)
        times.set_week(technician.id, week, site_id=staff.site_id, actor=SYSTEM, now=now)
        times.change_day(
            technician.id,
            today,
            _around(now, staff, usual),
            note="",
            site_id=staff.site_id,
            actor=SYSTEM,
            now=now,
        )
        if key == "karol":
            _away_next_week(technician.id, staff, today, now)
        times.save_post(
            None, site_id=staff.site_id, title="Technician", team_id=technician.team_id,
            holder_id=technician.user_id, actor=SYSTEM, now=now, today=today,
        )  # fmt: skip
    if staff.key == KRAKOW:
        times.save_post(
            None, site_id=staff.site_id, title="Technician, high voltage", team_id=None, holder_id=None,
            actor=SYSTEM, now=now, today=today - timedelta(days=24),
        )  # fmt: skip
        _close_a_lift(staff, today, now)


def plan_today(staff: Staff, now: datetime) -> None:
    """What was clocked today stands in the plan as done; the open work of today is planned, some of it is left."""
    _write_down_what_ran(staff, now)
    manager = staff.one(Role.MANAGER)
    open_orders = list(
        db.session.scalars(
            select(ServiceOrder)
            .where(
                ServiceOrder.site_id == staff.site_id,
                ServiceOrder.closed_at.is_(None),
                ServiceOrder.state.in_(
                    (OrderState.REPAIRING, OrderState.IN_PROGRESS, OrderState.ASSIGNED, OrderState.CHECKED_IN)
                ),
            )
            .order_by(ServiceOrder.promised_at, ServiceOrder.id)
        )
    )
    for order in open_orders:
        if order.state is OrderState.CHECKED_IN:
            order.priority = Priority.HIGH  # left for the manager to plan
            continue
        if order.technician_id is None:
            continue
        bay_id = order.bay_id or staff.bay_ids[order.id % len(staff.bay_ids)]
        try:
            planning.book_order(
                order.id, site_id=staff.site_id, starts_at=now, user_id=order.technician_id, bay_id=bay_id,
                actor=manager, now=now,
            )  # fmt: skip
        except Refused:
            continue  # late in the evening nothing fits any more: it is left for tomorrow


def _around(now: datetime, staff: Staff, usual: WorkingDay) -> WorkingDay:
    """Today's shift: the usual one, longer where the hour asks for it."""
    hour = local(now, staff.timezone).hour
    starts = min(usual.starts_at, time(max(0, hour - 3)))
    ends = max(usual.ends_at, time(23, 45) if hour + 6 > 23 else time(hour + 6))
    longest = int(times.LONGEST.total_seconds() // 3600)
    if ends.hour - starts.hour >= longest:
        ends = time(starts.hour + longest)
    return WorkingDay(starts, ends, usual.breaks)


def _away_next_week(technician_id: int, staff: Staff, today: date, now: datetime) -> None:
    monday = today + timedelta(days=7 - today.weekday())
    upsets.add_absence(
        technician_id, kind=AbsenceKind.HOLIDAY, first=monday, last=monday + timedelta(days=4), site_id=staff.site_id,
        actor=SYSTEM, now=now,
    )  # fmt: skip


def _close_a_lift(staff: Staff, today: date, now: datetime) -> None:
    bay_id = db.session.scalar(
        select(Bay.id)
        .where(Bay.site_id == staff.site_id, Bay.kind == BayKind.LIFT)
        .order_by(Bay.name.desc())
        .limit(1)
    )
    assert bay_id is not None
    begin = from_local(datetime.combine(today + timedelta(days=1), time(7)), staff.timezone)
    upsets.close_bay(
        bay_id, starts_at=begin, ends_at=begin + timedelta(hours=5), reason="Yearly inspection of the lift",
        site_id=staff.site_id, actor=SYSTEM, now=now,
    )  # fmt: skip


def _write_down_what_ran(staff: Staff, now: datetime) -> None:
    midnight = from_local(datetime.combine(local(now, staff.timezone).date(), time()), staff.timezone)
    rows = db.session.execute(
        select(Clocking, ServiceOrder.bay_id)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(
            Clocking.site_id == staff.site_id, Clocking.started_at >= midnight, Clocking.ended_at.is_not(None)
        )
        .order_by(Clocking.started_at)
    ).all()
    bays: dict[int, list[tuple[datetime, datetime]]] = {bay: [] for bay in staff.bay_ids}
    people: dict[int, datetime] = {}
    for clocking, bay_id in rows:
        assert clocking.ended_at is not None
        minutes = int((clocking.ended_at - clocking.started_at).total_seconds() // 60)
        free = [
            bay
            for bay in ([bay_id] if bay_id else []) + list(bays)
            if all(
                end <= clocking.started_at or clocking.ended_at <= start for start, end in bays.get(bay, [])
            )
        ]
        if minutes < 5 or not free or people.get(clocking.user_id, midnight) > clocking.started_at:
            continue
        bays.setdefault(free[0], []).append((clocking.started_at, clocking.ended_at))
        people[clocking.user_id] = clocking.ended_at
        add(
            Booking(
                site_id=staff.site_id,
                service_order_id=clocking.service_order_id,
                job_id=clocking.job_id,
                user_id=clocking.user_id,
                bay_id=free[0],
                starts_at=clocking.started_at,
                ends_at=clocking.ended_at,
                minutes=minutes,
                planned_at=clocking.started_at,
                planned_by_name=staff.one(Role.MANAGER).name,
            )
        )
