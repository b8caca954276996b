"""Giving out links, taking them back, replacing them, and noting that the customer opened one."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from aftersales import config
from aftersales.db import add, db
from aftersales.domain.customers.models import Channel
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.links import queries
from aftersales.domain.links.models import Link, LinkScope
from aftersales.domain.links.rules import NONCE_BYTES, hash_of, token_of
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext


def create(
    *, site_id: int, service_order_id: int, scope: LinkScope, now: datetime, subject_id: int | None = None
) -> Link:
    """Give out a link to an order or to one of its quotation versions. It works for the site's days of a link."""
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    link = add(
        Link(
            service_order_id=service_order_id,
            scope=scope,
            subject_id=subject_id,
            nonce=nonce,
            # The token needs the row's id; until it is known the nonce, as random as a hash, keeps the column unique.
            token_hash=hash_of(nonce),
            created_at=now,
            expires_at=now + timedelta(days=sites.get_site(site_id).setting("link.valid_days")),
        )
    )
    link.token_hash = hash_of(token_for(link))
    db.session.flush()
    return link


def order_link(*, site_id: int, service_order_id: int, now: datetime) -> Link:
    """The order's own link, made when there is none that still works."""
    return queries.find_order_link(service_order_id, now) or create(
        site_id=site_id, service_order_id=service_order_id, scope=LinkScope.ORDER, now=now
    )


def renew_order_link(*, site_id: int, service_order_id: int, now: datetime) -> Link:
    """A fresh link to the order; those before it say that they were replaced."""
    replace(service_order_id, scope=LinkScope.ORDER, now=now)
    return create(site_id=site_id, service_order_id=service_order_id, scope=LinkScope.ORDER, now=now)


def token_for(link: Link) -> str:
    """The link's token, computed anew: it is stored nowhere."""
    return token_of(link.id, link.nonce, config.current().secret_key)


def address_of(link: Link) -> str:
    """The link as the customer gets it."""
    return f"{config.current().base_url}/c/{token_for(link)}"


def stays_in_outbox(channel: Channel) -> bool:
    """Whether messages of this channel go nowhere, so that the outbox page is the only place to read them."""
    settings = config.current()
    url = settings.smtp_url if channel is Channel.EMAIL else settings.sms_url
    return bool(url.startswith("outbox:"))


def address_for_staff(link: Link | None, channel: Channel) -> str:
    """The link's address for somebody of the staff who reads a message that stayed in the outbox.

    Refuses where messages really go out: then the address is the customer's alone.
    """
    if link is None:
        raise NotFound(gettext("This message has no link."))
    if not stays_in_outbox(channel):
        raise Refused(gettext("Messages go out for real here, so only the customer can open the link."))
    return f"/c/{token_for(link)}"


def revoke(link_id: int, *, now: datetime) -> None:
    """Take a link back: from now on it is as if it had never been."""
    link = db.session.get_one(Link, link_id)
    link.revoked_at = link.revoked_at or now
    db.session.flush()


def revoke_all(service_order_id: int, *, now: datetime) -> int:
    """Take back every link of the order. Returns how many still worked."""
    found = list(
        db.session.scalars(
            select(Link).where(Link.service_order_id == service_order_id, Link.revoked_at.is_(None))
        )
    )
    for link in found:
        link.revoked_at = now
    db.session.flush()
    return len(found)


def replace(service_order_id: int, *, scope: LinkScope, now: datetime, except_id: int | None = None) -> None:
    """Say of the order's other links of this scope that something newer took their place."""
    for link in db.session.scalars(
        select(Link).where(
            Link.service_order_id == service_order_id,
            Link.scope == scope,
            Link.replaced_at.is_(None),
            Link.revoked_at.is_(None),
            Link.id != (except_id or 0),
        )
    ):
        link.replaced_at = now
    db.session.flush()


def note_opened(link_id: int, *, now: datetime) -> bool:
    """Note that the customer's browser showed the page. True the first time only."""
    noted = db.session.scalar(
        update(Link)
        .where(Link.id == link_id, Link.opened_at.is_(None))
        .values(opened_at=now)
        .returning(Link.id)
        .execution_options(synchronize_session=False)
    )
    return noted is not None
