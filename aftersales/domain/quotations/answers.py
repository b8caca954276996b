"""The customer's answer to a version: by the link, in person or by phone; and how it reaches the workshop."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from aftersales import clock
from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.checkins import rules as checkin_rules
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import Document
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, Refused, Stale
from aftersales.domain.links import queries as link_queries
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.quotations import rules
from aftersales.domain.quotations.models import AnsweredBy, DeferredWork, Quotation
from aftersales.domain.quotations.operations import close_waiting, lock
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders import operations as orders
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Line, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext
from aftersales.money import Amount

_READ_WITHIN = timedelta(minutes=10)


def answer(
    quotation_id: int,
    *,
    decisions: Mapping[int, bool],
    name: str,
    by: AnsweredBy,
    actor: Actor,
    now: datetime,
    shown_total: Decimal | None = None,
    reasons: Mapping[int, str] | None = None,
    note: str = "",
    evidence: Evidence | None = None,
    consent_text: str = "",
    document: StoredDocument | None = None,
    is_over_limit_confirmed: bool = False,
    site_id: int | None = None,
) -> Quotation:
    """Take the customer's yes or no to each asked job (QUO-2 to QUO-5). ``decisions`` and ``reasons`` are by the id of
    the version's job; ``document`` is the PDF with the answer in it.

    Leaves the approved lines authorised and the declined ones as deferred work with a date, the order where it goes
    next, the answer in the outbox, and a task for the workshop (ORD-8). The same answer again is the first one's
    answer. Refuses a version that no longer waits, is out of date, or whose lines have changed since; an item without
    a decision; a missing name; a ``shown_total`` other than what would be approved, to the cent; and, unless it is
    confirmed, more than the person who answers may approve (CHK-9).
    """
    if by is not AnsweredBy.LINK:
        actor.need("quotations.record_answer")
    quotation, order = lock(quotation_id, site_id=site_id)
    wanted = _complete(quotation, decisions)
    if quotation.state is QuotationState.ANSWERED:
        if wanted == {job.id: bool(job.is_approved) for job in quotation.asked_jobs}:
            return quotation
        raise Refused(gettext("This quote was already answered by %(name)s.", name=quotation.answered_name))
    _expect_waiting(quotation, order, now)
    if not name.strip():
        raise Invalid(gettext("Enter the full name of the person who answers."), field="name")
    if by is AnsweredBy.PHONE and not note.strip():
        raise Invalid(gettext("Write down the number called and what was said."), field="note")
    _expect_unchanged(quotation)
    approved = _approved_amount(quotation, wanted)
    if shown_total is not None and shown_total != approved.gross:
        raise Stale(gettext("The total has changed. Look at the amounts again before you approve."))
    if by is not AnsweredBy.LINK and not is_over_limit_confirmed:
        _expect_within_limit(order, name, approved)

    quotation.answered_at, quotation.answered_by, quotation.answered_name = now, by, name.strip()[:200]
    quotation.answer_note = note.strip()
    if by is not AnsweredBy.LINK:
        quotation.recorded_by_id, quotation.recorded_by_name = actor.user_id, actor.name
    quotation.approved_net, quotation.approved_tax, quotation.approved_gross = (
        approved.net,
        approved.tax,
        approved.gross,
    )
    for job in quotation.asked_jobs:
        job.is_approved = wanted[job.id]
        job.decline_reason = "" if job.is_approved else (reasons or {}).get(job.id, "").strip()
    _sign(order, quotation, evidence, consent_text=consent_text, actor=actor, now=now)
    if document is not None:
        quotation.answer_document_id = documents.record(
            document,
            site_id=order.site_id,
            service_order_id=order.id,
            subject_id=quotation.id,
            now=now,
            is_shared=True,
        ).id
    _set_lines(order, quotation)
    supply.demand_authorised(order, actor=actor, now=now)
    _defer_declined(order, quotation, now=now)
    close_waiting(order, quotation, actor=actor, now=now)
    _keep_promise(order, quotation, actor=actor, now=now)
    _note(order, quotation, actor=actor, now=now)
    _tell_workshop(order, quotation, now=now)
    _go_on(order, quotation, actor=actor, now=now)
    messaging.queue(
        "approval_received",
        order=order,
        link=link_queries.find_quotation_link(quotation.id),
        document_id=quotation.answer_document_id,
        dedupe_key=f"quotation:{quotation.id}",
        now=now,
        quotation=quotation,
        items=quotation.asked_jobs,
    )
    return quotation


def take_note(quotation_id: int, *, site_id: int, actor: Actor, now: datetime) -> Quotation:
    """The workshop has read the answer (ORD-8): who and when is kept, the first time only. For additional work this is
    the hand-over of the supplement slip."""
    actor.need("quotations.take_note")
    quotation, order = lock(quotation_id, site_id=site_id)
    if quotation.answered_at is None:
        raise Refused(gettext("This quote has no answer yet."))
    if quotation.told_at is None:
        quotation.told_at, quotation.told_name = now, actor.name
        timeline.note(
            order, EventKind.APPROVAL, N_("The workshop has read the answer, version %(version)s"), actor=actor, now=now,
            version=quotation.version_no,
        )  # fmt: skip
        tasks.close_tasks(
            TaskType.READ_ANSWER, actor=actor, now=now, service_order_id=order.id, subject_id=quotation.id
        )
    return quotation


def _complete(quotation: Quotation, decisions: Mapping[int, bool]) -> dict[int, bool]:
    wanted = {job.id: decisions[job.id] for job in quotation.asked_jobs if job.id in decisions}
    if len(wanted) < len(quotation.asked_jobs):
        raise Invalid(gettext("Decide on each item: do it, or not now."), field="decisions")
    return wanted


def _expect_waiting(quotation: Quotation, order: ServiceOrder, now: datetime) -> None:
    if order.is_closed:
        raise Refused(gettext("This order is closed. Call the workshop if you want the work done."))
    if quotation.state is QuotationState.REPLACED:
        raise Refused(gettext("There is a newer version of this quote. Answer that one."))
    if quotation.state is QuotationState.WITHDRAWN:
        raise Refused(gettext("The workshop is changing this quote. A new one follows."))
    if quotation.state is QuotationState.EXPIRED or quotation.valid_until < now:
        raise Refused(gettext("This quote has expired. The workshop has to send a new one."))


def _expect_unchanged(quotation: Quotation) -> None:
    """An asked line that was edited, voided or moved to another payer since makes the whole version out of date."""
    asked = {line.line_id: line for job in quotation.asked_jobs for line in job.lines}
    live = db.session.scalars(
        select(Line).where(Line.id.in_(asked)).execution_options(populate_existing=True)
    )
    unchanged = {
        line.id
        for line in live
        if line.voided_at is None
        and line.authorisation is Authorisation.ASKED
        and line.pay_type is PayType.CUSTOMER
        and (line.quantity, line.net, line.tax, line.gross)
        == (asked[line.id].quantity, asked[line.id].net, asked[line.id].tax, asked[line.id].gross)
    }
    if unchanged != set(asked):
        raise Stale(
            gettext("The workshop is changing this quote. Wait for the new version, then answer that one.")
        )


def _expect_within_limit(order: ServiceOrder, name: str, approved: Amount) -> None:
    """The customer said at check-in up to what amount somebody else may approve (CHK-9)."""
    checkin = checkins.find_checkin(order.id)
    if checkin and checkin_rules.is_over_limit(checkin, name, approved.gross):
        raise Invalid(
            gettext(
                "This is more than %(name)s may approve. Ask the customer, then confirm that they agree.",
                name=checkin.approver_name,
            ),
            field="is_over_limit_confirmed",
        )


def _approved_amount(quotation: Quotation, wanted: Mapping[int, bool]) -> Amount:
    lines = (line for job in quotation.asked_jobs if wanted[job.id] for line in job.lines)
    return rules.sum_of(lines, includes_tax=quotation.includes_tax)


def _sign(
    order: ServiceOrder,
    quotation: Quotation,
    evidence: Evidence | None,
    *,
    consent_text: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Sign the document that was shown: its digest, the totals, what was declined, the wording that stood above."""
    if evidence is None:
        return
    if quotation.document_id is None:
        raise Refused(
            gettext("The document of this quote is missing, so it cannot be signed. Send the quote again.")
        )
    shown = db.session.get_one(Document, quotation.document_id)
    quotation.signature_id = signatures.sign(
        shown,
        evidence,
        purpose="quotation",
        service_order_id=order.id,
        consent_text=consent_text,
        totals={
            "asked": str(quotation.gross),
            "approved": str(quotation.approved_gross),
            "currency": quotation.currency,
            "digest": quotation.digest,
        },
        declined=[
            {"title": job.title, "gross": str(job.gross), "reason": job.decline_reason}
            for job in quotation.asked_jobs
            if not job.is_approved
        ],
        actor=actor,
        now=now,
    ).id


def _set_lines(order: ServiceOrder, quotation: Quotation) -> None:
    for is_approved, standing in ((True, Authorisation.AUTHORISED), (False, Authorisation.DECLINED)):
        ids = {
            line.line_id
            for job in quotation.asked_jobs
            if job.is_approved is is_approved
            for line in job.lines
        }
        if ids:
            work.authorise(order, ids, standing)


def _defer_declined(order: ServiceOrder, quotation: Quotation, *, now: datetime) -> None:
    """Declined work is kept with a date to come back to it (QUO-5)."""
    site = sites.get_site(order.site_id)
    due_on = clock.local_date(now, site.timezone) + timedelta(days=site.setting("deferred.days"))
    for job in quotation.asked_jobs:
        if not job.is_approved:
            add(
                DeferredWork(
                    site_id=order.site_id,
                    vehicle_id=order.vehicle_id,
                    customer_id=order.customer_id,
                    service_order_id=order.id,
                    quotation_job_id=job.id,
                    title=job.title,
                    explanation=job.explanation,
                    severity=job.severity,
                    reason=job.decline_reason,
                    due_on=due_on,
                    created_at=now,
                )
            )


def _keep_promise(order: ServiceOrder, quotation: Quotation, *, actor: Actor, now: datetime) -> None:
    """Amount and time are approved together: with a yes the quoted time becomes the promised one."""
    if not quotation.approved_gross and not any(job.is_approved for job in quotation.asked_jobs):
        return
    if order.promised_at == quotation.promised_at:
        return
    order.first_promised_at = order.first_promised_at or quotation.promised_at
    order.promised_at = quotation.promised_at
    timeline.note(
        order, EventKind.EDIT, N_("Promised time set to %(promised_at)s"), actor=actor, now=now,
        reason=gettext("Approved with the quote"), promised_at=quotation.promised_at.isoformat(),
    )  # fmt: skip


def _note(order: ServiceOrder, quotation: Quotation, *, actor: Actor, now: datetime) -> None:
    yes = _titles(quotation, approved=True)
    no = _titles(quotation, approved=False)
    if yes:
        timeline.note(
            order, EventKind.APPROVAL, N_("%(name)s approved %(amount)s %(currency)s: %(titles)s"), actor=actor, now=now,
            tone="ok", name=quotation.answered_name, amount=str(quotation.approved_gross), currency=quotation.currency,
            titles=yes,
        )  # fmt: skip
    if no:
        timeline.note(
            order, EventKind.APPROVAL, N_("%(name)s declined: %(titles)s"), actor=actor, now=now, tone="soon",
            name=quotation.answered_name, titles=no,
            reason="; ".join(job.decline_reason for job in quotation.asked_jobs if job.decline_reason),
        )  # fmt: skip
    audit.record(
        "quotations.answer",
        quotation,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={
            "order": order.number,
            "version": quotation.version_no,
            "digest": quotation.digest,
            "by": quotation.answered_by,
            "name": quotation.answered_name,
            "approved": [job.job_id for job in quotation.asked_jobs if job.is_approved],
            "declined": [job.job_id for job in quotation.asked_jobs if not job.is_approved],
            "gross": str(quotation.approved_gross),
        },
    )


def _titles(quotation: Quotation, *, approved: bool) -> str:
    return ", ".join(job.title for job in quotation.asked_jobs if job.is_approved is approved)


def _tell_workshop(order: ServiceOrder, quotation: Quotation, *, now: datetime) -> None:
    """The yes or no reaches whoever works on the car at once (ORD-8)."""
    yes, no = _titles(quotation, approved=True), _titles(quotation, approved=False)
    if yes and no:
        note = gettext("Do: %(yes)s. Leave: %(no)s", yes=yes, no=no)
    elif yes:
        note = gettext("Do: %(yes)s", yes=yes)
    else:
        note = gettext("Leave: %(no)s", no=no)
    tasks.open_task(
        TaskType.READ_ANSWER,
        site_id=order.site_id,
        role=Role.TECHNICIAN if order.technician_id else Role.MANAGER,
        person_id=order.technician_id,
        service_order_id=order.id,
        subject_id=quotation.id,
        due_at=now + _READ_WITHIN,
        now=now,
        note=note[:300],
    )


def _go_on(order: ServiceOrder, quotation: Quotation, *, actor: Actor, now: datetime) -> None:
    """Move the order on when it waited for this answer (STEP-12): to repair, or to the parts that are still to come.

    Where nothing at all is authorised it stays: the advisor closes it without repair or asks something else.
    """
    if order.state is not OrderState.AWAITING_APPROVAL:
        return
    if order.authorised_lines:
        orders.move(order, "answer", actor=actor, now=now)
        return
    tasks.open_task(
        TaskType.CALL_ABOUT_QUOTATION,
        site_id=order.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order.id,
        subject_id=quotation.id,
        due_at=now,
        now=now,
        note=gettext("Everything was declined. Close the order without repair, or ask something else."),
    )
