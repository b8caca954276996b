"""Numbers in addresses, of which one that no record can have never reaches the database; and addresses of our own."""

import re
from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class IntegerId(IntegerConverter):
    """``<int:order_id>``: the id of a record, as large as the database can hold."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002 (werkzeug's own name)
        super().__init__(map, *args, **{"max": LARGEST_ID, **kwargs})


def asked_id(name: str) -> int | None:
    """The id in the address's query, e.g. ``?before=120``; None without one, or where it cannot be an id."""
    given = request.args.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST_ID else None


def posted_id(name: str) -> int | None:
    """The id in a plain field of the posted form; None without one, or where it cannot be an id."""
    given = request.form.get(name, type=int)
    return given if given is not None and 0 < given <= LARGEST_ID else None


def own_page(address: str | None) -> str:
    """The address to go on to, if it is a path of ours and not another site's. Browsers read ``\\`` as ``/`` and drop
    tabs and line ends, so that ``/<tab>/elsewhere`` would lead elsewhere."""
    is_own = address and re.match(r"/(?!/)", address) and address.isprintable() and "\\" not in address
    return address if address and is_own else ""


def init_app(app: Flask) -> None:
    """Before any blueprint is registered: the addresses of the product are made with this converter."""
    app.url_map.converters["int"] = IntegerId
