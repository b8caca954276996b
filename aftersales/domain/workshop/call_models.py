"""Calls for a technical specialist."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CallPlace(StrEnum):
    RECEPTION = "reception"
    PRE_CHECK = "pre_check"
    BAY = "bay"


words_for(
    CallPlace,
    {
        CallPlace.RECEPTION: _l("Reception"),
        CallPlace.PRE_CHECK: _l("Pre-check bay"),
        CallPlace.BAY: _l("The car's bay"),
    },
)


class SpecialistCall(Identified, Base):
    """Somebody asks a technical specialist to come to a place, for a car (DIA-9). At most one waits per car and place."""

    __tablename__ = "specialist_calls"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "site_id", "called_at"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    place: Mapped[CallPlace] = mapped_column(enum_type(CallPlace))
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    called_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    called_by_name: Mapped[str] = mapped_column(String(200))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acknowledged_by_name: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
