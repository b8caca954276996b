"""The rail: the places of the product that this person may open, and how many tasks wait."""

from dataclasses import dataclass

from flask import Flask, request
from flask_babel.speaklater import LazyString
from flask_login import current_user

from aftersales.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the rail: its first page, the permission it asks, the icon and the word."""

    endpoint: str
    verb: str
    icon: str
    words: LazyString | str


PLACES: list[Place] = [
    Place("today.page", "tasks.read", "calendar", _l("Today")),
    Place("tasks.index", "tasks.read", "list-checks", _l("Tasks")),
    Place("jobs.index", "jobs.clock", "wrench", _l("My jobs")),
    Place("board.page", "board.read", "columns-3", _l("Board")),
    Place("day_plan.page", "dispatch.assign", "calendar-check", _l("Day plan")),
    Place("quality.index", "quality.final_check", "shield-check", _l("Quality")),
    Place("orders.index", "orders.read", "clipboard-list", _l("Orders")),
    Place("outbox.index", "messages.read", "send", _l("Outbox")),
    Place("knowledge.index", "knowledge.read", "layers", _l("Knowledge")),
    Place("parts.page", "parts.read", "package", _l("Parts")),
    Place("invoices.index", "invoices.read", "banknote", _l("Payments")),
    Place("reports.page", "reports.read", "chart-column", _l("Reports")),
    Place("followups.index", "followups.write", "phone", _l("Follow-ups")),
]


@dataclass(frozen=True, slots=True)
class RailItem:
    endpoint: str
    icon: str
    label: str
    current: bool
    count: int


def rail_items() -> list[RailItem]:
    """The rail's items for the signed-in person; “Tasks” carries how many are open."""
    if not current_user.is_authenticated:
        return []
    area = (request.endpoint or "").split(".")[0]
    return [
        RailItem(
            endpoint=place.endpoint,
            icon=place.icon,
            label=str(place.words),
            current=place.endpoint.split(".")[0] == area,
            count=current_user.open_tasks if place.endpoint == "tasks.index" else 0,
        )
        for place in PLACES
        if current_user.may(place.verb)
    ]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["rail_items"] = rail_items
