"""The preliminary repair plan: canned jobs that symptoms and fault codes speak for, each with its reasons (DIA-9).

Two sources: the workshop's own rules, and what closed orders with the same fault code had done. A reason weighs: a rule
for the fault code 3, a rule for the symptom 2, and closed orders 3 times the share of them that did the job.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.catalogue.rules import fits_vehicle, is_found_by
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.inspections import fault_codes, starter_rules, trouble_codes
from aftersales.domain.inspections.diagnosis_models import FaultCode, RepairRule
from aftersales.domain.service_orders import canned_jobs
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import settings
from aftersales.i18n import gettext

VERB = "templates.manage"
BY_CODE, BY_SYMPTOM, BY_ORDERS = Decimal(3), Decimal(2), Decimal(3)
MOST = 6


@dataclass(slots=True)
class Suggestion:
    """A canned job of the plan. ``weight`` ranks it; ``reasons`` are sentences."""

    code: str
    name: str = ""
    weight: Decimal = Decimal(0)
    reasons: list[str] = field(default_factory=list)
    is_on_order: bool = False

    def speak_for(self, weight: Decimal, reason: str) -> None:
        if reason not in self.reasons:
            self.weight += weight
            self.reasons.append(reason)


def plan(order: ServiceOrder) -> list[Suggestion]:
    """What the order's concerns and fault codes speak for, the strongest first; in five queries."""
    jobs = orders.list_jobs(order.id)
    concerns = [job.concern for job in jobs if job.concern]
    codes = sorted({trouble_codes.base_of(code.code) for code in fault_codes.list_codes(order.id)})
    found: dict[str, Suggestion] = {}
    for rule in _rules_for(order):
        for weight, reason in _reasons(rule, concerns, codes):
            found.setdefault(rule.canned_job_code, Suggestion(rule.canned_job_code)).speak_for(weight, reason)
    for job_code, fault_code, done, of in _done_before(order, codes):
        share = Decimal(done) / of
        found.setdefault(job_code, Suggestion(job_code)).speak_for(
            BY_ORDERS * share,
            gettext(
                "%(done)s of %(of)s closed orders with %(code)s did this.", done=done, of=of, code=fault_code
            ),
        )
    known = catalogue.list_canned_jobs_by_codes(set(found))
    there = {job.canned_job_code for job in jobs}
    for code, suggestion in found.items():
        suggestion.name = known[code].name if code in known else ""
        suggestion.is_on_order = code in there
    offered = [suggestion for code, suggestion in found.items() if code in known]
    return sorted(offered, key=lambda one: (-one.weight, one.code))[:MOST]


def list_rules() -> Sequence[RepairRule]:
    """All rules, those in use first."""
    return db.session.scalars(
        select(RepairRule).order_by(RepairRule.is_active.desc(), RepairRule.canned_job_code, RepairRule.id)
    ).all()


def get_rule(rule_id: int) -> RepairRule:
    rule = db.session.get(RepairRule, rule_id)
    if rule is None:
        raise NotFound(gettext("There is no such rule."))
    return rule


def save_rule(
    rule_id: int | None,
    *,
    symptoms: str,
    codes: str,
    model_filter: str,
    canned_job_code: str,
    note: str,
    is_active: bool,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> RepairRule:
    """Add a rule or change one. Refuses one without a sign, and a canned job that is not there."""
    actor.need(VERB)
    signs = [*settings.words_of(symptoms), *settings.words_of(codes)]
    if not signs:
        raise Invalid(gettext("Name a symptom or a fault code."), field="symptoms")
    if catalogue.find_canned_job_by_code(canned_job_code) is None:
        raise Invalid(gettext("Choose a canned job of the catalogue."), field="canned_job_code")
    rule = RepairRule() if rule_id is None else locked(RepairRule, rule_id)
    if rule is None:
        raise NotFound(gettext("There is no such rule."))
    if rule_id is not None:
        expect_version(rule, version)
    rule.symptoms = ", ".join(settings.words_of(symptoms))[:300]
    rule.fault_codes = ", ".join(word.upper() for word in settings.words_of(codes))[:200]
    rule.model_filter, rule.canned_job_code = model_filter.strip()[:200], canned_job_code
    rule.note, rule.is_active = note.strip()[:300], is_active
    rule.changed_at, rule.changed_by_name = now, actor.name
    add(rule)
    audit.record(
        "diagnosis.rule", rule, actor=actor, now=now,
        details={"symptoms": rule.symptoms, "codes": rule.fault_codes, "job": canned_job_code},
    )  # fmt: skip
    return rule


def stock_rules(*, actor: Actor, now: datetime) -> None:
    """The rules that a new workshop begins with; nothing where it has some."""
    actor.need(VERB)
    if db.session.scalar(select(func.count(RepairRule.id))):
        return
    for symptoms, codes, job_code, note in starter_rules.RULES:
        db.session.add(
            RepairRule(
                symptoms=symptoms,
                fault_codes=codes,
                canned_job_code=job_code,
                note=note,
                changed_at=now,
                changed_by_name=actor.name,
            )
        )
    db.session.flush()


def _rules_for(order: ServiceOrder) -> list[RepairRule]:
    vehicle = canned_jobs.words_of(order.vehicle)
    rules = db.session.scalars(select(RepairRule).where(RepairRule.is_active).order_by(RepairRule.id))
    return [rule for rule in rules if fits_vehicle(rule.model_filter, vehicle)]


def _reasons(
    rule: RepairRule, concerns: Iterable[str], codes: Iterable[str]
) -> Iterable[tuple[Decimal, str]]:
    """Why the rule speaks for its job; the workshop's own note stands behind it."""
    behind = f" {rule.note}" if rule.note else ""
    for code in codes:
        if any(_covers(wanted, code) for wanted in settings.words_of(rule.fault_codes)):
            yield BY_CODE, gettext("Rule for fault code %(code)s.", code=code) + behind
    for concern in concerns:
        word = next((word for word in settings.words_of(rule.symptoms) if is_found_by(word, concern)), None)
        if word:
            yield (
                BY_SYMPTOM,
                gettext("Rule for “%(symptom)s” in the customer's words.", symptom=word) + behind,
            )


def _covers(wanted: str, code: str) -> bool:
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted


def _done_before(order: ServiceOrder, codes: Sequence[str]) -> list[tuple[str, str, int, int]]:
    """Canned job, fault code, on how many closed orders with the code the job was done, and how many there are."""
    if not codes:
        return []
    # A code stands with or without its failure type: both are the same fault.
    has_code = or_(*[or_(FaultCode.code == code, FaultCode.code.startswith(f"{code}-")) for code in codes])
    rows = db.session.execute(
        select(FaultCode.code, FaultCode.service_order_id, Job.canned_job_code)
        .join(ServiceOrder, ServiceOrder.id == FaultCode.service_order_id)
        .outerjoin(
            Job,
            (Job.service_order_id == ServiceOrder.id)
            & Job.done_at.is_not(None)
            & Job.voided_at.is_(None)
            & (Job.canned_job_code != "")
            & (Job.canned_job_code != "DIAGNOSIS"),
        )
        .where(
            has_code,
            FaultCode.removed_at.is_(None),
            ServiceOrder.state == OrderState.COMPLETED,
            ServiceOrder.site_id == order.site_id,
            ServiceOrder.id != order.id,
        )
        .order_by(ServiceOrder.id.desc())
        .limit(500)
    ).all()
    with_code: dict[str, set[int]] = {}
    did: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        code = trouble_codes.base_of(row.code)
        with_code.setdefault(code, set()).add(row.service_order_id)
        if row.canned_job_code:
            did.setdefault((row.canned_job_code, code), set()).add(row.service_order_id)
    return [(job, code, len(ids), len(with_code[code])) for (job, code), ids in did.items()]
