"""Taking payments and paying back, with the ledger that says whether an invoice is settled (PAY-2, DLV-8)."""

from datetime import datetime
from decimal import Decimal

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import (
    Invoice,
    Payment,
    PaymentMethod,
)
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, PayType, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext


def take_payment(
    invoice_id: int,
    *,
    amount: Decimal,
    method: PaymentMethod,
    submission_id: str,
    actor: Actor,
    now: datetime,
    reference: str = "",
) -> Payment:
    """Take a payment, in part or in full; several ways may be mixed (PAY-2). The same ``submission_id`` pays once."""
    actor.need("payments.take")
    invoice, order = lock_invoice(invoice_id)
    if (known := queries.find_payment(submission_id)) is not None:
        return known
    if amount <= 0:
        raise Invalid(gettext("Enter an amount above 0."), field="amount")
    if amount > invoice.outstanding - queries.credited(invoice.id):
        raise Invalid(
            gettext("Only %(sum)s is still to pay.", sum=invoice.outstanding - queries.credited(invoice.id)),
            field="amount",
        )
    return _book_payment(invoice, order, amount, method, submission_id, reference, actor, now)


def pay_back(
    invoice_id: int,
    *,
    amount: Decimal,
    method: PaymentMethod,
    submission_id: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Pay money back to the payer, at most what was paid beyond the corrected sum."""
    actor.need("invoices.correct")
    invoice, order = lock_invoice(invoice_id)
    if (known := queries.find_payment(submission_id)) is not None:
        return known
    too_much = queries.credited(invoice.id) - invoice.outstanding
    if amount <= 0 or amount > too_much:
        raise Invalid(
            gettext("At most %(sum)s can be paid back.", sum=max(too_much, Decimal(0))), field="amount"
        )
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    return _book_payment(invoice, order, -amount, method, submission_id, reason, actor, now)


def allow_credit(order_id: int, *, reason: str, actor: Actor, now: datetime) -> ServiceOrder:
    """The service manager lets the car go before the invoice is paid (DLV-8)."""
    actor.need("credit.allow")
    order = lock_order(order_id)
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    if order.invoiced_at is None:
        raise Refused(gettext("The invoice is missing. Issue it first."))
    if order.credit_allowed_at is not None:
        return order
    order.credit_allowed_at = now
    timeline.note(order, EventKind.PAYMENT, N_("Credit allowed"), actor=actor, now=now, reason=reason.strip())
    audit.record(
        "credit.allow", order, actor=actor, now=now, site_id=order.site_id, details={"reason": reason.strip()}
    )
    return order


def lock_invoice(invoice_id: int) -> tuple[Invoice, ServiceOrder]:
    """The invoice under its order's lock."""
    found = db.session.get(Invoice, invoice_id)
    if found is None:
        raise NotFound(gettext("There is no such invoice."))
    order = lock_order(found.service_order_id)
    invoice = locked(Invoice, invoice_id)
    if invoice is None:
        raise NotFound(gettext("There is no such invoice."))
    return invoice, order


def _book_payment(
    invoice: Invoice,
    order: ServiceOrder,
    amount: Decimal,
    method: PaymentMethod,
    submission_id: str,
    reference: str,
    actor: Actor,
    now: datetime,
) -> Payment:
    payment = add(
        Payment(
            invoice_id=invoice.id,
            submission_id=submission_id,
            method=method,
            amount=amount,
            reference=reference.strip()[:120],
            at=now,
            by_id=actor.user_id,
            by_name=actor.name,
        )
    )
    invoice.paid += amount
    settle(invoice, order, now)
    text = N_("Paid %(amount)s %(currency)s") if amount > 0 else N_("Paid back %(amount)s %(currency)s")
    timeline.note(
        order, EventKind.PAYMENT, text, actor=actor, now=now, tone="ok" if amount > 0 else "",
        amount=str(abs(amount)), currency=invoice.currency,
    )  # fmt: skip
    audit.record(
        "payments.take" if amount > 0 else "payments.pay_back",
        payment,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={"invoice": invoice.number, "amount": str(amount), "method": method},
    )
    return payment


def settle(invoice: Invoice, order: ServiceOrder, now: datetime) -> None:
    """Keep "settled" true to the ledger: paid less credited covers the sum, on the invoice and on the order."""
    db.session.flush()
    is_settled = invoice.outstanding <= queries.credited(invoice.id)
    invoice.settled_at = (invoice.settled_at or now) if is_settled else None
    own = [one for one in queries.list_of_order(order.id) if one.pay_type is PayType.CUSTOMER]
    if all(one.settled_at for one in own):
        order.settled_at = order.settled_at or now
        tasks.close_tasks(TaskType.TAKE_PAYMENT, actor=SYSTEM, now=now, service_order_id=order.id)
    else:
        order.settled_at = None
    db.session.flush()
