"""The diagnosis report: what was found, fault and cause, fault codes, values of tools, and the repair plan."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import diagnosis, fault_codes, flags, queries, repair_plan, tool_files
from aftersales.domain.inspections.diagnosis_models import CodeStatus
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.workshop import dispatch
from aftersales.i18n import gettext, ngettext
from aftersales.web import htmx, inspection_documents, session, warranty_words
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("diagnosis", __name__)


@blueprint.get("/orders/<int:order_id>/inspection/report")
@needs("inspections.read")
def report(order_id: int) -> str:
    """What was found, with photos, values, limits and advice (DIA-1)."""
    return _report(order_id)


@blueprint.post("/orders/<int:order_id>/inspection/conclusion")
@needs("inspections.rate")
def conclude(order_id: int) -> Response | tuple[str, int]:
    """Write fault, cause and advice, and make the documents anew where the inspection is complete."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    sheet = queries.get_sheet(order_id)
    try:
        with transaction():
            dispatch.need_own(order, session.actor())
            diagnosis.conclude(
                sheet.id,
                fault=request.form.get("fault", ""),
                cause=request.form.get("cause", ""),
                advice=request.form.get("advice", ""),
                version=request.form.get("version", type=int),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _report(order_id, error), status_of(error)
    if sheet.completed_at is not None:
        made = inspection_documents.render(order_id)
        with transaction():
            inspection_documents.keep(made, order_id, now=clock.now())
    flash(gettext("Saved. It stands in the diagnosis report."))
    return htmx.redirect(url_for(".report", order_id=order_id))


@blueprint.post("/inspection-flags/<int:flag_id>/acknowledgement")
@needs("inspections.acknowledge_flags")
def acknowledge(flag_id: int) -> Response:
    """The team leader has looked at it."""
    note, by = request.form.get("note", ""), _by()
    order_id = flags.get_order_id(flag_id, site_id=by["site_id"])
    _do(lambda: flags.acknowledge(flag_id, note=note, **by))
    return htmx.redirect(url_for(".report", order_id=order_id, _anchor="flags"))


# --- fault codes ---


@blueprint.get("/orders/<int:order_id>/fault-codes")
@needs("inspections.read")
def codes(order_id: int) -> str:
    """The codes and values on the order, what they speak for, and where more are put in."""
    return _codes(order_id)


@blueprint.post("/orders/<int:order_id>/fault-codes")
@needs("diagnosis.write")
def add_code(order_id: int) -> Response | tuple[str, int]:
    status = request.form.get("status", "")
    try:
        with transaction():
            fault_codes.note(
                order_id,
                code=request.form.get("code", ""),
                text=request.form.get("text", ""),
                unit=request.form.get("unit", ""),
                status=CodeStatus(status) if status in list(CodeStatus) else CodeStatus.UNKNOWN,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _codes(order_id, error), status_of(error)
    return htmx.redirect(url_for(".codes", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/tool-reports")
@needs("diagnosis.write")
def take_in(order_id: int) -> Response | tuple[str, int]:
    """Read the pasted text or the file of a diagnostic tool; the text is kept."""
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            text, name = tool_files.decoded(file.stream.read(tool_files.LARGEST * 4)), file.filename
        else:
            text, name = request.form.get("report", ""), ""
        with transaction():
            report = fault_codes.take_in(
                order_id,
                text=text,
                file_name=name,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
            skipped = report.lines_not_read
    except DomainError as error:
        return _codes(order_id, error), status_of(error)
    words = gettext("The report is read and kept.")
    if skipped:
        words += " " + ngettext(
            "%(num)s line said nothing to us; it stands in the text.",
            "%(num)s lines said nothing to us; they stand in the text.",
            skipped,
        )
    flash(words)
    return htmx.redirect(url_for(".codes", order_id=order_id))


@blueprint.post("/fault-codes/<int:code_id>/removal")
@needs("diagnosis.write")
def remove_code(code_id: int) -> Response:
    reason, by = request.form.get("reason", ""), _by()
    order_id = fault_codes.get(code_id, site_id=by["site_id"]).service_order_id
    _do(lambda: fault_codes.remove(code_id, reason=reason, **by))
    return htmx.redirect(url_for(".codes", order_id=order_id))


@blueprint.get("/tool-reports/<int:tool_report_id>")
@needs("inspections.read")
def tool_report(tool_report_id: int) -> Response:
    """The tool's report as it came, as a text file."""
    found = fault_codes.get_report(tool_report_id, site_id=session.person().site_id)
    answer = make_response(found.text)
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="tool-report-{found.id}.txt"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _codes(order_id: int, error: DomainError | None = None) -> str:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    return render_template(
        "inspections/codes.html",
        order=order,
        codes=fault_codes.list_codes(order_id),
        reports=fault_codes.list_reports(order_id),
        plan=repair_plan.plan(order),
        statuses=list(CodeStatus),
        typed=request.form,
        error=error,
        field=getattr(error, "field", None),
        may_write=person.may("diagnosis.write") and not order.is_closed,
        may_propose=person.may("orders.edit") and not order.is_closed,
    )


def _report(order_id: int, error: DomainError | None = None) -> str:
    """The report; after a refusal with what was typed, and beside it what is saved now."""
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    sheet = queries.get_sheet(order_id)
    codes = {probe.canned_job_code for probe in sheet.findings if probe.canned_job_code}
    said = {"fault": sheet.fault, "cause": sheet.cause, "advice": sheet.advice}
    return render_template(
        "inspections/report.html",
        order=order,
        sheet=sheet,
        concerns=[job for job in orders.list_jobs(order_id) if job.concern],
        canned={code: job.name for code, job in catalogue.list_canned_jobs_by_codes(codes).items()},
        codes=fault_codes.list_codes(order_id),
        reports=fault_codes.list_reports(order_id),
        warranty=warranty_words.of_order(order_id),
        flags=flags.list_of(sheet.id),
        area_names={area.key: area.name for area in sheet.areas},
        may_acknowledge=person.may("inspections.acknowledge_flags"),
        documents=[
            document
            for document in document_queries.list_of_order(order_id)
            if document.kind in (DocumentKind.INSPECTION, DocumentKind.DIAGNOSIS_REPORT)
        ],
        may_propose=person.may("inspections.propose") and not order.is_closed,
        may_advise=person.may("inspections.rate")
        and not order.is_closed
        and dispatch.is_own(order, session.actor()),
        said=said,
        typed={name: request.form.get(name, "") for name in said} if error else said,
        error=error,
    )


def _do(act: Callable[[], object]) -> None:
    """Do it; a refusal is said on the page that follows."""
    try:
        with transaction():
            act()
    except DomainError as error:
        flash(str(error))


def _by() -> dict[str, Any]:
    return {"site_id": session.person().site_id, "actor": session.actor(), "now": clock.now()}
