"""List and page of the service order."""

from flask import render_template, request
from werkzeug.wrappers import Response

from aftersales.blueprints.orders import screen
from aftersales.blueprints.orders.blueprint import blueprint
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.documents import queries as documents
from aftersales.domain.quality import comeback_queries
from aftersales.domain.service_orders import queries
from aftersales.domain.service_orders.models import Job, PayType
from aftersales.web import addresses, htmx, order_actions, session
from aftersales.web.access import needs
from aftersales.web.order_steps import steps_of


@blueprint.get("")
@needs("orders.read")
def index() -> Response:
    is_open = request.args.get("show", "open") != "closed"
    rows, more = queries.list_orders(
        session.person().site_id, is_open=is_open, before=addresses.asked_id("before")
    )
    return htmx.respond("orders/index.html", "orders/_rows.html", orders=rows, more=more, is_open=is_open)


@blueprint.get("/<int:order_id>")
@needs("orders.read")
def page(order_id: int) -> str:
    order = screen.get(order_id)
    person = session.person()
    jobs = queries.list_jobs(order_id)
    return render_template(
        "orders/page.html",
        order=order,
        jobs=jobs,
        groups=_by_pay_type(jobs),
        events=queries.list_events(order_id),
        documents=[
            one for one in documents.list_of_order(order_id) if not one.has_prices or session.sees_prices()
        ],
        actions=order_actions.offered(order, person),
        checkin=checkins.find_checkin(order_id),
        came_back=comeback_queries.list_of_first(order_id) if order.comebacks else [],
        steps=steps_of(order),
        can_edit=person.may("orders.edit") and not order.is_closed and order.invoiced_at is None,
        show_prices=session.sees_prices(),
    )


def _by_pay_type(jobs: list[Job]) -> list[tuple[PayType, list[Job]]]:
    return [(kind, some) for kind in PayType if (some := [job for job in jobs if job.pay_type is kind])]
