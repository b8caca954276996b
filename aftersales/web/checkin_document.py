"""The order that the customer signs at check-in, as a document (CHK-10, CHK-13)."""

from datetime import datetime
from decimal import Decimal

from aftersales.clock import local_date
from aftersales.domain.checkins import interviews, rules
from aftersales.domain.checkins.kinds import OldParts, Station, Transport
from aftersales.domain.checkins.models import CheckIn, Damage, DamageSighting, Interview
from aftersales.domain.checkins.queries import Walkaround
from aftersales.domain.checkins.signed_content import Priced, photo_marks
from aftersales.domain.documents.models import Signature
from aftersales.domain.service_orders.models import Job, LineKind, PayType, ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.money import ZERO
from aftersales.web import documents, guarantee_words, handover_document
from aftersales.web.filters import datetime_, money

_OTHER = (LineKind.SUBLET, LineKind.FEE)


def consent() -> str:
    """The sentence above the customer's signature."""
    return gettext(
        "I order the items above at the estimated price. Extra work, a higher price or a later time need my consent"
        " again. The damage and the things listed were shown to me."
    )


def costs_note(checkin: CheckIn, currency: str) -> str:
    """What the order says where the cause is not known yet (CHK-13, DIA-8)."""
    if not checkin.diagnosis_consented:
        return ""
    follow = gettext("The cause is not known yet: the costs follow after the diagnosis, and need my consent.")
    if not checkin.diagnosis_fee:
        return follow + " " + gettext("I consent to the technical diagnosis, which costs nothing.")
    return (
        follow
        + " "
        + gettext(
            "I consent to the technical diagnosis for a fee of %(fee)s.",
            fee=money(checkin.diagnosis_fee, currency),
        )
    )


def service_order(
    order: ServiceOrder,
    checkin: CheckIn,
    around: Walkaround,
    content: Priced,
    site: Site,
    *,
    advisor: str,
    at: datetime,
    signed: Signature | None = None,
) -> data.ServiceOrder:
    """Everything that was seen, handed over and agreed. With ``signed`` it is the customer's signed copy."""
    show_gross = site.prices_include_tax
    return data.ServiceOrder(
        **documents.common(order, site, number=order.number, at=at, advisor=advisor),
        concerns=tuple(
            _concern(job, content.interviews.get(job.id)) for job in content.jobs if job.concern
        ),
        items=tuple(_item(job, show_gross=show_gross) for job in content.jobs if job.lines),
        totals=documents.totals(content.sums, currency=site.currency, includes_tax=show_gross) if content.lines else None,
        costs_note=costs_note(checkin, site.currency),
        promised=datetime_(order.promised_at),
        payment_ways=(label(checkin.payment_way),) if checkin.payment_way else (
            gettext("Cash"), gettext("Card"), gettext("Bank transfer"),
        ),
        clauses=clauses(order, checkin, site),
        damages=(
            *(damage_of(pin, letter) for letter, pin in zip(letters(), around.damages, strict=False)),
            *(
                damage_of(pin, str(n), is_known=True, seen=around.seen.get(pin.id))
                for n, pin in enumerate(around.known, 1)
            ),
        ),
        damage_note="" if around.damages or around.known else gettext("No damage found."),
        belongings=tuple(handover_document.belonging(thing) for thing in around.belongings),
        papers=handover_document.papers(around.papers, today=local_date(at, site.timezone)),
        odometer=documents.distance(checkin.odometer),
        fuel=_level(checkin),
        key_tag=checkin.key_tag,
        wishes=wishes(order, checkin, site.currency),
        skips=skips(around),
        photos=_photos(around),
        code=documents.order_code(order.number),
        consent=consent(),
        signature=documents.signature(signed),
    )  # fmt: skip


def _photos(around: Walkaround) -> tuple[data.Photo, ...]:
    """Each station's photo, and those of damage on which something is drawn."""
    marks = photo_marks(around)
    return (
        *(
            documents.photo(taken[-1].thumb_key, label(station), marked=(taken[-1], marks.get(taken[-1].id)))
            for station in Station
            if (taken := around.photos.get(station))
        ),
        *(
            documents.photo(pin.attachment.thumb_key, letter + ": " + pin.attachment.caption,
                            marked=(pin.attachment, marks[pin.attachment.id]))
            for letter, pin in zip(letters(), around.damages, strict=False)
            if pin.attachment and pin.attachment.id in marks
        ),
    )  # fmt: skip


def _concern(job: Job, interview: Interview | None) -> data.Concern:
    answers = interviews.told(interview) if interview else ()
    return data.Concern(
        position=str(job.position),
        words=job.concern,
        answers=tuple(data.Fact(label=name, value=words) for name, words in answers if words != job.concern),
    )


def letters() -> list[str]:
    """The letters of damage pins: A to Z, then AA, AB …"""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*alphabet, *(first + second for first in alphabet for second in alphabet)]


def damage_of(
    pin: Damage, letter: str, *, is_known: bool = False, seen: DamageSighting | None = None
) -> data.Damage:
    """A pin as the document shows it; known damage says whether it was seen again."""
    again = "" if seen is None else gettext("still there") if seen.is_there else gettext("repaired meanwhile")
    return data.Damage(
        letter=letter,
        x=pin.x,
        y=pin.y,
        zone=label(pin.zone),
        kind=label(pin.kind),
        severity=pin.severity.value,
        severity_name=label(pin.severity),
        size=gettext("%(n)s cm", n=pin.size_cm) if pin.size_cm else "",
        note=" · ".join(part for part in (again, pin.note) if part),
        is_known=is_known,
    )


def _item(job: Job, *, show_gross: bool) -> data.Item:
    made = documents.item(job, job.lines, show_gross=show_gross)

    def of(*kinds: LineKind) -> str:
        amounts = [line.gross if show_gross else line.net for line in job.lines if line.kind in kinds]
        return money(sum(amounts, ZERO)) if amounts else ""

    return data.Item(
        position=made.position,
        title=made.title,
        explanation=made.explanation,
        pay_type=made.pay_type,
        lines=made.lines,
        labour=of(LineKind.LABOUR),
        parts=of(LineKind.PART),
        materials=of(LineKind.MATERIAL),
        other=of(*_OTHER),
        total=made.total if job.pay_type is PayType.CUSTOMER else money(Decimal(0)),
    )


def clauses(order: ServiceOrder, checkin: CheckIn, site: Site) -> tuple[data.Clause, ...]:
    """What is agreed with every order: extra work, delivery, replaced parts, the guarantee (CHK-13, ORD-9)."""
    old_parts = {
        OldParts.GIVE_BACK: gettext("Replaced parts are given back."),
        OldParts.DISPOSE: gettext("Replaced parts are disposed of."),
        OldParts.SHOW: gettext("Replaced parts are shown, then disposed of."),
    }
    return (
        data.Clause(
            title=gettext("Extra work"),
            text=gettext(
                "What is found later is explained with its price and time, and is done only after new consent."
            ),
        ),
        data.Clause(
            title=gettext("Delivery"),
            text=gettext(
                "We tell you when the car is ready. At pickup we explain the work and the invoice; the car is handed"
                " over after payment, against signature."
            ),
        ),
        data.Clause(title=gettext("Replaced parts"), text=old_parts[checkin.old_parts]),
        guarantee_words.clause(order, site),
    )


def _level(checkin: CheckIn) -> str:
    levels = []
    if checkin.fuel_eighths is not None:
        levels.append(gettext("%(n)s/8", n=checkin.fuel_eighths))
    if checkin.charge_percent is not None:
        levels.append(gettext("%(n)s %% charged", n=checkin.charge_percent))
    return ", ".join(levels)


def wishes(order: ServiceOrder, checkin: CheckIn, currency: str) -> tuple[data.Fact, ...]:
    """What the customer wished for and whom they named (CHK-9)."""
    facts = [
        (gettext("Replaced parts"), label(checkin.old_parts)),
        (gettext("Wash"), gettext("yes") if checkin.wants_wash else gettext("no")),
        (gettext("Customer"), gettext("waits here") if order.is_waiting else gettext("leaves the car")),
        (gettext("News by"), label(checkin.contact_way)),
        (gettext("Brought by"), checkin.brought_by),
        (gettext("Gets away by"), _transport(checkin)),
        (gettext("May approve further work"), approver_words(checkin, currency)),
        (gettext("May collect the car"), checkin.collector_name or gettext("only the customer")),
    ]
    return tuple(data.Fact(label=name, value=words) for name, words in facts if words)


def approver_words(checkin: CheckIn, currency: str) -> str:
    """Who may approve further work besides the customer, how to reach them and up to what amount."""
    if not checkin.approver_name:
        return gettext("only the customer")
    parts = [checkin.approver_name, checkin.approver_phone]
    if checkin.approver_limit is not None:
        parts.append(gettext("up to %(amount)s", amount=money(checkin.approver_limit, currency)))
    return ", ".join(part for part in parts if part)


def _transport(checkin: CheckIn) -> str:
    if checkin.transport is Transport.NONE:
        return checkin.transport_note
    parts = (label(checkin.transport), checkin.transport_note)
    return ", ".join(part for part in parts if part)


def skips(around: Walkaround) -> tuple[data.Fact, ...]:
    """The stations that were left out, and why (CHK-2)."""
    return tuple(
        data.Fact(label=label(station), value=rules.skip_words(around.skips[station].reason))
        for station in Station
        if station in around.skips
    )
