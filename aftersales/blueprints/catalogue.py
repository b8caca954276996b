"""The catalogue: canned jobs, labour times and labour rates, kept by the workshop manager."""

from decimal import Decimal

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.catalogue import MAX_LINES, CannedJobForm, LabourRateForm, LabourTimeForm
from aftersales.db import transaction
from aftersales.domain.catalogue import operations, queries
from aftersales.domain.catalogue.kinds import LineKind, PayType, Skill, SpecKind
from aftersales.domain.catalogue.models import CannedJob, LabourTime
from aftersales.domain.catalogue.operations import CannedLine, CannedSpec
from aftersales.domain.errors import DomainError
from aftersales.domain.staffing.models import BayKind
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")

CENT = Decimal("0.01")


@blueprint.get("")
@needs("catalogue.manage")
def index() -> Response:
    """The canned jobs; the search field finds them as one types."""
    query = request.args.get("q", "").strip()
    jobs = queries.list_canned_jobs(query)
    return htmx.respond("catalogue/index.html", "catalogue/_jobs.html", jobs=jobs, query=query)


@blueprint.get("/canned-jobs/new")
@needs("catalogue.manage")
def new_job() -> str:
    form = CannedJobForm(formdata=None)
    for kind in (LineKind.LABOUR, LineKind.PART):
        form.lines.append_entry({"kind": kind.value})
    return _job_page(form, None)


@blueprint.post("/canned-jobs")
@needs("catalogue.manage")
def add_job() -> Response | tuple[str, int] | str:
    return _save_job(None)


@blueprint.get("/canned-jobs/<int:job_id>")
@needs("catalogue.manage")
def job(job_id: int) -> str:
    found = queries.get_canned_job(job_id)
    form = CannedJobForm.showing(found)
    return _job_page(form, found)


@blueprint.post("/canned-jobs/<int:job_id>")
@needs("catalogue.manage")
def save_job(job_id: int) -> Response | tuple[str, int] | str:
    return _save_job(queries.get_canned_job(job_id))


@blueprint.post("/canned-jobs/<int:job_id>/offer")
@needs("catalogue.manage")
def offer_job(job_id: int) -> Response:
    """Offer a canned job again, or no longer."""
    is_active = request.form.get("is_active") == "1"
    with transaction():
        found = operations.offer_canned_job(
            job_id, is_active=is_active, actor=session.actor(), now=clock.now()
        )
    flash(
        gettext("“%(name)s” is offered again.", name=found.name)
        if is_active
        else gettext("“%(name)s” is no longer offered. Orders keep it.", name=found.name)
    )
    return htmx.redirect(url_for(".index"))


@blueprint.get("/labour-times")
@needs("catalogue.manage")
def times() -> Response:
    query = request.args.get("q", "").strip()
    return htmx.respond(
        "catalogue/times.html", "catalogue/_times.html", times=queries.list_labour_times(query), query=query
    )


@blueprint.get("/labour-times/new")
@needs("catalogue.manage")
def new_time() -> str:
    return render_template("catalogue/time.html", form=LabourTimeForm(), time=None)


@blueprint.post("/labour-times")
@needs("catalogue.manage")
def add_time() -> Response | tuple[str, int]:
    return _save_time(None)


@blueprint.get("/labour-times/<int:time_id>")
@needs("catalogue.manage")
def time(time_id: int) -> str:
    found = queries.get_labour_time(time_id)
    return render_template("catalogue/time.html", form=LabourTimeForm(obj=found), time=found)


@blueprint.post("/labour-times/<int:time_id>")
@needs("catalogue.manage")
def save_time(time_id: int) -> Response | tuple[str, int]:
    return _save_time(queries.get_labour_time(time_id))


@blueprint.get("/labour-rates")
@needs("catalogue.manage")
def rates() -> str:
    return _rates_page(LabourRateForm())


@blueprint.post("/labour-rates")
@needs("catalogue.manage")
def set_rate() -> Response | tuple[str, int]:
    """Set the price of an hour for a skill and payer; orders keep the price that they have copied."""
    form = LabourRateForm()
    if not form.validate():
        return _rates_page(form), 422
    try:
        with transaction():
            operations.set_labour_rate(
                session.person().site_id,
                skill=Skill(form.skill.data),
                pay_type=PayType(form.pay_type.data) if form.pay_type.data else None,
                price=_price(form.price.data),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _rates_page(form), status_of(error)
    flash(gettext("The rate is set. Orders keep the price that they have."))
    return htmx.redirect(url_for(".rates"))


# --- what the views share ---


def _job_page(form: CannedJobForm, found: CannedJob | None) -> str:
    return render_template("catalogue/job.html", form=form, job=found)


def _save_job(found: CannedJob | None) -> Response | tuple[str, int] | str:
    form = CannedJobForm()
    if request.form.get("more_specs"):
        if len(form.specs) < MAX_LINES:
            form.specs.append_entry({"kind": SpecKind.TORQUE.value, "unit": "Nm"})
        return _job_page(form, found)
    if request.form.get("more"):
        if len(form.lines) < MAX_LINES:
            form.lines.append_entry({"kind": LineKind.PART.value})
        return _job_page(form, found)
    if not form.validate():
        return _job_page(form, found), 422
    try:
        with transaction():
            saved = operations.save_canned_job(
                found.id if found else None,
                code=form.code.data,
                name=form.name.data,
                explanation=form.explanation.data or "",
                model_filter=form.model_filter.data or "",
                bay_kind=BayKind(form.bay_kind.data) if form.bay_kind.data else None,
                lines=_lines(form),
                specs=_specs(form),
                version=int(form.version.data) if (form.version.data or "").isdecimal() else None,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.form_errors.append(str(error))
        return _job_page(form, found), status_of(error)
    flash(gettext("“%(name)s” is saved.", name=saved.name))
    return htmx.redirect(url_for(".index"))


def _lines(form: CannedJobForm) -> list[CannedLine]:
    """The lines that say what they are for; empty rows are left out."""
    return [
        CannedLine(
            kind=LineKind(entry.form.kind.data),
            description=entry.form.description.data or "",
            quantity=Decimal(entry.form.quantity.data or 0).quantize(Decimal("0.001")),
            skill=Skill(entry.form.skill.data),
            article_number=(entry.form.article_number.data or "").strip(),
            unit_price=None if entry.form.unit_price.data is None else _price(entry.form.unit_price.data),
        )
        for entry in form.lines
        if any((entry.form.description.data, entry.form.article_number.data, entry.form.quantity.data))
    ]


def _specs(form: CannedJobForm) -> list[CannedSpec]:
    """The torques and fluids that have a name or a value; empty rows are left out."""
    return [
        CannedSpec(
            kind=SpecKind(entry.form.kind.data),
            name=entry.form.name.data or "",
            unit=entry.form.unit.data or "",
            nominal=_thousandth(entry.form.nominal.data) or Decimal(0),
            low=_thousandth(entry.form.low.data),
            high=_thousandth(entry.form.high.data),
        )
        for entry in form.specs
        if entry.form.name.data or entry.form.nominal.data
    ]


def _thousandth(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.001"))


def _save_time(found: LabourTime | None) -> Response | tuple[str, int]:
    form = LabourTimeForm()
    if not form.validate():
        return render_template("catalogue/time.html", form=form, time=found), 422
    try:
        with transaction():
            operations.save_labour_time(
                found.id if found else None,
                code=form.code.data,
                name=form.name.data,
                hours=Decimal(form.hours.data).quantize(Decimal("0.001")),
                skill=Skill(form.skill.data),
                is_active=form.is_active.data,
                version=int(form.version.data) if (form.version.data or "").isdecimal() else None,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("catalogue/time.html", form=form, time=found), status_of(error)
    return htmx.redirect(url_for(".times"))


def _rates_page(form: LabourRateForm) -> str:
    return render_template(
        "catalogue/rates.html", form=form, rates=queries.list_rates(session.person().site_id)
    )


def _price(value: Decimal) -> Decimal:
    return Decimal(value).quantize(CENT)
