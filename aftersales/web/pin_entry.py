"""Six digits that somebody types: counted first, then looked at."""

from flask import current_app

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.accounts import pins
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid
from aftersales.i18n import gettext


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
