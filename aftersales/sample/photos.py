"""The sample's pictures: cleaned and stored once, then put on as many orders as need them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.checkins.kinds import Station
from aftersales.gateways import storage
from aftersales.web import media

_FOLDER = Path(__file__).parent / "pictures"

OF_STATION: dict[Station, str] = {
    Station.VIN: "wheel",
    Station.LEFT: "left",
    Station.FRONT_LEFT: "fl",
    Station.FRONT: "front",
    Station.FRONT_RIGHT: "fr",
    Station.RIGHT: "right",
    Station.REAR_RIGHT: "rr",
    Station.REAR: "rear",
    Station.REAR_LEFT: "rl",
    Station.DASHBOARD: "dash",
}


@dataclass(slots=True)
class Album:
    """The stored pictures by name; each use is a photo of its own, taken at its own time."""

    stored: dict[str, StoredPhoto]
    numbers: "count[int]"

    def take(self, name: str, at: datetime) -> StoredPhoto:
        return replace(self.stored[name], client_id=f"sample-photo-{next(self.numbers):06d}", taken_at=at)

    def take_anew(self, name: str, at: datetime) -> StoredPhoto:
        """The picture with a remark of its own in its bytes: a new photo of the same thing, where the same bytes twice
        would be a photo used before."""
        taken = self.take(name, at)
        remark = taken.client_id.encode()
        picture = media.store().read(taken.storage_key)
        own = picture[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + picture[2:]
        key = storage.key_of(own, "jpg")
        media.store().put(key, own, taken.media_type)
        return replace(taken, storage_key=key, sha256=hashlib.sha256(own).hexdigest(), size=len(own))


def open_album() -> Album:
    """Clean and store each picture; call it before any transaction opens."""
    stored = {}
    for path in sorted(_FOLDER.glob("*.jpg")):
        with path.open("rb") as file:
            stored[path.stem] = media.keep_photo(file)
    return Album(stored, count(1))
