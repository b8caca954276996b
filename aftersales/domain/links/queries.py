"""Finding links."""

import hmac
from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.links.models import Link, LinkScope
from aftersales.domain.links.rules import Standing, hash_of, is_well_formed, standing_of


def find_link(token: str, now: datetime) -> tuple[Link | None, Standing]:
    """The link that this token opens, and where it stands.

    Every token, malformed ones too, costs one hash and one look-up in an index of hashes, so that the time it takes
    says nothing about how near a guess was. Where nothing may be told the link is None.
    """
    digest = hash_of(token)
    link = db.session.scalar(select(Link).where(Link.token_hash == digest))
    if not is_well_formed(token) or not hmac.compare_digest(link.token_hash if link else "0" * 64, digest):
        link = None
    standing = standing_of(link, now)
    return (None if standing is Standing.UNKNOWN else link), standing


def find_order_link(service_order_id: int, now: datetime) -> Link | None:
    """The order's newest link that still works."""
    return db.session.scalar(
        select(Link)
        .where(
            Link.service_order_id == service_order_id,
            Link.scope == LinkScope.ORDER,
            Link.revoked_at.is_(None),
            Link.replaced_at.is_(None),
            Link.expires_at > now,
        )
        .order_by(Link.id.desc())
        .limit(1)
    )


def find_quotation_link(quotation_id: int) -> Link | None:
    """The link that was sent with this quotation version, whatever became of it."""
    return db.session.scalar(
        select(Link)
        .where(Link.scope == LinkScope.QUOTATION, Link.subject_id == quotation_id)
        .order_by(Link.id.desc())
        .limit(1)
    )
