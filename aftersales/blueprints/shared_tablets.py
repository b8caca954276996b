"""The site's shared tablets: which there are, enrolling this one, revoking one that is lost (TEC-7)."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.pins import TabletForm
from aftersales.db import transaction
from aftersales.domain.accounts import tablets
from aftersales.domain.errors import DomainError
from aftersales.i18n import gettext
from aftersales.web import htmx, session, shared_tablet
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("shared_tablets", __name__, url_prefix="/shared-tablets")

Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("tablets.manage")
def index() -> str:
    return _page(TabletForm(formdata=None))


@blueprint.post("")
@needs("tablets.manage")
def enrol() -> Answer:
    form, person = TabletForm(), session.person()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction():
            token = tablets.enrol(
                site_id=person.site_id,
                name=form.name.data,
                theme=form.theme.data,
                session_id=person.session_id,
                replaces=known.id if (known := shared_tablet.current()) else None,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(form), status_of(error)
    flash(gettext("This tablet is enrolled. Lock it, and everybody with a PIN can work on it."))
    return shared_tablet.remember(htmx.redirect(url_for(".index")), token)


@blueprint.post("/<int:tablet_id>/revocation")
@needs("tablets.manage")
def revoke(tablet_id: int) -> Response:
    with transaction():
        found = tablets.revoke(
            tablet_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
        )
    flash(gettext("%(name)s is revoked: it takes no PIN any more.", name=found.name))
    return htmx.redirect(url_for(".index"))


def _page(form: TabletForm) -> str:
    return render_template(
        "tablets/index.html",
        form=form,
        tablets=tablets.list_of_site(session.person().site_id),
        here=shared_tablet.current(),
    )
