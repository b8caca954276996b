"""Where a technician goes from an order at work: inspection, parts, problems, checks. Areas append their rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, url_for
from flask_babel.speaklater import LazyString

from aftersales.domain.accounts.queries import SignedIn
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState as S
from aftersales.domain.workshop.at_work import WorkJob
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l
from aftersales.web.tickets import risk_icon, risk_words, spare_words


@dataclass(frozen=True, slots=True)
class JobScreen:
    """A screen that stands beside the work while the order is in one of ``states``. ``endpoint`` takes ``order_id``."""

    endpoint: str
    verb: str
    words: LazyString | str
    icon: str
    states: frozenset[S]
    fits: Callable[[ServiceOrder], bool] = lambda order: True


AT_WORK = frozenset({S.IN_PROGRESS, S.AWAITING_APPROVAL, S.AWAITING_PARTS, S.REPAIRING})

SCREENS: list[JobScreen] = [
    JobScreen(
        "inspections.page",
        "inspections.rate",
        _l("Vehicle check"),
        "clipboard-check",
        frozenset({S.IN_PROGRESS}),
    ),
    JobScreen("jobs.repair", "repair.start", _l("Start the repair"), "wrench", frozenset({S.IN_PROGRESS})),
    JobScreen(
        "quality.rework",
        "quality.self_check",
        _l("Rework"),
        "rotate-ccw",
        frozenset({S.REPAIRING}),
        fits=lambda order: order.open_rework > 0,
    ),
    JobScreen(
        "quality.self_check",
        "quality.self_check",
        _l("Self-check"),
        "clipboard-check",
        frozenset({S.REPAIRING}),
    ),
    JobScreen("diagnosis.codes", "diagnosis.write", _l("Fault codes and plan"), "gauge", AT_WORK),
    JobScreen("specialists.calls", "specialists.call", _l("Call a specialist"), "bell", AT_WORK),
    JobScreen("order_parts.page", "parts.request", _l("Parts"), "package", AT_WORK),
    JobScreen(
        "knowledge.for_order",
        "knowledge.read",
        _l("Manuals and known faults"),
        "layers",
        AT_WORK | {S.ASSIGNED},
    ),
]


@dataclass(frozen=True, slots=True)
class OfferedScreen:
    url: str
    words: str
    icon: str
    is_next: bool


def offered(order: ServiceOrder, person: SignedIn, jobs: Sequence[WorkJob]) -> list[OfferedScreen]:
    """The screens that the person may open for the order now; the next real step is marked."""
    following = next_step(order, jobs)
    return [
        OfferedScreen(
            url_for(screen.endpoint, order_id=order.id),
            str(screen.words),
            screen.icon,
            screen.endpoint == following,
        )
        for screen in SCREENS
        if order.state in screen.states and person.may(screen.verb) and screen.fits(order)
    ]


def next_step(order: ServiceOrder, jobs: Sequence[WorkJob]) -> str:
    """The endpoint of what comes next for the technician; empty while the work itself is next."""
    if order.state is S.IN_PROGRESS and order.inspection_is_open:
        return "inspections.page"
    if order.state is S.IN_PROGRESS and order.authorised_lines and not order.waiting_quotations:
        return "jobs.repair"
    if order.state is S.REPAIRING and order.open_rework:
        return "quality.rework"
    if order.state is S.REPAIRING and all(job.done_at for job in jobs if job.is_authorised):
        return "quality.self_check"
    return ""


def needs_acceptance(order: ServiceOrder) -> bool:
    """Whether the workshop has yet to take over the car."""
    return order.state is S.ASSIGNED


def can_clock(order: ServiceOrder, job: WorkJob) -> bool:
    """Whether the screen offers to clock on to the job; the operation decides."""
    if job.done_at and not order.open_rework:
        return False
    return order.state is S.IN_PROGRESS or (order.state is S.REPAIRING and job.is_authorised)


def can_finish(order: ServiceOrder, job: WorkJob) -> bool:
    """Whether the screen offers to finish the job; the operation decides."""
    return order.state is S.REPAIRING and job.is_authorised and job.done_at is None


def can_report(order: ServiceOrder) -> bool:
    """Whether a problem may be reported now."""
    return order.state in AT_WORK


def init_app(app: Flask) -> None:
    """Give templates the questions that the technician's screens ask."""
    app.jinja_env.globals.update(
        can_clock=can_clock,
        can_finish=can_finish,
        can_report=can_report,
        later=lambda at, minutes: at + timedelta(minutes=minutes),
        needs_acceptance=needs_acceptance,
        risk_icon=risk_icon,
        risk_words=risk_words,
        spare_words=spare_words,
        words_of=lambda members: [(member.value, label(member)) for member in members],
    )
