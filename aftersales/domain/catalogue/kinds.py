"""The kinds that prices, canned jobs and an order's lines share."""

from enum import StrEnum

from aftersales.domain.staffing.models import Skill as Skill
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class PayType(StrEnum):
    CUSTOMER = "customer"
    WARRANTY = "warranty"
    INSURANCE = "insurance"
    INTERNAL = "internal"
    GOODWILL = "goodwill"


class LineKind(StrEnum):
    LABOUR = "labour"
    PART = "part"
    MATERIAL = "material"
    SUBLET = "sublet"
    FEE = "fee"


class SpecKind(StrEnum):
    """What a job asks to be written down with its value: how tight, and how much of what."""

    TORQUE = "torque"
    FLUID = "fluid"


class PriceSource(StrEnum):
    """Where the price of a canned job's line comes from at the moment when the job is put on an order."""

    RATE = "rate"
    ARTICLE = "article"
    FIXED = "fixed"


words_for(
    PayType,
    {
        PayType.CUSTOMER: _l("Customer pays"),
        PayType.WARRANTY: _l("Manufacturer pays"),
        PayType.INSURANCE: _l("Insurer pays"),
        PayType.INTERNAL: _l("Workshop pays"),
        PayType.GOODWILL: _l("Goodwill"),
    },
)
words_for(
    LineKind,
    {
        LineKind.LABOUR: _l("Labour"),
        LineKind.PART: _l("Part"),
        LineKind.MATERIAL: _l("Material"),
        LineKind.SUBLET: _l("Sublet"),
        LineKind.FEE: _l("Fee"),
    },
)
words_for(SpecKind, {SpecKind.TORQUE: _l("Torque"), SpecKind.FLUID: _l("Fluid")})
words_for(
    PriceSource,
    {
        PriceSource.RATE: _l("The site's labour rate"),
        PriceSource.ARTICLE: _l("The article's price"),
        PriceSource.FIXED: _l("A fixed price"),
    },
)
