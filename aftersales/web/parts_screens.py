"""How the parts desk's rows look: where an article lies, whether it is there, and what the desk does next."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Flask, url_for

from aftersales.domain.fulfilment.queries import Demand
from aftersales.domain.parts.queries import Shelf
from aftersales.domain.parts.rules import Supply
from aftersales.i18n import gettext, label
from aftersales.web.filters import number, short_moment
from aftersales.web.presentation import Look

FEW = 2
"""From this many on the shelf on, the tag warns that they are the last ones."""

_SUPPLY = {
    Supply.ASKED: ("", "hourglass"),
    Supply.MISSING: ("urgent", "shopping-cart"),
    Supply.ORDERED: ("soon", "truck"),
    Supply.RESERVED: ("ok", "package-check"),
    Supply.ISSUED: ("plain", "check"),
    Supply.EXCESS: ("soon", "undo-2"),
    Supply.DROPPED: ("", "x"),
}


def supply_look(supply: Supply) -> Look:
    """Tone, icon and word of how far a request has come."""
    tone, icon = _SUPPLY[supply]
    return Look(tone, icon, label(supply))


def shelf_look(shelf: Shelf) -> Look:
    """A warehouse's bin with what lies there: "A-02: 14"; the last ones warn."""
    place = shelf.bin or shelf.warehouse
    if shelf.on_hand <= FEW:
        return Look("soon", "package", gettext("%(bin)s: last %(n)s", bin=place, n=number(shelf.on_hand)))
    return Look("ok", "package-check", gettext("%(bin)s: %(n)s", bin=place, n=number(shelf.on_hand)))


def stock_looks(demand: Demand) -> list[Look]:
    """What the desk sees of the stock for a request: the bins where it lies, when it comes, or that there is none."""
    if demand.supply is Supply.ISSUED or demand.supply is Supply.EXCESS:
        return [supply_look(demand.supply)]
    is_lacking = demand.missing > 0 if demand.is_authorised else demand.free < demand.wanted
    shelves = [shelf_look(shelf) for shelf in demand.shelves if _serves(shelf, demand)]
    if not is_lacking:
        return shelves
    if demand.expected_at:
        return [*shelves, Look("", "truck", short_moment(demand.expected_at))]
    if demand.supply is Supply.ORDERED:
        return [*shelves, Look("", "truck", label(demand.supply))]
    return [*shelves, Look("urgent", "x", gettext("None here") if not shelves else gettext("Not enough"))]


def _serves(shelf: Shelf, demand: Demand) -> bool:
    """Whether the warehouse has some of it for this request."""
    return shelf.on_hand > 0 if demand.reserved > 0 else shelf.free > 0


@dataclass(frozen=True, slots=True)
class Step:
    """What the desk does next with a request."""

    words: str
    url: str


def next_step(demand: Demand) -> Step | None:
    """The button of a request's row; None while the desk can only wait."""
    page = url_for("parts.request_page", request_id=demand.id)
    if demand.to_confirm:
        return Step(gettext("Say when"), page)
    if demand.supply is Supply.MISSING:
        if demand.supplier_id is None:
            return Step(gettext("Choose supplier"), url_for("parts.article", article_id=demand.article_id))
        return Step(gettext("Order"), url_for("parts.new_purchase_order", supplier=demand.supplier_id))
    if demand.supply is Supply.RESERVED:
        return Step(
            gettext("Hand out"), url_for("order_parts.hand_out_page", order_id=demand.service_order_id)
        )
    if demand.supply is Supply.EXCESS:
        return Step(gettext("Take back"), page)
    if demand.supply is Supply.ORDERED:
        return Step(gettext("Track"), page)
    return None


def typed_number(value: Decimal) -> str:
    """A number as a field takes it back: no grouping, no needless zeros."""
    return f"{value.normalize():f}"


def init_app(app: Flask) -> None:
    app.jinja_env.filters["typed_number"] = typed_number
    app.jinja_env.globals.update(
        supply_look=supply_look, shelf_look=shelf_look, stock_looks=stock_looks, next_step=next_step
    )
