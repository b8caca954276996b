"""The outbox: what was written to customers, how far it came, and sending again."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.links import operations as links
from aftersales.domain.links.models import Link
from aftersales.domain.messaging import operations, queries
from aftersales.domain.messaging.models import MessageState
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")

_SHOWN = {
    "waiting": (MessageState.QUEUED, MessageState.SENDING),
    "trouble": (MessageState.FAILED, MessageState.UNCERTAIN),
}


@blueprint.get("")
@needs("messages.read")
def index() -> Response:
    show = request.args.get("show", "")
    rows, more = queries.list_outbox(
        session.person().site_id, states=_SHOWN.get(show, ()), before_id=request.args.get("before", type=int)
    )
    return htmx.respond(
        "outbox/index.html", "outbox/_rows.html", rows=rows, more=more, show=show, purposes=PURPOSES
    )


@blueprint.get("/<int:message_id>")
@needs("messages.read")
def message(message_id: int) -> str:
    found = queries.get_message(message_id, site_id=session.person().site_id)
    return render_template(
        "outbox/message.html",
        message=found,
        purposes=PURPOSES,
        goes_nowhere=links.stays_in_outbox(found.channel),
    )


@blueprint.post("/<int:message_id>/link")
@needs("messages.read")
def follow(message_id: int) -> Response:
    """Open the link of a message that stayed here, as its recipient would. Where messages really go out the link is
    the customer's alone, and this is refused. A POST, so that the token stands in no address of ours."""
    found = queries.get_message(message_id, site_id=session.person().site_id)
    link = db.session.get(Link, found.link_id) if found.link_id else None
    return htmx.redirect(links.address_for_staff(link, found.channel))


@blueprint.post("/<int:message_id>/sending")
@needs("messages.resend")
def send_again(message_id: int) -> Response:
    actor, now = session.actor(), clock.now()
    with transaction():
        again = operations.send_again(message_id, site_id=session.person().site_id, actor=actor, now=now)
        tasks.close_tasks(TaskType.MESSAGE_FAILED, actor=actor, now=now, subject_id=message_id)
    flash(gettext("The message is queued once more."))
    return htmx.redirect(url_for(".message", message_id=again.id))
