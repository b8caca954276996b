"""The car beside its check-in record when the workshop takes it over: the same, or different with a note (TEC-1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from aftersales.db import add, db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import CheckIn, CheckInPhoto, Damage
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.car_models import CarComparison
from aftersales.domain.workshop.dispatch import need_own
from aftersales.i18n import N_, gettext, label

ELSE = "else"
"""The point for whatever no photo and no pin shows."""
ANSWER_WITHIN = timedelta(minutes=30)
COMPARED_IN = (
    OrderState.ASSIGNED, OrderState.IN_PROGRESS, OrderState.AWAITING_APPROVAL, OrderState.AWAITING_PARTS,
    OrderState.REPAIRING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One thing of the check-in record: a station's photo, a pin of damage, or everything else; and how it compares."""

    key: str
    words: str
    photo_id: int | None
    compared: CarComparison | None


def list_points(order_id: int) -> list[Point]:
    """The points of the order's check-in with what was compared so far, in three queries; only "else" without one."""
    compared = {
        row.point: row
        for row in db.session.scalars(select(CarComparison).where(CarComparison.service_order_id == order_id))
    }
    photos = db.session.execute(
        select(CheckInPhoto.station, CheckInPhoto.attachment_id)
        .join(CheckIn, CheckIn.id == CheckInPhoto.checkin_id)
        .where(CheckIn.service_order_id == order_id)
        .order_by(CheckInPhoto.id)
    )
    newest: dict[Station, int] = dict(photos.all())
    damages = db.session.scalars(
        select(Damage)
        .join(CheckIn, CheckIn.vehicle_id == Damage.vehicle_id)
        .where(
            CheckIn.service_order_id == order_id,
            Damage.checkin_id <= CheckIn.id,
            Damage.voided_at.is_(None),
            Damage.repaired_at.is_(None),
        )
        .order_by(Damage.id)
    )
    points: list[tuple[str, str, int | None]] = [
        (station.value, str(label(station)), newest[station]) for station in Station if station in newest
    ]
    points += [
        (
            f"damage-{pin.id}",
            f"{label(pin.kind)}, {label(pin.zone)} ({label(pin.severity)})",
            pin.attachment_id,
        )
        for pin in damages
    ]
    points.append((ELSE, gettext("Anything else"), None))
    return [Point(key, words, photo_id, compared.get(key)) for key, words, photo_id in points]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many points were compared, and how many of them differ."""

    total: int
    different: int


def summary(order_id: int) -> Summary:
    """What was compared of the order's car, in one query."""
    row = db.session.execute(
        select(func.count(), func.count().filter(CarComparison.is_same.is_(False))).where(
            CarComparison.service_order_id == order_id
        )
    ).one()
    return Summary(row[0], row[1])


def compare(
    order_id: int,
    point: str,
    *,
    is_same: bool,
    note: str,
    site_id: int,
    actor: Actor,
    now: datetime,
    photo: Attachment | None = None,
) -> CarComparison:
    """Say of one point whether the car is as its check-in says. A later look replaces the first; the timeline keeps both.

    A difference needs a note and becomes the advisor's task, so that nobody is blamed later. The same again is harmless.
    Refuses a look that arrives from a tablet after a colleague's later one (``now`` is when it was taken).
    """
    order = _lock(order_id, site_id, actor)
    known = next((each for each in list_points(order_id) if each.key == point), None)
    if known is None:
        raise NotFound(gettext("There is no such point on this check-in."))
    note = note.strip()[:300]
    if not is_same and not note:
        raise Invalid(gettext("Say what is different."), field="note")
    row = known.compared
    if row is not None and (row.is_same, row.note) == (is_same, "" if is_same else note) and photo is None:
        return row
    if row is not None and row.compared_at > now and row.compared_by_name != actor.name:
        raise Refused(
            gettext(
                "%(name)s looked at “%(point)s” after you. Compare it again if it is different.",
                name=row.compared_by_name,
                point=known.words,
            )
        )
    row = row or CarComparison(service_order_id=order_id, point=point)
    row.is_same, row.note = is_same, "" if is_same else note
    row.attachment_id = photo.id if photo is not None else (None if is_same else row.attachment_id)
    row.compared_at, row.compared_by_name = now, actor.name
    row.answered_at, row.answered_by_name, row.answer = None, "", ""
    add(row)
    if is_same:
        tasks.close_tasks(
            TaskType.CAR_DIFFERS, actor=actor, now=now, service_order_id=order_id, subject_id=row.id
        )
        return row
    timeline.note(
        order,
        EventKind.FINDING,
        N_("The car differs from the check-in record: %(point)s"),
        actor=actor,
        now=now,
        tone="soon",
        reason=note,
        point=known.words,
    )
    tasks.open_task(
        TaskType.CAR_DIFFERS,
        site_id=order.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order_id,
        subject_id=row.id,
        due_at=now + ANSWER_WITHIN,
        now=now,
        note=f"{known.words}: {note}"[:300],
    )
    return row


def rest_is_same(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> int:
    """All that was not looked at one by one is as the record says: one tap, one act. Returns how many points."""
    order = _lock(order_id, site_id, actor)
    left = [point for point in list_points(order_id) if point.compared is None]
    for point in left:
        add(
            CarComparison(
                service_order_id=order_id, point=point.key, is_same=True, compared_at=now, compared_by_name=actor.name
            )
        )  # fmt: skip
    if left:
        timeline.note(
            order, EventKind.NOTE, N_("The car is as its check-in record says"), actor=actor, now=now
        )
    return len(left)


def answer(comparison_id: int, *, words: str, site_id: int, actor: Actor, now: datetime) -> CarComparison:
    """The advisor says what follows from a difference: known to the customer, noted, ours. Its task closes. Twice is
    harmless."""
    actor.need("checkins.write")
    row = db.session.get(CarComparison, comparison_id)
    if row is None:
        raise NotFound(gettext("There is no such difference."))
    order = lock_order(row.service_order_id, site_id=site_id)
    db.session.refresh(row)
    if row.is_same:
        raise Refused(gettext("The technician took this difference back."))
    if not words.strip():
        raise Invalid(gettext("Say what follows: what the customer knows, who caused it."), field="answer")
    if row.answered_at is None:
        row.answered_at, row.answered_by_name, row.answer = now, actor.name, words.strip()[:300]
        db.session.flush()
        timeline.note(
            order, EventKind.NOTE, N_("Difference answered"), actor=actor, now=now, reason=row.answer
        )
        tasks.close_tasks(
            TaskType.CAR_DIFFERS, actor=actor, now=now, subject_id=row.id, service_order_id=order.id
        )
    return row


def _lock(order_id: int, site_id: int, actor: Actor) -> ServiceOrder:
    actor.need("jobs.accept")
    order = lock_order(order_id, site_id=site_id)
    need_own(order, actor)
    if order.state not in COMPARED_IN:
        raise Refused(gettext("The car is compared when the workshop takes it over, or during the work."))
    return order
