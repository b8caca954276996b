"""What the PDFs of an inspection say: the sheet with every point, and the diagnosis report with what was found."""

from dataclasses import replace
from datetime import datetime

from aftersales import clock
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.documents import operations as records
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.inspections import fault_codes
from aftersales.domain.inspections import queries as inspections
from aftersales.domain.inspections.diagnosis_models import FaultCode, ToolReport
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.sheet import Area, Probe, Reading, Sheet
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label, speaking
from aftersales.web import documents, filters, session, warranty_words


def render(order_id: int) -> list[StoredDocument]:
    """The inspection sheet and the diagnosis report as they stand now, rendered and stored, in the customer's language;
    the caller puts them on record."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    return render_for(order, now=clock.now())


def render_for(order: ServiceOrder, *, now: datetime) -> list[StoredDocument]:
    """As :func:`render`, for an order in hand. The sheet is read in the customer's language too: the names of its
    points are the template's words for that reader."""
    language = order.customer.language
    with speaking(language, sites.get_site(order.site_id).timezone):
        made = documents_of(order, inspections.get_sheet(order.id), now=now)
        return [documents.render_and_store(document, language=language) for document in made]


def keep(made: list[StoredDocument], order_id: int, *, now: datetime) -> None:
    """Put the rendered papers on record, where the customer finds them too."""
    for stored in made:
        records.record(
            stored, site_id=session.person().site_id, service_order_id=order_id, now=now, is_shared=True
        )


def documents_of(order: ServiceOrder, sheet: Sheet, *, now: datetime) -> list[data.Document]:
    """The sheet and the report, from one reading of order, photos and site."""
    site = sites.get_site(order.site_id)
    photos = _photos(order.id)
    advisor = order.advisor.name if order.advisor else ""
    common = documents.common(order, site, number=order.number, at=sheet.completed_at or now, advisor=advisor)
    concerns = tuple(
        data.Concern(position=str(job.position), words=job.concern)
        for job in orders.list_jobs(order.id)
        if job.concern
    )
    return [
        data.Inspection(
            **common,
            template=gettext(
                "%(template)s, version %(n)s", template=sheet.template_name, n=sheet.template_version
            ),
            areas=tuple(
                data.Area(name=area.name, points=tuple(point(probe, photos) for probe in area.probes))
                for area in sheet.areas
            ),
            technician=sheet.completed_by_name,
            odometer=documents.distance(order.odometer),
            summary=summary(sheet),
            advice=sheet.advice,
        ),
        data.DiagnosisReport(
            **common,
            concerns=concerns,
            result=summary(sheet),
            areas=tuple(_area(area) for area in sheet.areas),
            fault=sheet.fault,
            cause=sheet.cause,
            fault_codes=tuple(_code(code) for code in fault_codes.list_codes(order.id)),
            tool_values=tuple(
                fact for report in fault_codes.list_reports(order.id) for fact in _values(report)
            ),
            warranty=warranty_words.of_order(order.id),
            findings=tuple(_finding(probe, photos) for probe in sheet.findings),
            advice=sheet.advice,
            technician=sheet.completed_by_name,
            road_test=_road_test(sheet),
        ),
    ]


def _area(area: Area) -> data.AreaResult:
    """Whether the area is normal, in a word, and what was found in it."""
    words = {True: gettext("Normal"), False: gettext("Not normal"), None: gettext("Not complete")}
    found = ", ".join(probe.name for probe in area.probes if probe.is_finding)
    return data.AreaResult(
        name=area.name, light=area.worst.value if area.worst else "", result=words[area.is_normal], text=found
    )


def _code(code: FaultCode) -> data.FaultCode:
    status = label(code.status) if not code.unit else f"{label(code.status)}, {code.unit}"
    return data.FaultCode(code=code.code, text=gettext(code.text) if code.text else "", status=status)


def _values(report: ToolReport) -> list[data.Fact]:
    return [
        data.Fact(label=value.name, value=f"{value.value}\u00a0{value.unit}".rstrip("\u00a0"))
        for value in report.values
    ]


def point(probe: Probe, photos: dict[int, data.Photo]) -> data.Point:
    """One point with its values, limits and photos."""
    return data.Point(
        number=str(probe.number),
        text=probe.name,
        light=probe.rating.value if probe.rating else "",
        value="\n".join(f"{reading.name} {amount(reading)}" for reading in probe.measured),
        limit=limits(probe),
        note=probe.note,
        photos=_pictures(probe, photos),
    )


def _pictures(probe: Probe, photos: dict[int, data.Photo]) -> tuple[data.Photo, ...]:
    """The point's photos: its name stands above them, so that it is only read aloud with each."""
    found = (photos[photo_id] for photo_id in probe.photo_ids if photo_id in photos)
    return tuple(replace(photo, caption="", alt=probe.name) for photo in found)


def amount(reading: Reading) -> str:
    """The measured value with its unit."""
    assert reading.value is not None
    return f"{filters.number(reading.value)}\u00a0{reading.measure.unit}"


def limits(probe: Probe) -> str:
    """The limit of what was measured: once where it is the same for all, else a line for each value."""
    found = [_limit(reading) for reading in probe.measured]
    return found[0] if len(set(found)) == 1 else "\n".join(found)


def _limit(reading: Reading) -> str:
    return "" if reading.limit is None else f"{filters.number(reading.limit)}\u00a0{reading.measure.unit}"


def summary(sheet: Sheet) -> str:
    """How many points came out how."""
    return gettext(
        "%(urgent)s urgent, %(soon)s soon, %(ok)s OK, %(na)s not applicable",
        urgent=sheet.count(Rating.URGENT),
        soon=sheet.count(Rating.SOON),
        ok=sheet.count(Rating.OK),
        na=sheet.count(Rating.NOT_APPLICABLE),
    )


def _finding(probe: Probe, photos: dict[int, data.Photo]) -> data.Finding:
    assert probe.rating is not None
    return data.Finding(
        title=probe.name,
        light=probe.rating.value,
        text=probe.note,
        values=tuple(data.Fact(label=reading.name, value=_judged(reading)) for reading in probe.measured),
        photos=_pictures(probe, photos),
    )


def _judged(reading: Reading) -> str:
    """The value with its limit, and how fast it wears."""
    words = amount(reading)
    if reading.limit is not None:
        words = gettext("%(value)s, limit %(limit)s", value=words, limit=_limit(reading))
    if reading.wear is None:
        return words
    unit = f"{filters.number(reading.wear)}\u00a0{reading.measure.unit}"
    return f"{words}\n" + gettext("%(wear)s per 1,000 km", wear=unit)


def _road_test(sheet: Sheet) -> str:
    """What was noted on the road: the last area of a template that has one."""
    driven = [probe for probe in sheet.probes if probe.code.startswith("road-") and probe.note]
    return " ".join(f"{probe.name}: {probe.note}" for probe in driven)


def _photos(order_id: int) -> dict[int, data.Photo]:
    return {
        photo.id: documents.photo(photo.thumb_key, gettext(photo.caption) if photo.caption else "")
        for photo in attachments.list_of_order(order_id)
    }
