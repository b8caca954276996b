"""The pages behind a customer's link: how the repair stands, photos, clips, documents."""

from flask import Response, make_response, render_template, request

from aftersales import clock
from aftersales.blueprints.portal import answering, doors, shown
from aftersales.blueprints.portal.doors import Door
from aftersales.blueprints.portal.entrance import behind_link, blueprint
from aftersales.db import transaction
from aftersales.domain.links import operations as links
from aftersales.domain.quotations import operations, queries
from aftersales.domain.service_orders import clips
from aftersales.domain.service_orders.states import OrderState
from aftersales.web import marked_photos, media
from aftersales.web.access import public


@blueprint.get("/<token>")
@behind_link
def page(door: Door) -> str:
    if door.quotation and door.quotation.is_waiting and not door.order.is_closed:
        return answering.question(door)
    return _progress(door)


@blueprint.get("/")
@blueprint.get("/<token>/<path:rest>")
@public
def nowhere(token: str = "", rest: str = "") -> Response:
    """Anything else under a link: the neutral page, so that guesses of addresses tell nothing either."""
    return doors.nowhere()


@blueprint.post("/<token>/opened")
@behind_link
def opened(door: Door) -> Response:
    """A real browser shows the page: said by its script, since GET changes nothing."""
    now = clock.now()
    with transaction():
        links.note_opened(door.link.id, now=now)
        if door.quotation and door.quotation.opened_at is None:
            operations.note_opened(door.quotation.id, customer=door.customer(), now=now)
    return make_response("", 204)


@blueprint.get("/<token>/photos")
@behind_link
def photos(door: Door) -> str:
    """All photos that the workshop shared, large."""
    job_id = request.args.get("item", type=int)
    versions = shown.versions_of(door)
    allowed = shown.photos_of(door.order, versions)
    wanted = (
        {i for one in versions for job in one.jobs if job.id == job_id for i in job.photo_ids}
        if job_id
        else None
    )
    some = [photo for photo in allowed.values() if wanted is None or photo.id in wanted]
    return render_template(
        "portal/photos.html",
        door=door,
        photos=some,
        phases=shown.phases_of(door.order),
        drawings=marked_photos.drawings(some),
    )


@blueprint.get("/<token>/clips/<int:clip_id>")
@behind_link
def clip(door: Door, clip_id: int) -> Response:
    found = next((one for one in clips.clips_of(door.order.id, only_shared=True) if one.id == clip_id), None)
    if found is None:
        return doors.nowhere()
    return media.send_clip(found.attachment)


@blueprint.get("/<token>/photos/<int:photo_id>")
@blueprint.get("/<token>/photos/<int:photo_id>/<size>")
@behind_link
def photo(door: Door, photo_id: int, size: str = "thumb") -> Response:
    found = shown.photos_of(door.order, shown.versions_of(door)).get(photo_id)
    if found is None:
        return doors.nowhere()
    return media.send_stored(found.storage_key if size == "large" else found.thumb_key, found.media_type)


@blueprint.get("/<token>/documents/<int:document_id>.pdf")
@behind_link
def document(door: Door, document_id: int) -> Response:
    found = next((one for one in shown.documents_of(door) if one.id == document_id), None)
    if found is None:
        return doors.nowhere()
    return media.send_stored(
        found.storage_key, "application/pdf", name=f"{found.number.replace('/', '-')}.pdf"
    )


def _progress(door: Door) -> str:
    now = clock.now()
    is_ready = door.order.state is OrderState.READY_FOR_PICKUP
    return render_template(
        "portal/progress.html",
        **shown.common(door),
        quotation=door.quotation,
        is_ready=is_ready,
        costs=shown.costs_of(door.order),
        invoices=shown.invoices_of(door.order),
        openings=shown.next_openings(door.site, now),
        waiting=queries.find_waiting(door.order.id) if door.quotation is None else None,
        deferred=queries.list_deferred_of_order(door.order.id),
    )
