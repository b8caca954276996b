"""A customer: contact data, vehicles and visits."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.vehicles import CustomerForm
from aftersales.db import transaction
from aftersales.domain.customers import operations as customers
from aftersales.domain.customers import queries
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import reception
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


@blueprint.get("/<int:customer_id>")
@needs("customers.read")
def page(customer_id: int) -> str:
    customer = queries.get_customer(customer_id)
    return render_template(
        "customers/page.html", customer=customer, vehicles=reception.list_vehicles_of(customer_id)
    )


@blueprint.get("/<int:customer_id>/edit")
@needs("customers.write")
def edit(customer_id: int) -> str:
    customer = queries.get_customer(customer_id)
    return render_template(
        "customers/edit.html", customer=customer, form=CustomerForm(customer), differences=()
    )


@blueprint.post("/<int:customer_id>")
@needs("customers.write")
def save(customer_id: int) -> Response | tuple[str, int]:
    form = CustomerForm()
    if not form.validate():
        customer = queries.get_customer(customer_id)
        return render_template("customers/edit.html", customer=customer, form=form, differences=()), 422
    try:
        with transaction():
            customers.edit_customer(
                customer_id,
                site_id=session.person().site_id,
                values=form.values(),
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        customer = queries.get_customer(customer_id)
        differences = form.refuse_stale(error, CustomerForm(customer, formdata=None))
        page = render_template("customers/edit.html", customer=customer, form=form, differences=differences)
        return page, status_of(error)
    return htmx.redirect(url_for(".page", customer_id=customer_id))
