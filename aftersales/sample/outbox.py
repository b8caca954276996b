"""The messages of the sample's past: they count as sent at the time they were written, and nobody gets them now."""

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging.models import Message, MessageState

REFERENCE = "sample"


def note_all_sent() -> None:
    """Record every queued message as sent, by the steps that a worker takes. Called in the transaction that queued
    them, so that no worker ever finds one waiting. What the quiet hours hold back counts as sent in the morning."""
    for message in db.session.scalars(
        select(Message).where(Message.state == MessageState.QUEUED).order_by(Message.id)
    ):
        claimed = None
        while claimed is None and message.state is MessageState.QUEUED:
            at = message.not_before_at
            claimed = messaging.claim(message.id, now=at, takes_reference=True)
        if claimed is not None:
            messaging.note_sent(claimed.id, claimed.attempts, reference=REFERENCE, now=at)
