"""Taking the text out of uploaded manuals, so that the search finds each page."""

from datetime import datetime

from aftersales import clock, config
from aftersales.db import db, transaction
from aftersales.domain.knowledge import operations, queries
from aftersales.domain.knowledge.models import KnowledgeEntry
from aftersales.gateways import manuals, storage
from aftersales.gateways.manuals import ManualRefused
from aftersales.gateways.storage import NotStored
from aftersales.jobs import queue


def read_text(entry_id: int) -> None:
    """Read the PDF of one entry. Twice is once: who comes second finds the text there."""
    entry = db.session.get(KnowledgeEntry, entry_id)
    if entry is None or entry.text_read_at is not None or not entry.storage_key:
        return
    key, trouble, texts = entry.storage_key, "", [""]
    db.session.rollback()
    try:
        texts = manuals.read_text(_read(key))
        if not any(text.strip() for text in texts):
            trouble = "no_text"
    except (ManualRefused, NotStored) as failure:
        trouble = failure.reason
    with transaction():
        entry = operations.get(entry_id)
        if entry.text_read_at is None:
            operations.store_text(entry, texts, now=clock.now(), trouble=trouble)


def sweep(now: datetime) -> None:
    """Find the documents whose text nobody has read yet."""
    for entry_id in queries.list_unread():
        queue.enqueue_or_run("aftersales.jobs.knowledge.read_text", entry_id, queue=queue.DOCUMENTS)


def _read(key: str) -> bytes:
    settings = config.current()
    return storage.from_url(settings.media_url).read(key)
