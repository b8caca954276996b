"""Search, from every page: live results while somebody types, and the same as a page of its own."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from aftersales.domain.service_orders import search
from aftersales.web import htmx, session
from aftersales.web.access import needs

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@needs("vehicles.read")
def page() -> Response:
    person, text = session.person(), request.args.get("q", "").strip()[:100]
    hits = search.find(text, site_id=person.site_id, sees_customers=person.may("customers.read"))
    return htmx.respond("search/page.html", "search/_hits.html", text=text, hits=hits)
