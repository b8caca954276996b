"""What a process that was killed left half written in the folder of photos and documents."""

from datetime import datetime, timedelta

from aftersales import config
from aftersales.gateways import storage

ABANDONED = timedelta(hours=1)
"""No upload takes so long."""


def sweep(now: datetime) -> None:
    """Remove the files that nobody will finish any more; an object store keeps none."""
    settings = config.current()
    store = storage.from_url(settings.media_url)
    if isinstance(store, storage.FileStorage):
        store.clear_unfinished(now - ABANDONED)
