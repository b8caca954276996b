"""Torques and fluids of the canned jobs to begin with."""

from aftersales.domain.catalogue.kinds import SpecKind

_T, _L = SpecKind.TORQUE, SpecKind.FLUID
_WHEELS = (_T, "Wheel bolts", "Nm", "120", "110", "130")

SPECS: dict[str, tuple[tuple[SpecKind, str, str, str, str, str], ...]] = {
    "OIL-PETROL": (
        (_T, "Oil drain plug", "Nm", "30", "28", "33"),
        (_T, "Oil filter", "Nm", "22", "20", "25"),
        (_L, "Engine oil", "l", "4.3", "4.1", "4.5"),
    ),
    "OIL-DIESEL": (
        (_T, "Oil drain plug", "Nm", "30", "28", "33"),
        (_T, "Oil filter housing", "Nm", "25", "23", "27"),
        (_L, "Engine oil", "l", "4.7", "4.5", "4.9"),
    ),
    "BRAKE-PADS-F": ((_T, "Guide pins, front caliper", "Nm", "35", "32", "38"), _WHEELS),
    "BRAKE-DISCS-F": (
        (_T, "Caliper carrier, front", "Nm", "200", "190", "210"),
        (_T, "Guide pins, front caliper", "Nm", "35", "32", "38"),
        _WHEELS,
    ),
    "BRAKE-PADS-R": ((_T, "Guide pins, rear caliper", "Nm", "35", "32", "38"), _WHEELS),
    "BRAKE-DISCS-R": (
        (_T, "Caliper carrier, rear", "Nm", "90", "85", "95"),
        (_T, "Guide pins, rear caliper", "Nm", "35", "32", "38"),
        _WHEELS,
    ),
    "BRAKE-FLUID": ((_L, "Brake fluid", "l", "1", "0.8", "1.2"),),
    "TYRES-4": (_WHEELS,),
    "TYRES-2": (_WHEELS,),
    "WHEEL-CHANGE": (_WHEELS,),
    "AC-SERVICE": ((_L, "Refrigerant", "g", "500", "485", "515"),),
    "COOLANT": ((_L, "Coolant", "l", "6", "5.5", "6.5"),),
    "SPARK-PLUGS": ((_T, "Spark plugs", "Nm", "22", "20", "25"),),
    "DSG-OIL": ((_L, "Gearbox oil", "l", "5.5", "5.2", "5.7"), (_T, "Gearbox drain plug", "Nm", "45", "42", "48")),
    "SHOCKS-R": ((_T, "Shock absorber, lower", "Nm", "180", "170", "190"), _WHEELS),
    "TRACK-ROD-L": ((_T, "Track rod end", "Nm", "45", "42", "48"), _WHEELS),
}  # fmt: skip
"""Torques and fluids of the canned jobs to begin with: kind, name, unit, nominal value, lower and upper limit. The
manager puts the manufacturer's values in their place; an order's job copies what stands here."""
