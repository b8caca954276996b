"""Labour to begin with: what an hour costs and how long the usual operations take."""

from decimal import Decimal

from aftersales.domain.catalogue.kinds import PayType, Skill

HOUR_PRICES: dict[str, dict[tuple[Skill, PayType | None], Decimal]] = {
    "PLN": {
        (Skill.MECHANICAL, None): Decimal("240.00"),
        (Skill.MECHANICAL, PayType.WARRANTY): Decimal("185.00"),
        (Skill.MECHANICAL, PayType.INTERNAL): Decimal("120.00"),
        (Skill.ELECTRICAL, None): Decimal("280.00"),
        (Skill.DIAGNOSIS, None): Decimal("290.00"),
        (Skill.BODY, None): Decimal("230.00"),
        (Skill.PAINT, None): Decimal("250.00"),
    },
    "CNY": {
        (Skill.MECHANICAL, None): Decimal("260.00"),
        (Skill.MECHANICAL, PayType.WARRANTY): Decimal("190.00"),
        (Skill.ELECTRICAL, None): Decimal("320.00"),
        (Skill.DIAGNOSIS, None): Decimal("340.00"),
        (Skill.BODY, None): Decimal("240.00"),
        (Skill.PAINT, None): Decimal("260.00"),
    },
    "EUR": {
        (Skill.MECHANICAL, None): Decimal("118.00"),
        (Skill.MECHANICAL, PayType.WARRANTY): Decimal("96.00"),
        (Skill.ELECTRICAL, None): Decimal("138.00"),
        (Skill.DIAGNOSIS, None): Decimal("142.00"),
    },
}
"""What an hour costs at a new site, by its currency. A currency without a row has no rates until somebody sets them."""


TIMES: tuple[tuple[str, str, str, Skill], ...] = (
    ("01-OIL", "Change engine oil and filter", "0.5", Skill.MECHANICAL),
    ("01-INSP", "Inspection service according to schedule", "1.2", Skill.MECHANICAL),
    ("10-PLUGS", "Replace spark plugs", "0.7", Skill.MECHANICAL),
    ("10-GLOW", "Replace glow plugs", "1.4", Skill.MECHANICAL),
    ("15-BELT", "Replace timing belt with water pump", "3.8", Skill.MECHANICAL),
    ("15-BELT-P", "Replace timing belt, petrol", "3.2", Skill.MECHANICAL),
    ("13-POLYV", "Replace poly-V belt", "0.6", Skill.MECHANICAL),
    ("19-COOL", "Drain and fill cooling system", "0.9", Skill.MECHANICAL),
    ("20-FUEL", "Replace fuel filter", "0.5", Skill.MECHANICAL),
    ("24-AIR", "Replace air filter", "0.2", Skill.MECHANICAL),
    ("27-BATT", "Replace battery and teach it in", "0.4", Skill.ELECTRICAL),
    ("34-DSG", "Change oil and filter of the dual clutch gearbox", "1.4", Skill.MECHANICAL),
    ("40-LINK", "Replace front stabiliser links", "0.7", Skill.MECHANICAL),
    ("40-SHOCK-F", "Replace front shock absorbers", "2.6", Skill.MECHANICAL),
    ("42-SHOCK-R", "Replace rear shock absorbers", "1.3", Skill.MECHANICAL),
    ("44-ALIGN", "Measure and adjust wheel alignment", "1.0", Skill.MECHANICAL),
    ("44-SEASON", "Change wheels, both axles", "0.5", Skill.MECHANICAL),
    ("44-TYRES", "Fit and balance four tyres", "1.0", Skill.MECHANICAL),
    ("44-PUNCTURE", "Repair a puncture", "0.4", Skill.MECHANICAL),
    ("46-PADS-F", "Replace front brake pads", "0.8", Skill.MECHANICAL),
    ("46-DISCS-F", "Replace front brake discs and pads", "1.3", Skill.MECHANICAL),
    ("46-PADS-R", "Replace rear brake pads", "0.9", Skill.MECHANICAL),
    ("46-DISCS-R", "Replace rear brake discs and pads", "1.5", Skill.MECHANICAL),
    ("47-FLUID", "Change brake fluid and bleed", "0.6", Skill.MECHANICAL),
    ("48-TRACK", "Replace a track rod end", "0.6", Skill.MECHANICAL),
    ("26-EXHAUST", "Replace rear silencer", "0.8", Skill.MECHANICAL),
    ("87-AC", "Service air conditioning", "0.9", Skill.MECHANICAL),
    ("87-POLLEN", "Replace pollen filter", "0.2", Skill.MECHANICAL),
    ("92-WIPERS", "Replace wiper blades", "0.1", Skill.MECHANICAL),
    ("94-BULB", "Replace a headlight bulb", "0.3", Skill.MECHANICAL),
    ("94-AIM", "Check and set headlights", "0.3", Skill.MECHANICAL),
    ("97-DIAG", "Read fault memory, guided diagnosis", "1.0", Skill.DIAGNOSIS),
    ("97-HV", "Check high-voltage battery and insulation", "0.8", Skill.ELECTRICAL),
)
"""Code, name, standard hours, skill."""
