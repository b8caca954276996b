"""The sample workshop: two sites whose story of thirteen months was made by the operations themselves.

The same day always makes the same sample: what is chosen is chosen by a seeded generator. Messages of the past are
recorded as sent when they were written (:mod:`.outbox`), so that loading the sample writes to nobody.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from aftersales.clock import from_local, local, local_date
from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue import starter
from aftersales.domain.inspections import repair_plan, templates
from aftersales.sample import cars, floor, history, knowledge, outbox, people, plan, shelves, today, visits
from aftersales.sample.calendar import Diary, Happening, run
from aftersales.sample.people import Staff
from aftersales.sample.people import pins as pins
from aftersales.sample.people import sign_ins as sign_ins
from aftersales.sample.photos import Album, open_album
from aftersales.sample.scene import Scene
from aftersales.sample.stories import Story

MONTHS_OF_HISTORY = 13
PAPERS_OF_THE_LAST = timedelta(days=21)
"""Visits before this keep only what was signed; a real workshop keeps everything, but printing takes time."""
_SEED = 20_26
_OPENS, _CLOSES = time(7, 45), time(17, 15)


def load(*, now: datetime, months: int = MONTHS_OF_HISTORY) -> None:
    """Fill an empty database. Called once, by ``bin/run`` and ``aftersales sample-data``.

    ``months`` counts the running one; with 0 there are people, cars, parts and prices, but no visit was ever made.
    """
    random, begin = Random(_SEED), begin_of_history(now, months)
    album = open_album()
    sheets = knowledge.print_sheets()
    with transaction():
        staff = people.open_sites(begin)
        starter.stock(actor=SYSTEM, now=begin)
        for site in staff.values():
            starter.price_hours(site.site_id, site.currency, actor=SYSTEM, now=begin)
        templates.stock_all(actor=SYSTEM, now=begin)
        repair_plan.stock_rules(actor=SYSTEM, now=begin)
        templates.open_draft("MPI-EV", actor=SYSTEM, now=now)
        shelves.fill(staff, now=begin, random=random)
        knowledge.shelve(sheets, now=begin)
        fleet = cars.add_cars(staff, today=local_date(now, "Europe/Warsaw"), now=begin, random=random)
    if months:
        _tell(staff, fleet, album, random, begin=begin, now=now)
        with transaction():
            knowledge.grow(staff, now=now)
    with transaction():
        for site in staff.values():
            plan.agree_shifts(site, now)
            if months:
                plan.plan_today(site, now)


def _tell(
    staff: dict[str, Staff],
    fleet: cars.Fleet,
    album: Album,
    random: Random,
    *,
    begin: datetime,
    now: datetime,
) -> None:
    """Let the visits happen, in the order of time."""
    numbers = count(1)
    happenings: list[tuple[datetime, Happening]] = []
    for key, site in staff.items():
        diary = Diary(site.timezone, opens=_OPENS, closes=_CLOSES)
        last = local_date(now, site.timezone) - timedelta(days=2)
        past = history.plan(
            site,
            fleet,
            first=local_date(begin, site.timezone) + timedelta(days=1),
            last=last,
            random=random,
        )
        for story in past:
            happenings += _visit(story, site, diary, album, random, numbers, now=now)
        happenings += _deliveries(site, begin, now)
        evening = Diary(site.timezone, opens=_OPENS, closes=_CLOSES)
        here = [car for car in fleet.here_today if car.site == key]
        for story in today.earlier(site, here, begin=begin):
            happenings += _visit(story, site, diary, album, random, numbers, now=now)
        for story in today.plan(site, here, now=now, diary=evening):
            happenings += _visit(story, site, evening, album, random, numbers, now=now)
    run(happenings, now=now, after_each=outbox.note_all_sent)
    with transaction():
        for site in staff.values():
            floor.happen(site, now=now)
        outbox.note_all_sent()


def begin_of_history(now: datetime, months: int = MONTHS_OF_HISTORY) -> datetime:
    """Six in the morning on the first day of the first of so many months, the running one included, in Kraków."""
    here = local(now, "Europe/Warsaw").replace(tzinfo=None)
    first = here.replace(day=1, hour=6, minute=0, second=0, microsecond=0)
    for _ in range(max(months, 1) - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return from_local(first, "Europe/Warsaw")


def _visit(
    story: Story,
    site: Staff,
    diary: Diary,
    album: Album,
    random: Random,
    numbers: "count[int]",
    *,
    now: datetime,
) -> Iterator[tuple[datetime, Happening]]:
    """The visit, and the one that it leads to where the work did not hold."""

    def scene(of: Story) -> Scene:
        return Scene(
            of,
            site,
            diary,
            album,
            Random(f"{_SEED}-{number}"),
            of.arrives_at > now - PAPERS_OF_THE_LAST,
            number,
        )

    number = next(numbers)
    first = scene(story)
    yield story.begins_at, visits.tell(first)
    if story.comes_back_for:
        again = history.comeback(story)
        number = next(numbers)
        yield again.arrives_at, visits.tell(scene(again), comeback_of=first)


def _deliveries(site: Staff, begin: datetime, now: datetime) -> Iterator[tuple[datetime, Happening]]:
    """Every four weeks the shelves are filled up."""
    at = begin + timedelta(days=28)
    while at < now - timedelta(days=1):
        yield at, shelves.refill(site, at)
        at += timedelta(days=28)
