"""Recall and service campaigns by VIN list, and the watch over the limits of the warranty law (WAR-5, APT-11)."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.warranty import CampaignForm, DoneForm, VinListForm, WatchForm
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import WarrantyDecision
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.warranty import operations, queries
from aftersales.domain.warranty.models import Campaign, CampaignKind
from aftersales.i18n import gettext
from aftersales.web import addresses, htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("warranty", __name__)

_LARGEST_FILE = 8 * 1024 * 1024


# --- campaigns ---


@blueprint.get("/campaigns")
@needs("campaigns.read")
def campaigns() -> str:
    return render_template("warranty/campaigns.html", campaigns=queries.list_campaigns(), today=_today())


@blueprint.get("/campaigns/new")
@needs("campaigns.manage")
def new_campaign() -> str:
    return _form(CampaignForm(formdata=None, from_on=_today()), None)


@blueprint.post("/campaigns")
@needs("campaigns.manage")
def add_campaign() -> Response | tuple[str, int]:
    return _save(None)


@blueprint.get("/campaigns/<int:campaign_id>")
@needs("campaigns.read")
def campaign(campaign_id: int) -> str:
    return _campaign_page(campaign_id)


@blueprint.get("/campaigns/<int:campaign_id>/edit")
@needs("campaigns.manage")
def edit_campaign(campaign_id: int) -> str:
    found = queries.get_campaign(campaign_id)
    return _form(CampaignForm(formdata=None, obj=found, kind=found.kind.value), found)


@blueprint.post("/campaigns/<int:campaign_id>")
@needs("campaigns.manage")
def save_campaign(campaign_id: int) -> Response | tuple[str, int]:
    return _save(queries.get_campaign(campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/vehicles")
@needs("campaigns.manage")
def add_vins(campaign_id: int) -> Response | tuple[str, int]:
    """Read a list in: pasted, as a file, or both."""
    queries.get_campaign(campaign_id)
    form = VinListForm()
    if not form.validate():
        return _campaign_page(campaign_id, vins=form), 422
    try:
        text = f"{form.vins.data or ''}\n{_file_text()}"
        with transaction():
            added, read = operations.add_vins(campaign_id, text, actor=session.actor(), now=clock.now())
    except DomainError as error:
        form.refuse(error)
        return _campaign_page(campaign_id, vins=form), status_of(error)
    flash(gettext("%(added)s of %(read)s VINs are new on the list.", added=added, read=len(read.vins)))
    if read.unreadable:
        return _campaign_page(campaign_id, unreadable=read.unreadable), 200
    return htmx.redirect(url_for(".campaign", campaign_id=campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/vehicles/<int:entry_id>/done")
@needs("campaigns.manage")
def note_done(campaign_id: int, entry_id: int) -> Response | tuple[str, int]:
    """The campaign was done elsewhere; or, with ``undo``, was not after all."""
    form, undo = DoneForm(), bool(request.form.get("undo"))
    queries.get_campaign(campaign_id)
    if not undo and not form.validate():
        return _campaign_page(campaign_id, done=form, done_entry=entry_id), 422
    with transaction():
        operations.note_done(
            campaign_id, entry_id, note=form.note.data or "", is_done=not undo, actor=session.actor(),
            now=clock.now(), today=_today(),
        )  # fmt: skip
    return htmx.redirect(url_for(".campaign", campaign_id=campaign_id))


@blueprint.post("/orders/<int:order_id>/campaigns/<int:campaign_id>")
@needs("orders.edit")
def take_up(order_id: int, campaign_id: int) -> Response:
    """The campaign's job comes onto the order in one tap."""
    order = service_orders.get_order(order_id, site_id=session.person().site_id)
    queries.get_campaign(campaign_id)
    with transaction():
        job = operations.take_up(
            order_id, campaign_id, site_id=order.site_id, actor=session.actor(), now=clock.now()
        )
    flash(gettext("On the order: %(title)s", title=job.title))
    if order.state is OrderState.ARRIVED and session.person().may("checkins.write"):
        return htmx.redirect(url_for("checkins.car", order_id=order_id))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


# --- the watch ---


@blueprint.get("/orders/<int:order_id>/warranty-watch")
@needs("warranty.read")
def watch(order_id: int) -> str | Response:
    found = queries.find_watch(_order_id(order_id))
    if found is None:
        return redirect(url_for("orders.page", order_id=order_id))
    return _watch_page(order_id, WatchForm(formdata=None, obj=found, version=found.version))


@blueprint.post("/orders/<int:order_id>/warranty-watch")
@needs("warranty.decide")
def decide(order_id: int) -> Response | tuple[str, int]:
    queries.get_watch(_order_id(order_id))
    form = WatchForm()
    if not form.validate():
        return _watch_page(order_id, form), 422
    try:
        with transaction():
            operations.decide(
                order_id,
                decision=WarrantyDecision(form.decision.data),
                reason=form.reason.data or "",
                version=form.version_given(),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _watch_page(order_id, form), status_of(error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _order_id(order_id: int) -> int:
    """The id, once the order is known to be this site's."""
    return service_orders.get_order(order_id, site_id=session.person().site_id).id


def _watch_page(order_id: int, form: WatchForm) -> str:
    order = service_orders.get_order(order_id, site_id=session.person().site_id)
    return render_template(
        "warranty/watch.html",
        order=order,
        watch=queries.get_watch(order_id),
        visits=[one for one in service_orders.list_of_vehicle(order.vehicle_id) if one.id != order_id],
        form=form,
    )


def _save(found: Campaign | None) -> Response | tuple[str, int]:
    form = CampaignForm()
    if not form.validate():
        return _form(form, found), 422
    try:
        with transaction():
            saved = operations.save_campaign(
                found.id if found else None,
                number=form.number.data or "",
                title=form.title.data or "",
                kind=CampaignKind(form.kind.data),
                reference=form.reference.data or "",
                instruction=form.instruction.data or "",
                canned_job_code=form.canned_job_code.data or "",
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                version=form.version_given() if found else None,
                submission_id=form.submission_id.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _form(form, found), status_of(error)
    return htmx.redirect(url_for(".campaign", campaign_id=saved.id))


def _form(form: CampaignForm, found: Campaign | None) -> str:
    return render_template("warranty/campaign_form.html", form=form, campaign=found)


def _campaign_page(
    campaign_id: int,
    *,
    vins: VinListForm | None = None,
    done: DoneForm | None = None,
    done_entry: int = 0,
    unreadable: tuple[str, ...] = (),
) -> str:
    only_open = request.args.get("show") == "open"
    vehicles, more = queries.list_vehicles(
        campaign_id, only_open=only_open, after=addresses.asked_id("after") or 0
    )
    finished, listed = queries.completion(campaign_id)
    return render_template(
        "warranty/campaign.html",
        campaign=queries.get_campaign(campaign_id),
        vehicles=vehicles,
        more=more,
        only_open=only_open,
        finished=finished,
        listed=listed,
        rate=Decimal(finished) / listed if listed else None,
        vins=vins or VinListForm(formdata=None),
        done=done or DoneForm(formdata=None),
        done_entry=done_entry,
        unreadable=unreadable,
        today=_today(),
    )


def _file_text() -> str:
    """The uploaded list as text; empty without one."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return ""
    content = upload.stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise Invalid(gettext("The file is too large: at most 8 MB."), field="file")
    is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(gettext("This file is no text. Save the table as CSV first."), field="file") from error


def _today() -> date:
    return clock.local_date(clock.now(), session.person().timezone)
