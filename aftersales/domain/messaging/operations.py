"""The outbox: queueing messages in the transaction of what caused them, claiming and recording each try.

A message is a row first and a job second. Nothing here talks to a provider: :mod:`aftersales.jobs.messages` does,
between :func:`claim` and the recording of what came of it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from aftersales.db import after_commit, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.customers.models import Channel, Customer
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.links import operations as links
from aftersales.domain.links.models import Link
from aftersales.domain.messaging import rules
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.messaging.purposes import PURPOSES, Purpose
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.i18n import gettext, speaking, worded_by
from aftersales.jobs import queue as workers

if TYPE_CHECKING:
    from aftersales.domain.service_orders.models import ServiceOrder

SEND = "aftersales.jobs.messages.send_message"


def queue(
    purpose: str,
    *,
    order: "ServiceOrder",
    dedupe_key: str,
    now: datetime,
    link: Link | None = None,
    document_id: int | None = None,
    **values: Any,
) -> list[Message]:
    """Write this message to the order's customer, once per channel that the customer allows and can be reached by.

    ``dedupe_key`` names the event, for example ``quotation:7``: a second call for the same event adds nothing, and
    returns nothing. Without ``link`` the order's own link goes into the words. The words are rendered now, in the
    customer's language and the site's zone, with ``values``, the order, the site and the customer; a worker is woken
    after the commit.
    """
    row, site, customer = PURPOSES[purpose], sites.get_site(order.site_id), order.customer
    link = link or links.order_link(site_id=order.site_id, service_order_id=order.id, now=now)
    queued = []
    for channel in _channels(row, customer):
        text = _words(purpose, channel, site=site, customer=customer, order=order, values=values)
        subject, body = rules.subject_and_body(text, has_subject=channel is Channel.EMAIL)
        message = _insert(
            Message(
                site_id=site.id,
                service_order_id=order.id,
                customer_id=customer.id,
                link_id=link.id,
                document_id=document_id if channel is Channel.EMAIL else None,
                purpose=purpose,
                channel=channel,
                recipient=_address(customer, channel),
                language=customer.language,
                subject=subject[:300],
                body=body,
                dedupe_key=f"{purpose}:{dedupe_key}:{channel}",
                respects_quiet_hours=row.respects_quiet_hours,
                created_at=now,
                not_before_at=now,
            )
        )
        if message:
            queued.append(message)
    return queued


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out now: nothing is written."""

    channel: Channel
    recipient: str
    subject: str
    body: str


def preview(purpose: str, *, order: "ServiceOrder", **values: Any) -> list[Preview]:
    """What :func:`queue` would write to the customer, once per channel; empty where no channel is left. The link's place
    holds ``{link}``."""
    row, site, customer = PURPOSES[purpose], sites.get_site(order.site_id), order.customer
    shown = []
    for channel in _channels(row, customer):
        text = _words(purpose, channel, site=site, customer=customer, order=order, values=values)
        subject, body = rules.subject_and_body(text, has_subject=channel is Channel.EMAIL)
        shown.append(Preview(channel, _address(customer, channel), subject, body))
    return shown


def send_again(message_id: int, *, site_id: int, actor: Actor, now: datetime) -> Message:
    """Queue a failed, uncertain or sent message once more, to the customer's present address.

    The new try is a row of its own, so that the old one keeps its story. Refuses while the message still waits, and
    where the customer no longer allows the channel.
    """
    actor.need("messages.resend")
    old = locked(Message, message_id)
    if old is None or old.site_id != site_id:
        raise NotFound(gettext("There is no such message at this site."))
    if old.state in (MessageState.QUEUED, MessageState.SENDING):
        raise Refused(gettext("This message still waits to be sent. It goes out by itself."))
    customer = db.session.get(Customer, old.customer_id) if old.customer_id else None
    if customer and not _is_allowed(customer, old.channel):
        raise Refused(gettext("The customer no longer wants messages this way. Call instead."))
    root, _, number = old.dedupe_key.partition(":again:")
    message = None
    for count in range(int(number or 0) + 1, int(number or 0) + 100):
        message = _insert(
            Message(
                **{
                    name: getattr(old, name)
                    for name in ("site_id", "service_order_id", "customer_id", "link_id", "document_id", "purpose",
                                 "channel", "language", "subject", "body")
                },
                recipient=(_address(customer, old.channel) if customer else "") or old.recipient,
                dedupe_key=f"{root}:again:{count}",
                respects_quiet_hours=False,
                created_at=now,
                not_before_at=now,
            )
        )  # fmt: skip
        if message:
            break
    if message is None:
        raise Refused(gettext("This message was sent again too often. Call the customer instead."))
    audit.record(
        "messages.send_again", old, actor=actor, now=now, site_id=site_id, details={"as": message.id}
    )
    return message


def cancel(*, purpose: str, service_order_id: int, link_id: int | None = None) -> None:
    """Take back what was queued for this purpose and has not gone out, for example the link of a withdrawn quote."""
    query = update(Message).where(
        Message.purpose == purpose,
        Message.service_order_id == service_order_id,
        Message.state == MessageState.QUEUED,
    )
    if link_id is not None:
        query = query.where(Message.link_id == link_id)
    db.session.execute(query.values(state=MessageState.CANCELLED))


def claim(message_id: int, *, now: datetime, takes_reference: bool) -> Message | None:
    """Take the message for one try; None when it is not due, someone else has it or it is done.

    Consent and quiet hours are asked here, at the last moment. A message that a dead worker left behind is taken
    over only where the provider knows our reference (``takes_reference``): there a second try is still one message.
    """
    lost = and_(Message.state == MessageState.SENDING, Message.leased_until < now)
    free = and_(Message.state == MessageState.QUEUED, Message.not_before_at <= now)
    claimed = db.session.scalar(
        update(Message)
        .where(Message.id == message_id, or_(free, lost) if takes_reference else free)
        .values(state=MessageState.SENDING, leased_until=now + rules.LEASE, attempts=Message.attempts + 1)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    if claimed is None:
        return None
    message = db.session.get_one(Message, message_id, populate_existing=True)
    customer = db.session.get(Customer, message.customer_id) if message.customer_id else None
    if customer and not _is_allowed(customer, message.channel):
        _put(message, MessageState.CANCELLED, error=gettext("The customer does not want messages this way."))
        return None
    if message.respects_quiet_hours:
        site = sites.get_site(message.site_id)
        later = rules.after_quiet_hours(
            now,
            timezone=site.timezone,
            quiet_from=site.setting("messages.quiet_from"),
            quiet_until=site.setting("messages.quiet_until"),
        )
        if later > now:
            _put(message, MessageState.QUEUED, not_before_at=later, attempts=message.attempts - 1)
            return None
    return message


def note_sent(message_id: int, attempt: int, *, reference: str, now: datetime) -> bool:
    """Record that the provider took it. False when this try is no longer the one that counts."""
    return _record(
        message_id, attempt, MessageState.SENT, provider_reference=reference[:200], sent_at=now, error=""
    )


def note_postponed(message_id: int, attempt: int, *, error: str, until: datetime) -> bool:
    """Record a failure that will pass; the sweep tries again at ``until``."""
    return _record(message_id, attempt, MessageState.QUEUED, not_before_at=until, error=error)


def note_failed(message_id: int, attempt: int, *, error: str) -> bool:
    """Record a failure that will not pass by itself. The caller opens the task for a person."""
    return _record(message_id, attempt, MessageState.FAILED, error=error)


def note_uncertain(message_id: int, attempt: int, *, error: str) -> bool:
    """Record that nobody knows whether it arrived. It is never sent again blindly."""
    return _record(message_id, attempt, MessageState.UNCERTAIN, error=error)


def give_up_lost(message_id: int, *, now: datetime) -> Message | None:
    """Mark as uncertain what a dead worker left in ``sending`` towards a provider that takes no reference."""
    given_up = db.session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.SENDING, Message.leased_until < now)
        .values(
            state=MessageState.UNCERTAIN,
            leased_until=None,
            error=gettext("We were interrupted while sending. Ask the recipient before you send it again."),
        )
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return db.session.get_one(Message, message_id, populate_existing=True) if given_up else None


def list_due(now: datetime, limit: int) -> list[tuple[int, Channel, MessageState]]:
    """What the sweep has to look after: waiting and due, or left behind by a dead worker. Oldest first."""
    rows = db.session.execute(
        select(Message.id, Message.channel, Message.state)
        .where(
            Message.state.in_((MessageState.QUEUED, MessageState.SENDING)),
            or_(
                and_(Message.state == MessageState.QUEUED, Message.not_before_at <= now),
                and_(Message.state == MessageState.SENDING, Message.leased_until < now),
            ),
        )
        .order_by(Message.not_before_at, Message.id)
        .limit(limit)
    )
    return [(row.id, row.channel, row.state) for row in rows]


def text_to_send(message: Message) -> str:
    """The words with the customer's link in its place; the address is never stored."""
    if "{link}" not in message.body or message.link_id is None:
        return message.body
    return message.body.replace("{link}", links.address_of(db.session.get_one(Link, message.link_id)))


def _channels(purpose: Purpose, customer: Customer) -> list[Channel]:
    return [
        channel
        for channel in purpose.channels
        if _is_allowed(customer, channel) and _address(customer, channel)
    ]


def _is_allowed(customer: Customer, channel: Channel) -> bool:
    return customer.may_email if channel is Channel.EMAIL else customer.may_sms


def _address(customer: Customer, channel: Channel) -> str:
    return customer.email if channel is Channel.EMAIL else customer.phone_normalised


def _words(
    purpose: str,
    channel: Channel,
    *,
    site: Site,
    customer: Customer,
    order: "ServiceOrder",
    values: dict[str, Any],
) -> str:
    with speaking(customer.language, site.timezone):
        return worded_by(
            f"messages/{purpose}.{channel}.txt",
            site=site,
            customer=customer,
            order=order,
            vehicle=order.vehicle,
            link="{link}",
            **values,
        )


def _insert(message: Message) -> Message | None:
    """Add the row unless its event was already told; two at once make one row. Wakes a worker after the commit."""
    insert = postgresql_insert if db.session().get_bind().dialect.name == "postgresql" else sqlite_insert
    values = {
        "state": MessageState.QUEUED,
        "attempts": 0,
        "provider_reference": "",
        "error": "",
        **{name: value for name, value in vars(message).items() if not name.startswith("_")},
    }
    new_id = db.session.scalar(
        insert(Message)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Message.id)
    )
    if new_id is None:
        return None
    after_commit(partial(workers.enqueue, SEND, new_id))
    return db.session.get_one(Message, new_id)


def _put(message: Message, state: MessageState, **values: Any) -> None:
    db.session.execute(
        update(Message)
        .where(Message.id == message.id)
        .values(state=state, leased_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def _record(message_id: int, attempt: int, state: MessageState, **values: Any) -> bool:
    """Write what came of a try, unless somebody else took the message over since: only the latest try counts."""
    recorded = db.session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.SENDING, Message.attempts == attempt)
        .values(state=state, leased_until=None, **values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return recorded is not None
