"""An order that ends early, or is opened again: with a reason."""

from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.orders import ReasonForm
from aftersales.blueprints.orders import screen
from aftersales.blueprints.orders.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import operations
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.web import session
from aftersales.web.access import needs


@blueprint.get("/<int:order_id>/early-end")
@needs("orders.cancel")
def end_early(order_id: int) -> str:
    return screen.show("orders/end_early.html", ReasonForm(), screen.get(order_id))


@blueprint.post("/<int:order_id>/early-end")
@needs("orders.cancel")
def confirm_early_end(order_id: int) -> Response | tuple[str, int]:
    return _move_with_reason(screen.get(order_id), "cancel", "orders/end_early.html")


@blueprint.get("/<int:order_id>/reopening")
@needs("orders.reopen")
def reopen_form(order_id: int) -> str:
    return screen.show("orders/reopen.html", ReasonForm(), screen.get(order_id))


@blueprint.post("/<int:order_id>/reopening")
@needs("orders.reopen")
def reopen(order_id: int) -> Response | tuple[str, int]:
    return _move_with_reason(screen.get(order_id), "reopen", "orders/reopen.html")


def _move_with_reason(order: ServiceOrder, name: str, template: str) -> Response | tuple[str, int]:
    form = ReasonForm()
    if not form.validate():
        return screen.show(template, form, order), 422
    try:
        with transaction():
            locked = operations.lock_order(order.id)
            operations.move(locked, name, reason=form.reason.data, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return screen.refused(template, form, screen.get(order.id), error)
    return screen.back(order.id)
