"""From the token in the address to what its holder may see."""

from dataclasses import dataclass

from flask import Response, g, make_response, render_template

from aftersales import clock
from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.links import queries as links
from aftersales.domain.links.models import Link, LinkScope
from aftersales.domain.links.rules import Standing
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.i18n import spoken


@dataclass(frozen=True, slots=True)
class Door:
    """What a working link opens: one order of one site, and with a quotation's link that version."""

    token: str
    link: Link
    order: ServiceOrder
    site: Site
    quotation: Quotation | None

    def customer(self, name: str = "", *, address: str = "", device: str = "") -> Actor:
        """The holder as the author of a change. The link is the permission, so no role is asked."""
        return Actor(name=name or self.order.customer.name, is_system=True, address=address, device=device)


class Closed(Exception):  # noqa: N818 - not a fault: the link says something else than the page asked for
    """The link does not open this page; ``answer`` is the page that says so."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def enter(token: str) -> Door:
    """The order behind the link. Raises :class:`Closed` with one and the same page for unknown, malformed and revoked
    tokens, and with a page that names the workshop for those that once worked."""
    now = clock.now()
    link, standing = links.find_link(token, now)
    if link is None:
        raise Closed(nowhere())
    order = db.session.get_one(ServiceOrder, link.service_order_id)
    site = sites.get_site(order.site_id)
    g.language, g.timezone = spoken(order.customer.language), site.timezone
    if standing is not Standing.GOOD:
        raise Closed(over(standing.value, site))
    quotation = None
    if link.scope is LinkScope.QUOTATION and link.subject_id:
        quotation = quotations.get_quotation(link.subject_id)
        if quotation.state in (QuotationState.REPLACED, QuotationState.WITHDRAWN):
            raise Closed(over("replaced", site))
        if quotation.state is QuotationState.EXPIRED or (
            quotation.is_waiting and quotation.valid_until < now
        ):
            raise Closed(over("expired_quotation", site))
    return Door(token, link, order, site, quotation)


def nowhere() -> Response:
    """The neutral page: the same bytes for every token that opens nothing, without a trace of a session."""
    return make_response(render_template("portal/nowhere.html", csrf_token=str), 404)


def over(why: str, site: Site) -> Response:
    """The holder proved possession once, so they learn why it is over and whom to call."""
    return make_response(render_template("portal/over.html", why=why, site=site), 410)
