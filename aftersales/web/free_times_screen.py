"""Free times in the forms that agree a visit: what is shown, and what a chosen one means (APT-3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aftersales import clock
from aftersales.domain.service_orders import free_times
from aftersales.domain.service_orders.free_times import LENGTHS, FreeTime
from aftersales.i18n import gettext, ngettext
from aftersales.web import session
from aftersales.web.filters import moment, stretch


def lengths() -> list[tuple[int, str]]:
    """How long a visit may be said to take, the site's own default among them."""
    own = session.person().setting("appointments.minutes")
    return [(minutes, stretch(minutes)) for minutes in sorted({*LENGTHS, own})]


def asked_length(text: str | None) -> int:
    """A length as a form sends it; the site's default for anything else."""
    own: int = session.person().setting("appointments.minutes")
    return int(text) if text and text.isascii() and text.isdecimal() and int(text) in {*LENGTHS, own} else own


def find(minutes: int, *, order_id: int | None = None) -> Sequence[FreeTime]:
    """The next free times at the person's site."""
    return free_times.list_free_times(
        session.person().site_id, minutes=minutes, now=clock.now(), order_id=order_id
    )


def options(found: Sequence[FreeTime]) -> list[tuple[str, str, str, str]]:
    """Free times as choices, each with what is free then; the last is a time of one's own."""
    shown = [
        (
            one.starts_at.isoformat(),
            _in_two_lines(moment(one.starts_at)),
            "",
            gettext(
                "%(technicians)s, %(bays)s",
                technicians=ngettext("%(num)s technician", "%(num)s technicians", one.technicians),
                bays=ngettext("%(num)s bay", "%(num)s bays", one.bays),
            ),
        )
        for one in found
    ]
    return [*shown, ("", gettext("Another time"), "", gettext("as entered below"))]


def _in_two_lines(text: str) -> str:
    """A day and its time, broken between the two where it does not fit."""
    day, space, time = text.rpartition(" ")
    return day.replace(" ", "\u00a0") + space + time


def take(chosen: Any, starts_at: Any) -> None:
    """A proposed time that was chosen is the form's time, whatever stands in the field for another one."""
    try:
        at = datetime.fromisoformat(chosen.data or "")
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        chosen.data = ""
        return
    local = clock.local(at, session.person().timezone).replace(tzinfo=None)
    starts_at.data, starts_at.raw_data = local, [local.isoformat(timespec="minutes")]
    starts_at.process_errors = []
