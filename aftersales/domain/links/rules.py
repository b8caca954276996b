"""What a link's token is made of and where a link stands; pure."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from enum import StrEnum
from typing import Protocol

NONCE_BYTES = 16
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class Standing(StrEnum):
    """What the holder of a link's token may be told."""

    GOOD = "good"
    UNKNOWN = "unknown"
    """Never given out, malformed or revoked: nothing at all is told."""
    EXPIRED = "expired"
    REPLACED = "replaced"


class Dated(Protocol):
    """The instants of a link that decide where it stands."""

    expires_at: datetime
    revoked_at: datetime | None
    replaced_at: datetime | None


def token_of(link_id: int, nonce: str, secret: str) -> str:
    """The link's token: 32 bytes that only the holder of the secret key can compute."""
    digest = hmac.new(secret.encode(), f"link:{link_id}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hash_of(token: str) -> str:
    """What the table holds of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_well_formed(token: str) -> bool:
    return bool(_SHAPE.fullmatch(token))


def standing_of(link: Dated | None, now: datetime) -> Standing:
    """Where the link stands. A revoked link is as good as one that never was."""
    if link is None or link.revoked_at is not None:
        return Standing.UNKNOWN
    if link.replaced_at is not None:
        return Standing.REPLACED
    if link.expires_at <= now:
        return Standing.EXPIRED
    return Standing.GOOD
