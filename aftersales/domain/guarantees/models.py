"""Guarantees on our own work: what each kind of work is covered for, as it was promised when the car was here (ORD-9)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Json, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class GuaranteeKind(StrEnum):
    """The kinds of work that have terms of their own."""

    LABOUR = "labour"
    PART = "part"
    USED_PART = "used_part"
    MATERIAL = "material"
    SUBLET = "sublet"
    PAINT = "paint"


words_for(
    GuaranteeKind,
    {
        GuaranteeKind.LABOUR: _l("Labour"),
        GuaranteeKind.PART: _l("Parts"),
        GuaranteeKind.USED_PART: _l("Used parts"),
        GuaranteeKind.MATERIAL: _l("Materials"),
        GuaranteeKind.SUBLET: _l("Work by others"),
        GuaranteeKind.PAINT: _l("Paint and body"),
    },
)


class WorkGuarantee(Identified, Base):
    """What one kind of work of one job is guaranteed for, from the hand-over on. Later settings do not change it.

    ``distance`` and both odometer readings are in km. ``until_on`` and ``until_odometer`` are the last day and the last
    km that are covered; ``until_odometer`` is None where there is no limit of distance or nobody read the odometer.
    """

    __tablename__ = "work_guarantees"
    __table_args__ = (
        UniqueConstraint("job_id", "kind"),
        Index(None, "vehicle_id", "until_on"),
        Index(None, "service_order_id"),
        CheckConstraint("days > 0 AND distance >= 0", name="terms"),
        CheckConstraint("until_on > from_on", name="term"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    kind: Mapped[GuaranteeKind] = mapped_column(enum_type(GuaranteeKind))
    days: Mapped[int]
    distance: Mapped[int]
    """0: without a limit of distance."""
    from_on: Mapped[date]
    until_on: Mapped[date]
    from_odometer: Mapped[int | None]
    until_odometer: Mapped[int | None]


class PastTerms(Identified, Base):
    """The terms that a site promised until it set others: what was signed in that time holds."""

    __tablename__ = "past_guarantee_terms"
    __table_args__ = (Index(None, "site_id", "until_at"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    terms: Mapped[dict[str, list[int]]] = mapped_column(Json)
    """Days and km by kind of work: ``{"labour": [365, 20000]}``."""
