"""Sending messages: claim the row, send outside any transaction, record what came of it."""

import logging
from datetime import datetime

from aftersales import clock, config
from aftersales.config import Settings
from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from aftersales.domain.customers.models import Channel, Customer
from aftersales.domain.documents.models import Document
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging import rules
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.gateways import email, sms, storage
from aftersales.gateways.sending import PermanentFailure, TemporaryFailure, Uncertain
from aftersales.i18n import N_, gettext, label
from aftersales.jobs import queue

_SWEEP = 200
"""How many the sweep looks after in one minute; the oldest come first."""

log = logging.getLogger(__name__)


def send_message(message_id: int) -> None:
    """Send one message, if it is due and nobody else has it. Safe to run twice and at once."""
    deliver(message_id, now=clock.now())


def sweep(now: datetime) -> None:
    """Find what was lost or has become due. Wakes a worker for each; while Redis is away it sends here itself."""
    with_provider_down: set[Channel] = set()
    for message_id, channel, state in messaging.list_due(now, _SWEEP):
        if state is MessageState.SENDING and not _takes_reference(channel):
            _give_up_lost(message_id, now=now)
        elif channel in with_provider_down or queue.enqueue(messaging.SEND, message_id):
            continue
        elif deliver(message_id, now=now) is MessageState.QUEUED:
            # Not taken now. The others of this channel wait for the next minute, since other sweeps wait for us.
            with_provider_down.add(channel)


def deliver(message_id: int, *, now: datetime) -> MessageState | None:
    """One try. Returns where the message stands after it, None when there was nothing to do."""
    with transaction():
        message = messaging.claim(message_id, now=now, takes_reference=_channel_takes_reference(message_id))
        if message is None:
            return None
        text, attempt = messaging.text_to_send(message), message.attempts
        site = db.session.get_one(Site, message.site_id)
        customer = db.session.get(Customer, message.customer_id) if message.customer_id else None
        document = db.session.get(Document, message.document_id) if message.document_id else None
    try:
        reference = _hand_over(message, text, site=site, customer=customer, document=document)
    except TemporaryFailure as failure:
        return _postpone(message, attempt, failure)
    except Uncertain as failure:
        return _record_uncertain(message, attempt, failure.told(gettext))
    except PermanentFailure as failure:
        return _record_failed(message, attempt, failure.told(gettext))
    with transaction():
        if messaging.note_sent(message_id, attempt, reference=reference, now=clock.now()):
            _note_on_order(message)
    return MessageState.SENT


def _hand_over(
    message: Message, text: str, *, site: Site, customer: Customer | None, document: Document | None
) -> str:
    """Give the message to its provider. Runs outside any transaction: it may take seconds."""
    settings = config.current()
    reference = rules.reference_of(message.dedupe_key)
    if message.channel is Channel.SMS:
        return sms.from_url(settings.sms_url).send(
            sms.Sms(reference=reference, to=message.recipient, text=text)
        )
    return email.from_url(settings.smtp_url, settings.mail_from).send(
        email.Email(
            reference=reference,
            to=message.recipient,
            to_name=customer.name if customer else "",
            from_name=site.name,
            reply_to=site.email,
            subject=message.subject,
            text=text,
            language=message.language,
            written_at=message.created_at,
            attachments=_attachments(document, settings),
        )
    )


def _attachments(document: Document | None, settings: Settings) -> tuple[email.Attachment, ...]:
    if document is None:
        return ()
    try:
        content = storage.from_url(settings.media_url).read(document.storage_key)
    except storage.NotStored as failure:
        raise PermanentFailure(failure.reason, failure.told(gettext)) from failure
    except storage.StorageFailure as failure:
        raise TemporaryFailure(failure.reason, failure.told(gettext)) from failure
    return (email.Attachment(name=f"{label(document.kind)} {document.number}.pdf", content=content),)


def _postpone(message: Message, attempt: int, failure: TemporaryFailure) -> MessageState:
    now = clock.now()
    until = rules.retry_at(attempt, now, asked_seconds=failure.retry_after)
    if until is None:
        return _record_failed(message, attempt, failure.told(gettext))
    with transaction():
        messaging.note_postponed(message.id, attempt, error=failure.told(gettext), until=until)
    return MessageState.QUEUED


def _record_failed(message: Message, attempt: int, error: str) -> MessageState:
    with transaction():
        if messaging.note_failed(message.id, attempt, error=error):
            _open_task(message, error)
    return MessageState.FAILED


def _record_uncertain(message: Message, attempt: int, error: str) -> MessageState:
    with transaction():
        if messaging.note_uncertain(message.id, attempt, error=error):
            _open_task(message, error)
    return MessageState.UNCERTAIN


def _give_up_lost(message_id: int, *, now: datetime) -> None:
    with transaction():
        if lost := messaging.give_up_lost(message_id, now=now):
            _open_task(lost, lost.error)


def _open_task(message: Message, error: str) -> None:
    """Somebody at the desk has to know at once: the customer waits for a message that does not come."""
    now = clock.now()
    order = db.session.get(ServiceOrder, message.service_order_id) if message.service_order_id else None
    what = PURPOSES[message.purpose].words
    tasks.open_task(
        TaskType.MESSAGE_FAILED,
        site_id=message.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id if order else None,
        service_order_id=message.service_order_id,
        subject_id=message.id,
        due_at=now,
        now=now,
        note=f"{what}: {error}"[:300],
    )


def _note_on_order(message: Message) -> None:
    order = db.session.get(ServiceOrder, message.service_order_id) if message.service_order_id else None
    if order is not None:
        text = N_("E-mail sent: %(what)s") if message.channel is Channel.EMAIL else N_("SMS sent: %(what)s")
        what = str(PURPOSES[message.purpose].words)
        timeline.note(order, EventKind.MESSAGE, text, actor=SYSTEM, now=clock.now(), what=what)


def _channel_takes_reference(message_id: int) -> bool:
    message = db.session.get(Message, message_id)
    return message is not None and _takes_reference(message.channel)


def _takes_reference(channel: Channel) -> bool:
    """Whether the provider knows our reference, so that a message handed over twice is still one. A mail server does
    not; the embedded outbox keeps messages by their row, so there nothing can be doubled."""
    settings = config.current()
    return channel is Channel.SMS or settings.smtp_url.startswith("outbox:")
