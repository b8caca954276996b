"""Customers: persons and companies that own, drive or pay for vehicles. They belong to the company, not to a site."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CustomerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"
    INSURER = "insurer"
    MANUFACTURER = "manufacturer"


class Channel(StrEnum):
    """How messages reach someone."""

    EMAIL = "email"
    SMS = "sms"


words_for(
    CustomerKind,
    {
        CustomerKind.PERSON: _l("Person"),
        CustomerKind.COMPANY: _l("Company"),
        CustomerKind.INSURER: _l("Insurer"),
        CustomerKind.MANUFACTURER: _l("Manufacturer"),
    },
)
words_for(Channel, {Channel.EMAIL: _l("E-mail"), Channel.SMS: _l("SMS")})


class Customer(Versioned, Base):
    """A party. ``search`` is the folded name and digits that the search box looks through."""

    __tablename__ = "customers"
    __table_args__ = (Index(None, "search"), Index(None, "phone_normalised"), Index(None, "email"))

    kind: Mapped[CustomerKind] = mapped_column(enum_type(CustomerKind), default=CustomerKind.PERSON)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40), default="")
    phone_normalised: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(10), default="en")
    note: Mapped[str] = mapped_column(Text, default="")
    may_email: Mapped[bool] = mapped_column(default=True)
    may_sms: Mapped[bool] = mapped_column(default=True)
    has_credit: Mapped[bool] = mapped_column(default=False)
    search: Mapped[str] = mapped_column(String(400), default="")
    home_site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
