"""A car's ticket on the board: what it waits for, in words with an icon, and how much time is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.domain.service_orders.states import OrderState as S
from aftersales.domain.staffing import working_time
from aftersales.domain.workshop.rules import Slack, minutes_between
from aftersales.domain.workshop.tickets import Risk, Rules, Ticket, risk_of
from aftersales.i18n import gettext, label
from aftersales.web import session
from aftersales.web.filters import short_moment, stretch

PLENTY = 8 * 60
"""From so many spare minutes on the exact number says nothing."""
WORTH_SAYING = timedelta(minutes=5)
NOTE_LENGTH = 40
REPAIRABLE = (S.ASSIGNED, S.IN_PROGRESS, S.REPAIRING)


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag on a ticket."""

    words: str
    icon: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as it is drawn."""

    ticket: Ticket
    marks: tuple[Mark, ...]
    slack: Slack | None
    risk: Risk
    spare: str
    worked: int


RISK_ICONS = {Risk.LATE: "octagon-alert", Risk.AT_RISK: "triangle-alert", Risk.ON_TIME: "circle-check"}


def site_rules(now: datetime) -> Rules:
    """What the site of whoever is signed in sets for the lateness risk, with everybody's working time; in one query."""
    person = session.person()
    return Rules(
        person.setting("work.at_risk_minutes"),
        person.setting("approval.due_hours"),
        working_time.find_working_times(person.site_id, person.timezone, now),
    )


def draw(ticket: Ticket, now: datetime, by: Rules) -> TicketView:
    """Everything that a ticket shows at this moment."""
    slack = ticket.slack(now, by)
    marks = (
        *_said(ticket),
        *_waits(ticket, now, by.approval_hours),
        *_standing(ticket),
        *_turn(ticket, slack, now),
    )
    return TicketView(
        ticket, marks, slack, risk_of(slack), spare_words(slack) if slack else "", ticket.worked(now)
    )


def spare_words(slack: Slack) -> str:
    """How much working time is left, or by how much the promise will be missed."""
    if slack.is_late:
        return gettext("over by %(time)s", time=stretch(-slack.spare))
    if slack.waits_without_date:
        return gettext("no date")
    if slack.spare >= PLENTY:
        return gettext("plenty")
    return gettext("%(time)s spare", time=stretch(slack.spare))


def risk_words(slack: Slack) -> str:
    """The risk in words, with how much time is left."""
    return f"{label(risk_of(slack))}, {spare_words(slack)}"


def risk_icon(slack: Slack) -> str:
    """The risk's icon: each level has a shape of its own."""
    return RISK_ICONS[risk_of(slack)]


def _said(ticket: Ticket) -> list[Mark]:
    """A technician's word that it takes longer."""
    if ticket.said_ready_at is None or ticket.state in (S.QUALITY_CHECK, S.PREPARING, S.READY_FOR_PICKUP):
        return []
    return [Mark(gettext("Delayed"), "timer", "soon")]


def _turn(ticket: Ticket, slack: Slack | None, now: datetime) -> list[Mark]:
    """Why a car is late or at risk on which nobody works: its technician has other work before it."""
    if slack is None or not slack.tone or ticket.turn_at is None or ticket.turn_at - now < WORTH_SAYING:
        return []
    if ticket.state not in REPAIRABLE or ticket.hold_reason:
        return []  # it waits for something else, and says so
    return [Mark(gettext("Its turn: %(time)s", time=short_moment(ticket.turn_at)), "hourglass")]


def _waits(ticket: Ticket, now: datetime, approval_hours: int) -> list[Mark]:
    """What the car waits for (DSP-3): a hold, the customer, parts."""
    marks = []
    if ticket.hold_reason:
        words = label(ticket.hold_reason)
        marks.append(
            Mark(f"{words}: {_short(ticket.hold_note)}" if ticket.hold_note else words, "pause", "soon")
        )
    if ticket.state is S.AWAITING_APPROVAL:
        waited = minutes_between(ticket.state_since, now)
        tone = "soon" if waited >= approval_hours * 60 else ""
        marks.append(Mark(gettext("Customer: %(time)s", time=stretch(waited)), "phone", tone))
    elif ticket.waiting_quotations:
        marks.append(Mark(gettext("Quote waits for the customer"), "hourglass", "soon"))
    if ticket.parts_missing:
        marks.append(_parts(ticket))
    return marks


def _short(note: str) -> str:
    """As much of a note as a tag holds; the order's page has all of it."""
    return note if len(note) <= NOTE_LENGTH else f"{note[: NOTE_LENGTH - 1].rstrip()}…"


def _parts(ticket: Ticket) -> Mark:
    if ticket.parts_expected_at is None:
        return Mark(gettext("Part: no date"), "truck", "urgent")
    is_late = ticket.promised_at is not None and ticket.parts_expected_at > ticket.promised_at
    words = gettext("Part: %(time)s", time=short_moment(ticket.parts_expected_at))
    return Mark(words, "truck", "soon" if is_late else "")


def _standing(ticket: Ticket) -> list[Mark]:
    """Where a car stands inside its lane."""
    if ticket.state is S.ARRIVED:
        return [Mark(gettext("Check-in open"), "key-round")]
    if ticket.state is S.CHECKED_IN:
        return [Mark(gettext("No technician yet"), "user-plus", "soon")]
    if ticket.state is S.ASSIGNED:
        return [Mark(gettext("Not accepted yet"), "user")]
    if ticket.open_rework:
        return [Mark(gettext("Rework"), "rotate-ccw", "urgent")]
    if ticket.state is S.QUALITY_CHECK and ticket.rework_count:
        return [Mark(gettext("Second check"), "rotate-ccw", "active")]
    if ticket.state is S.PREPARING:
        return [Mark(gettext("Getting ready"), "sparkles", "active")]
    if ticket.state is S.READY_FOR_PICKUP and ticket.ready_at:
        return [
            Mark(gettext("Ready since %(time)s", time=short_moment(ticket.ready_at)), "circle-check", "ok")
        ]
    return []
