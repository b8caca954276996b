"""What the papers of a hand-over say: delivery note, gate pass, guarantee certificate."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aftersales.clock import local_date
from aftersales.domain.checkins.models import VehiclePaper
from aftersales.domain.delivery.models import Delivery, HandedOver
from aftersales.domain.delivery.queries import WorkPhoto
from aftersales.domain.documents import models as document_models
from aftersales.domain.guarantees import queries as guarantees
from aftersales.domain.guarantees import rules
from aftersales.domain.service_orders.models import Authorisation, Job, ServiceOrder
from aftersales.domain.service_orders.rules import job_standing
from aftersales.domain.sites.models import Site
from aftersales.domain.workshop.models import PhotoPhase
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.web import documents, guarantee_words
from aftersales.web.filters import date_, datetime_, number


def consent() -> str:
    """The sentence above the customer's signature on the delivery note."""
    return gettext("I got my car, the key and my things back. The work was explained to me.")


def delivery_note(
    order: ServiceOrder,
    site: Site,
    jobs: list[Job],
    *,
    photos: list[WorkPhoto],
    ticks: Mapping[HandedOver, bool],
    notes: Mapping[HandedOver, str],
    belongings: list[str],
    papers: Sequence[VehiclePaper] = (),
    at: datetime,
    signed: document_models.Signature | None = None,
) -> data.DeliveryNote:
    """What the customer signs at pickup (DLV-5)."""
    return data.DeliveryNote(
        **documents.common(order, site, number=order.number, at=at),
        work=tuple(_work_done(job, photos) for job in jobs if job_standing(job) is Authorisation.AUTHORISED),
        belongings=tuple(
            data.Belonging(text=text, is_returned=ticks.get(HandedOver.BELONGINGS, False))
            for text in belongings
        )
        + tuple(
            data.Belonging(
                text=label(paper.kind), note=paper.number, is_returned=ticks.get(HandedOver.PAPERS, False)
            )
            for paper in papers
        ),
        handed_over=tuple(
            data.Tick(text=label(kind), is_done=is_done, note=notes.get(kind, ""))
            for kind, is_done in ticks.items()
        ),
        next_service=_next_service(order),
        advice=tuple(
            data.Advice(text=job.title, light=job.severity if job.severity in ("soon", "urgent") else "")  # type: ignore[arg-type]
            for job in jobs
            if job_standing(job) is Authorisation.DECLINED
        ),
        guarantee=guarantee_words.clause(order, site).text,
        odometer=documents.distance(order.odometer),
        consent=consent(),
        signature=documents.signature(signed),
    )


def gate_pass(
    order: ServiceOrder, site: Site, delivery: Delivery, *, issued_by: str, at: datetime
) -> data.GatePass:
    """The paper that lets the car out of the yard (DLV-8)."""
    return data.GatePass(
        **documents.common(order, site, number=delivery.gate_pass_number, at=delivery.gate_pass_at or at),
        settled=_account(order),
        driver=order.customer.name,
        issued_by=issued_by,
        valid_until=datetime_((delivery.gate_pass_at or at) + timedelta(hours=24)),
    )


def _account(order: ServiceOrder) -> str:
    """How the order's account stands, as the gate reads it."""
    if order.invoiced_at is None:
        return gettext("Nothing is to be paid.")
    return gettext("The invoice is paid.") if order.settled_at else gettext("Credit is allowed.")


def guarantee_certificate(
    order: ServiceOrder, site: Site, jobs: list[Job], *, at: datetime
) -> data.GuaranteeCertificate:
    """What the work is guaranteed for (ORD-9)."""
    promised = rules.promises(
        jobs,
        guarantees.terms_of_order(order, site),
        on=local_date(at, site.timezone),
        odometer=order.odometer,
    )
    return data.GuaranteeCertificate(
        **documents.common(order, site, number=order.number, at=at),
        covers=tuple(_cover(promise) for promise in promised),
        odometer=documents.distance(order.odometer),
        clauses=(guarantee_words.clause(order, site),),
    )


def _cover(promise: rules.Promise) -> data.Cover:
    terms = promise.terms
    return data.Cover(
        work=f"{promise.job_title}: {label(promise.kind)}",
        time=gettext("%(n)s days", n=number(terms.days)),
        distance=documents.distance(terms.distance) if terms.distance else gettext("no limit"),
        until=date_(promise.until_on),
        condition=gettext("Or until the odometer shows %(km)s km.", km=number(promise.until_odometer))
        if promise.until_odometer is not None
        else "",
    )


def _work_done(job: Job, photos: list[WorkPhoto]) -> data.WorkDone:
    def picture(phase: PhotoPhase) -> data.Photo | None:
        found = next((one for one in photos if one.job_id == job.id and one.phase is phase), None)
        return documents.photo(found.thumb_key, found.caption) if found else None

    return data.WorkDone(
        title=job.title,
        explanation=job.explanation or (job.concern if job.concern != job.title else ""),
        before=picture(PhotoPhase.BEFORE),
        after=picture(PhotoPhase.AFTER),
    )


def _next_service(order: ServiceOrder) -> tuple[data.Fact, ...]:
    car = order.vehicle
    facts = []
    if car.next_service_on:
        facts.append(data.Fact(label=gettext("Due on"), value=date_(car.next_service_on)))
    if car.next_service_odometer:
        facts.append(data.Fact(label=gettext("Due at"), value=documents.distance(car.next_service_odometer)))
    return tuple(facts)
