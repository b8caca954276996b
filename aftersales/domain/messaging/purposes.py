"""Why the workshop writes to its customers, as data: one row is one purpose, and each has its templates.

The words stand in ``templates/messages/<purpose>.<channel>.txt``; the first line of an e-mail is its subject.
"""

from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from aftersales.domain.customers.models import Channel
from aftersales.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Purpose:
    """One occasion to write: its name on our own screens, the channels it has words for, and whether it can wait
    until the quiet hours are over. What answers the customer's own deed does not wait."""

    words: LazyString | str
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.SMS)
    respects_quiet_hours: bool = True


PURPOSES: dict[str, Purpose] = {
    "order_signed_copy": Purpose(
        _l("Copy of the signed order"), (Channel.EMAIL,), respects_quiet_hours=False
    ),
    "quotation_sent": Purpose(_l("Quote"), respects_quiet_hours=False),
    "quotation_reminder": Purpose(_l("Reminder of the quote")),
    "quotation_withdrawn": Purpose(_l("Quote withdrawn"), (Channel.SMS,)),
    "approval_received": Purpose(_l("Answer received"), respects_quiet_hours=False),
    "promise_changed": Purpose(_l("New promised time")),
    "ready_for_pickup": Purpose(_l("Car is ready")),
    "not_fetched": Purpose(_l("Reminder to fetch the car")),
    "delivery_documents": Purpose(_l("Papers of the visit"), (Channel.EMAIL,)),
    "closed_without_repair": Purpose(_l("Visit ended without a repair"), respects_quiet_hours=False),
    "appointment_reminder": Purpose(_l("Reminder of the appointment")),
    "next_service_due": Purpose(_l("Next service is due")),
    "new_link": Purpose(_l("New link"), respects_quiet_hours=False),
}
