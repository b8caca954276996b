"""What the report templates need beside their data: labels of bars and columns."""

from datetime import date
from decimal import Decimal

from flask import Flask
from flask_babel import format_decimal

from aftersales import dates
from aftersales.domain.service_orders.models import PayType
from aftersales.i18n import label


def month_bars(chart: list[tuple[date, list[Decimal], bool]]) -> list[tuple[str, list[Decimal], bool]]:
    """The chart's groups with short month names."""
    return [(dates.short_month(month), values, current) for month, values, current in chart]


def whole(amount: Decimal) -> str:
    """An amount without cents, short enough to stand above a bar."""
    return format_decimal(amount, "#,##0")


def columns(pay_types: list[PayType]) -> list[tuple[str, str]]:
    """Pay types as right-aligned column headings."""
    return [(label(kind), "num") for kind in pay_types]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(month_bars=month_bars, whole=whole, columns=columns)
