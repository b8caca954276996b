"""Video and sound of an inspection point: recorded on the tablet or chosen, and played."""

from typing import Any

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.attachments import recordings
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import clips, queries
from aftersales.domain.inspections.models import InspectionClip
from aftersales.domain.service_orders import queries as orders
from aftersales.web import htmx, media, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("inspection_clips", __name__)


@blueprint.url_value_preprocessor
def _allow_more(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A recording may be larger than other uploads. It stands here because CSRF reads the form before the view."""
    if endpoint == "inspection_clips.add":
        request.max_content_length = media.LARGEST_CLIP


@blueprint.get("/inspection-items/<int:item_id>/clips")
@needs("inspections.read")
def page(item_id: int) -> Response:
    return _page(item_id)


@blueprint.post("/inspection-items/<int:item_id>/clips")
@needs("inspections.rate")
def add(item_id: int) -> Response:
    """Keep a recording; the tablet sends it again with the same id when it did not hear the answer."""
    site_id = session.person().site_id
    queries.get_order_id_of_item(item_id, site_id=site_id)
    try:
        stored, seconds = media.receive_clip(media.clip_limits())
        with transaction():
            clips.add_clip(
                item_id, stored, seconds=seconds, site_id=site_id, actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        return _page(item_id, error)
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for(".page", item_id=item_id))


@blueprint.get("/inspection-clips/<int:inspection_clip_id>")
@needs("inspections.read")
def play(inspection_clip_id: int) -> Response:
    clip = recordings.get(InspectionClip, inspection_clip_id, site_id=session.person().site_id)
    return media.send_clip(clip.attachment)


def _page(item_id: int, error: DomainError | None = None) -> Response:
    person = session.person()
    order_id = queries.get_order_id_of_item(item_id, site_id=person.site_id)
    order = orders.get_order(order_id, site_id=person.site_id)
    area, probe = queries.get_sheet(order_id).find(item_id)
    return htmx.respond(
        "inspections/clips.html",
        "inspections/_clips.html",
        status=status_of(error) if error else 200,
        order=order,
        area=area,
        probe=probe,
        clips=clips.list_of_item(item_id),
        limits=media.clip_limits(),
        error=error,
        may_add=person.may("inspections.rate") and not order.is_closed,
    )
