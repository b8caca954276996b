"""The audit: who did what, in the order in which it was written."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from aftersales.domain import audit
from aftersales.web import htmx, session
from aftersales.web.access import needs

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@needs("audit.read")
def index() -> Response:
    order_id = request.args.get("order", type=int)
    entries, more = audit.list_entries(
        session.person().site_id,
        before=request.args.get("before", type=int),
        subject_type="service_orders" if order_id else "",
        subject_id=order_id,
    )
    return htmx.respond(
        "audit/index.html", "audit/_entries.html", entries=entries, more=more, order_id=order_id
    )
