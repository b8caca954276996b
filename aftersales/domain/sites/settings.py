"""Settings of a site: every figure that a rule calls a default. One row here is one setting; nothing else is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel.speaklater import LazyString

from aftersales.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting's default, whose type is the setting's type, and its words on the settings page."""

    default: Any
    words: LazyString | str
    unit: LazyString | str = ""
    least: int | None = None
    most: int | None = None
    """Bounds of a number, where the rule sets some."""


SETTINGS: dict[str, Setting] = {
    "promise.reserve_minutes": Setting(60, _l("Reserve added to the promised time"), _l("minutes")),
    "quotation.valid_days": Setting(7, _l("A quote is valid for"), _l("days")),
    "quotation.reminder_hours": Setting(
        4, _l("Remind the customer of an unanswered quote after"), _l("hours")
    ),
    "pickup.reminder_hours": Setting(
        24, _l("Remind the customer to fetch a finished car after"), _l("hours")
    ),
    "followup.first_hours": Setting(24, _l("First follow-up call after delivery, earliest"), _l("hours")),
    "followup.latest_hours": Setting(72, _l("First follow-up call after delivery, latest"), _l("hours")),
    "service.reminder_days": Setting(21, _l("Remind of the next service before it is due"), _l("days")),
    "messages.quiet_from": Setting(20, _l("No messages to customers from"), _l("o'clock")),
    "messages.quiet_until": Setting(8, _l("Messages to customers again from"), _l("o'clock")),
    "link.valid_days": Setting(30, _l("A customer's link works for"), _l("days")),
    "quality.road_test": Setting(True, _l("A road test belongs to the final inspection")),
    "inspection.seconds_per_point": Setting(
        3, _l("Fastest check of an inspection point; faster ones are shown to the team leader"), _l("seconds")
    ),
    "comeback.days": Setting(30, _l("A return counts as a comeback within"), _l("days")),
    "walkaround.required": Setting(
        ["vin", "left", "front", "right", "rear", "dashboard"], _l("Photos required at check-in")
    ),
    "checkin.sign_handover_list": Setting(True, _l("Customers sign the list of belongings and papers")),
    "clips.seconds": Setting(60, _l("Longest video or sound recording"), _l("seconds")),
    "clips.video_megabytes": Setting(50, _l("Largest video, at most 100"), "MB"),
    "clips.sound_megabytes": Setting(10, _l("Largest sound recording, at most 100"), "MB"),
    "tablet.lock_minutes": Setting(5, _l("A shared tablet locks itself after"), _l("minutes")),
    "parking.places": Setting("", _l("Parking places, with commas between them")),
    "deferred.days": Setting(90, _l("Offer declined work again after"), _l("days")),
    "approval.due_hours": Setting(2, _l("An answer to a quote is expected within"), _l("hours")),
    "assign.due_minutes": Setting(15, _l("A car is given to a technician within"), _l("minutes")),
    "discount.limit_percent": Setting(5, _l("Highest discount without the service manager"), "%"),
    "prices.hidden_from_technicians": Setting(True, _l("Technicians see no prices")),
    "work.at_risk_minutes": Setting(
        30, _l("A car is at risk when less spare time is left than"), _l("minutes")
    ),
    "holidays.observe": Setting(True, _l("Public holidays of the country are days off")),
    "holidays.region": Setting(
        "", _l("Region with holidays of its own, for example BY; empty: the country's")
    ),
    "appointments.minutes": Setting(60, _l("A visit is expected to take"), _l("minutes")),
    "appointments.preparation_minutes": Setting(
        15, _l("Kept free before a visit to prepare for it"), _l("minutes")
    ),
    "plan.default_minutes": Setting(30, _l("A job without hours is planned with"), _l("minutes")),
    "workshop.wash_first": Setting(False, _l("Cars are washed before the workshop takes them over")),
    "dispatch.advisor_gives": Setting(
        False, _l("Advisors give work that one team can do straight to that team")
    ),
    "work.ask_percent": Setting(
        75,
        _l("Ask the technician whether a job will be ready on time, at"),
        _l("% of the planned time"),
        least=70,
        most=80,
    ),
    "clock.grace_minutes": Setting(
        30, _l("A clock that still runs so long after the shift is taken for forgotten"), _l("minutes")
    ),
    "clock.correction_needs_yes": Setting(
        True, _l("Corrections of one's own times need the team leader's yes")
    ),
    "parts.order_minutes": Setting(
        60, _l("Missing parts are ordered, and their arrival is confirmed, within"), _l("minutes")
    ),
    "parts.issue_minutes": Setting(15, _l("Requested parts are handed out within"), _l("minutes")),
    "invoice.due_days": Setting(14, _l("An invoice on account is due within"), _l("days")),
    "guarantee.labour_days": Setting(365, _l("Guarantee on labour"), _l("days")),
    "guarantee.labour_km": Setting(20000, _l("Guarantee on labour; 0: without a limit of distance"), "km"),
    "guarantee.part_days": Setting(730, _l("Guarantee on parts"), _l("days")),
    "guarantee.part_km": Setting(0, _l("Guarantee on parts; 0: without a limit of distance"), "km"),
    "guarantee.used_part_days": Setting(180, _l("Guarantee on used parts"), _l("days")),
    "guarantee.used_part_km": Setting(
        10000, _l("Guarantee on used parts; 0: without a limit of distance"), "km"
    ),
    "guarantee.material_days": Setting(365, _l("Guarantee on materials"), _l("days")),
    "guarantee.material_km": Setting(
        20000, _l("Guarantee on materials; 0: without a limit of distance"), "km"
    ),
    "guarantee.sublet_days": Setting(365, _l("Guarantee on work by others"), _l("days")),
    "guarantee.sublet_km": Setting(
        20000, _l("Guarantee on work by others; 0: without a limit of distance"), "km"
    ),
    "guarantee.paint_days": Setting(1095, _l("Guarantee on paint and body"), _l("days")),
    "guarantee.paint_km": Setting(0, _l("Guarantee on paint and body; 0: without a limit of distance"), "km"),
    "warranty.watch": Setting(True, _l("Warn when a vehicle comes near a limit of the warranty law")),
    "warranty.same_fault_limit": Setting(
        0, _l("Repairs of one fault that the law allows; 0: as the site's country"), _l("times")
    ),
    "warranty.days_limit": Setting(
        0, _l("Days in the workshop that the law allows; 0: as the site's country"), _l("days")
    ),
    "warranty.maintenance_codes": Setting(
        "INSPECTION, OIL, WHEEL-CHANGE, TYRES, AC-SERVICE, DIAGNOSIS, HV-CHECK",
        _l("Canned jobs that are no repair of a fault; their codes begin with"),
    ),
}


def value(own: Mapping[str, Any], key: str) -> Any:
    """The site's own value, else the default. An unknown key is a mistake in the code and fails loudly."""
    return own.get(key, SETTINGS[key].default)


def words_of(text: str) -> list[str]:
    """The single words of a setting that holds a list with commas between them."""
    return [word for part in text.split(",") if (word := part.strip())]
