"""Knowledge: searching manuals, bulletins and common faults, putting them in, and what fits a job (TEC-6)."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import Difference
from aftersales.blueprints.forms.knowledge import AboutForm, DocumentForm, FaultForm, ProposalForm
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.knowledge import fitting, operations, proposals, queries
from aftersales.domain.knowledge.models import KnowledgeEntry, KnowledgeKind
from aftersales.domain.service_orders import queries as orders
from aftersales.i18n import gettext
from aftersales.web import htmx, knowledge_files, media, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("knowledge", __name__)

Answer = Response | tuple[str, int]


@blueprint.get("/knowledge")
@needs("knowledge.read")
def index() -> Response:
    asked = {name: request.args.get(name, "")[:200] for name in ("q", "model", "code", "kind", "language")}
    kind = asked["kind"] if asked["kind"] in set(KnowledgeKind) else ""
    found = queries.find(
        asked["q"],
        model=asked["model"],
        code=asked["code"],
        kind=KnowledgeKind(kind) if kind else None,
        language=asked["language"],
    )
    return htmx.respond("knowledge/index.html", "knowledge/_found.html", found=found, asked=asked)


@blueprint.get("/orders/<int:order_id>/knowledge")
@needs("knowledge.read")
def for_order(order_id: int) -> Response:
    """What fits the order's car, fault codes and concerns; on the technician's page as a part of it."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    fits = fitting.for_order(order)
    return htmx.respond("knowledge/order.html", "knowledge/_fitting.html", order=order, fits=fits)


@blueprint.get("/knowledge/<int:knowledge_id>")
@needs("knowledge.read")
def page(knowledge_id: int) -> str:
    entry = queries.get_entry(knowledge_id)
    return render_template(
        "knowledge/page.html",
        entry=entry,
        orders=queries.count_orders(entry.id),
        went_on=request.args.get("page", 1),
    )


@blueprint.get("/knowledge/<int:knowledge_id>/file")
@needs("knowledge.read")
def file(knowledge_id: int) -> Response:
    entry = queries.get_entry(knowledge_id)
    if not entry.storage_key:
        raise NotFound(gettext("A common fault has no file."))
    return media.send_stored(entry.storage_key, entry.media_type, name=entry.title)


@blueprint.get("/knowledge/documents/new")
@needs("knowledge.manage")
def new_document() -> str:
    return render_template("knowledge/new_document.html", form=DocumentForm(formdata=None))


@blueprint.post("/knowledge/documents")
@needs("knowledge.manage")
def add_document() -> Answer:
    form = DocumentForm()
    if not form.validate():
        return render_template("knowledge/new_document.html", form=form), 422
    try:
        stored = knowledge_files.receive()
        with transaction():
            entry = operations.add_document(
                form.about(),
                stored,
                kind=KnowledgeKind(form.kind.data),
                client_id=request.form.get("submission_id", ""),
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("knowledge/new_document.html", form=form), status_of(error)
    flash(gettext("Added. Its text is found in a minute."))
    return htmx.redirect(url_for(".page", knowledge_id=entry.id))


@blueprint.get("/knowledge/faults/new")
@needs("knowledge.manage")
def new_fault() -> str:
    return render_template("knowledge/fault.html", form=FaultForm(formdata=None), entry=None, differences=())


@blueprint.post("/knowledge/faults")
@needs("knowledge.manage")
def add_fault() -> Answer:
    form = FaultForm()
    if not form.validate():
        return render_template("knowledge/fault.html", form=form, entry=None, differences=()), 422
    try:
        with transaction():
            entry = operations.add_fault(
                form.about(), form.fault(), client_id=request.form.get("submission_id", ""), **_by()
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("knowledge/fault.html", form=form, entry=None, differences=()), status_of(
            error
        )
    return htmx.redirect(url_for(".page", knowledge_id=entry.id))


@blueprint.get("/knowledge/<int:knowledge_id>/edit")
@needs("knowledge.manage")
def edit(knowledge_id: int) -> str:
    entry = queries.get_entry(knowledge_id)
    return _edit_page(entry, _form_of(entry))


@blueprint.post("/knowledge/<int:knowledge_id>")
@needs("knowledge.manage")
def save(knowledge_id: int) -> Answer:
    entry = queries.get_entry(knowledge_id)
    form = AboutForm() if entry.is_document else FaultForm()
    if not form.validate():
        return _edit_page(entry, form), 422
    try:
        with transaction():
            operations.edit(
                knowledge_id,
                form.about(),
                fault=form.fault() if isinstance(form, FaultForm) else None,
                version=form.version_given(),
                **_by(),
            )
    except DomainError as error:
        saved = queries.get_entry(knowledge_id)
        differences = form.refuse_stale(error, _form_of(saved))
        return _edit_page(saved, form, differences), status_of(error)
    return htmx.redirect(url_for(".page", knowledge_id=knowledge_id))


@blueprint.post("/knowledge/<int:knowledge_id>/withdrawal")
@needs("knowledge.manage")
def withdraw(knowledge_id: int) -> Response:
    with transaction():
        entry = operations.withdraw(knowledge_id, **_by())
    flash(gettext("%(title)s is withdrawn; the search leaves it out.", title=entry.title))
    return htmx.redirect(url_for(".index"))


@blueprint.get("/knowledge/proposals")
@needs("knowledge.manage")
def proposed() -> str:
    found = proposals.list_proposals(session.person().site_id, now=clock.now())
    return render_template("knowledge/proposals.html", proposals=found)


@blueprint.get("/knowledge/proposals/<int:job_id>")
@needs("knowledge.manage")
def proposal(job_id: int) -> str:
    draft = _draft(job_id)
    form = ProposalForm(formdata=None)
    _offer(form)
    for name in ("title", "symptom", "cause", "remedy", "models", "codes"):
        form[name].data = getattr(draft, name)
    return render_template("knowledge/proposal.html", form=form, draft=draft, job_id=job_id)


@blueprint.post("/knowledge/proposals/<int:job_id>")
@needs("knowledge.manage")
def accept(job_id: int) -> Answer:
    draft, form = _draft(job_id), ProposalForm()
    _offer(form)
    if not form.validate():
        return render_template("knowledge/proposal.html", form=form, draft=draft, job_id=job_id), 422
    try:
        with transaction():
            entry = operations.accept(
                job_id,
                site_id=session.person().site_id,
                about=form.about(),
                fault=form.fault(),
                known_id=int(form.known_id.data) if form.known_id.data else None,
                client_id=request.form.get("submission_id", ""),
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("knowledge/proposal.html", form=form, draft=draft, job_id=job_id), status_of(
            error
        )
    flash(gettext("Technicians find it beside such jobs now."))
    return htmx.redirect(url_for(".page", knowledge_id=entry.id))


@blueprint.post("/knowledge/proposals/<int:job_id>/aside")
@needs("knowledge.manage")
def set_aside(job_id: int) -> Response:
    with transaction():
        operations.set_aside(job_id, site_id=session.person().site_id, **_by())
    return htmx.redirect(url_for(".proposed"))


def _by() -> dict[str, Any]:
    return {"actor": session.actor(), "now": clock.now()}


def _draft(job_id: int) -> proposals.Draft:
    return proposals.draft(job_id, site_id=session.person().site_id, now=clock.now())


def _offer(form: ProposalForm) -> None:
    known = [(str(entry_id), title) for entry_id, title in queries.list_faults()]
    form.known_id.choices = [("", gettext("No, it is a new one")), *known]


def _form_of(entry: KnowledgeEntry) -> AboutForm:
    form = AboutForm(formdata=None) if entry.is_document else FaultForm(formdata=None)
    form.title.data, form.language.data = entry.title, entry.language
    form.models.data, form.codes.data = ", ".join(entry.models), ", ".join(entry.codes)
    if isinstance(form, FaultForm):
        form.symptom.data, form.cause.data, form.remedy.data = entry.symptom, entry.cause, entry.remedy
    return form


def _edit_page(entry: KnowledgeEntry, form: AboutForm, differences: Sequence[Difference] = ()) -> str:
    return render_template("knowledge/fault.html", form=form, entry=entry, differences=differences)
