"""Six digits that somebody types: counted first, then looked at; and what they sign."""

from flask import current_app, request

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.accounts import pins
from aftersales.domain.actors import Actor
from aftersales.domain.documents.models import SignatureMethod
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid
from aftersales.i18n import gettext
from aftersales.web import session


def check(user_id: int, digits: str, *, tablet_id: int | None, at: Actor) -> None:
    """Raise the refusal unless these are the person's digits. Where they are, the caller takes the counted try back with
    :func:`pins.forgive` in its own transaction. ``at``: the screen as the author of a wrong try's record, since who
    typed it is just what is not known."""
    with transaction():
        pins.begin_try(user_id, tablet_id=tablet_id)
    if pins.is_right(user_id, digits, secret=current_app.config["SECRET_KEY"]):
        return
    with transaction():
        left = pins.note_wrong(user_id, tablet_id=tablet_id, actor=at, now=clock.now())
    if left:
        raise Invalid(gettext("Wrong PIN. Tries left: %(n)s.", n=left), field="pin")
    raise Invalid(
        gettext("Wrong PIN. It is off now: sign in with your password to use it again."), field="pin"
    )


def confirm(user_id: int, digits: str, *, tablet_id: int | None, at: Actor) -> None:
    """As :func:`check`, for digits that sign something: where they are right the tries begin anew."""
    check(user_id, digits, tablet_id=tablet_id, at=at)
    with transaction():
        pins.forgive(user_id, tablet_id=tablet_id, now=clock.now())


def receive_signature(*, language: str) -> Evidence:
    """The signed-in person signs with their own six digits, at this tablet where it is a shared one. Refuses none, and
    wrong ones."""
    person, digits = session.person(), request.form.get("pin", "")
    if not digits:
        raise Invalid(gettext("Sign with the six digits of your PIN."), field="pin")
    confirm(person.user_id, digits, tablet_id=person.tablet_id, at=session.actor())
    return Evidence(
        typed_name=person.name,
        method=SignatureMethod.PIN,
        identified_by=person.tablet_name[:120],
        language=language,
        address=request.remote_addr or "",
        device=(request.user_agent.string or "")[:200],
    )
