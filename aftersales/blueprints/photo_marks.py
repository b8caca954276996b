"""A photo shown large, with what is drawn over it; drawing on it where that is still possible."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales.db import transaction
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.checkins import marking
from aftersales.domain.errors import DomainError, Stale
from aftersales.domain.service_orders import queries as orders
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx, marked_photos, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("photo_marks", __name__)


@blueprint.get("/photos/<int:photo_id>/marks")
@needs("orders.read")
def page(photo_id: int) -> str:
    return _page(photo_id)


@blueprint.post("/photos/<int:photo_id>/marks")
@needs("photos.mark")
def save(photo_id: int) -> Response | tuple[str, int]:
    """Replace the photo's marks by what was drawn and typed."""
    photo = attachments.get_photo(photo_id, site_id=session.person().site_id)
    version = request.form.get("version", "0")
    drawing = None
    try:
        marks = marked_photos.read_form(photo, request.form)
        drawing = marked_photos.drawing(photo, marks)
        with transaction():
            marking.mark_photo(
                photo_id,
                marks,
                version=int(version) if version.isdecimal() else 0,
                client_id=steps.client_id(request.form.get("submission_id")),
                **steps.by(),
            )
    except DomainError as error:
        return _page(photo_id, error=error, drawing=drawing), status_of(error)
    return htmx.redirect(url_for(".page", photo_id=photo_id))


def _page(
    photo_id: int, *, error: DomainError | None = None, drawing: marked_photos.Drawing | None = None
) -> str:
    """The photo; after a refusal with what was drawn, and beside it what stands where somebody else drew."""
    person = session.person()
    photo = attachments.get_photo(photo_id, site_id=person.site_id)
    kept = attachments.find_marks(photo_id)
    stands = marked_photos.drawn(photo, kept)
    order = (
        orders.get_order(photo.service_order_id, site_id=person.site_id) if photo.service_order_id else None
    )
    why_fixed = marking.why_fixed(photo)
    return render_template(
        "photos/page.html",
        photo=photo,
        order=order,
        kept=kept,
        drawing=drawing or stands,
        other=stands if isinstance(error, Stale) else None,
        error=error,
        why_fixed=why_fixed,
        can_edit=not why_fixed and person.may("photos.mark"),
    )
