"""How states, ratings and plates look: tone, icon and word, decided in one place for all screens."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import Flask, g, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from aftersales import clock, i18n
from aftersales.domain.checkins import interviews
from aftersales.domain.checkins import rules as checkin_rules
from aftersales.domain.messaging.models import MessageState
from aftersales.domain.quotations import rules as quotation_rules
from aftersales.domain.quotations.models import QuotationJob
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders import rules
from aftersales.domain.service_orders.models import Authorisation, Job, PayType
from aftersales.web.filters import money


@dataclass(frozen=True, slots=True)
class Look:
    """Tone (ok, soon, urgent, active, plain or none), icon of the sprite, and the word beside it."""

    tone: str
    icon: str
    label: str | LazyString


_STATES = {
    "booked": ("", "calendar"),
    "arrived": ("", "car"),
    "checked_in": ("", "key-round"),
    "assigned": ("", "user"),
    "in_progress": ("active", "search"),
    "awaiting_approval": ("soon", "hourglass"),
    "awaiting_parts": ("soon", "truck"),
    "repairing": ("active", "wrench"),
    "quality_check": ("active", "clipboard-check"),
    "preparing": ("active", "sparkles"),
    "ready_for_pickup": ("ok", "circle-check"),
    "completed": ("plain", "check"),
    "cancelled": ("", "x"),
    "closed_without_repair": ("", "x"),
}

_RATINGS = {
    "ok": Look("ok", "circle-check", _l("OK")),
    "soon": Look("soon", "triangle-alert", _l("Soon")),
    "urgent": Look("urgent", "octagon-alert", _l("Urgent")),
    "na": Look("", "circle-minus", _l("N/A")),
    "not_ok": Look("urgent", "octagon-alert", _l("Not OK")),
}

_QUOTATION_STATES = {
    QuotationState.WAITING: ("soon", "hourglass"),
    QuotationState.ANSWERED: ("ok", "circle-check"),
    QuotationState.WITHDRAWN: ("", "rotate-ccw"),
    QuotationState.REPLACED: ("", "x"),
    QuotationState.EXPIRED: ("", "clock"),
}

_MESSAGE_STATES = {
    MessageState.QUEUED: ("", "hourglass"),
    MessageState.SENDING: ("active", "send"),
    MessageState.SENT: ("ok", "circle-check"),
    MessageState.FAILED: ("urgent", "octagon-alert"),
    MessageState.UNCERTAIN: ("soon", "triangle-alert"),
    MessageState.CANCELLED: ("", "x"),
}

PHOTO_STATES = {
    "todo": Look("", "", _l("To take")),
    "queued": Look("soon", "hourglass", _l("Waits here")),
    "sending": Look("", "cloud-upload", _l("Sending")),
    "done": Look("ok", "circle-check", _l("Saved")),
    "failed": Look("urgent", "rotate-ccw", _l("Send again")),
}

_AUTHORISATIONS = {
    "proposed": ("plain", "file-text"),
    "asked": ("soon", "hourglass"),
    "authorised": ("ok", "circle-check"),
    "declined": ("", "x"),
}

_PAY_TYPES = {
    "customer": "user",
    "warranty": "shield-check",
    "insurance": "shield-check",
    "internal": "building",
    "goodwill": "shield-check",
}

CAR_ZONES: Mapping[str, LazyString] = {
    "front": _l("Front"),
    "hood": _l("Bonnet"),
    "windscreen": _l("Windscreen"),
    "roof": _l("Roof"),
    "rear-window": _l("Rear window"),
    "boot": _l("Boot lid"),
    "rear": _l("Rear"),
    "fender-fl": _l("Front wing, left"),
    "door-fl": _l("Front door, left"),
    "door-rl": _l("Rear door, left"),
    "fender-rl": _l("Rear wing, left"),
    "wheel-fl": _l("Front wheel, left"),
    "wheel-rl": _l("Rear wheel, left"),
    "fender-fr": _l("Front wing, right"),
    "door-fr": _l("Front door, right"),
    "door-rr": _l("Rear door, right"),
    "fender-rr": _l("Rear wing, right"),
    "wheel-fr": _l("Front wheel, right"),
    "wheel-rr": _l("Rear wheel, right"),
}
"""The zones of the car map, in the order in which a list offers them."""


def state_look(state: StrEnum) -> Look:
    """Look of an order's state; its word is the state's own label."""
    tone, icon = _STATES[state.value]
    return Look(tone, icon, i18n.label(state))


def authorisation_look(standing: Authorisation) -> Look:
    """Look of where a line or job stands with its payer."""
    tone, icon = _AUTHORISATIONS[standing.value]
    return Look(tone, icon, i18n.label(standing))


def pay_look(pay_type: PayType) -> Look:
    """Look of who pays."""
    return Look("", _PAY_TYPES[pay_type.value], i18n.label(pay_type))


def quotation_look(state: QuotationState) -> Look:
    """Look of where a quotation's version stands."""
    tone, icon = _QUOTATION_STATES[state]
    return Look(tone, icon, i18n.label(state))


def message_look(state: MessageState) -> Look:
    """Look of how far a message has come."""
    tone, icon = _MESSAGE_STATES[state]
    return Look(tone, icon, i18n.label(state))


def job_cents(job: QuotationJob) -> dict[str, int]:
    """What the running total adds up for a job: cents by tax rate, on the side on which prices are entered."""
    return quotation_rules.entered_by_rate(job.lines, includes_tax=job.quotation.includes_tax)


def price_rows(jobs: Sequence[Job]) -> list[tuple[str, ...]]:
    """The order's price as rows of ``sums``: approved, waiting, declined, and what it comes to if all is approved."""
    sums = rules.gross_by_standing(jobs)
    rows: list[tuple[str, ...]] = [
        (i18n.label(standing), money(sums[standing]))
        for standing in (Authorisation.AUTHORISED, Authorisation.ASKED, Authorisation.PROPOSED)
        if sums[standing]
    ]
    if sums[Authorisation.DECLINED]:
        rows.append((i18n.label(Authorisation.DECLINED), money(sums[Authorisation.DECLINED]), "off"))
    everything = sum(sums.values()) - sums[Authorisation.DECLINED]
    return [*rows, (i18n.gettext("If all is approved"), money(everything), "total")]


def rating_look(rating: str) -> Look:
    """Look of an inspection result: ``ok``, ``soon``, ``urgent``, ``na``, or ``not_ok`` at quality control."""
    return _RATINGS[str(rating)]


def photo_look(state: str) -> Look:
    return PHOTO_STATES[state]


def plate_style(plate: str, country: str = "") -> str:
    """``cn`` or ``cn-ev`` for Chinese plates (six characters after the province mean an electric car), else empty."""
    if not re.match(r"[\u4e00-\u9fff]", plate):
        return ""
    return "cn-ev" if len(re.sub(r"[\W_]", "", plate)) > 7 else "cn"


def running_time(since: datetime) -> str:
    """Hours and minutes since then, as a running clock shows them."""
    minutes = max(0, int((clock.now() - since).total_seconds() // 60))
    return f"{minutes // 60}:{minutes % 60:02d}"


def new_submission_id() -> str:
    """The id that makes a second arrival of the same form harmless."""
    return secrets.token_hex(16)


def plural_forms(one: str, other: str) -> dict[str, str]:
    """A sentence for each plural form of the reader's language, with ``{n}`` for the number: for scripts, which choose by
    ``Intl.PluralRules``. Both sentences hold ``%(n)s``; extract them with ``-k plural_forms:1,2``."""
    locale = get_locale()
    forms: dict[str, str] = {}
    for n in (*range(1, 30), 100):
        form = locale.plural_form(n) if locale else "other"
        forms.setdefault(form, i18n.ngettext(one, other, n, n="{n}"))
    return forms


def init_app(app: Flask) -> None:
    """Give the components' macros what they ask for."""
    app.jinja_env.globals.update(
        authorisation_look=authorisation_look,
        job_cents=job_cents,
        job_gross=rules.job_gross,
        message_look=message_look,
        quotation_look=quotation_look,
        job_minutes=rules.job_minutes,
        job_standing=rules.job_standing,
        pay_look=pay_look,
        interview_told=interviews.told,
        key_words=checkin_rules.key_words,
        place_words=checkin_rules.place_words,
        price_rows=price_rows,
        car_zones=lambda: CAR_ZONES,
        new_submission_id=new_submission_id,
        photo_look=photo_look,
        plate_style=plate_style,
        plural_forms=plural_forms,
        rating_look=rating_look,
        running_time=running_time,
        state_look=state_look,
        warranty_remark=rules.warranty_remark,
    )

    app.context_processor(lambda: {"current_language": _language(), "current_theme": _theme()})


def _language() -> str:
    """The page's language as HTML names it: ``zh-Hant`` where Babel says ``zh_Hant``."""
    return str(get_locale() or "en").replace("_", "-")


def _theme() -> str:
    """The person's own choice, else that of the device, else light."""
    device = g.get("theme") or request.cookies.get("theme", "")
    chosen = current_user.theme if current_user.is_authenticated else device
    return "bay" if chosen == "bay" else "light"
