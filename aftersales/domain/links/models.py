"""Links: capability tokens that let a customer see one order without an account."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type


class LinkScope(StrEnum):
    """What a link opens: the order's progress, or one quotation version to answer (progress included)."""

    ORDER = "order"
    QUOTATION = "quotation"


class Link(Identified, Base):
    """One link. The token is an HMAC of id and nonce under the secret key, so that a worker can rebuild it when
    it sends; the row holds only the token's hash."""

    __tablename__ = "links"

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), index=True)
    scope: Mapped[LinkScope] = mapped_column(enum_type(LinkScope))
    subject_id: Mapped[int | None]
    nonce: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
