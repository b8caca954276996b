"""Thirteen months of completed visits, on a few full days of each month."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from aftersales.clock import from_local
from aftersales.domain.vehicles.models import Fuel
from aftersales.sample import stories
from aftersales.sample.calendar import working_days
from aftersales.sample.cars import Car, Fleet
from aftersales.sample.people import KRAKOW, Staff
from aftersales.sample.stories import Concern, Settlement, Story

_DAYS_A_MONTH = {KRAKOW: (3, 2)}
_FEWER_DAYS = (1, 1)
"""On how many days of each second month cars come."""
_SETTLEMENTS = {
    KRAKOW: (Settlement.CARD, Settlement.CARD, Settlement.CASH, Settlement.MIXED, Settlement.TRANSFER),
}
_CHINESE_SETTLEMENTS = (Settlement.WECHAT, Settlement.ALIPAY, Settlement.WECHAT, Settlement.CARD)
_SPEED = {"tomasz": "0.88", "jan": "1.02", "karol": "1.2", "zhangmin": "0.92", "chenjie": "1.05"}


def plan(staff: Staff, fleet: Fleet, *, first: date, last: date, random: Random) -> Iterator[Story]:
    """The stories of a site's past, in the order of time. Every car comes again after some months; those that are
    here today were not here lately."""
    cars, lately = fleet.of_site[staff.key], last - timedelta(days=45)
    queue = list(cars)
    random.shuffle(queue)
    place = 0
    for days in _workdays(staff, first, last, random):
        for day in days:
            for technician in _SPEED:
                if technician in staff.actors:
                    car = next(car for car in queue if day < lately or car not in fleet.here_today)
                    queue.remove(car)
                    queue.append(car)
                    yield _story(staff, car, technician, day, place, random, fleet.on_account, last)
                    place += 1


def _workdays(staff: Staff, first: date, last: date, random: Random) -> Iterator[list[date]]:
    """The chosen days of each month."""
    all_days = working_days(first, last)
    for year, month in sorted({(day.year, day.month) for day in all_days}):
        days = [day for day in all_days if (day.year, day.month) == (year, month)]
        wanted = min(_DAYS_A_MONTH.get(staff.key, _FEWER_DAYS)[month % 2], len(days))
        yield sorted(random.sample(days, wanted))


def _story(
    staff: Staff,
    car: Car,
    technician: str,
    day: date,
    place: int,
    random: Random,
    on_account: set[int],
    last: date,
) -> Story:
    story = Story(
        car=car,
        technician=technician,
        arrives_at=_arrival(staff, day, random),
        concerns=_concerns(car, place, random),
        findings=tuple(random.sample(stories.FINDINGS, random.choice((0, 0, 1, 1, 2)))),
        declines=place % 6 == 3,
        damage=tuple(random.sample(stories.DAMAGE, random.choice((0, 0, 1, 2)))),
        has_rework=place % 17 == 7,
        discount=Decimal("0.05") if place % 12 == 5 else Decimal(0),
        settlement=_settlement(staff, car, place, on_account),
        credit_note=place % 37 == 20,
        speed=Decimal(_SPEED[technician]),
        is_content=place % 19 != 4,
        is_waiting=place % 8 == 0,
        promise_hours=random.choice((7, 8, 9, 10, 26)),
    )
    if place % 23 == 11 and day < last - timedelta(days=8):
        story.missing_part, story.promise_hours = "5Q0498625", 60
    if place % 29 == 13 and day < last - timedelta(days=25):
        story.comes_back_for = Concern("Came back: the noise is there again", story.concerns[0].code)
    return story


def _arrival(staff: Staff, day: date, random: Random) -> datetime:
    opening = datetime.combine(day, time(8, random.randint(0, 50)))
    return from_local(opening, staff.timezone)


def _concerns(car: Car, place: int, random: Random) -> tuple[Concern, ...]:
    """Two or three things per visit; sometimes another one pays."""
    if car.fuel is Fuel.ELECTRIC:
        first = Concern("High-voltage battery check, as agreed", "HV-CHECK")
    else:
        first = random.choice(stories.SERVICE)
        if first.code == "OIL-DIESEL" and car.fuel is not Fuel.DIESEL:
            first = Concern(first.words, "OIL-PETROL")
    chosen = [first, random.choice(stories.COMPLAINTS)]
    if place % 10 == 6:
        chosen.append(stories.WARRANTY)
    if place % 31 == 9:
        chosen.append(stories.INTERNAL)
    return tuple({concern.code: concern for concern in chosen}.values())


def _settlement(staff: Staff, car: Car, place: int, on_account: set[int]) -> Settlement:
    if car.customer_id in on_account:
        return (Settlement.ON_ACCOUNT_PAID, Settlement.ON_ACCOUNT, Settlement.ON_ACCOUNT_PARTLY)[place % 3]
    ways = _SETTLEMENTS.get(staff.key, _CHINESE_SETTLEMENTS)
    return ways[place % len(ways)]


def comeback(story: Story) -> Story:
    """The visit two weeks later, for the work that did not hold; the workshop pays."""
    assert story.comes_back_for is not None
    return Story(
        car=story.car,
        technician=story.technician,
        arrives_at=story.arrives_at + timedelta(days=14),
        concerns=(
            Concern(story.comes_back_for.words, story.comes_back_for.code, stories.INTERNAL.pay_type),
            Concern("Wipers leave streaks", "WIPERS-F"),
        ),
        speed=story.speed,
    )
