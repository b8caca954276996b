"""Who may what: one map from each verb to the roles that have it. A manager can read it."""

from enum import StrEnum

from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Role(StrEnum):
    ADVISOR = "advisor"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    LEADER = "leader"
    QC = "qc"
    PARTS = "parts"
    CASHIER = "cashier"
    CARE = "care"
    CLAIMS = "claims"
    SERVICE_MANAGER = "service_manager"
    HEAD_OFFICE = "head_office"
    ADMIN = "admin"
    TECHNICAL_DIRECTOR = "technical_director"
    RECEPTION_SUPERVISOR = "reception_supervisor"
    FINANCE = "finance"


words_for(
    Role,
    {
        Role.ADVISOR: _l("Service advisor"),
        Role.MANAGER: _l("Workshop manager"),
        Role.TECHNICIAN: _l("Technician"),
        Role.LEADER: _l("Team leader"),
        Role.QC: _l("Quality supervisor"),
        Role.PARTS: _l("Parts"),
        Role.CASHIER: _l("Cashier"),
        Role.CARE: _l("Customer care"),
        Role.CLAIMS: _l("Claims officer"),
        Role.SERVICE_MANAGER: _l("Service manager"),
        Role.HEAD_OFFICE: _l("Head office"),
        Role.ADMIN: _l("Administrator"),
        Role.TECHNICAL_DIRECTOR: _l("Technical director"),
        Role.RECEPTION_SUPERVISOR: _l("Reception supervisor"),
        Role.FINANCE: _l("Finance"),
    },
)

_DESK = {Role.ADVISOR, Role.RECEPTION_SUPERVISOR, Role.CLAIMS, Role.SERVICE_MANAGER, Role.ADMIN}
_BENCH = {
    Role.TECHNICIAN,
    Role.LEADER,
    Role.TECHNICAL_DIRECTOR,
    Role.MANAGER,
    Role.SERVICE_MANAGER,
    Role.ADMIN,
}
_LEAD = {Role.MANAGER, Role.SERVICE_MANAGER, Role.ADMIN}
_PARTS = {Role.PARTS, Role.SERVICE_MANAGER, Role.ADMIN}
_CASH = {Role.CASHIER, Role.SERVICE_MANAGER, Role.ADMIN}
_BOSS = {Role.SERVICE_MANAGER, Role.ADMIN}
_ALL = set(Role)
_MONEY = _ALL - {Role.TECHNICIAN, Role.LEADER, Role.QC, Role.PARTS}

PERMISSIONS: dict[str, frozenset[Role]] = {
    verb: frozenset(roles)
    for verb, roles in {
        # reception
        "appointments.read": _ALL - {Role.QC, Role.CASHIER},
        "appointments.write": _DESK | {Role.MANAGER, Role.CARE} - {Role.CLAIMS},
        "customers.read": _ALL - {Role.TECHNICIAN, Role.LEADER, Role.QC, Role.PARTS},
        "customers.write": _DESK | {Role.CARE},
        "vehicles.read": _ALL,
        "vehicles.write": _DESK | {Role.CARE},
        "orders.read": _ALL,
        "orders.open": _DESK,
        "orders.edit": _DESK,
        "orders.promise": _DESK | {Role.MANAGER},
        "orders.hold": _DESK | _LEAD,
        "orders.cancel": _DESK,
        "orders.close_without_repair": _DESK,
        "orders.reopen": _DESK | _LEAD,
        "prices.read": _MONEY,
        "checkins.write": _DESK,
        "cars.move": _DESK | _BENCH | {Role.QC},
        "photos.mark": _DESK | _BENCH,
        "clips.add": _DESK | _BENCH,
        # workshop
        "board.read": _ALL,
        "dispatch.assign": _LEAD,
        "dispatch.give": _DESK | _LEAD,
        "orders.prioritise": _DESK | _LEAD,
        "staffing.read": _BENCH | _DESK | {Role.HEAD_OFFICE},
        "staffing.manage": _LEAD,
        "attendance.clock": _ALL - {Role.HEAD_OFFICE},
        "jobs.accept": _BENCH,
        "jobs.clock": _BENCH,
        "jobs.report_additional": _BENCH | _DESK,
        "jobs.answer_delay": _DESK | _LEAD,
        "clocks.lead": _BENCH - {Role.TECHNICIAN},
        "inspections.read": _ALL - {Role.PARTS, Role.CASHIER, Role.CARE},
        "inspections.rate": _BENCH,
        "inspections.propose": _BENCH | _DESK,
        "inspections.acknowledge_flags": {Role.LEADER, Role.TECHNICAL_DIRECTOR} | _LEAD,
        "diagnosis.write": _BENCH | _DESK,
        "specialists.call": _DESK | _BENCH,
        "specialists.come": _BENCH,
        "repair.start": _DESK | _BENCH,
        "repair.finish": _BENCH,
        # parts
        "parts.read": _ALL - {Role.QC, Role.CASHIER, Role.CARE},
        "parts.request": _BENCH | _DESK,
        "parts.costs": _PARTS | {Role.HEAD_OFFICE, Role.FINANCE},
        "parts.issue": _PARTS,
        "parts.order": _PARTS,
        "parts.receive": _PARTS,
        "parts.adjust": _PARTS,
        # quotation
        "quotations.read": _MONEY,
        "quotations.write": _DESK,
        "quotations.send": _DESK,
        "quotations.record_answer": _DESK,
        "quotations.take_note": _BENCH | _DESK,
        "quotations.authorise_other_payers": {Role.CLAIMS, Role.SERVICE_MANAGER, Role.ADMIN},
        "discounts.over_limit": _BOSS,
        # quality
        "quality.read": _ALL - {Role.PARTS, Role.CASHIER, Role.CARE},
        "quality.self_check": _BENCH,
        "quality.leader_check": {Role.LEADER, Role.TECHNICAL_DIRECTOR, Role.SERVICE_MANAGER, Role.ADMIN},
        "quality.final_check": {Role.QC, Role.TECHNICAL_DIRECTOR, Role.SERVICE_MANAGER, Role.ADMIN},
        "comebacks.decide": _DESK | _LEAD,
        "safety.allow": _LEAD,
        # delivery and money
        "delivery.prepare": _DESK | _LEAD | {Role.TECHNICIAN, Role.LEADER},
        "delivery.hand_over": _DESK,
        "invoices.read": _CASH | _DESK | {Role.HEAD_OFFICE, Role.FINANCE},
        "invoices.issue": _CASH | {Role.ADVISOR, Role.RECEPTION_SUPERVISOR},
        "payments.take": _CASH | {Role.ADVISOR, Role.RECEPTION_SUPERVISOR},
        "credit.allow": _BOSS,
        "invoices.correct": _BOSS,
        # warranty
        "campaigns.read": _DESK | _LEAD | {Role.PARTS, Role.CARE, Role.HEAD_OFFICE},
        "campaigns.manage": {Role.CLAIMS, Role.SERVICE_MANAGER, Role.ADMIN},
        "warranty.read": _DESK | _LEAD | {Role.CARE, Role.HEAD_OFFICE},
        "warranty.ask": _DESK | _BENCH,
        "warranty.decide": {Role.CLAIMS, Role.SERVICE_MANAGER, Role.ADMIN},
        # care
        "followups.read": _DESK | {Role.CARE, Role.HEAD_OFFICE},
        "followups.write": _DESK | {Role.CARE},
        # everyone and administration
        "tasks.read": _ALL,
        "documents.read": _ALL,
        "messages.resend": _DESK | {Role.CARE},
        "messages.read": _DESK | {Role.CARE, Role.CASHIER, Role.HEAD_OFFICE},
        "reports.read": _LEAD
        | {Role.HEAD_OFFICE, Role.FINANCE, Role.TECHNICAL_DIRECTOR, Role.RECEPTION_SUPERVISOR},
        "reports.export": _BOSS | {Role.HEAD_OFFICE, Role.FINANCE},
        "audit.read": {Role.ADMIN, Role.SERVICE_MANAGER},
        "users.manage": {Role.ADMIN},
        "settings.manage": {Role.ADMIN},
        "templates.manage": _LEAD,
        "catalogue.manage": _LEAD | {Role.PARTS},
        "knowledge.read": _BENCH | _DESK | {Role.QC, Role.PARTS},
        "knowledge.manage": _LEAD | {Role.LEADER, Role.TECHNICAL_DIRECTOR},
        "tablets.manage": _LEAD | {Role.LEADER, Role.TECHNICAL_DIRECTOR},
    }.items()
}

BY_PIN: frozenset[str] = frozenset(
    {
        "appointments.read",
        "attendance.clock",
        "board.read",
        "campaigns.read",
        "cars.move",
        "checkins.write",
        "clips.add",
        "clocks.lead",
        "customers.read",
        "delivery.prepare",
        "diagnosis.write",
        "dispatch.assign",
        "dispatch.give",
        "documents.read",
        "inspections.acknowledge_flags",
        "inspections.propose",
        "inspections.rate",
        "inspections.read",
        "jobs.accept",
        "jobs.answer_delay",
        "jobs.clock",
        "jobs.report_additional",
        "knowledge.manage",
        "knowledge.read",
        "orders.hold",
        "orders.prioritise",
        "orders.promise",
        "orders.read",
        "parts.issue",
        "parts.read",
        "parts.receive",
        "parts.request",
        "photos.mark",
        "prices.read",
        "quality.final_check",
        "quality.leader_check",
        "quality.read",
        "quality.self_check",
        "quotations.take_note",
        "repair.finish",
        "repair.start",
        "safety.allow",
        "specialists.call",
        "specialists.come",
        "staffing.read",
        "tasks.read",
        "vehicles.read",
        "warranty.ask",
        "warranty.read",
    }
)
"""What a session on a shared tablet that began with a PIN may do: the work of the floor, within the person's roles."""

WITH_PASSWORD: frozenset[str] = frozenset(
    {  # money, what commits a customer or the house to pay; people, prices, settings, and what leaves the house
        "appointments.write",
        "audit.read",
        "campaigns.manage",
        "catalogue.manage",
        "comebacks.decide",
        "credit.allow",
        "customers.write",
        "delivery.hand_over",
        "discounts.over_limit",
        "followups.read",
        "followups.write",
        "invoices.correct",
        "invoices.issue",
        "invoices.read",
        "messages.read",
        "messages.resend",
        "orders.cancel",
        "orders.close_without_repair",
        "orders.edit",
        "orders.open",
        "orders.reopen",
        "parts.adjust",
        "parts.costs",
        "parts.order",
        "payments.take",
        "quotations.authorise_other_payers",
        "quotations.read",
        "quotations.record_answer",
        "quotations.send",
        "quotations.write",
        "reports.export",
        "reports.read",
        "settings.manage",
        "staffing.manage",
        "tablets.manage",
        "templates.manage",
        "users.manage",
        "vehicles.write",
        "warranty.decide",
    }
)
"""What asks for a sign-in with the password, whatever the roles. A verb in neither list counts as being in this one;
a guard test asks for the decision."""


def roles_for(verb: str) -> frozenset[Role]:
    """The roles that have ``verb``; an unknown verb is a mistake in the code and fails loudly."""
    return PERMISSIONS[verb]


def allows(roles: frozenset[Role], verb: str, *, by_pin: bool) -> bool:
    """Whether somebody with ``roles`` may do ``verb``; whoever signed in with a PIN only what a PIN is enough for.

    Every question about a right ends here: screens, views and operations.
    """
    return bool(roles & roles_for(verb)) and (not by_pin or verb in BY_PIN)
