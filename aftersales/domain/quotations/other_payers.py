"""Work that somebody else than the customer pays: the manufacturer, an insurer, the workshop itself."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select

from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.service_orders import operations as orders
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Line, PayType
from aftersales.i18n import N_, gettext


def authorise(
    order_id: int, *, site_id: int, job_ids: Collection[int], reason: str, actor: Actor, now: datetime
) -> int:
    """Authorise lines that somebody else than the customer pays: warranty, insurer, goodwill, the workshop itself.

    Returns how many lines. Refuses without a reason, which names the ground: claim number, recall, who decided.
    """
    return _authorise(
        order_id, Line.job_id.in_(job_ids), site_id=site_id, reason=reason, actor=actor, now=now
    )


def authorise_lines(
    order_id: int, *, site_id: int, line_ids: Collection[int], reason: str, actor: Actor, now: datetime
) -> int:
    """The same for single lines: where the warranty pays one line of a job and the customer the others."""
    return _authorise(order_id, Line.id.in_(line_ids), site_id=site_id, reason=reason, actor=actor, now=now)


def _authorise(
    order_id: int, which: ColumnElement[bool], *, site_id: int, reason: str, actor: Actor, now: datetime
) -> int:
    actor.need("quotations.authorise_other_payers")
    order = orders.lock_order(order_id, site_id=site_id)
    if not reason.strip():
        raise Invalid(gettext("Say on what ground: claim number, recall, or who decided."), field="reason")
    lines = list(
        db.session.scalars(
            select(Line).where(
                Line.service_order_id == order_id,
                which,
                Line.voided_at.is_(None),
                Line.pay_type != PayType.CUSTOMER,
                Line.authorisation != Authorisation.AUTHORISED,
            )
        )
    )
    if not lines:
        raise Refused(gettext("These jobs have nothing left that another payer has to authorise."))
    work.authorise(order, {line.id for line in lines}, Authorisation.AUTHORISED)
    supply.demand_authorised(order, actor=actor, now=now)
    timeline.note(
        order, EventKind.APPROVAL, N_("Work for another payer authorised: %(titles)s"), actor=actor, now=now, tone="ok",
        reason=reason.strip(), titles=", ".join(dict.fromkeys(line.job.title for line in lines)),
    )  # fmt: skip
    audit.record(
        "quotations.authorise_other_payers", order, actor=actor, now=now, site_id=site_id,
        details={"lines": [line.id for line in lines], "reason": reason.strip()},
    )  # fmt: skip
    return len(lines)
