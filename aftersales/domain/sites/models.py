"""Sites: a workshop with its zone, currency, tax rates, opening hours and settings."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, PrimaryKey, Rate, Versioned
from aftersales.domain.sites import settings


class Site(Versioned, Base):
    """One workshop. ``settings`` holds what differs from the defaults in :mod:`.settings`."""

    __tablename__ = "sites"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10), default="en")
    prices_include_tax: Mapped[bool] = mapped_column(default=True)
    has_teams: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    tax_rates: Mapped[list["TaxRate"]] = relationship(order_by="TaxRate.rate.desc()", back_populates="site")
    opening_hours: Mapped[list["OpeningHours"]] = relationship(order_by="OpeningHours.weekday")

    def setting(self, key: str) -> Any:
        """The value of a setting at this site: its own, else the default."""
        return settings.value(self.settings, key)


class TaxRate(Identified, Base):
    """A tax rate that lines may carry; one of them is the site's default."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        UniqueConstraint("site_id", "rate"),
        CheckConstraint("rate >= 0 AND rate < 10000", name="share"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(40))
    rate: Mapped[Decimal] = mapped_column(Rate)
    is_default: Mapped[bool] = mapped_column(default=False)
    site: Mapped[Site] = relationship(back_populates="tax_rates")


class OpeningHours(Identified, Base):
    """When the site is open on a weekday (Monday is 0); a weekday without a row is closed."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("site_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens_at < closes_at", name="order"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    weekday: Mapped[int]
    opens_at: Mapped[time] = mapped_column(Time)
    closes_at: Mapped[time] = mapped_column(Time)


class ClosedDay(Identified, Base):
    """A holiday or other day on which the site is closed."""

    __tablename__ = "closed_days"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    day: Mapped[date]
    name: Mapped[str] = mapped_column(String(80), default="")


class SiteChange(Base):
    """Counts the changes that a site's board shows; polling compares it instead of drawing the board again."""

    __tablename__ = "site_changes"

    site_id: Mapped[int] = mapped_column(
        PrimaryKey, ForeignKey("sites.id"), primary_key=True, autoincrement=False
    )
    counter: Mapped[int] = mapped_column(Integer)
