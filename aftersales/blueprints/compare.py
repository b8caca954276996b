"""The photos of this check-in beside those of the vehicle's last visit, station by station."""

from flask import Blueprint, render_template

from aftersales.domain.checkins import queries
from aftersales.domain.checkins.kinds import Station
from aftersales.web import checkin_steps as steps
from aftersales.web import marked_photos
from aftersales.web.access import needs

blueprint = Blueprint("compare", __name__, url_prefix="/orders/<int:order_id>/check-in/compare")


@blueprint.get("")
@needs("orders.read")
def page(order_id: int) -> str:
    order, checkin = steps.get(order_id)
    photos = queries.photos_of(checkin.id) if checkin else {}
    previous = queries.previous_photos(order, checkin)
    return render_template(
        "checkins/compare.html",
        order=order,
        can_edit=order.checkin_signed_at is None,
        pairs=[
            (station, previous.get(station), photos[station][-1] if station in photos else None)
            for station in Station
            if station in previous or station in photos
        ],
        has_previous=bool(previous),
        drawings=marked_photos.drawings([*previous.values(), *(taken[-1] for taken in photos.values())]),
    )
