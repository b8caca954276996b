"""The workshop's part of a sample visit: assigned, accepted, inspected, repaired with parts and clocks."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.documents import operations as documents
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.inspections import fault_codes, findings
from aftersales.domain.inspections import operations as inspections
from aftersales.domain.inspections import queries as sheets
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.parts import purchasing, requisitions, stock
from aftersales.domain.parts.models import Article
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.service_orders import canned_jobs
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Authorisation, HoldReason, Job
from aftersales.domain.service_orders.rules import job_minutes, job_standing
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.workshop import candidates, clocking, comparison, dispatch, photos, problems, safety
from aftersales.domain.workshop.models import Clocking, EndReason, HandoverItem, PhotoPhase
from aftersales.sample import papers, readings
from aftersales.sample.scene import Scene, Step
from aftersales.sample.stories import Finding

_INSPECTION = timedelta(minutes=25)
_AN_AREA = timedelta(minutes=2, seconds=30)


def assign(scene: Scene, at: datetime) -> None:
    """The first free bay, and the technician of the story. On a full day a car that nobody works on is driven out."""
    bays = candidates.list_bay_choices(scene.staff.site_id)
    free = [bay.id for bay in bays if bay.id in scene.staff.bay_ids and bay.is_free]
    dispatch.assign(
        scene.order_id,
        site_id=scene.staff.site_id,
        bay_id=free[0] if free else _drive_out(scene, at),
        technician_id=scene.technician.user_id,
        follows_plan=False,  # the plan is made at the end: that of past days would be of no use
        actor=scene.one(Role.MANAGER),
        now=at,
    )


def _drive_out(scene: Scene, at: datetime) -> int:
    for bay_id in scene.staff.bay_ids:
        other = dispatch.find_in_bay(bay_id)
        if other is not None and not other.open_clockings:
            dispatch.free_bay(other.id, site_id=scene.staff.site_id, actor=scene.technician, now=at)
            return bay_id
    raise RuntimeError("Somebody works in every bay: the sample's day is planned too full.")


def accept(scene: Scene, at: datetime) -> None:
    """The car is compared with its check-in and taken over."""
    if scene.keeps_papers:
        comparison.rest_is_same(scene.order_id, site_id=scene.staff.site_id, actor=scene.technician, now=at)
    dispatch.accept(
        scene.order_id,
        site_id=scene.staff.site_id,
        acknowledged=list(HandoverItem),
        actor=scene.technician,
        now=at,
    )


def read_safety_notes(scene: Scene, at: datetime) -> None:
    """Before the first clock on a high-voltage car; who has no certificate is let in by the manager."""
    technician, order = scene.technician, scene.order
    assert technician.user_id is not None
    found = safety.find(order, technician.user_id, on=local_date(at, scene.staff.timezone))
    if found is None:
        return
    if not found.is_allowed:
        safety.allow(
            order.id,
            technician.user_id,
            reason="Nothing orange is touched; a colleague with the certificate has switched the car off and watches.",
            site_id=scene.staff.site_id,
            actor=scene.one(Role.MANAGER),
            now=at,
        )
    safety.acknowledge(order.id, site_id=scene.staff.site_id, actor=technician, now=at)


def begin_inspection(scene: Scene, at: datetime) -> None:
    """Clocked on to the first job, some of the points rated."""
    read_safety_notes(scene, at)
    _clock_on(scene, scene.order.jobs[0].id, at)
    sheet = sheets.get_sheet(scene.order_id)
    # The second area is closed in a hurry: the team leader is told.
    for area, moment in zip(
        sheet.areas[:2], (at + timedelta(seconds=50), at + timedelta(seconds=54)), strict=False
    ):
        inspections.rest_is_ok(
            sheet.id, area.key, sweep_id=scene.key(area.key), actor=scene.technician, now=moment
        )
    readings.measure_some(scene, sheet, at + timedelta(minutes=4))
    if scene.story.tool_report:
        fault_codes.take_in(
            scene.order_id,
            text=scene.story.tool_report,
            file_name="scan-report.txt",
            site_id=scene.staff.site_id,
            actor=scene.technician,
            now=at,
        )


def _clock_on(scene: Scene, job_id: int, at: datetime) -> None:
    """Clock on to the job. A day that the sample's today left open ended with the last work of it."""
    user_id, zone = scene.technician.user_id or 0, scene.staff.timezone
    day = staffing.lock_day(user_id)
    if day is not None and local_date(day.started_at, zone) != local_date(at, zone):
        if running := clocking.find_running(user_id):
            evening = running.started_at + timedelta(minutes=30)
            clocking.clock_off(reason=EndReason.END_OF_DAY, actor=scene.technician, now=evening)
        last = db.session.scalar(
            select(func.max(Clocking.ended_at)).where(
                Clocking.user_id == user_id, Clocking.ended_at >= day.started_at
            )
        )
        staffing.end_day(day, now=last or day.started_at)
    clocking.clock_on(job_id, site_id=scene.staff.site_id, actor=scene.technician, now=at, switch=True)


def inspect(scene: Scene, at: datetime) -> Step:
    """Accept and inspect; findings become proposed jobs."""
    at = yield scene.diary.take(
        scene.technician.user_id or 0, at, _INSPECTION, at_any_hour=scene.story.at_any_hour
    )
    accept(scene, at)
    read_safety_notes(scene, at)
    job_id = scene.order.jobs[0].id
    _clock_on(scene, job_id, at)
    at = yield at + _INSPECTION
    _rate(scene, at)
    clocking.clock_off(reason=EndReason.OTHER_JOB, actor=scene.technician, now=at)
    return at


def _rate(scene: Scene, at: datetime) -> None:
    actor = scene.technician
    sheet = sheets.get_sheet(scene.order_id)
    wanted = {finding.point: finding for finding in scene.story.findings}
    found = []
    for number, area in enumerate(reversed(sheet.areas)):
        moment = at - number * _AN_AREA
        for probe in area.probes:
            if probe.code in wanted:
                found.append(probe.id)
                _rate_finding(scene, probe.id, wanted[probe.code], moment)
            elif probe.must_be_looked_at:
                readings.rate_as_good(scene, probe, moment)
        inspections.rest_is_ok(sheet.id, area.key, sweep_id=scene.key(area.key), actor=actor, now=moment)
    readings.confirm_faults(scene, at)
    if scene.story.findings and scene.keeps_papers:
        readings.conclude(scene, sheet.id, at)
    if any(job.canned_job_code == "DIAGNOSIS" for job in scene.order.jobs):
        readings.read_codes(scene, at)
    inspections.complete(sheet.id, actor=actor, now=at)
    for stored in papers.inspection(scene, at=at):
        documents.record(
            stored, site_id=scene.staff.site_id, service_order_id=scene.order_id, now=at, is_shared=True
        )
    for item_id in found:
        findings.propose(item_id, actor=actor, now=at)


def _rate_finding(scene: Scene, item_id: int, finding: Finding, at: datetime) -> None:
    values = {code: Decimal(value) for code, value in finding.values}
    rating = None if values else Rating(finding.rating)
    inspections.rate(item_id, Ruling(rating, values, finding.note), actor=scene.technician, now=at)
    if finding.picture:
        inspections.add_photo(
            item_id, scene.album.take_anew(finding.picture, at), actor=scene.technician, now=at
        )


def start_repair(scene: Scene, at: datetime) -> None:
    """Nothing is to be asked: the signed work begins, or waits for its parts."""
    service_orders.move(
        service_orders.lock_order(scene.order_id), "start_repair", actor=scene.staff.advisor, now=at
    )


def order_parts(scene: Scene, at: datetime, *, expected_at: datetime) -> int:
    """Order what is missing; the id of the purchase order."""
    missing = [line for line in requisitions.list_of_order(scene.order_id) if line.missing > 0]
    article = db.session.get_one(Article, missing[0].article_id)
    assert article.supplier_id is not None
    order: PurchaseOrder = arrivals.place_purchase_order(
        site_id=scene.staff.site_id,
        supplier_id=article.supplier_id,
        warehouse_id=stock.list_warehouse_ids(scene.staff.site_id)[0],
        expected_at=expected_at,
        lines=[
            purchasing.Wanted(line.article_id, line.missing, article.cost)
            for line in missing
            if line.article_id == article.id
        ],
        actor=scene.one(Role.PARTS),
        now=at,
    )
    return order.id


def receive_parts(scene: Scene, purchase_order_id: int, at: datetime) -> None:
    """The delivery is here: the order that waited moves on by itself."""
    order = db.session.get_one(PurchaseOrder, purchase_order_id)
    arrivals.receive(
        purchase_order_id,
        {line.id: line.quantity for line in order.lines},
        site_id=scene.staff.site_id,
        delivery_note=f"WZ {order.number}",
        actor=scene.one(Role.PARTS),
        now=at,
    )


def hand_out(scene: Scene, at: datetime) -> None:
    """All that is reserved for the order goes to its technician."""
    reserved = {
        line.id: line.reserved for line in requisitions.list_of_order(scene.order_id) if line.reserved > 0
    }
    if reserved:
        assert scene.technician.user_id is not None
        fulfilment.hand_out(
            scene.order_id,
            reserved,
            receiver_id=scene.technician.user_id,
            site_id=scene.staff.site_id,
            actor=scene.one(Role.PARTS),
            now=at,
            by_pin=True,
        )


def open_jobs(scene: Scene) -> list[Job]:
    """Authorised jobs that are not done."""
    return [
        job
        for job in orders.list_jobs(scene.order_id)
        if job.done_at is None and job_standing(job) is Authorisation.AUTHORISED
    ]


def repair(scene: Scene, at: datetime) -> Step:
    """One job after the other, with the clock running; the worked time differs from the standard."""
    hand_out(scene, at)
    for job_id, planned in [(job.id, job_minutes(job)) for job in open_jobs(scene)]:
        factor = float(scene.story.speed) * scene.random.uniform(0.85, 1.15)
        duration = timedelta(minutes=max(6, round(planned * factor)))
        begin = scene.diary.take(
            scene.technician.user_id or 0, at, duration, at_any_hour=scene.story.at_any_hour
        )
        at = yield begin
        work_on(scene, job_id, at)
        at = yield at + duration
        finish(scene, job_id, at)
    return at


def work_on(scene: Scene, job_id: int, at: datetime) -> None:
    _clock_on(scene, job_id, at)
    take_photo(scene, job_id, "disc-worn", PhotoPhase.BEFORE, at)


def finish(scene: Scene, job_id: int, at: datetime) -> None:
    take_photo(scene, job_id, "disc-new", PhotoPhase.AFTER, at)
    clocking.finish_job(job_id, site_id=scene.staff.site_id, actor=scene.technician, now=at)


def take_photo(scene: Scene, job_id: int, picture: str, phase: PhotoPhase, at: datetime) -> None:
    """Before and after, where the job has to do with brakes or filters, of visits that keep their papers."""
    title = db.session.scalar(select(Job.title).where(Job.id == job_id)) or ""
    if not scene.keeps_papers or not any(part in title.casefold() for part in ("brake", "filter")):
        return
    if "filter" in title.casefold():
        picture = picture.replace("disc-worn", "filter-old").replace("disc-new", "filter-new")
    kept = attachments.keep(
        scene.album.take(picture, at),
        site_id=scene.staff.site_id,
        service_order_id=scene.order_id,
        caption=title,
        is_shared=True,
        actor=scene.technician,
        now=at,
    )
    photos.add_to_job(
        job_id, site_id=scene.staff.site_id, attachment=kept, phase=phase, actor=scene.technician, now=at
    )


def report_problem(scene: Scene, at: datetime, words: str, code: str) -> None:
    """The technician finds more; the advisor makes it a priced job."""
    found = problems.report(
        scene.order_id,
        site_id=scene.staff.site_id,
        text=words,
        extra_minutes=60,
        actor=scene.technician,
        now=at,
    )
    job = problems.take_up(
        found.id,
        site_id=scene.staff.site_id,
        title=words,
        explanation="Found during the repair; it would come off soon.",
        actor=scene.staff.advisor,
        now=at,
    )
    canned_jobs.apply_canned_job(scene.order_id, code, job_id=job.id, actor=scene.staff.advisor, now=at)


def end_day(scene: Scene, at: datetime) -> None:
    """The technician's day is over when the car is: on other days somebody else tells the story. Those who are here
    today stay."""
    if scene.story.ends_day or not scene.story.at_any_hour:
        clocking.end_day(actor=scene.technician, now=at)


def drive_out(scene: Scene, at: datetime) -> None:
    """The car waits outside, so that its bay is free."""
    dispatch.free_bay(scene.order_id, site_id=scene.staff.site_id, actor=scene.technician, now=at)


def put_on_hold(scene: Scene, at: datetime) -> None:
    drive_out(scene, at)
    service_orders.hold(
        scene.order_id,
        reason=HoldReason(scene.story.hold),
        note="Waits for the engraver's appointment" if scene.story.hold == "sublet" else "",
        actor=scene.staff.advisor,
        now=at,
    )
