"""Questions about parts that values alone answer."""

import hashlib
import json
import unicodedata
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for

NOTHING = Decimal(0)


class Supply(StrEnum):
    """How far a requisition line has come; follows from its quantities."""

    ASKED = "asked"
    MISSING = "missing"
    ORDERED = "ordered"
    RESERVED = "reserved"
    ISSUED = "issued"
    EXCESS = "excess"
    DROPPED = "dropped"


words_for(
    Supply,
    {
        Supply.ASKED: _l("Not approved yet"),
        Supply.MISSING: _l("To order"),
        Supply.ORDERED: _l("On the way"),
        Supply.RESERVED: _l("Ready to hand out"),
        Supply.ISSUED: _l("Handed out"),
        Supply.EXCESS: _l("To give back"),
        Supply.DROPPED: _l("No longer wanted"),
    },
)


class SlipSigning(StrEnum):
    """How the receiver signed an issue slip."""

    PIN = "pin"
    NAME = "name"
    """Chosen by the desk: the receiver has no PIN yet."""


words_for(
    SlipSigning,
    {
        SlipSigning.PIN: _l("PIN on the parts desk's screen"),
        SlipSigning.NAME: _l("Named by the parts desk, has no PIN yet"),
    },
)


def missing(wanted: Decimal, is_authorised: bool, reserved: Decimal, with_workshop: Decimal) -> Decimal:
    """What an authorised line wants and neither has nor is promised."""
    return max(wanted - with_workshop - reserved, NOTHING) if is_authorised else NOTHING


def supply_of(
    wanted: Decimal, is_authorised: bool, reserved: Decimal, ordered: Decimal, with_workshop: Decimal
) -> Supply:
    """Where a requisition line stands: the step that is next for its slowest piece."""
    allowed = wanted if is_authorised else NOTHING
    if with_workshop > allowed:
        return Supply.EXCESS
    if wanted == NOTHING:
        return Supply.DROPPED
    if not is_authorised:
        return Supply.ASKED
    lacking = missing(wanted, is_authorised, reserved, with_workshop)
    if lacking > NOTHING:
        return Supply.MISSING if lacking > ordered else Supply.ORDERED
    return Supply.RESERVED if reserved > NOTHING else Supply.ISSUED


def is_settled(wanted: Decimal, is_authorised: bool, reserved: Decimal, with_workshop: Decimal) -> bool:
    """Whether nothing is left to hand out, to order or to give back."""
    if not is_authorised:
        return wanted == NOTHING and with_workshop == NOTHING and reserved == NOTHING
    return with_workshop == wanted and reserved == NOTHING


@dataclass(frozen=True, slots=True)
class Cover:
    """The part of a missing quantity that is on its way, and when the last of that comes."""

    quantity: Decimal
    expected_at: datetime | None


def cover(
    arrivals: Iterable[tuple[datetime, Decimal]], waits: Sequence[tuple[int, Decimal]]
) -> dict[int, Cover]:
    """Who gets what of the goods on the way: ``waits`` (key, quantity) are served in their order, the earliest
    arrival first. A wait that nothing is left for gets a cover of 0."""
    coming = deque(sorted(arrivals))
    covers = {}
    for key, quantity in waits:
        lacking, expected_at = quantity, None
        while lacking > NOTHING and coming:
            expected_at, available = coming.popleft()
            taken = min(lacking, available)
            lacking -= taken
            if available > taken:
                coming.appendleft((expected_at, available - taken))
        covers[key] = Cover(quantity - lacking, expected_at)
    return covers


def normalised_number(number: str) -> str:
    """A part number as it is compared: without blanks, dots, dashes and case."""
    return "".join(character for character in number.casefold() if character.isalnum())


def folded(text: str) -> str:
    """Text as the search compares it: without case and accents (also the Polish l with stroke)."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    return "".join(character for character in plain if not unicodedata.combining(character))


def search_text(number: str, name: str, barcode: str) -> str:
    """What the search box looks through for an article."""
    return " ".join(part for part in (normalised_number(number), folded(name), barcode) if part)[:400]


def suggested_order(
    free: Decimal, on_the_way: Decimal, reorder_point: Decimal, order_up_to: Decimal
) -> Decimal:
    """How much to order for the shelf: up to the target once free stock and goods on the way are at the reorder point."""
    if reorder_point <= NOTHING or free + on_the_way > reorder_point:
        return NOTHING
    return max(order_up_to, reorder_point) - free - on_the_way


def delivery_day(ordered_on: date, lead_days: int) -> date:
    """The day so many of the supplier's working days after the order; Sundays do not count."""
    day = ordered_on
    while lead_days > 0:
        day += timedelta(days=1)
        lead_days -= day.weekday() != 6
    return day


def slip_digest(order_number: str, receiver: str, at: datetime, handed: Iterable[tuple[str, Decimal]]) -> str:
    """SHA-256 over what the receiver of an issue slip signs: the order, who takes what (article number, quantity), when."""
    parts = [[number, f"{quantity.normalize():f}"] for number, quantity in handed]
    values = [order_number, receiver, at.astimezone(UTC).isoformat(), parts]
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()
