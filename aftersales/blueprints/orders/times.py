"""The promised time, and the hold."""

from flask import request
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.orders import HoldForm, PromiseForm
from aftersales.blueprints.orders import screen
from aftersales.blueprints.orders.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import operations
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.web import session
from aftersales.web.access import needs


@blueprint.get("/<int:order_id>/promise")
@needs("orders.promise")
def edit_promise(order_id: int) -> str:
    order = screen.get(order_id)
    return screen.show("orders/promise.html", _promise_form(order), order)


@blueprint.post("/<int:order_id>/promise")
@needs("orders.promise")
def promise(order_id: int) -> Response | tuple[str, int]:
    order, form = screen.get(order_id), PromiseForm()
    if not form.validate():
        return screen.show("orders/promise.html", form, order), 422
    try:
        with transaction():
            operations.promise(
                order_id,
                promised_at=clock.from_local(form.promised_at.data, session.person().timezone),
                reason=form.reason.data or "",
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        order = screen.get(order_id)
        return screen.refused("orders/promise.html", form, order, error, saved=_promise_form(order))
    return screen.back(order_id)


def _promise_form(order: ServiceOrder) -> PromiseForm:
    local = clock.local(order.promised_at, session.person().timezone) if order.promised_at else None
    return PromiseForm(formdata=None, version=order.version, promised_at=local)


@blueprint.get("/<int:order_id>/hold")
@needs("orders.hold")
def edit_hold(order_id: int) -> str:
    order = screen.get(order_id)
    return screen.show("orders/hold.html", _hold_form(order), order)


@blueprint.post("/<int:order_id>/hold")
@needs("orders.hold")
def hold(order_id: int) -> Response | tuple[str, int]:
    order, form = screen.get(order_id), HoldForm()
    is_release = bool(request.form.get("release"))
    if not is_release and not form.validate():
        return screen.show("orders/hold.html", form, order), 422
    try:
        with transaction():
            if is_release:
                operations.release(order_id, actor=session.actor(), now=clock.now())
            else:
                operations.hold(
                    order_id,
                    reason=HoldReason(form.reason.data),
                    note=form.note.data or "",
                    version=form.version_given(),
                    actor=session.actor(),
                    now=clock.now(),
                )
    except DomainError as error:
        order = screen.get(order_id)
        return screen.refused("orders/hold.html", form, order, error, saved=_hold_form(order))
    return screen.back(order_id)


def _hold_form(order: ServiceOrder) -> HoldForm:
    return HoldForm(formdata=None, version=order.version, reason=order.hold_reason, note=order.hold_note)
