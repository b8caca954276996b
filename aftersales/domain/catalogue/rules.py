"""Which labour rate and which canned job fit, from their values alone."""

import re
from collections.abc import Mapping
from decimal import Decimal

from aftersales.domain.catalogue.kinds import PayType, Skill
from aftersales.domain.folding import folded

RateKey = tuple[Skill, PayType | None]


def rate_for(rates: Mapping[RateKey, Decimal], skill: Skill, pay_type: PayType) -> Decimal | None:
    """The price of an hour: the skill's own for this payer, the skill's for all, else the mechanics' likewise."""
    for wanted in (skill, Skill.MECHANICAL):
        for payer in (pay_type, None):
            if (wanted, payer) in rates:
                return rates[wanted, payer]
    return None


def fits_vehicle(model_filter: str, vehicle: str) -> bool:
    """Whether the vehicle's words (make, model, engine, fuel, year) carry one of the filter's words."""
    wanted = [part for part in re.split(r"[,;]\s*", folded(model_filter).strip()) if part]
    return not wanted or any(part in folded(vehicle) for part in wanted)


def is_found_by(query: str, *texts: str) -> bool:
    """Whether every word of ``query`` stands somewhere in the texts."""
    there = folded(" ".join(texts))
    return all(word in there for word in folded(query).split())
