"""Purchase orders: the list, a new one from what is to be ordered, one with its receipts."""

from datetime import datetime, time

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.parts import (
    ArrivalForm,
    PurchaseForm,
    ReasonForm,
    ReceiptForm,
    SupplierForm,
    read_number,
    read_quantities,
)
from aftersales.blueprints.parts.blueprint import blueprint
from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError, Invalid, NotFound
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.fulfilment import queries as demands
from aftersales.domain.parts import operations, purchase_queries, queries, rules
from aftersales.domain.parts.models import Article, Supplier
from aftersales.domain.parts.purchasing import Wanted
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

Answer = Response | tuple[str, int]


@blueprint.get("/purchase-orders")
@needs("parts.read")
def purchase_orders() -> Response:
    only_open = request.args.get("show", "open") != "all"
    rows, more = purchase_queries.list_purchase_orders(
        session.person().site_id, only_open=only_open, before=request.args.get("before", type=int)
    )
    return htmx.respond(
        "parts/purchase_orders.html",
        "parts/_purchase_orders.html",
        orders=rows,
        more=more,
        only_open=only_open,
    )


@blueprint.get("/purchase-orders/new")
@needs("parts.order")
def new_purchase_order() -> str:
    supplier_id = request.args.get("supplier", type=int)
    if supplier_id is None:
        return render_template(
            "parts/to_order.html",
            suppliers=demands.list_suppliers_to_order(session.person().site_id),
            others=queries.list_suppliers(),
        )
    supplier = _get_supplier(supplier_id)
    zone = session.person().timezone
    day = rules.delivery_day(clock.local_date(clock.now(), zone), supplier.lead_days)
    return _new_page(supplier, PurchaseForm(formdata=None, expected_at=datetime.combine(day, time(10))), {})


@blueprint.post("/purchase-orders")
@needs("parts.order")
def place_purchase_order() -> Answer:
    form, person = PurchaseForm(), session.person()
    supplier = _get_supplier(request.form.get("supplier_id", 0, type=int))
    form.offer(queries.list_warehouses(person.site_id))
    if not form.validate():
        return _new_page(supplier, form, request.form), 422
    try:
        with transaction():
            made = arrivals.place_purchase_order(
                site_id=person.site_id,
                supplier_id=supplier.id,
                warehouse_id=int(form.warehouse_id.data),
                expected_at=clock.from_local(form.expected_at.data, person.timezone),
                lines=_wanted(),
                note=form.note.data or "",
                submission_id=request.form.get("submission_id") or None,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _new_page(supplier, form, request.form), status_of(error)
    flash(gettext("Ordered: %(number)s", number=made.number))
    return htmx.redirect(url_for(".purchase_order", purchase_order_id=made.id))


def _wanted() -> list[Wanted]:
    """The rows of the form with a quantity, and one more article by its number."""
    found = {
        article_id: quantity
        for article_id, quantity in read_quantities(request.form, "quantity").items()
        if quantity
    }
    if number := request.form.get("more_number", "").strip():
        article = operations.find_by_number(number)
        if article is None:
            raise Invalid(gettext("There is no article with the number %(number)s.", number=number))
        found[article.id] = read_number(request.form.get("more_quantity", ""))
    return [
        Wanted(article_id, quantity, db.session.get_one(Article, article_id).cost)
        for article_id, quantity in found.items()
        if db.session.get(Article, article_id)
    ]


@blueprint.get("/purchase-orders/<int:purchase_order_id>")
@needs("parts.read")
def purchase_order(purchase_order_id: int) -> str:
    return _page(purchase_order_id)


@blueprint.post("/purchase-orders/<int:purchase_order_id>/receipts")
@needs("parts.receive")
def receive(purchase_order_id: int) -> Answer:
    form, person = ReceiptForm(), session.person()
    purchase_queries.get_purchase_order(purchase_order_id, person.site_id)
    try:
        with transaction():
            arrivals.receive(
                purchase_order_id,
                read_quantities(request.form, "quantity"),
                delivery_note=form.delivery_note.data or "",
                submission_id=request.form.get("submission_id") or None,
                actor=session.actor(),
                now=clock.now(),
                site_id=person.site_id,
            )
    except DomainError as error:
        form.refuse(error)
        return _page(purchase_order_id, receipt=form, typed=request.form), status_of(error)
    flash(gettext("Received. Orders that have all their parts go on."))
    return htmx.redirect(url_for(".page"))


@blueprint.post("/purchase-orders/<int:purchase_order_id>/arrival")
@needs("parts.order")
def expect(purchase_order_id: int) -> Answer:
    form, person = ArrivalForm(), session.person()
    purchase_queries.get_purchase_order(purchase_order_id, person.site_id)
    if not form.validate():
        return _page(purchase_order_id, arrival=form), 422
    try:
        with transaction():
            arrivals.expect(
                purchase_order_id,
                expected_at=clock.from_local(form.expected_at.data, person.timezone),
                actor=session.actor(),
                now=clock.now(),
                site_id=person.site_id,
            )
    except DomainError as error:
        form.refuse(error)
        return _page(purchase_order_id, arrival=form), status_of(error)
    return htmx.redirect(url_for(".purchase_order", purchase_order_id=purchase_order_id))


@blueprint.post("/purchase-orders/<int:purchase_order_id>/cancellation")
@needs("parts.order")
def cancel_rest(purchase_order_id: int) -> Answer:
    form, person = ReasonForm(), session.person()
    purchase_queries.get_purchase_order(purchase_order_id, person.site_id)
    if not form.validate():
        return _page(purchase_order_id, cancellation=form), 422
    with transaction():
        arrivals.cancel_rest(
            purchase_order_id,
            reason=form.reason.data,
            actor=session.actor(),
            now=clock.now(),
            site_id=person.site_id,
        )
    return htmx.redirect(url_for(".purchase_order", purchase_order_id=purchase_order_id))


@blueprint.get("/suppliers/new")
@needs("parts.order")
def new_supplier() -> str:
    return render_template("parts/supplier_form.html", form=SupplierForm())


@blueprint.post("/suppliers")
@needs("parts.order")
def add_supplier() -> Answer:
    form = SupplierForm()
    if not form.validate():
        return render_template("parts/supplier_form.html", form=form), 422
    try:
        with transaction():
            operations.add_supplier(
                name=form.name.data,
                email=form.email.data or "",
                phone=form.phone.data or "",
                lead_days=form.lead_days.data,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("parts/supplier_form.html", form=form), status_of(error)
    return htmx.redirect(url_for(".new_purchase_order"))


def _get_supplier(supplier_id: int) -> Supplier:
    found = db.session.get(Supplier, supplier_id)
    if found is None:
        raise NotFound(gettext("There is no such supplier."))
    return found


def _new_page(supplier: Supplier, form: PurchaseForm, typed: dict[str, str]) -> str:
    person = session.person()
    form.offer(queries.list_warehouses(person.site_id))
    return render_template(
        "parts/new_purchase_order.html",
        supplier=supplier,
        form=form,
        typed=typed,
        rows=demands.list_to_buy(person.site_id, supplier.id),
        show_costs=person.may("parts.costs"),
    )


def _page(
    purchase_order_id: int,
    *,
    receipt: ReceiptForm | None = None,
    arrival: ArrivalForm | None = None,
    cancellation: ReasonForm | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    person = session.person()
    order = purchase_queries.get_purchase_order(purchase_order_id, person.site_id)
    local = clock.local(order.expected_at, person.timezone).replace(tzinfo=None)
    return render_template(
        "parts/purchase_order.html",
        order=order,
        receipt=receipt or ReceiptForm(formdata=None),
        arrival=arrival or ArrivalForm(formdata=None, expected_at=local),
        cancellation=cancellation or ReasonForm(formdata=None),
        typed=typed or {},
        is_late=order.closed_at is None and order.expected_at < clock.now(),
        show_costs=person.may("parts.costs"),
    )
