"""Quality: the three checks of a car's work, what they verified, and the rework that they sent back."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, Quantity, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CheckStage(StrEnum):
    SELF = "self"
    LEADER = "leader"
    FINAL = "final"


class CheckResult(StrEnum):
    OK = "ok"
    NOT_OK = "not_ok"


class FaultReason(StrEnum):
    """What is wrong with something that failed the final inspection."""

    NOT_DONE = "not_done"
    NOISE = "noise"
    NOT_TIGHT = "not_tight"
    DIRTY = "dirty"
    WRONG_PART = "wrong_part"
    OTHER = "other"


class Tick(StrEnum):
    """What is ticked once per car: on the road test, and before it leaves."""

    BRAKES_STRAIGHT = "brakes_straight"
    NO_WARNING_LAMPS = "no_warning_lamps"
    NO_NEW_NOISE = "no_new_noise"
    STEERING_STRAIGHT = "steering_straight"
    WHEEL_BOLTS = "wheel_bolts"
    FLUIDS = "fluids"
    NO_TOOLS = "no_tools"
    AS_BEFORE = "as_before"


ROAD_TEST = (Tick.BRAKES_STRAIGHT, Tick.NO_WARNING_LAMPS, Tick.NO_NEW_NOISE, Tick.STEERING_STRAIGHT)
BEFORE_IT_LEAVES = (Tick.WHEEL_BOLTS, Tick.FLUIDS, Tick.NO_TOOLS, Tick.AS_BEFORE)

words_for(
    CheckStage,
    {
        CheckStage.SELF: _l("Technician's self-check"),
        CheckStage.LEADER: _l("Team leader's check"),
        CheckStage.FINAL: _l("Final inspection"),
    },
)
words_for(CheckResult, {CheckResult.OK: _l("OK"), CheckResult.NOT_OK: _l("Not OK")})
words_for(
    FaultReason,
    {
        FaultReason.NOT_DONE: _l("Not done"),
        FaultReason.NOISE: _l("Noise or vibration"),
        FaultReason.NOT_TIGHT: _l("Not tight"),
        FaultReason.DIRTY: _l("Dirty"),
        FaultReason.WRONG_PART: _l("Wrong part"),
        FaultReason.OTHER: _l("Other"),
    },
)
words_for(
    Tick,
    {
        Tick.BRAKES_STRAIGHT: _l("Brakes straight, no pulsing"),
        Tick.NO_WARNING_LAMPS: _l("No warning lamps"),
        Tick.NO_NEW_NOISE: _l("No new noise"),
        Tick.STEERING_STRAIGHT: _l("Steering wheel straight"),
        Tick.WHEEL_BOLTS: _l("Wheel bolts checked with the torque wrench"),
        Tick.FLUIDS: _l("Fluids at level"),
        Tick.NO_TOOLS: _l("No tools left in the car"),
        Tick.AS_BEFORE: _l("Seat, mirrors, radio as before"),
    },
)


class QualityCheck(Versioned, Base):
    """One check of an order's work. After rework the next round begins; the earlier ones stay on record."""

    __tablename__ = "quality_checks"
    __table_args__ = (
        UniqueConstraint("service_order_id", "stage", "round"),
        Index(None, "site_id", "stage", "checked_at"),
        CheckConstraint("road_test_end >= road_test_start", name="road_test"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    stage: Mapped[CheckStage] = mapped_column(enum_type(CheckStage))
    round: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checker_name: Mapped[str] = mapped_column(String(200), default="")
    is_passed: Mapped[bool | None]
    note: Mapped[str] = mapped_column(Text, default="")
    """The team leader's advice, or the inspector's remark."""
    road_test_start: Mapped[int | None]
    road_test_end: Mapped[int | None]
    ticks: Mapped[list[str]] = mapped_column(Json, default=list)
    torque: Mapped[str] = mapped_column(String(200), default="")
    """Measured torque, as written down: "wheel bolts 120 Nm"."""
    fluids: Mapped[str] = mapped_column(String(200), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))

    items: Mapped[list["QualityCheckItem"]] = relationship(
        order_by="QualityCheckItem.position", back_populates="check"
    )


class QualityCheckItem(Versioned, Base):
    """One thing that a check verifies: a line of authorised work, a point of the inspection, or a torque or fluid.

    ``heading``, ``title`` and ``detail`` are copies, so that the record says for ever what was verified.
    """

    __tablename__ = "quality_check_items"
    __table_args__ = (
        Index(None, "quality_check_id", "position"),
        CheckConstraint(
            "CASE WHEN line_id IS NULL THEN 0 ELSE 1 END + CASE WHEN inspection_item_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN spec_id IS NULL THEN 0 ELSE 1 END = 1",
            name="subject",
        ),
    )

    quality_check_id: Mapped[int] = mapped_column(ForeignKey("quality_checks.id"))
    position: Mapped[int]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    inspection_item_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_items.id"))
    spec_id: Mapped[int | None] = mapped_column(ForeignKey("job_specs.id"))
    heading: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(300), default="")
    value: Mapped[Decimal | None] = mapped_column(Quantity)
    """What was measured of a torque or fluid in ``unit``, and between what it may lie."""
    low: Mapped[Decimal | None] = mapped_column(Quantity)
    high: Mapped[Decimal | None] = mapped_column(Quantity)
    unit: Mapped[str] = mapped_column(String(12), default="")
    was_ok: Mapped[bool] = mapped_column(default=False)
    """A point of the inspection that was in order and that nobody worked on."""
    result: Mapped[CheckResult | None] = mapped_column(enum_type(CheckResult))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    instruction: Mapped[str] = mapped_column(Text, default="")
    """What has to be done, in the inspector's words."""
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """To whom it goes back."""
    tablet: Mapped[str] = mapped_column(String(64), default="")

    check: Mapped[QualityCheck] = relationship(back_populates="items")

    @property
    def is_outside(self) -> bool:
        """Whether the measured value lies outside its limits; the limits themselves are within."""
        if self.value is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.value <= self.high


class QualityPhoto(Identified, Base):
    """A photo of what is not OK, taken at the check."""

    __tablename__ = "quality_photos"
    __table_args__ = (Index(None, "quality_check_item_id"),)

    quality_check_item_id: Mapped[int] = mapped_column(ForeignKey("quality_check_items.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)


class Rework(Identified, Base):
    """Work that failed a check and goes back to a technician, until they say that it is done. The final inspection
    sends back single points, the team leader the work as a whole."""

    __tablename__ = "reworks"
    __table_args__ = (Index(None, "service_order_id"),)

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    quality_check_id: Mapped[int] = mapped_column(ForeignKey("quality_checks.id"))
    quality_check_item_id: Mapped[int | None] = mapped_column(
        ForeignKey("quality_check_items.id"), unique=True
    )
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    title: Mapped[str] = mapped_column(String(200))
    reasons: Mapped[list[str]] = mapped_column(Json, default=list)
    instruction: Mapped[str] = mapped_column(Text, default="")
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_name: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_by_name: Mapped[str] = mapped_column(String(200), default="")
    done_note: Mapped[str] = mapped_column(String(300), default="")
