"""What the steps of the check-in share: the order with its check-in, and who writes."""

import re
import secrets
from typing import Any

from flask import Flask, url_for

from aftersales import clock
from aftersales.domain.checkins import queries
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import gettext
from aftersales.web import session

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def get(order_id: int) -> tuple[ServiceOrder, CheckIn | None]:
    """The order of the person's site and its check-in. Raises ``NotFound`` for another site's."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    return order, queries.find_checkin(order_id)


def by() -> dict[str, Any]:
    """Who writes, when and at which site, as every operation of the check-in takes it."""
    return {"actor": session.actor(), "now": clock.now(), "site_id": session.person().site_id}


def station(name: str) -> Station:
    """The station of an address or form. Raises ``NotFound``."""
    if name not in set(Station):
        raise NotFound(gettext("There is no such station."))
    return Station(name)


def pages(order_id: int) -> list[str]:
    """The addresses of a check-in that have to open in the yard, without Wi-Fi."""
    endpoints = ("checkins.car", "walkaround.page", "checkins.jobs", "checkin_signing.page")
    return [url_for(endpoint, order_id=order_id) for endpoint in endpoints]


def client_id(text: str | None) -> str:
    """The id that the tablet made for this form; one made here where a form came without."""
    return text if text and _CLIENT_ID.fullmatch(text) else secrets.token_hex(16)


def init_app(app: Flask) -> None:
    """Give the check-in's layout the pages that a tablet keeps."""
    app.jinja_env.globals["checkin_pages"] = pages
