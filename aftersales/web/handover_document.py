"""The list of belongings and papers that the customer signs, as a document (CHK-5, CHK-6)."""

from collections.abc import Sequence
from datetime import date, datetime

from aftersales.domain.checkins.handover import Listed
from aftersales.domain.checkins.models import Belonging, VehiclePaper
from aftersales.domain.documents.models import Signature
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.web import documents
from aftersales.web.filters import date_


def consent() -> str:
    """The sentence above the customer's signature on the list."""
    return gettext(
        "These things and papers stay with the workshop while my car is here. The list is complete and correct."
    )


def handover_list(
    order: ServiceOrder,
    listed: Listed,
    site: Site,
    *,
    advisor: str,
    at: datetime,
    today: date,
    signed: Signature | None = None,
) -> data.HandoverList:
    """What stays with us. With ``signed`` it is the customer's signed copy."""
    return data.HandoverList(
        **documents.common(order, site, number=order.number, at=at, advisor=advisor),
        belongings=tuple(belonging(thing) for thing in listed.belongings),
        papers=papers(listed.papers, today=today),
        photos=tuple(
            documents.photo(thing.attachment.thumb_key, thing.what)
            for thing in listed.belongings
            if thing.attachment
        ),
        consent=consent(),
        signature=documents.signature(signed),
    )


def belonging(thing: Belonging) -> data.Belonging:
    """Something left in the car, and where it is kept."""
    place = gettext("Box %(number)s", number=thing.box) if thing.box else gettext("Stays in the car")
    return data.Belonging(text=thing.what, place=place)


def papers(listed: Sequence[VehiclePaper], *, today: date) -> tuple[data.Fact, ...]:
    """The vehicle papers with number, validity and what differs from the car."""
    return tuple(
        data.Fact(label=label(paper.kind), value=paper_words(paper, today=today)) for paper in listed
    )


def paper_words(paper: VehiclePaper, *, today: date) -> str:
    """Number, validity and difference in one line."""
    parts = [paper.number, validity_words(paper, today=today), paper.difference]
    return ", ".join(part for part in parts if part) or gettext("received")


def validity_words(paper: VehiclePaper, *, today: date) -> str:
    """Until when the paper is valid; one that has expired says so."""
    if paper.valid_until is None:
        return ""
    if paper.valid_until < today:
        return gettext("expired on %(day)s", day=date_(paper.valid_until))
    return gettext("valid until %(day)s", day=date_(paper.valid_until))
