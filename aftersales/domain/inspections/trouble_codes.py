"""What a fault code is: its form, and the meaning of the usual standard ones.

Standard codes have the form of SAE J2012 / ISO 15031-6: a letter for the system (P power train, B body, C chassis, U
network), a digit 0 to 3, three hexadecimal digits, and where the tool says it a failure type of two more (``P0401-00``,
``U0100:87``). Anything else is a manufacturer's own code, kept as the tool writes it.
"""

import re

from aftersales.domain.errors import Invalid
from aftersales.i18n import N_, gettext

_STANDARD = re.compile(r"([PBCU][0-3][0-9A-F]{3})(?:[-: ]?([0-9A-F]{2}))?")
_OWN = re.compile(r"(?=.*[0-9])[0-9A-Z][0-9A-Z._/-]{2,18}[0-9A-Z]")
FIND = re.compile(r"(?<![0-9A-Za-z])([PBCUpbcu][0-3][0-9A-Fa-f]{3})(?:[-:]([0-9A-Fa-f]{2}))?(?![0-9A-Za-z])")
"""Standard codes anywhere in a text."""

MEANINGS = {
    "P0087": N_("Fuel rail pressure too low"),
    "P0100": N_("Air mass meter: circuit"),
    "P0101": N_("Air mass meter: range or performance"),
    "P0128": N_("Coolant temperature below thermostat regulating temperature"),
    "P0130": N_("Oxygen sensor, bank 1 sensor 1: circuit"),
    "P0171": N_("Mixture too lean, bank 1"),
    "P0172": N_("Mixture too rich, bank 1"),
    "P0299": N_("Turbocharger: boost too low"),
    "P0300": N_("Misfire in several cylinders"),
    "P0301": N_("Misfire in cylinder 1"),
    "P0302": N_("Misfire in cylinder 2"),
    "P0303": N_("Misfire in cylinder 3"),
    "P0304": N_("Misfire in cylinder 4"),
    "P0335": N_("Crankshaft position sensor: circuit"),
    "P0340": N_("Camshaft position sensor: circuit"),
    "P0380": N_("Glow plugs: circuit"),
    "P0401": N_("Exhaust gas recirculation: flow too low"),
    "P0402": N_("Exhaust gas recirculation: flow too high"),
    "P0420": N_("Catalyst efficiency too low, bank 1"),
    "P0442": N_("Evaporative system: small leak"),
    "P0455": N_("Evaporative system: large leak"),
    "P0500": N_("Vehicle speed sensor"),
    "P0562": N_("System voltage too low"),
    "P0563": N_("System voltage too high"),
    "P0700": N_("Transmission control: fault stored"),
    "P0A80": N_("Replace the drive battery"),
    "P0AA6": N_("High voltage: isolation fault"),
    "P2002": N_("Particle filter: efficiency too low"),
    "P2463": N_("Particle filter: soot load too high"),
    "C0035": N_("Wheel speed sensor, front left"),
    "C0040": N_("Wheel speed sensor, front right"),
    "C0045": N_("Wheel speed sensor, rear left"),
    "C0050": N_("Wheel speed sensor, rear right"),
    "U0100": N_("No communication with the engine control"),
    "U0121": N_("No communication with the brake control"),
    "U0140": N_("No communication with the body control"),
}
"""The meaning of usual standard codes, in our words; a tool's own text is taken before it."""


def normalised(text: str) -> str:
    """The code as it is kept: ``p0401 00`` becomes ``P0401-00``. Raises :class:`Invalid` for what is no code."""
    code = text.strip().upper()
    if found := _STANDARD.fullmatch(code):
        return "-".join(part for part in found.groups() if part)
    if _OWN.fullmatch(code):
        return code
    raise Invalid(
        gettext(
            "Enter a fault code: a letter P, B, C or U and four digits, for example P0401, or the manufacturer's own"
            " code with at least four characters."
        ),
        field="code",
    )


def base_of(code: str) -> str:
    """The code without its failure type: what rules and earlier orders are looked up by."""
    found = _STANDARD.fullmatch(code)
    return found.group(1) if found else code


def meaning(code: str) -> str:
    """What the standard says the code means; empty where we do not know."""
    known = MEANINGS.get(base_of(code))
    return gettext(known) if known else ""
