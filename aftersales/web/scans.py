"""What a scanned code means: one of our own addresses, a VIN, a key tag, or words to search for."""

import re
from urllib.parse import quote, unquote, urlsplit

from flask import url_for

from aftersales import clock
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.links import queries as links
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.states import OrderState
from aftersales.web import session

_LONGEST = 300
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")


def vin_in(text: str) -> str:
    """The VIN of a label, empty where it is none. Labels for import begin with an I, and some end with a star."""
    bare = re.sub(r"[\s*.-]", "", text.upper())
    if len(bare) == 18 and bare.startswith("I"):
        bare = bare[1:]
    return bare if _VIN.fullmatch(bare) else ""


def text_in(text: str) -> str:
    """What goes into the field: the VIN where it is one, else the text itself."""
    return vin_in(text) or text.strip()[:_LONGEST]


def address_of(text: str) -> str:
    """Where the code leads a signed-in person: an order, or the search. A code of another house is only searched
    for, never followed."""
    text = text.strip()[:_LONGEST]
    path = unquote(urlsplit(text).path) if text.startswith(("http://", "https://", "/")) else ""
    order_id = None
    if found := re.fullmatch(r"/o/(.+)", path):
        order_id = order_of(found[1])
    elif found := re.fullmatch(r"/k/(.+)", path):
        order_id = order_of_key(found[1])
    elif found := re.match(r"/c/([\w-]+)", path):
        order_id = _order_of_link(found[1])
    if order_id is not None:
        return entrance(order_id)
    words = path.rsplit("/", 1)[-1] if path else text_in(text)
    if session.person().may("orders.open"):
        return url_for("reception.desk", q=words)
    return url_for("search.page", q=words)


def entrance(order_id: int) -> str:
    """Where an order's code leads: to its check-in while the car is only booked or has just come, else to itself."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    if order.state in (OrderState.BOOKED, OrderState.ARRIVED) and session.person().may("checkins.write"):
        return url_for("checkins.car", order_id=order_id)
    return url_for("orders.page", order_id=order_id)


def order_of(code: str) -> int | None:
    """The order with this number, or on which this key tag hangs, at the person's site."""
    site_id = session.person().site_id
    return orders.find_id_by_number(code.strip(), site_id=site_id) or order_of_key(code)


def order_of_key(tag: str) -> int | None:
    """The order on which this key tag hangs."""
    return checkins.find_order_of_key(tag.strip(), site_id=session.person().site_id)


def order_address(number: str) -> str:
    """The path that the QR code of an order's papers holds."""
    return "/o/" + quote(number)


def _order_of_link(token: str) -> int | None:
    """The order of a customer's own link, where it is one of the person's site."""
    link, _ = links.find_link(token, clock.now())
    if link is None:
        return None
    return orders.find_id(link.service_order_id, site_id=session.person().site_id)
