"""What a technician of the sample measures where all is well, and what the diagnostic tool says."""

from datetime import datetime
from decimal import Decimal

from aftersales.domain.inspections import diagnosis, fault_codes
from aftersales.domain.inspections import operations as inspections
from aftersales.domain.inspections.diagnosis_models import CodeStatus
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.sheet import Probe, Reading, Sheet
from aftersales.domain.workshop import faults
from aftersales.sample.scene import Scene

_NEW = {"mm": Decimal("8.6"), "%": Decimal(99), "mV": Decimal(14), "MΩ": Decimal(640)}
_NEW_EVERY = 46_000
"""After so many km pads and tyres are new again."""
_WEAR_TO = Decimal("4.1")
_MEASURED_FIRST = {"brakes-front": Decimal("0.3"), "hv-battery-health": Decimal(1)}
"""How much less these points are than last time."""
_CAUSES = {
    "BRAKE-DISCS-F": "Pads glazed; the disc has a ridge and runs out by 0.12 mm",
    "BRAKE-DISCS-R": "Inner pad stuck in its seat and worn to the plate",
    "STABILISER-LINKS": "Ball joint of the link has play; seen on the wheels, not on the lift",
    "BATTERY-AGM": "Battery at 58 % of its cold start current; rest current is good",
    "POLY-V-BELT": "Ribs cracked, tensioner at its stop",
    "EXHAUST-REAR": "Rear silencer rusted through at its front seam",
    "POLLEN-FILTER": "Filter wet and full of leaves; drain of the bulkhead was blocked",
}
"""What a technician finds behind the usual concerns, by the canned job that mends it."""
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


def measure_some(scene: Scene, sheet: Sheet, at: datetime) -> None:
    """Of an inspection that goes on: pads and battery are measured, a little less than last time, so that the wear stands
    beside them; and the photo of the rear brakes is one that was taken at check-in."""
    for probe in sheet.probes:
        if probe.code not in _MEASURED_FIRST:
            continue
        values = {
            reading.measure.code: reading.before - _MEASURED_FIRST[probe.code] * (1 + place % 2)
            for place, reading in enumerate(probe.readings)
            if reading.before is not None
        }
        if values:
            inspections.rate(probe.id, Ruling(None, values, ""), actor=scene.technician, now=at)
    rear = next(probe for probe in sheet.probes if probe.code == "brakes-rear")
    inspections.add_photo(rear.id, scene.album.take("wheel", at), actor=scene.technician, now=at)


def confirm_faults(scene: Scene, at: datetime) -> None:
    """What the technician found behind the customer's words, where it is one of the usual things."""
    for job, concern in zip(scene.order.jobs, scene.story.concerns, strict=False):
        if note := _CAUSES.get(concern.code):
            faults.check(
                job.id, site_id=scene.staff.site_id, is_found=True, note=note, actor=scene.technician, now=at
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
