"""Campaigns opened, their VIN lists read in, their jobs put on orders; warranty warnings noted and decided."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from aftersales.clock import local_date
from aftersales.db import add, db, locked
from aftersales.domain import audit, submissions
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.service_orders import canned_jobs, timeline, work
from aftersales.domain.service_orders.models import (
    EventKind,
    Job,
    PayType,
    ServiceOrder,
    WarrantyDecision,
)
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.warranty import queries, rules
from aftersales.domain.warranty.models import (
    Campaign,
    CampaignKind,
    CampaignVehicle,
    WarrantyWatch,
    WatchLevel,
)
from aftersales.domain.warranty.rules import VinList
from aftersales.i18n import N_, gettext, label

_LARGEST_LIST = 200_000
_AT_ONCE = 500
_DECIDE_WITHIN = timedelta(minutes=30)
"""While the customer stands at the desk; for a booking there is time until the car comes."""


def save_campaign(
    campaign_id: int | None,
    *,
    number: str,
    title: str,
    kind: CampaignKind,
    from_on: date,
    until_on: date | None,
    actor: Actor,
    now: datetime,
    reference: str = "",
    instruction: str = "",
    canned_job_code: str = "",
    version: int | None = None,
    submission_id: str = "",
) -> Campaign:
    """A new campaign, or a changed one where ``campaign_id`` is given. The same ``submission_id`` opens one.

    Refuses a number that another campaign has, a canned job that is not offered, and an end before the beginning.
    """
    actor.need("campaigns.manage")
    if campaign_id is None and (known := submissions.earlier(submission_id, now=now)):
        return db.session.get_one(Campaign, known)
    if not number.strip() or not title.strip():
        raise Invalid(gettext("Enter the campaign's number and title."), field="number")
    if until_on is not None and until_on < from_on:
        raise Invalid(gettext("A campaign has to end after it begins."), field="until_on")
    code = canned_job_code.strip()
    canned = catalogue.find_canned_job_by_code(code) if code else None
    if code and (canned is None or not canned.is_active):
        raise Invalid(gettext("There is no such canned job."), field="canned_job_code")
    other = db.session.scalar(
        select(Campaign.id).where(
            Campaign.number == number.strip(), Campaign.id.is_distinct_from(campaign_id)
        )
    )
    if other is not None:
        raise Invalid(gettext("Another campaign has this number."), field="number")
    if campaign_id is None:
        campaign = Campaign(created_at=now, created_by_name=actor.name)
    else:
        campaign = _lock_campaign(campaign_id)
        expect_version(campaign, version)
    campaign.number, campaign.title, campaign.kind = number.strip(), title.strip(), kind
    campaign.reference, campaign.instruction = reference.strip(), instruction.strip()
    campaign.canned_job_code, campaign.from_on, campaign.until_on = code, from_on, until_on
    add(campaign)
    if submission_id and campaign_id is None:
        submissions.keep(submission_id, campaign)
    audit.record(
        "campaigns.save", campaign, actor=actor, now=now, details={"number": campaign.number, "kind": kind}
    )
    return campaign


def add_vins(campaign_id: int, text: str, *, actor: Actor, now: datetime) -> tuple[int, VinList]:
    """Add the VINs of a pasted list or CSV to the campaign's list. Returns how many were new, and what was read; lines
    without a VIN are left out and named. Safe to repeat: a VIN stands on a list once."""
    actor.need("campaigns.manage")
    campaign = _lock_campaign(campaign_id)
    read = rules.read_vins(text)
    if not read.vins:
        raise Invalid(
            gettext("There is no VIN in this list: 17 letters and digits in each line."), field="vins"
        )
    if len(read.vins) > _LARGEST_LIST:
        raise Invalid(gettext("Read in at most %(n)s VINs at a time.", n=_LARGEST_LIST), field="vins")
    insert: Any = postgresql_insert if db.session().get_bind().dialect.name == "postgresql" else sqlite_insert
    added = 0
    for start in range(0, len(read.vins), _AT_ONCE):
        rows = [
            {"campaign_id": campaign.id, "vin": vin, "done_note": "", "done_by_name": ""}
            for vin in read.vins[start : start + _AT_ONCE]
        ]
        new = db.session.execute(
            insert(CampaignVehicle)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["campaign_id", "vin"])
            .returning(CampaignVehicle.id)
        )
        added += len(new.all())
    audit.record(
        "campaigns.add_vins", campaign, actor=actor, now=now,
        details={"number": campaign.number, "read": len(read.vins), "added": added},
    )  # fmt: skip
    return added, read


def note_done(
    campaign_id: int, entry_id: int, *, note: str, is_done: bool, actor: Actor, now: datetime, today: date
) -> CampaignVehicle:
    """Note that the campaign was done on a vehicle elsewhere, or take that back. What was done here says so itself."""
    actor.need("campaigns.manage")
    campaign = _lock_campaign(campaign_id)
    entry = locked(CampaignVehicle, entry_id)
    if entry is None or entry.campaign_id != campaign.id:
        raise NotFound(gettext("This VIN is not on the campaign's list."))
    if is_done and not note.strip():
        raise Invalid(gettext("Say who did it and how you know."), field="note")
    entry.done_on, entry.done_note, entry.done_by_name = (
        (entry.done_on or today, note.strip()[:200], actor.name) if is_done else (None, "", "")
    )
    db.session.flush()
    audit.record(
        "campaigns.done" if is_done else "campaigns.undone", entry, actor=actor, now=now,
        details={"number": campaign.number, "vin": entry.vin, "note": entry.done_note},
    )  # fmt: skip
    return entry


def take_up(
    order_id: int, campaign_id: int, *, actor: Actor, now: datetime, site_id: int | None = None
) -> Job:
    """Put the campaign's job on the order of a vehicle that it waits for; the manufacturer pays (WAR-5).

    Twice is harmless: the job that is on an open order already is the answer. Refuses a vehicle that is not on the
    list, and one on which the campaign is done.
    """
    actor.need("orders.edit")
    order = lock_order(order_id, site_id=site_id)
    site = sites.get_site(order.site_id)
    campaign = queries.get_campaign(campaign_id)
    waiting = queries.list_waiting_campaigns(order.vehicle, today=local_date(now, site.timezone))
    if campaign.id not in {one.id for one in waiting}:
        raise Refused(gettext("This campaign does not wait for this vehicle, or is done on it already."))
    entry = db.session.scalars(
        select(CampaignVehicle)
        .where(CampaignVehicle.campaign_id == campaign.id, CampaignVehicle.vin == order.vehicle.vin)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if entry.job_id is not None:
        job = db.session.get_one(Job, entry.job_id)
        if job.voided_at is None and not job.order.is_closed:
            return job
    concern = f"{label(campaign.kind)} {campaign.number}"
    if campaign.canned_job_code:
        job = canned_jobs.apply_canned_job(
            order_id,
            campaign.canned_job_code,
            concern=concern,
            explanation=campaign.instruction or None,
            pay_type=PayType.WARRANTY,
            actor=actor,
            now=now,
        )
    else:
        job = work.add_job(
            order_id,
            title=f"{concern}: {campaign.title}",
            concern=concern,
            explanation=campaign.instruction,
            pay_type=PayType.WARRANTY,
            actor=actor,
            now=now,
        )
    entry.job_id = job.id
    db.session.flush()
    return job


def watch(order_id: int, *, actor: Actor, now: datetime) -> WarrantyWatch | None:
    """Look at the vehicle's limits when a visit is booked or the car arrives, and keep on the order whether it warned
    (APT-11).

    A warning opens a task for the claims officer and the service manager. One that was decided stays so, unless the
    vehicle went over a limit meanwhile. Safe to repeat.
    """
    order = lock_order(order_id)
    alert = queries.watch_alert(order.vehicle, sites.get_site(order.site_id), now=now, order_id=order.id)
    found = queries.find_watch(order_id)
    if alert is None:
        return found
    is_new = found is None
    record = found or WarrantyWatch(service_order_id=order_id, opened_at=now)
    is_worse = not is_new and record.level is WatchLevel.NEAR and alert.level is WatchLevel.OVER
    record.level, record.fault = alert.level, alert.counted.fault[:200]
    record.repairs, record.repairs_limit = alert.counted.repairs, alert.limits.same_fault
    record.days, record.days_limit = alert.counted.days, alert.limits.days
    if is_worse:
        record.decision, record.decided_at, order.warranty_decision = None, None, None
    add(record)
    order.warranty_warned = True
    if record.decision is None:
        _ask_for_decision(order, record, now=now)
    if is_new or is_worse:
        timeline.note(
            order, EventKind.NOTE, N_("Warranty watch: %(level)s"), actor=actor, now=now, tone="urgent",
            level=label(alert.level),
        )  # fmt: skip
    db.session.flush()
    return record


def decide(
    order_id: int,
    *,
    decision: WarrantyDecision,
    reason: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    version: int | None = None,
) -> WarrantyWatch:
    """The claims officer or service manager decides about the warning. The decision stands on booking and order, and
    closes the tasks of both."""
    actor.need("warranty.decide")
    order = lock_order(order_id, site_id=site_id)
    record = queries.get_watch(order_id)
    expect_version(record, version)
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    record.decision, record.reason = decision, reason.strip()
    record.decided_at, record.decided_by_name = now, actor.name
    order.warranty_decision = decision
    db.session.flush()
    tasks.close_tasks(TaskType.DECIDE_WARRANTY, actor=actor, now=now, service_order_id=order_id)
    timeline.note(
        order, EventKind.APPROVAL, N_("Warranty watch decided: %(decision)s"), actor=actor, now=now,
        reason=record.reason, decision=label(decision),
    )  # fmt: skip
    audit.record(
        "warranty.decide", record, actor=actor, now=now, site_id=order.site_id,
        details={"order": order.number, "decision": decision, "reason": record.reason},
    )  # fmt: skip
    return record


def _ask_for_decision(order: ServiceOrder, record: WarrantyWatch, *, now: datetime) -> None:
    due = order.planned_at if order.arrived_at is None and order.planned_at else now + _DECIDE_WITHIN
    for role in (Role.CLAIMS, Role.SERVICE_MANAGER):
        tasks.open_task(
            TaskType.DECIDE_WARRANTY,
            site_id=order.site_id,
            role=role,
            service_order_id=order.id,
            apart=role,
            note=gettext(
                "%(repairs)s repairs of one fault, %(days)s days in the workshop",
                repairs=record.repairs,
                days=record.days,
            ),
            due_at=due,
            now=now,
        )


def _lock_campaign(campaign_id: int) -> Campaign:
    campaign = locked(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(gettext("There is no such campaign."))
    return campaign
