"""What a line costs and what it may cost."""

from decimal import Decimal

from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid
from aftersales.domain.service_orders.models import (
    Line,
)
from aftersales.domain.sites.models import Site
from aftersales.i18n import gettext
from aftersales.money import line_amount


def default_tax_rate(site: Site) -> Decimal:
    """The rate that the site marked as its default, else its highest, else none."""
    rates = site.tax_rates
    return next((rate.rate for rate in rates if rate.is_default), rates[0].rate if rates else Decimal(0))


def price_line(line: Line, site: Site) -> None:
    amount = line_amount(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax_rate=line.tax_rate,
        includes_tax=site.prices_include_tax,
    )
    line.net, line.tax, line.gross = amount.net, amount.tax, amount.gross


def check_line(description: str, quantity: Decimal, unit_price: Decimal, discount: Decimal) -> None:
    if not description.strip():
        raise Invalid(gettext("Say what the line is for."), field="description")
    if quantity <= 0:
        raise Invalid(gettext("Enter a quantity above 0."), field="quantity")
    if unit_price < 0:
        raise Invalid(gettext("Enter a price of 0 or more."), field="unit_price")
    if not 0 <= discount <= 1:
        raise Invalid(gettext("Enter a discount between 0 and 100 %."), field="discount_percent")


def check_discount(discount: Decimal, site: Site, actor: Actor) -> None:
    """Discounts above the site's limit are the service manager's (PAY-3)."""
    limit = Decimal(site.setting("discount.limit_percent"))
    if discount * 100 > limit and not actor.may("discounts.over_limit"):
        raise Invalid(
            gettext("Discounts above %(limit)s %% are decided by the service manager.", limit=limit),
            field="discount_percent",
        )
