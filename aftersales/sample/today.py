"""The orders that are open now, in every state, and what happened to their neighbours yesterday and today."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from aftersales.clock import local
from aftersales.domain.vehicles.models import Fuel
from aftersales.sample import stories
from aftersales.sample.calendar import Diary, next_working_day
from aftersales.sample.cars import Car
from aftersales.sample.people import KRAKOW, Staff
from aftersales.sample.stories import Concern, Ending, Settlement, Story

_OIL = Concern("Oil service is due", "OIL-DIESEL")
_BRAKES = Concern("Front brakes squeal when cold", "BRAKE-PADS-F")
_WIPERS = Concern("Wipers leave streaks", "WIPERS-F")
_BULB = Concern("Left headlight does not work", "BULB-H7")
_BATTERY = Concern("Starts badly in the morning", "BATTERY-AGM")
_ALIGNMENT = Concern("Pulls to the right on the motorway", "ALIGNMENT")
_HUM = Concern("Humming from the front right, louder with speed", "WHEEL-CHANGE")
_CHARGES = Concern("Charges slowly, and the range is lower than last year", "HV-CHECK")
_SCAN = """Vehicle scan, all control units
Control unit 8C, drive battery
P0AA6 High voltage: isolation fault - stored
P1B3E-00 Cell module 7: voltage difference - pending
Control unit 01: no fault
State of health: 86 %
Lowest cell: 3.94 V
Highest cell: 4.01 V
Battery temperature: 21.5 C
"""
_WORN, _REAR, _TREAD, _RUBBER, _FLUID, _POLLEN, _LINK, _WEAK = stories.FINDINGS

_AT_WORK = timedelta(minutes=38)
"""So long the running clocks run: most of the planned time, so that somebody is asked whether it will be ready."""

# Hours before now, technician, ending, concerns, findings, hours promised, and what else is to be said.
_Row = tuple[float, str, Ending, tuple[Concern, ...], tuple[stories.Finding, ...], int, dict[str, object]]

_KRAKOW: tuple[_Row, ...] = (
    (54, "leon", Ending.READY, (_OIL, _WIPERS), (_RUBBER,), 9, {}),
    (29, "jan", Ending.WAITING_FOR_PARTS, (_HUM,), (), 58, {"missing_part": "5Q0498625"}),
    (28, "karol", Ending.REWORK, (_BATTERY, _BULB), (), 32, {"has_rework": True}),
    (27, "tomasz", Ending.REPAIRING, (_BRAKES,), (_LINK,), 50, {"hold": "sublet"}),
    (26, "leon", Ending.CLOSED_WITHOUT_REPAIR, (_ALIGNMENT,), (), 9, {}),
    (9.5, "karol", Ending.COMPLETED, (_BULB, _WIPERS), (), 8, {"settlement": Settlement.CARD}),
    (8, "tomasz", Ending.READY, (_OIL, _BRAKES), (_POLLEN,), 9, {"damage": stories.DAMAGE[:2]}),
    (7.5, "jan", Ending.PREPARING, (_BRAKES,), (_FLUID,), 9, {}),
    (7, "leon", Ending.QUALITY_CHECK, (_OIL, _WIPERS), (_LINK,), 9, {}),
    (5.5, "karol", Ending.ASKED, (_OIL,), (_WORN, _TREAD, _RUBBER), 7, {"damage": stories.DAMAGE[1:3]}),
    (4.5, "tomasz", Ending.REPAIRING, (_BRAKES, _OIL), (), 6, {"damage": stories.DAMAGE[3:4]}),
    (4, "jan", Ending.ASKED_AGAIN, (_BRAKES, _WIPERS), (), 6,
     {"additional": "The drive shaft boot is torn, grease is coming out|DRIVE-SHAFT-BOOT"}),
    (2.5, "leon", Ending.ASKED, (_BATTERY,), (_REAR, _WEAK), 5, {}),
    (1.1, "karol", Ending.INSPECTING, (_CHARGES, _ALIGNMENT), (), 6,
     {"drive": Fuel.ELECTRIC, "tool_report": _SCAN, "asks_warranty": "The drive battery has eight years of guarantee."}),
    (0.8, "tomasz", Ending.ASSIGNED, (_WIPERS,), (), 5, {"is_waiting": True}),
    (0.6, "tomasz", Ending.CHECKED_IN, (_BRAKES,), (), 7, {"damage": stories.DAMAGE[:1]}),
    (0.25, "tomasz", Ending.ARRIVED, (_BULB,), (), 4, {"calls_specialist": True}),
    (0.1, "tomasz", Ending.ARRIVED, (_OIL, Concern("Rattles over bumps, rear left", "STABILISER-LINKS")), (), 8, {}),
)  # fmt: skip
_SHANGHAI: tuple[_Row, ...] = (
    (8, "zhangmin", Ending.READY, (_WIPERS, _BULB), (), 9, {}),
    (7, "chenjie", Ending.COMPLETED, (_BATTERY,), (), 8, {"settlement": Settlement.WECHAT}),
    (4, "zhangmin", Ending.REPAIRING, (_BRAKES,), (), 6, {}),
    (3, "chenjie", Ending.ASKED, (_ALIGNMENT,), (_TREAD,), 6, {}),
    (0.5, "zhangmin", Ending.CHECKED_IN, (_WIPERS,), (), 5, {}),
    (0.2, "zhangmin", Ending.ARRIVED, (_BRAKES,), (), 6, {}),
)


def plan(staff: Staff, cars: list[Car], *, now: datetime, diary: Diary) -> Iterator[Story]:
    """The visits around ``now``, each with a car of its own."""
    waiting = list(cars)
    rows = _KRAKOW if staff.key == KRAKOW else _SHANGHAI
    chosen = {at: _take(waiting, row[-1]["drive"]) for at, row in enumerate(rows) if "drive" in row[-1]}
    for at, (hours, technician, ending, concerns, findings, promise_hours, more) in enumerate(rows):
        car = chosen.get(at) or _take(waiting)
        more = {name: value for name, value in more.items() if name != "drive"}
        yield Story(
            car=car,
            technician=technician,
            arrives_at=now - timedelta(hours=hours),
            concerns=concerns,
            findings=findings,
            ending=ending,
            promise_hours=promise_hours,
            works_since=now - _AT_WORK,
            at_any_hour=True,
            speed=Decimal("0.9"),
            **more,  # type: ignore[arg-type]
        )
    if staff.key == KRAKOW:
        yield from _comes_again(_take(waiting), now)
    tomorrow = next_working_day(local(now, staff.timezone).date())
    for day, hour, concerns in (
        (tomorrow, time(8, 0), (_OIL, _ALIGNMENT)),
        (tomorrow, time(9, 30), (_BRAKES,)),
        (next_working_day(tomorrow), time(8, 30), (_BATTERY,)),
    ):
        yield Story(
            _take(waiting), staff.technicians[0].name, diary.at(day, hour), concerns, ending=Ending.BOOKED
        )
    yield Story(
        _take(waiting),
        staff.technicians[0].name,
        now - timedelta(days=1),
        (_WIPERS,),
        ending=Ending.CANCELLED,
    )


def _comes_again(car: Car, now: datetime) -> Iterator[Story]:
    """Brakes done six days ago squeal again: at reception our own guarantee still covers them."""
    yield Story(
        car=car,
        technician="tomasz",
        arrives_at=now - timedelta(days=6),
        concerns=(Concern("Front brakes squeal when cold", "BRAKE-DISCS-F"), _WIPERS),
        ending=Ending.COMPLETED,
        settlement=Settlement.CARD,
        at_any_hour=True,
        ends_day=True,
    )
    yield Story(
        car=car,
        technician="tomasz",
        arrives_at=now - timedelta(minutes=9),
        concerns=(Concern("Front brakes squeal again since Monday", "BRAKE-DISCS-F"),),
        ending=Ending.ARRIVED,
        at_any_hour=True,
    )


def earlier(staff: Staff, cars: list[Car], *, begin: datetime) -> Iterator[Story]:
    """A visit of the electric car that is inspected today, on the first day: what was measured then stands beside today's
    values, and what was declined is looked at again."""
    if staff.key != KRAKOW:
        return
    car = next((car for car in cars if car.fuel is Fuel.ELECTRIC), None)
    if car is not None:
        yield Story(
            car=car,
            technician="karol",
            arrives_at=begin + timedelta(hours=2, minutes=20),
            concerns=(Concern("High-voltage battery check, as agreed", "HV-CHECK"), _WIPERS),
            findings=(_REAR, _POLLEN),
            declines=True,
            at_any_hour=True,
            ends_day=True,
        )


def _take(waiting: list[Car], drive: object = None) -> Car:
    """The next car that waits, of a drive where the story is about one."""
    at = next((at for at, car in enumerate(waiting) if drive is None or car.fuel is drive), 0)
    return waiting.pop(at)
