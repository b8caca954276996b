"""Photos of the work on a job: taken on the tablet, shared with the customer by a tick."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.errors import Invalid
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.workshop import at_work, photos
from aftersales.domain.workshop.models import PhotoPhase
from aftersales.i18n import gettext
from aftersales.web import htmx, media, session
from aftersales.web.access import needs

blueprint = Blueprint("job_photos", __name__)


@blueprint.get("/jobs/<int:job_id>/photos")
@needs("jobs.report_additional")
def page(job_id: int) -> Response:
    site_id = session.person().site_id
    job = at_work.get_job(job_id, site_id)
    return htmx.respond(
        "job_photos/page.html",
        "job_photos/_photos.html",
        order=orders.get_order(job.service_order_id, site_id=site_id),
        job=job,
        photos=at_work.list_photos(job.service_order_id, job_id=job_id),
        phases=list(PhotoPhase),
    )


@blueprint.post("/jobs/<int:job_id>/photos")
@needs("jobs.report_additional")
def add(job_id: int) -> Response:
    person = session.person()
    job = at_work.get_job(job_id, person.site_id)
    phase = request.form.get("phase", "")
    if phase not in set(PhotoPhase):
        raise Invalid(
            gettext("Say whether the photo is from before, during or after the work."), field="phase"
        )
    photo = media.receive_photo()
    with transaction():
        kept = attachments.keep(
            photo,
            site_id=person.site_id,
            service_order_id=job.service_order_id,
            actor=session.actor(),
            now=clock.now(),
        )
        photos.add_to_job(
            job_id,
            site_id=person.site_id,
            attachment=kept,
            phase=PhotoPhase(phase),
            actor=session.actor(),
            now=clock.now(),
        )
    return htmx.redirect(url_for(".page", job_id=job_id))


@blueprint.post("/job-photos/<int:photo_id>/sharing")
@needs("jobs.report_additional")
def share(photo_id: int) -> Response:
    """Show the photo on the customer's page, or no longer; back to the photos of its job."""
    person = session.person()
    at_work.get_photo_order(photo_id, person.site_id)
    with transaction():
        photo = photos.share(
            photo_id,
            site_id=person.site_id,
            is_shared="is_shared" in request.form,
            actor=session.actor(),
            now=clock.now(),
        )
    if photo.report_id is not None:
        return htmx.redirect(
            url_for("problems.page", order_id=photo.service_order_id, report_id=photo.report_id)
        )
    return htmx.redirect(url_for(".page", job_id=photo.job_id))
