"""What a value says beside that of the last visit: how fast it wears, and how far it still reaches."""

from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")


def per_thousand(
    *, before: Decimal, now: Decimal, odometer_before: int | None, odometer_now: int | None
) -> Decimal | None:
    """The wear per 1,000 km (or miles, as the site counts), rounded to hundredths.

    ``(before - now) / (odometer_now - odometer_before) * 1000``. None where an odometer is missing, or stands where it
    stood or lower, and where the value is no smaller than it was (a new part): no figure is better than a wrong one.
    """
    if odometer_before is None or odometer_now is None or odometer_now <= odometer_before or now >= before:
        return None
    wear = (before - now) / Decimal(odometer_now - odometer_before) * 1000
    return wear.quantize(_HUNDREDTH, ROUND_HALF_UP)


def reach(*, now: Decimal, limit: Decimal | None, wear: Decimal | None) -> int | None:
    """How far the value lasts until ``limit`` at this wear, rounded down to whole thousands of km or miles:
    ``(now - limit) / wear * 1000``. None without wear or limit; 0 where it is beyond the limit already."""
    if limit is None or not wear:
        return None
    return max(0, int((now - limit) / wear)) * 1000
