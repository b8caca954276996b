"""Reading the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.customers.models import Channel
from aftersales.domain.errors import NotFound
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.i18n import gettext

PAGE = 50


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message in a list."""

    id: int
    created_at: datetime
    purpose: str
    channel: Channel
    recipient: str
    subject: str
    state: MessageState
    error: str
    service_order_id: int | None


def list_outbox(
    site_id: int, *, states: tuple[MessageState, ...] = (), before_id: int | None = None, limit: int = PAGE
) -> tuple[list[OutboxRow], int | None]:
    """The site's messages, newest first, and the id from which the next page goes on (None at the end)."""
    query = (
        select(
            Message.id,
            Message.created_at,
            Message.purpose,
            Message.channel,
            Message.recipient,
            Message.subject,
            Message.state,
            Message.error,
            Message.service_order_id,
        )
        .where(Message.site_id == site_id)
        .order_by(Message.id.desc())
        .limit(limit + 1)
    )
    if states:
        query = query.where(Message.state.in_(states))
    if before_id is not None:
        query = query.where(Message.id < before_id)
    rows = [OutboxRow(*row) for row in db.session.execute(query)]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def get_message(message_id: int, *, site_id: int) -> Message:
    """The message. Raises :class:`NotFound`, also for another site's."""
    message = db.session.get(Message, message_id)
    if message is None or message.site_id != site_id:
        raise NotFound(gettext("There is no such message at this site."))
    return message


def list_sent_to_customer(service_order_id: int, limit: int = 20) -> list[Message]:
    """What the order's customer was told, newest first."""
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.service_order_id == service_order_id, Message.state == MessageState.SENT)
            .order_by(Message.id.desc())
            .limit(limit)
        )
    )


def list_of_link(link_id: int) -> list[Message]:
    """The messages that carried this link, newest first."""
    return list(
        db.session.scalars(select(Message).where(Message.link_id == link_id).order_by(Message.id.desc()))
    )
