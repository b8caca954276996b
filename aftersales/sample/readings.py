"""What a technician of the sample measures where all is well, and what the diagnostic tool says."""

from datetime import datetime
from decimal import Decimal

from aftersales.domain.inspections import diagnosis, fault_codes
from aftersales.domain.inspections import operations as inspections
from aftersales.domain.inspections.diagnosis_models import CodeStatus
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.queries import Probe, Reading
from aftersales.domain.inspections.rules import Rating
from aftersales.sample.scene import Scene

_NEW = {"mm": Decimal("8.6"), "%": Decimal(99), "mV": Decimal(14), "MΩ": Decimal(640)}
_NEW_EVERY = 46_000
"""After so many km pads and tyres are new again."""
_WEAR_TO = Decimal("4.1")
_PICTURES = {"charging-port": "dash", "battery-housing": "wheel"}


def rate_as_good(scene: Scene, probe: Probe, at: datetime) -> None:
    """The point with values that are all right, or seen again after the last visit; its photo where it needs one."""
    values = {
        reading.measure.code: _good(scene, reading)
        for reading in probe.readings
        if reading.measure.is_required
    }
    if probe.needs_photo:
        picture = scene.album.take_anew(_PICTURES.get(probe.code, "dash"), at)
        inspections.add_photo(probe.id, picture, actor=scene.technician, now=at)
    inspections.rate(probe.id, Ruling(Rating.OK, values, ""), actor=scene.technician, now=at)


def conclude(scene: Scene, inspection_id: int, at: datetime) -> None:
    """Fault, cause and advice in a sentence each."""
    diagnosis.conclude(
        inspection_id,
        fault="What is listed below is worn; nothing else was found.",
        cause="Age and distance.",
        advice="Have what is urgent done now. The rest can wait for the next service.",
        actor=scene.technician,
        now=at,
    )


def read_codes(scene: Scene, at: datetime) -> None:
    """A diagnosis finds the code that belongs to a warning lamp."""
    code = "P0AA6" if scene.story.car.fuel.value == "electric" else "P0401"
    fault_codes.note(
        scene.order_id, code=code, status=CodeStatus.STORED, unit="Motor", site_id=scene.staff.site_id,
        actor=scene.technician, now=at,
    )  # fmt: skip


def _good(scene: Scene, reading: Reading) -> Decimal:
    """A value within its limits; what wears is less from visit to visit until it is new again."""
    unit = reading.measure.unit
    if unit == "%":
        return Decimal(99 - min(15, scene.story.car.odometer // 12_000))
    if unit != "mm":
        return _NEW.get(unit, reading.measure.low)
    place = sum(map(ord, reading.measure.code)) % 9
    worn = Decimal(scene.story.car.odometer % _NEW_EVERY) / _NEW_EVERY
    return (
        (_NEW["mm"] - (_NEW["mm"] - _WEAR_TO) * worn - Decimal(place) / 10)
        .quantize(Decimal("0.1"))
        .max(Decimal("4.1"))
    )
