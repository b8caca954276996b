"""PINs: signing in with one on a shared tablet, locking it, and a person's own PIN (TEC-7)."""

from flask import Blueprint, current_app, flash, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.pins import PinForm
from aftersales.db import transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import pins, queries
from aftersales.domain.accounts.models import Tablet
from aftersales.domain.actors import Actor
from aftersales.domain.errors import DomainError
from aftersales.i18n import gettext
from aftersales.web import addresses, htmx, pin_entry, session, shared_tablet
from aftersales.web.access import public, signed_in, signed_in_by_password
from aftersales.web.errors import status_of

blueprint = Blueprint("pins", __name__)

Answer = Response | tuple[str, int]


@blueprint.post("/sign-in/pin")
@public
def begin_session() -> Response:
    tablet = shared_tablet.current()
    if tablet is None:  # revoked meanwhile, or never enrolled
        return htmx.redirect(url_for("account.sign_in"))
    going_to = addresses.own_page(request.form.get("next"))
    user_id, digits = addresses.posted_id("user_id") or 0, request.form.get("pin", "")
    roles = queries.roles_at(user_id, tablet.site_id)
    if not roles:
        return _who(tablet, going_to, 0, gettext("Tap your name first."), 422)
    try:
        pin_entry.check(user_id, digits, tablet_id=tablet.id, at=_screen(tablet))
    except DomainError as error:
        return _who(tablet, going_to, user_id, str(error), status_of(error))
    now = clock.now()
    with transaction():
        pins.forgive(user_id, tablet_id=tablet.id, now=now)
        if current_user.is_authenticated:  # somebody left the tablet open
            accounts.sign_out(current_user.session_id, now=now)
        token = accounts.sign_in(
            user_id,
            address=request.remote_addr or "",
            device=request.user_agent.string or "",
            now=now,
            tablet_id=tablet.id,
            by_pin=True,
        )
    session.begin(token)
    return shared_tablet.remember(htmx.redirect(shared_tablet.start_of(roles, going_to)))


def _who(tablet: Tablet, going_to: str, user_id: int, refusal: str, status: int) -> Response:
    return shared_tablet.who_page(tablet, going_to=going_to, chosen=user_id, refusal=refusal, status=status)


def _screen(tablet: Tablet) -> Actor:
    return Actor(
        name=gettext("Somebody at tablet %(name)s", name=tablet.name),
        address=request.remote_addr or "",
        device=(request.user_agent.string or "")[:200],
    )


@blueprint.post("/sign-in/lock")
@signed_in
def lock() -> Response:
    """End this session and show who may go on; what waits on the tablet stays there."""
    with transaction():
        accounts.sign_out(session.person().session_id, now=clock.now())
    session.end()
    return htmx.redirect(
        url_for("account.sign_in", next=addresses.own_page(request.form.get("next")) or None)
    )


@blueprint.post("/sign-in/awake")
@signed_in
def stay_awake() -> tuple[str, int]:
    """Somebody touches the screen without sending anything: :mod:`aftersales.web.shared_tablet` keeps it open."""
    return "", 204


@blueprint.get("/account/pin")
@signed_in_by_password
def page() -> str:
    return _page(PinForm(formdata=None))


@blueprint.post("/account/pin")
@signed_in_by_password
def save() -> Answer:
    form, person = PinForm(), session.person()
    address, now = request.remote_addr or "", clock.now()
    if not form.validate():
        return _page(form), 422
    try:
        with transaction():
            this_try = accounts.begin_try(person.email, address=address, now=now)
        if accounts.check_password(person.email, form.password.data) is None:
            form.password.errors = [gettext("This is not your password.")]
            return _page(form), 422
        with transaction():
            accounts.forgive(this_try)
            pins.set_pin(
                person.user_id,
                form.pin.data,
                secret=current_app.config["SECRET_KEY"],
                today=clock.local_date(now, person.timezone),
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        form.refuse(error)
        return _page(form), status_of(error)
    flash(gettext("Your PIN is set."))
    return htmx.redirect(url_for("account.page"))


@blueprint.post("/account/pin/removal")
@signed_in_by_password
def remove() -> Response:
    person = session.person()
    with transaction():
        pins.remove(person.user_id, actor=session.actor(), now=clock.now())
    flash(gettext("Your PIN is taken away."))
    return htmx.redirect(url_for("account.page"))


def _page(form: PinForm) -> str:
    user_id = session.person().user_id
    pin = pins.find(user_id)
    return render_template(
        "account/pin.html",
        form=form,
        pin=pin,
        is_off=pin is not None and pins.is_off(pin),
        removed=None if pin else pins.find_removed(user_id),
    )
