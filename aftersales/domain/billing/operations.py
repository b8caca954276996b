"""Issuing and correcting invoices, taking payments, booking revenue."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.clock import local, local_date
from aftersales.db import add, db, locked
from aftersales.domain import audit, numbering, submissions
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceTax,
    Payment,
    PaymentMethod,
    RevenueEntry,
)
from aftersales.domain.billing.rules import bill, credited_amount
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, LineKind, PayType, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import MOVES, OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext, label
from aftersales.money import Amount, TaxSum, sum_by_rate, total

_BILLABLE = (OrderState.PREPARING, OrderState.READY_FOR_PICKUP)


def issue(
    order_id: int,
    *,
    shown_gross: Decimal | None,
    actor: Actor,
    now: datetime,
    pay_type: PayType = PayType.CUSTOMER,
    payer_id: int | None = None,
    only_fee: bool = False,
    submission_id: str = "",
) -> Invoice:
    """Issue the invoice of one payer, with the next number of the site's year (PAY-1, STEP-16).

    ``shown_gross`` is the sum the cashier saw: if parts came or went meanwhile, nothing is issued and the sentence
    says so. An order whose customer owes nothing (all warranty or internal) gets an invoice over 0.00, so that the
    hand-over has its paper and the rule "invoice issued" needs no exception. With ``only_fee`` the visit ends without a
    repair and its agreed fee alone is billed (CHK-12). The same ``submission_id`` issues once.
    """
    actor.need("invoices.issue")
    order = lock_order(order_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Invoice, known)
    if only_fee:
        _expect_fee(order)
    elif order.state not in _BILLABLE:
        raise Refused(
            gettext("The invoice is issued after the final inspection. The work is not finished yet.")
        )
    if any(one.pay_type is pay_type and _stands(one) for one in queries.list_of_order(order_id)):
        raise Refused(gettext("This order is invoiced already. Correct the invoice with a credit note."))
    site = sites.get_site(order.site_id)
    draft = queries.draft(order, pay_type, only_fee=only_fee)
    if shown_gross is not None and draft.amount.gross != shown_gross:
        raise Refused(
            gettext("The sum changed while you were looking at it. Check the new sum, then issue again.")
        )
    payer = _payer(order, pay_type, payer_id)
    invoice = _write(
        order,
        site,
        InvoiceKind.INVOICE,
        payer,
        pay_type,
        lines=[
            InvoiceLine(
                line_id=one.line.id,
                job_position=one.job.position,
                job_title=one.job.title,
                kind=one.line.kind,
                description=one.line.description,
                article_number=one.line.article_number,
                quantity=one.quantity,
                approved_quantity=one.line.quantity,
                unit_price=one.line.unit_price,
                discount=one.line.discount,
                tax_rate=one.line.tax_rate,
                net=one.amount.net,
                tax=one.amount.tax,
                gross=one.amount.gross,
                approved_gross=one.line.gross,
                supplied_by=one.line.supplied_by,
                part_grade=one.line.part_grade,
                is_safety_critical=one.line.is_safety_critical,
            )
            for one in draft.lines
        ],
        sums=draft.sums,
        actor=actor,
        now=now,
    )
    if pay_type is PayType.CUSTOMER:
        order.invoiced_at = now
        if invoice.outstanding == 0:
            invoice.settled_at = order.settled_at = now
    timeline.note(
        order,
        EventKind.DOCUMENT,
        N_("Invoice %(number)s issued"),
        actor=actor,
        now=now,
        number=invoice.number,
    )
    submissions.keep(submission_id, invoice)
    return invoice


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
    invoice, order = _lock_invoice(invoice_id)
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
    invoice, order = _lock_invoice(invoice_id)
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


def credit(
    invoice_id: int,
    *,
    quantities: dict[int, Decimal],
    reason: str,
    actor: Actor,
    now: datetime,
    submission_id: str = "",
) -> Invoice:
    """Correct an invoice by a credit note over ``quantities`` per invoice line id; the invoice itself stays as it is.

    A line can be credited up to what was invoiced less what earlier credit notes took. Revenue of a completed order
    falls in the credit note's own month. The same ``submission_id`` credits once.
    """
    actor.need("invoices.correct")
    invoice, order = _lock_invoice(invoice_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Invoice, known)
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise Refused(gettext("A credit note cannot be corrected. Correct the invoice."))
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    site = sites.get_site(order.site_id)
    left = _left_to_credit(invoice)
    lines = []
    for original in invoice.lines:
        quantity = quantities.get(original.id, Decimal(0))
        if not quantity:
            continue
        if quantity < 0 or quantity > left[original.id][0]:
            raise Invalid(
                gettext("At most %(n)s of “%(what)s” can be credited.", n=f"{left[original.id][0].normalize():f}",
                        what=original.description),
                field="quantities",
            )  # fmt: skip
        amount = credited_amount(original, quantity, left[original.id], invoice.includes_tax)
        lines.append(_credited_line(original, quantity, amount))
    if not lines:
        raise Invalid(gettext("Choose at least one line to credit."), field="quantities")
    payer = db.session.get_one(Customer, invoice.payer_id)
    if all(quantities.get(one.id, Decimal(0)) == left[one.id][0] for one in invoice.lines):
        sums = _taxes_left(invoice)
    else:
        sums = sum_by_rate([(one.tax_rate, one.amount) for one in lines], includes_tax=invoice.includes_tax)
    note = _write(
        order, site, InvoiceKind.CREDIT_NOTE, payer, invoice.pay_type, lines=lines, sums=sums,
        actor=actor, now=now, corrects=invoice, reason=reason.strip(),
    )  # fmt: skip
    note.settled_at = now
    _settle(invoice, order, now)
    if order.is_closed:
        _book(order, site, [(one.kind, invoice.pay_type, one.net) for one in lines], now, credit_note=note)
    timeline.note(
        order, EventKind.DOCUMENT, N_("Credit note %(number)s issued"), actor=actor, now=now,
        reason=reason.strip(), number=note.number,
    )  # fmt: skip
    submissions.keep(submission_id, note)
    return note


def book_revenue(order: ServiceOrder, *, now: datetime) -> None:
    """Book the net revenue of an order that is being completed, of all pay types (STEP-17, REP-1); a visit that ends
    without a repair brings its fee, in the month in which it is closed.

    What credit notes took off before the completion is taken off here, since they had no month of their own.
    """
    site = sites.get_site(order.site_id)
    jobs, used = service_orders.list_jobs(order.id), queries.used_parts(order.id)
    invoices = queries.list_of_order(order.id)
    shares: list[tuple[LineKind, PayType, Decimal]] = []
    for pay_type in PayType:
        own = [invoice for invoice in invoices if invoice.pay_type is pay_type]
        if own:
            shares += [(line.kind, pay_type, line.net) for invoice in own for line in invoice.lines]
        else:
            draft = bill(jobs, pay_type=pay_type, used_parts=used, includes_tax=site.prices_include_tax)
            shares += [(one.line.kind, pay_type, one.amount.net) for one in draft.lines]
    _book(order, site, shares, now)


# --- inside ---


def _expect_fee(order: ServiceOrder) -> None:
    """Refuse the invoice of a fee that nobody agreed to, or of a visit that cannot end without a repair now."""
    if order.state not in MOVES["close_without_repair"].sources:
        raise Refused(
            gettext("This cannot be done now: the order is in state “%(state)s”.", state=label(order.state))
        )
    if not order.agreed_fee:
        raise Refused(gettext("No fee was agreed. Nothing is to be invoiced."))


def _stands(invoice: Invoice) -> bool:
    """Whether an invoice still bills anything: one that was credited in full may be issued anew."""
    return invoice.kind is InvoiceKind.INVOICE and (
        invoice.gross == 0 or queries.credited(invoice.id) != invoice.gross
    )


def _payer(order: ServiceOrder, pay_type: PayType, payer_id: int | None) -> Customer:
    if pay_type in (PayType.INTERNAL, PayType.GOODWILL):
        raise Refused(gettext("The workshop itself pays for this work. There is nobody to invoice."))
    if payer_id is None and pay_type is not PayType.CUSTOMER:
        raise Invalid(gettext("Choose who pays: the insurer or the manufacturer."), field="payer_id")
    payer = db.session.get(Customer, payer_id or order.customer_id)
    if payer is None:
        raise NotFound(gettext("There is no such customer."))
    return payer


def _write(
    order: ServiceOrder,
    site: Site,
    kind: InvoiceKind,
    payer: Customer,
    pay_type: PayType,
    *,
    lines: list[InvoiceLine],
    sums: list[TaxSum],
    actor: Actor,
    now: datetime,
    corrects: Invoice | None = None,
    reason: str = "",
) -> Invoice:
    """Give an invoice or credit note its number and put it on record with lines and taxes."""
    amount, here = total(sums), local(now, site.timezone)
    running = numbering.next_number(site.id, kind, here.year)
    letter = "" if kind is InvoiceKind.INVOICE else "C"
    invoice = add(
        Invoice(
            site_id=site.id,
            service_order_id=order.id,
            kind=kind,
            number=f"{site.code}{letter}/{here.year}/{running:04d}",
            corrects_id=corrects.id if corrects else None,
            reason=reason,
            pay_type=pay_type,
            payer_id=payer.id,
            payer_name=payer.name,
            payer_address=payer.address,
            payer_tax_id=payer.tax_id,
            currency=site.currency,
            includes_tax=site.prices_include_tax,
            net=amount.net,
            tax=amount.tax,
            gross=amount.gross,
            issued_at=now,
            issued_by_name=actor.name,
            supplied_on=local_date(order.ready_at or now, site.timezone),
            due_on=here.date() + timedelta(days=site.setting("invoice.due_days") if payer.has_credit else 0),
        )
    )
    for position, line in enumerate(lines, 1):
        line.invoice_id, line.position = invoice.id, position
        db.session.add(line)
    for part in sums:
        db.session.add(
            InvoiceTax(
                invoice_id=invoice.id,
                rate=part.rate,
                net=part.amount.net,
                tax=part.amount.tax,
                gross=part.amount.gross,
            )
        )
    db.session.flush()
    audit.record(
        f"invoices.{kind}",
        invoice,
        actor=actor,
        now=now,
        site_id=site.id,
        details={"number": invoice.number, "gross": str(invoice.gross), "reason": reason},
    )
    return invoice


def _lock_invoice(invoice_id: int) -> tuple[Invoice, ServiceOrder]:
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
    _settle(invoice, order, now)
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


def _settle(invoice: Invoice, order: ServiceOrder, now: datetime) -> None:
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


def _left_to_credit(invoice: Invoice) -> dict[int, tuple[Decimal, Amount]]:
    """Per invoice line: the quantity and amount that no credit note took yet."""
    left = {line.line_id: (line.quantity, line.amount) for line in invoice.lines}
    for note in queries.list_of_order(invoice.service_order_id):
        if note.corrects_id == invoice.id:
            for line in note.lines:
                quantity, amount = left[line.line_id]
                left[line.line_id] = (quantity + line.quantity, amount + line.amount)
    return {line.id: left[line.line_id] for line in invoice.lines}


def _taxes_left(invoice: Invoice) -> list[TaxSum]:
    """The last credit note takes exactly what is left of each rate, so that in sum nothing stands."""
    left = {one.rate: Amount(one.net, one.tax, one.gross) for one in invoice.taxes}
    for note in queries.list_of_order(invoice.service_order_id):
        if note.corrects_id == invoice.id:
            for one in note.taxes:
                left[one.rate] += Amount(one.net, one.tax, one.gross)
    return [TaxSum(rate, -amount) for rate, amount in left.items()]


def _credited_line(original: InvoiceLine, quantity: Decimal, amount: Amount) -> InvoiceLine:
    copied = (
        "line_id", "job_position", "job_title", "kind", "description", "article_number", "unit_price", "discount",
        "tax_rate", "supplied_by", "part_grade", "is_safety_critical",
    )  # fmt: skip
    return InvoiceLine(
        **{name: getattr(original, name) for name in copied},
        quantity=-quantity,
        approved_quantity=Decimal(0),
        approved_gross=Decimal(0),
        net=-amount.net,
        tax=-amount.tax,
        gross=-amount.gross,
    )


def _book(
    order: ServiceOrder,
    site: Site,
    shares: Iterable[tuple[LineKind, PayType, Decimal]],
    now: datetime,
    credit_note: Invoice | None = None,
) -> None:
    sums: dict[tuple[LineKind, PayType], Decimal] = {}
    for kind, pay_type, net in shares:
        sums[kind, pay_type] = sums.get((kind, pay_type), Decimal(0)) + net
    for (kind, pay_type), net in sums.items():
        db.session.add(
            RevenueEntry(
                site_id=site.id,
                month=local_date(now, site.timezone).replace(day=1),
                service_order_id=order.id,
                invoice_id=credit_note.id if credit_note else None,
                advisor_id=order.advisor_id,
                kind=kind,
                pay_type=pay_type,
                net=net,
                at=now,
            )
        )
    db.session.flush()
