"""A sample visit from its first to its last step, as far as its story goes."""

from datetime import datetime, time, timedelta

from aftersales.clock import local
from aftersales.sample import bench, pickup, reception
from aftersales.sample.calendar import Happening, next_working_day
from aftersales.sample.scene import Scene, Step
from aftersales.sample.stories import Ending, Settlement


def tell(scene: Scene, *, comeback_of: Scene | None = None) -> Happening:
    """Let the visit happen. Ends early where the story ends."""
    story = scene.story
    at = story.arrives_at
    if story.is_booked_ahead:
        at = story.begins_at
        reception.book(scene, at)
        if story.ending is Ending.CANCELLED:
            at = yield at + timedelta(hours=3)
            reception.cancel(scene, at, reason="The customer has sold the car")
        return
    reception.receive(scene, at, comeback_of_id=comeback_of.order_id if comeback_of else None)
    if story.ending is Ending.ARRIVED:
        if story.calls_specialist:
            reception.call_specialist(scene, at)
        return
    at = yield from reception.check_in(scene, at)
    if story.ending is Ending.CHECKED_IN:
        return
    if story.ending is Ending.CLOSED_WITHOUT_REPAIR:
        at = yield at + timedelta(minutes=40)
        pickup.close_without_repair(scene, at, reason="The customer wants to think about it")
        return
    at = yield at + scene.shortly(5, 15)
    bench.assign(scene, at)
    if story.ending is Ending.ASSIGNED:
        return
    if story.ending is Ending.INSPECTING:
        at = yield at + scene.shortly(4, 9)
        bench.accept(scene, at)
        bench.begin_inspection(scene, at)
        if story.asks_warranty:
            reception.ask_warranty(scene, at)
        return
    at = yield from bench.inspect(scene, at)
    if story.missing_part:
        bench.end_day(scene, at)
    at = yield from _get_approval(scene, at)
    if story.ending in (Ending.ASKED, Ending.WAITING_FOR_PARTS):
        return
    if story.hold:
        bench.put_on_hold(scene, at)
        return
    if story.ending in (Ending.REPAIRING, Ending.ASKED_AGAIN):
        yield from _stop_in_repair(scene, at)
        return
    at = yield from bench.repair(scene, at)
    at = yield from pickup.check_work(scene, at)
    bench.end_day(scene, at)
    if story.ending is Ending.QUALITY_CHECK:
        return
    at = yield from _inspect_finally(scene, at)
    if story.ending in (Ending.REWORK, Ending.PREPARING):
        return
    at = yield from pickup.prepare(scene, at)
    if story.ending is Ending.READY:
        return
    at = yield from _fetch(scene, at)
    yield from _afterwards(scene, at)


def _get_approval(scene: Scene, at: datetime) -> Step:
    """Ask for what was found and wait for the answer; without findings the signed work begins. Missing parts are
    ordered and come after two days."""
    story = scene.story
    if story.findings:
        at = yield at + scene.shortly(8, 25)
        quotation_id = reception.ask(scene, at).id
        if story.ending is Ending.ASKED:
            return at
        at = yield at + scene.shortly(15, 70)
        reception.answer(scene, quotation_id, at)
    else:
        at = yield at + scene.shortly(2, 6)
        bench.start_repair(scene, at)
    if story.missing_part:
        at = yield at + scene.shortly(10, 30)
        arrival = scene.diary.at(
            next_working_day(next_working_day(local(at, scene.staff.timezone).date())), time(8, 30)
        )
        purchase_order_id = bench.order_parts(scene, at, expected_at=arrival)
        bench.drive_out(scene, at)
        if story.ending is Ending.WAITING_FOR_PARTS:
            return at
        at = yield arrival
        bench.receive_parts(scene, purchase_order_id, at)
    return at


def _stop_in_repair(scene: Scene, at: datetime) -> Step:
    """The clock runs on the first job; more was found and is asked, where the story says so."""
    bench.hand_out(scene, at)
    at = yield max(at + scene.shortly(2, 5), scene.story.works_since or at)
    bench.work_on(scene, bench.open_jobs(scene)[0].id, at)
    if scene.story.ending is Ending.ASKED_AGAIN:
        at = yield at + scene.shortly(15, 25)
        bench.report_problem(scene, at, *_additional(scene))
        at = yield at + scene.shortly(5, 9)
        reception.ask(scene, at)
    return at


def _additional(scene: Scene) -> tuple[str, str]:
    words, _, code = scene.story.additional.partition("|")
    return words, code


def _inspect_finally(scene: Scene, at: datetime) -> Step:
    """The final inspection; where the story says so it fails once."""
    if scene.story.has_rework:
        at = yield at + scene.shortly(10, 25)
        pickup.send_back(scene, at)
        if scene.story.ending is Ending.REWORK:
            return at
        at = yield from pickup.rework(scene, at)
    at = yield at + scene.shortly(10, 25)
    pickup.release(scene, at)
    return at


def _fetch(scene: Scene, at: datetime) -> Step:
    """The customer comes in the late afternoon, or on the next day."""
    if scene.story.at_any_hour:
        at = yield at + scene.shortly(10, 20)
    else:
        here = local(at, scene.staff.timezone)
        evening = scene.diary.at(here.date(), time(16, scene.random.randint(0, 50)))
        fetched = max(at + timedelta(minutes=20), evening)
        if local(fetched, scene.staff.timezone).time() > time(17, 45):
            fetched = scene.diary.at(next_working_day(here.date()), time(8, scene.random.randint(10, 50)))
        at = yield fetched
    pickup.settle(scene, at)
    at = yield at + scene.shortly(5, 15)
    pickup.hand_over(scene, at)
    return at


def _afterwards(scene: Scene, at: datetime) -> Step:
    """Follow-up call, payment on account, credit note."""
    story = scene.story
    if story.at_any_hour:
        return at
    at = yield scene.diary.in_working_time(at + timedelta(hours=26))
    pickup.call(scene, at)
    if story.credit_note:
        at = yield scene.diary.in_working_time(at + timedelta(days=4))
        pickup.correct(scene, at)
    if story.settlement in (Settlement.ON_ACCOUNT_PAID, Settlement.ON_ACCOUNT_PARTLY):
        at = yield scene.diary.in_working_time(at + timedelta(days=9))
        pickup.pay_later(scene, at)
    return at
