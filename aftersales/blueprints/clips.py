"""Video and sound recordings with a job: recorded on the tablet or chosen, played, shared with the customer."""

from typing import Any

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from aftersales.db import transaction
from aftersales.domain.attachments import recordings
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import clips
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.job_models import JobClip
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx, media, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("clips", __name__)


@blueprint.url_value_preprocessor
def _allow_more(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A recording may be larger than other uploads. It stands here because CSRF reads the form before the view."""
    if endpoint == "clips.add":
        request.max_content_length = media.LARGEST_CLIP


@blueprint.get("/jobs/<int:job_id>/clips")
@needs("orders.read")
def page(job_id: int) -> Response:
    return _page(job_id)


@blueprint.post("/jobs/<int:job_id>/clips")
@needs("clips.add")
def add(job_id: int) -> Response:
    """Keep a recording; the tablet sends it again with the same id when it did not hear the answer."""
    clips.get_job(job_id, site_id=session.person().site_id)
    try:
        stored, seconds = media.receive_clip(media.clip_limits())
        with transaction():
            clips.add_clip(
                job_id, stored, seconds=seconds, is_shared="is_shared" in request.form, **steps.by()
            )
    except DomainError as error:
        return _page(job_id, error=error)
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for(".page", job_id=job_id))


@blueprint.get("/clips/<int:clip_id>")
@needs("orders.read")
def play(clip_id: int) -> Response:
    clip = recordings.get(JobClip, clip_id, site_id=session.person().site_id)
    return media.send_clip(clip.attachment)


@blueprint.post("/clips/<int:clip_id>/sharing")
@needs("clips.add")
def share(clip_id: int) -> Response:
    """Let the customer play it, or no longer."""
    with transaction():
        clip = clips.share(clip_id, is_shared="is_shared" in request.form, **steps.by())
        job_id = clip.job_id
    return htmx.redirect(url_for(".page", job_id=job_id))


def _page(job_id: int, error: DomainError | None = None) -> Response:
    person = session.person()
    job = clips.get_job(job_id, site_id=person.site_id)
    order = orders.get_order(job.service_order_id, site_id=person.site_id)
    return htmx.respond(
        "clips/page.html",
        "clips/_clips.html",
        status=status_of(error) if error else 200,
        order=order,
        job=job,
        clips=clips.by_job(order.id).get(job_id, []),
        limits=media.clip_limits(),
        error=error,
        may_add=person.may("clips.add") and not order.is_closed,
    )
