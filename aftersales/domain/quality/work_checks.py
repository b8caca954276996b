"""The checks in the workshop: the technician's own, the team leader's, and the end of the work (TEC-5, QCS-1)."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue.kinds import LineKind
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.inspections import queries as inspections
from aftersales.domain.inspections.sheet import Probe
from aftersales.domain.quality import queries, rework
from aftersales.domain.quality.models import CheckResult, CheckStage, QualityCheck, QualityCheckItem
from aftersales.domain.service_orders import specs, timeline, work
from aftersales.domain.service_orders.job_models import JobSpec
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order, move
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Team
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.dispatch import need_own
from aftersales.i18n import N_, gettext, label

LEADER_CHECK_DUE = timedelta(minutes=30)


def self_check(
    order_id: int,
    *,
    site_id: int,
    line_ids: Collection[int],
    actor: Actor,
    now: datetime,
    note: str = "",
    measured: Mapping[int, specs.Entered] | None = None,
) -> QualityCheck:
    """The technician confirms each authorised line of the order as done (TEC-5). Jobs not finished yet are now.

    ``measured`` are the torques and fluids by the id of their specification, where they were not entered before. Where
    the site has teams the team leader's check becomes a task. Refuses while a line is not ticked, a torque or fluid is
    missing, rework is open or somebody is clocked on.
    """
    order = _lock_own(order_id, site_id, actor)
    listed = specs.enter(order, measured or {}, actor=actor, now=now)
    if order.open_rework:
        raise Refused(gettext("Rework is still open. Mark it as done first."))
    if order.open_clockings:
        raise Refused(gettext("Somebody is still clocked on. Clock off first."))
    jobs = queries.list_authorised_jobs(order_id)
    missing = [line.description for job in jobs for line in job.lines if line.id not in line_ids]
    if not jobs:
        raise Refused(gettext("Nothing is authorised on this order, so there is nothing to check."))
    if missing:
        raise Invalid(
            gettext("Tick every line that you have checked. Missing: %(lines)s.", lines=", ".join(missing)),
            field="lines",
        )
    specs.need_complete(listed)
    for job in jobs:
        work.finish_job(job.id, actor=actor, now=now)
    titles = {job.id: job.title for job in jobs}
    check = _passed(order, CheckStage.SELF, note, actor=actor, now=now)
    for position, line in enumerate((line for each in jobs for line in each.lines), 1):
        db.session.add(
            QualityCheckItem(
                quality_check_id=check.id,
                position=position,
                job_id=line.job_id,
                line_id=line.id,
                heading=titles[line.job_id],
                title=line.description,
                result=CheckResult.OK,
            )
        )
    order.self_checked_at, order.leader_checked_at = now, None
    db.session.flush()
    timeline.note(order, EventKind.QUALITY, N_("Self-check done"), actor=actor, now=now, reason=note.strip())
    tasks.close_tasks(TaskType.REWORK, actor=actor, now=now, service_order_id=order_id)
    if order.needs_leader_check:
        team = db.session.get(Team, order.team_id) if order.team_id else None
        tasks.open_task(
            TaskType.LEADER_CHECK,
            site_id=order.site_id,
            role=Role.LEADER,
            person_id=team.leader_id if team else None,
            service_order_id=order_id,
            due_at=now + LEADER_CHECK_DUE,
            now=now,
        )
    return check


def enter_measured(
    order_id: int, measured: Mapping[int, specs.Entered], *, site_id: int, actor: Actor, now: datetime
) -> list[JobSpec]:
    """Keep torques and fluids as far as they are measured; the self-check asks for the rest."""
    return specs.enter(_lock_own(order_id, site_id, actor), measured, actor=actor, now=now)


def leader_check(
    order_id: int, *, site_id: int, is_passed: bool, note: str, actor: Actor, now: datetime
) -> QualityCheck:
    """The team leader's check with advice and notes (TEC-5). Not passed, the work goes back as rework and the technician
    checks again; it does not count against the first-time pass, which is the final inspection's.

    Refuses before the self-check, and a refusal of the leader without a word on what to do.
    """
    actor.need("quality.leader_check")
    order = lock_order(order_id, site_id=site_id)
    _need_repairing(order)
    if order.self_checked_at is None:
        raise Refused(gettext("The technician's self-check is missing. It comes first."))
    if order.leader_checked_at is not None:
        raise Refused(gettext("The team leader's check is done already."))
    if not is_passed and not note.strip():
        raise Invalid(gettext("Say what the technician has to do."), field="note")
    check = _passed(order, CheckStage.LEADER, note, actor=actor, now=now)
    check.is_passed = is_passed
    tasks.close_tasks(TaskType.LEADER_CHECK, actor=actor, now=now, service_order_id=order_id)
    if is_passed:
        order.leader_checked_at = now
        text, tone = N_("Team leader's check passed"), ""
    else:
        order.self_checked_at = None
        text, tone = N_("Team leader's check: not finished yet"), "soon"
        rework.send_back(
            check, order, title=gettext("Team leader's check"), instruction=note, actor=actor, now=now
        )
        order.open_rework += 1
    db.session.flush()
    timeline.note(order, EventKind.QUALITY, text, actor=actor, now=now, tone=tone, reason=note.strip())
    return check


def finish_work(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> ServiceOrder:
    """The work is finished and checked: the car goes to the final inspection, whose points are laid out (STEP-13).

    Everyone who worked on the car is noted, since none of them may inspect it (QCS-3).
    """
    order = lock_order(order_id, site_id=site_id)
    if order.state is OrderState.QUALITY_CHECK:
        return order
    order.repairer_ids = sorted(set(order.repairer_ids) | queries.hands_on(order.id))
    move(order, "finish_work", actor=actor, now=now)
    _lay_out_final_check(order, now=now)
    return order


def _lay_out_final_check(order: ServiceOrder, *, now: datetime) -> QualityCheck:
    """Every authorised line, every torque and fluid, every point of the inspection that was soon or urgent or was worked
    on, then area by area those that were in order (QCS-1: 100 %). What did not apply has nothing to verify."""
    check = add(
        QualityCheck(
            site_id=order.site_id,
            service_order_id=order.id,
            stage=CheckStage.FINAL,
            round=_next_round(order.id, CheckStage.FINAL),
            opened_at=now,
        )
    )
    items = []
    for job in queries.list_authorised_jobs(order.id):
        for line in job.lines:
            items.append(
                QualityCheckItem(
                    job_id=job.id,
                    line_id=line.id,
                    heading=job.title,
                    title=line.description,
                    detail=_detail(line.kind, line.article_number),
                    technician_id=job.technician_id or job.done_by_id or order.technician_id,
                )
            )
    technicians = {item.job_id: item.technician_id for item in items}
    items += [_spec_item(spec, technicians.get(spec.job_id)) for spec in specs.list_of_order(order.id)]
    if (sheet := inspections.find_sheet(order.id)) is not None:
        concerned = [probe for probe in sheet.probes if probe.is_finding or probe.job_id]
        items += [_probe_item(probe, sheet.template_name, order) for probe in concerned]
        items += [
            _probe_item(probe, gettext("Inspection: %(area)s", area=area.name)[:200], order, was_ok=True)
            for area in sheet.areas
            for probe in area.probes
            if probe.is_answered and probe not in concerned
        ]
    for position, item in enumerate(items, 1):
        item.position, item.quality_check_id = position, check.id
        db.session.add(item)
    db.session.flush()
    return check


def _probe_item(probe: Probe, heading: str, order: ServiceOrder, *, was_ok: bool = False) -> QualityCheckItem:
    values = ", ".join(f"{reading.name} {reading.value} {reading.measure.unit}" for reading in probe.measured)
    rating = label(probe.rating) if probe.rating and not was_ok else ""
    return QualityCheckItem(
        job_id=probe.job_id,
        inspection_item_id=probe.id,
        heading=heading,
        title=probe.name,
        detail=" · ".join(part for part in (rating, values, probe.note) if part)[:300],
        technician_id=order.technician_id,
        was_ok=was_ok,
    )


def _spec_item(spec: JobSpec, technician_id: int | None) -> QualityCheckItem:
    return QualityCheckItem(
        job_id=spec.job_id,
        spec_id=spec.id,
        heading=gettext("Torques and fluids"),
        title=spec.name,
        detail=spec.remark,
        value=spec.actual,
        low=spec.low,
        high=spec.high,
        unit=spec.unit,
        technician_id=technician_id,
    )


def _detail(kind: LineKind, article_number: str) -> str:
    return " ".join(part for part in (label(kind), article_number) if part)


def _passed(
    order: ServiceOrder, stage: CheckStage, note: str, *, actor: Actor, now: datetime
) -> QualityCheck:
    """A check that is recorded as a whole at one moment."""
    check = add(
        QualityCheck(
            site_id=order.site_id,
            service_order_id=order.id,
            stage=stage,
            round=_next_round(order.id, stage),
            opened_at=now,
            checked_at=now,
            checker_id=actor.user_id,
            checker_name=actor.name,
            is_passed=True,
            note=note.strip(),
        )
    )
    audit.record(f"quality.{stage}", check, actor=actor, now=now, site_id=order.site_id)
    return check


def _next_round(order_id: int, stage: CheckStage) -> int:
    last = db.session.scalar(
        select(func.max(QualityCheck.round)).where(
            QualityCheck.service_order_id == order_id, QualityCheck.stage == stage
        )
    )
    return (last or 0) + 1


def _lock_own(order_id: int, site_id: int, actor: Actor) -> ServiceOrder:
    """The order in repair, locked, for somebody who works on it."""
    actor.need("quality.self_check")
    order = lock_order(order_id, site_id=site_id)
    need_own(order, actor)
    _need_repairing(order)
    return order


def _need_repairing(order: ServiceOrder) -> None:
    if order.state is not OrderState.REPAIRING:
        raise Refused(
            gettext(
                "The order is in state “%(state)s”; this check belongs to the repair.",
                state=label(order.state),
            )
        )
