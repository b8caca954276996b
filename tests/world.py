"""A whole workshop to attack: the sample's first month, two sites, orders in every state, one person per role and site.

For tests that walk the URL map. The addresses are made with ids of records that are really there.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Select, bindparam, func, literal, select
from werkzeug.routing import Rule

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts.models import Membership, Tablet, User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.accounts.tokens import token_digest
from aftersales.domain.actors import SYSTEM
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.billing.models import Invoice
from aftersales.domain.catalogue.models import CannedJob, LabourTime
from aftersales.domain.checkins.models import Belonging, CheckIn, Damage, PaperKind, VehiclePaper
from aftersales.domain.customers.models import Customer
from aftersales.domain.documents.models import Document
from aftersales.domain.inspections.models import Inspection, InspectionItem
from aftersales.domain.knowledge.models import KnowledgeEntry
from aftersales.domain.messaging.models import Message
from aftersales.domain.parts.models import Article, RequisitionLine
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.planning.models import Booking
from aftersales.domain.quality.comeback_models import Comeback, ComebackNotice
from aftersales.domain.quality.models import QualityCheck, QualityCheckItem, Rework
from aftersales.domain.quotations.models import DeferredWork, Quotation, QuotationJob
from aftersales.domain.service_orders.job_models import JobClip
from aftersales.domain.service_orders.models import Job, Line, ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing.models import (
    Absence,
    Attendance,
    Bay,
    BayClosure,
    Post,
    ShiftChange,
    Team,
    Technician,
)
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles.models import Vehicle, VehicleWarning, WarningKind
from aftersales.domain.warranty import operations as warranty
from aftersales.domain.warranty.models import Campaign, CampaignKind, CampaignVehicle
from aftersales.domain.workshop.car_models import BelongingsRequest, CarComparison
from aftersales.domain.workshop.models import Clocking, JobPhoto, ProblemReport
from aftersales.domain.workshop.time_models import ClockCorrection, ProgressCheck
from aftersales.gateways import storage
from aftersales.sample import workshop
from aftersales.web import media
from tests import world_inspections
from tests.conftest import Stage
from tests.gateways.recordings import recording

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)

# Where an argument has no record behind it, a value that the product knows.
WORDS = {
    "slug": "brakes", "kind": "wash", "size": "thumb", "sweep_id": "00000000", "number": 1, "day": "2026-12-24",
    "rest": "nothing", "code": "26-9999", "tag": "nothing",
    "name": "left", "figure": "sent-back",
}  # fmt: skip


def _of_order(*columns: Any, on: Any = None) -> Select[Any]:
    """Columns of a record that belongs to an order, its order's id last."""
    query = select(*columns).where(ServiceOrder.id == columns[-1], ServiceOrder.site_id == _SITE)
    return query if on is None else query.where(on)


_SITE = bindparam("site_id")
# The record behind each argument: its id and, where the address needs one, the id of what it belongs to.
RECORDS: dict[str, Select[Any]] = {
    **world_inspections.RECORDS,
    "order_id": _of_order(ServiceOrder.id, ServiceOrder.id),
    "job_id": _of_order(Job.id, Job.service_order_id).where(Job.voided_at.is_(None)),
    "line_id": _of_order(Line.id, Line.service_order_id).where(Line.voided_at.is_(None)),
    "quotation_id": _of_order(Quotation.id, Quotation.service_order_id),
    "version_no": _of_order(Quotation.version_no, Quotation.service_order_id),
    "deferred_id": _of_order(DeferredWork.id, DeferredWork.service_order_id),
    "report_id": _of_order(ProblemReport.id, ProblemReport.service_order_id),
    "comparison_id": _of_order(CarComparison.id, CarComparison.service_order_id),
    "notice_id": _of_order(
        ComebackNotice.id, Comeback.service_order_id, on=Comeback.id == ComebackNotice.comeback_id
    ),
    "rework_id": _of_order(Rework.id, Rework.service_order_id),
    "document_id": _of_order(Document.id, Document.service_order_id),
    "message_id": _of_order(Message.id, Message.service_order_id),
    "invoice_id": _of_order(Invoice.id, Invoice.service_order_id),
    "request_id": _of_order(RequisitionLine.id, RequisitionLine.service_order_id),
    "photo_id": _of_order(Attachment.id, Attachment.service_order_id).where(Attachment.width > 0),
    "clip_id": _of_order(JobClip.id, JobClip.service_order_id),
    "belonging_id": _of_order(Belonging.id, CheckIn.service_order_id, on=CheckIn.id == Belonging.checkin_id),
    "damage_id": _of_order(Damage.id, CheckIn.service_order_id, on=CheckIn.id == Damage.checkin_id),
    "paper_id": _of_order(
        VehiclePaper.id, CheckIn.service_order_id, on=CheckIn.id == VehiclePaper.checkin_id
    ),
    "clocking_id": _of_order(Clocking.id, Clocking.service_order_id),
    "check_id": _of_order(ProgressCheck.id, ProgressCheck.service_order_id),
    "attendance_id": select(Attendance.id).where(Attendance.site_id == _SITE),
    "correction_id": select(ClockCorrection.id).where(ClockCorrection.site_id == _SITE),
    "purchase_order_id": select(PurchaseOrder.id).where(PurchaseOrder.site_id == _SITE),
    "bay_id": select(Bay.id).where(Bay.site_id == _SITE),
    "booking_id": select(Booking.id).where(Booking.site_id == _SITE, Booking.cancelled_at.is_(None)),
    "post_id": select(Post.id).where(Post.site_id == _SITE),
    "change_id": select(ShiftChange.id).join(Technician).where(Technician.site_id == _SITE),
    "absence_id": select(Absence.id).join(Technician).where(Technician.site_id == _SITE),
    "closure_id": select(BayClosure.id).join(Bay).where(Bay.site_id == _SITE),
    "team_id": select(Team.id).where(Team.site_id == _SITE),
    "technician_id": select(Technician.id).where(Technician.site_id == _SITE),
    "user_id": select(Membership.user_id).where(
        Membership.site_id == _SITE, Membership.role == Role.TECHNICIAN
    ),
    "knowledge_id": select(KnowledgeEntry.id),
    "tablet_id": select(Tablet.id).where(Tablet.site_id == _SITE),
    # One for the whole company: every site works with them.
    "article_id": select(Article.id),
    "time_id": select(LabourTime.id),
    "vehicle_id": select(Vehicle.id),
    "customer_id": select(Customer.id),
    "campaign_id": select(Campaign.id),
    "entry_id": select(CampaignVehicle.id),
    "warning_id": select(VehicleWarning.id, VehicleWarning.vehicle_id),
}
# The same word for another record, by how the address starts.
BY_ADDRESS: dict[tuple[str, str], Select[Any]] = {
    ("/catalogue/", "job_id"): select(CannedJob.id),
    ("/inspection-items/", "item_id"): _of_order(
        InspectionItem.id,
        Inspection.service_order_id,
        on=Inspection.id == InspectionItem.inspection_id,
    ),
    ("/orders/<int:order_id>/belongings-requests", "request_id"): _of_order(
        BelongingsRequest.id, BelongingsRequest.service_order_id
    ),
    ("/quality-items/", "item_id"): _of_order(
        QualityCheckItem.id,
        QualityCheck.service_order_id,
        on=QualityCheck.id == QualityCheckItem.quality_check_id,
    ),
    ("/reports/efficiency/", "kind"): select(literal("sold")),
    ("/job-photos/", "photo_id"): _of_order(JobPhoto.attachment_id, JobPhoto.service_order_id),
}
COMPANY_WIDE = world_inspections.COMPANY_WIDE | {
    "knowledge_id",
    "campaign_id",
    "entry_id",
    "article_id",
    "time_id",
    "vehicle_id",
    "customer_id",
    "warning_id",
}
"""Arguments whose records belong to no site."""


@dataclass
class World:
    """The workshop with its people: ``client(role)`` is a browser of somebody with that one role at a site."""

    app: Flask
    site_id: int
    other_site_id: int
    tokens: dict[tuple[int, Role, bool], str] = field(default_factory=dict)

    def client(self, role: Role, site_id: int | None = None, *, by_pin: bool = False) -> FlaskClient:
        client = FlaskClient(self.app, self.app.response_class, use_cookies=True)
        with client.session_transaction() as cookie:
            cookie["token"] = self.tokens[site_id or self.site_id, role, by_pin]
        if by_pin:
            client.set_cookie("aftersales-tablet", f"tablet {site_id or self.site_id}")
        return client

    def rules(self) -> list[Rule]:
        """Every rule of the product, those that only look first."""
        rules = [rule for rule in self.app.url_map.iter_rules() if rule.endpoint != "static"]
        return sorted(rules, key=lambda rule: ("GET" not in (rule.methods or ()), rule.rule))

    def address(self, rule: Rule) -> str:
        """The rule's address with ids of records of :attr:`site_id`; a KeyError names an argument nobody knows."""
        values: dict[str, Any] = {}
        for name in sorted(rule.arguments, key=lambda name: name in ("order_id", "vehicle_id")):
            if name in values or name == "token":
                continue
            if name in WORDS:
                values[name] = WORDS[name]
                continue
            row = self._record(rule, name)
            values[name] = row[0]
            if len(row) > 1:
                values.setdefault("vehicle_id" if name == "warning_id" else "order_id", row[1])
        values = {"token": "no-such-token", **values}
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(
                rule.endpoint,
                {name: values[name] for name in rule.arguments},
                method=next(iter(rule.methods or ())),
            )

    def _record(self, rule: Rule, name: str) -> tuple[Any, ...]:
        found = [
            each for (start, arg), each in BY_ADDRESS.items() if arg == name and rule.rule.startswith(start)
        ]
        query = (found or [RECORDS[name]])[0]
        with self.app.app_context():
            newest = query.order_by(query.selected_columns[0].desc()).limit(1)
            row = db.session.execute(newest, {"site_id": self.site_id}).one_or_none()
        if row is None:
            raise LookupError(f"The sample has no {name} for {rule.rule}")
        return tuple(row)

    def is_of_a_site(self, rule: Rule) -> bool:
        """Whether the rule's address names something that belongs to one site."""
        named = rule.arguments - COMPANY_WIDE - set(WORDS) - {"token"}
        return bool(named) and not rule.rule.startswith("/catalogue/")

    def rows(self) -> dict[str, int]:
        """How many rows each table has, and the sum of the versions: what an act without effect leaves as it is."""
        found = {}
        with self.app.app_context():
            for table in db.metadata.sorted_tables:
                columns = [func.count()] + ([func.sum(table.c.version)] if "version" in table.c else [])
                row = db.session.execute(select(*columns).select_from(table)).one()
                found[table.name] = sum(int(value or 0) for value in row)
        return found


@pytest.fixture(scope="module")
def world(product: Flask, stage: Stage) -> Iterator[World]:
    """The sample at ten o'clock of a Tuesday. Tests of a module share it: those that change it come last."""
    hour = pytest.MonkeyPatch()
    hour.setattr(clock, "now", lambda: NOW)
    with product.app_context():
        workshop.load(now=NOW, months=1)
        own, other = db.session.scalars(select(Site.id).order_by(Site.id)).all()[:2]
        made = World(product, own, other)
        _populate(made)
    yield made
    hour.undo()
    stage.clear()


def _populate(world: World) -> None:
    """A person per role and site, and the few records that the sample's month may lack."""
    with transaction():
        for site_id in (world.site_id, world.other_site_id):
            tablet = add(
                Tablet(
                    site_id=site_id, name="Bay 3", token_hash=token_digest(f"tablet {site_id}"), enrolled_at=NOW,
                    enrolled_by_name="The tests", last_used_at=NOW,
                )
            )  # fmt: skip
            for role in Role:
                user = add(
                    User(
                        email=f"{role}-{site_id}@example.org", name=f"{role} {site_id}", initials="XX",
                        password_hash="nobody signs in with it",
                    )
                )  # fmt: skip
                add(Membership(user_id=user.id, site_id=site_id, role=role))
                if role is Role.TECHNICIAN:
                    add(Technician(site_id=site_id, user_id=user.id))
                for by_pin in (False, True):
                    world.tokens[site_id, role, by_pin] = accounts.sign_in(
                        user.id, address="", device="tests", now=NOW, tablet_id=tablet.id if by_pin else None,
                        by_pin=by_pin,
                    )  # fmt: skip
            if db.session.scalar(select(Team.id).where(Team.site_id == site_id).limit(1)) is None:
                add(Team(site_id=site_id, name="Team one"))
        if db.session.scalar(select(VehicleWarning.id).limit(1)) is None:
            car = db.session.scalars(select(Vehicle.id).limit(1)).one()
            vehicles.open_warning(car, kind=WarningKind.RECALL, text="Airbag", actor=SYSTEM, now=NOW)
        if db.session.scalar(select(Campaign.id).limit(1)) is None:
            campaign = warranty.save_campaign(
                None, number="26-1", title="Airbag", kind=CampaignKind.RECALL, from_on=NOW.date(), until_on=None,
                actor=SYSTEM, now=NOW,
            )  # fmt: skip
            warranty.add_vins(campaign.id, "WVWZZZ3CZKE123456", actor=SYSTEM, now=NOW)
        if db.session.scalar(select(VehiclePaper.id).limit(1)) is None:
            query = select(CheckIn.id).where(CheckIn.site_id == world.site_id).order_by(CheckIn.id.desc())
            add(
                VehiclePaper(
                    checkin_id=db.session.scalars(query.limit(1)).one(), client_id="a paper", kind=list(PaperKind)[0],
                    created_at=NOW, created_by_name="Marta",
                )
            )  # fmt: skip
        _put_something_off(world.site_id)
        _let_something_come_back(world.site_id)
        _differ_and_ask(world.site_id)
        _record_a_clip(world)
        for site_id in (world.site_id, world.other_site_id):
            world_inspections.populate(site_id, NOW)


def _record_a_clip(world: World) -> None:
    """Two recordings, one at each site: the sample has none."""
    for site_id in (world.site_id, world.other_site_id):
        job = db.session.scalars(
            select(Job)
            .join(Job.order)
            .where(ServiceOrder.site_id == site_id, Job.voided_at.is_(None))
            .limit(1)
        ).one()
        sound = recording("ogg", "", "libopus", seconds=1)
        key = storage.key_of(sound, "ogg")
        media.store().put(key, sound, "audio/ogg")
        kept = add(
            Attachment(
                client_id=f"clip-{site_id}", site_id=site_id, service_order_id=job.service_order_id,
                media_type="audio/ogg", sha256=hashlib.sha256(sound).hexdigest(), storage_key=key, thumb_key=key,
                width=0, height=0, size=len(sound), taken_at=NOW, created_at=NOW, author_name="The tests",
            )
        )  # fmt: skip
        add(JobClip(service_order_id=job.service_order_id, job_id=job.id, attachment_id=kept.id, seconds=1))


def _put_something_off(site_id: int) -> None:
    """Deferred work where the sample's month has none at this site."""
    if db.session.scalar(select(DeferredWork.id).where(DeferredWork.site_id == site_id).limit(1)):
        return
    asked = select(QuotationJob.id, Quotation.service_order_id).join(
        Quotation, Quotation.id == QuotationJob.quotation_id
    )
    job_id, order_id = db.session.execute(asked.where(Quotation.site_id == site_id).limit(1)).one()
    order = db.session.get_one(ServiceOrder, order_id)
    add(
        DeferredWork(
            site_id=site_id, vehicle_id=order.vehicle_id, customer_id=order.customer_id, service_order_id=order_id,
            quotation_job_id=job_id, title="Wiper blades", due_on=NOW.date(), created_at=NOW,
        )
    )  # fmt: skip


def _let_something_come_back(site_id: int) -> None:
    """A comeback with its notice: the sample's month may have none."""
    first, again = db.session.scalars(
        select(ServiceOrder.id).where(ServiceOrder.site_id == site_id).order_by(ServiceOrder.id).limit(2)
    )
    back = add(
        Comeback(
            site_id=site_id, service_order_id=again, first_order_id=first, is_comeback=True, days_after=9,
            decided_at=NOW, decided_by_name="Marta",
        )
    )  # fmt: skip
    person = db.session.scalars(select(User.id).order_by(User.id).limit(1)).one()
    add(ComebackNotice(comeback_id=back.id, user_id=person, user_name="Marta"))


def _differ_and_ask(site_id: int) -> None:
    """A difference to a check-in and a question about belongings: the sample's month may have none."""
    order_id = db.session.scalars(
        select(ServiceOrder.id).where(ServiceOrder.site_id == site_id).order_by(ServiceOrder.id).limit(1)
    ).one()
    add(
        CarComparison(
            service_order_id=order_id, point="of the tests", is_same=False, note="A new scratch", compared_at=NOW,
            compared_by_name="Tomasz",
        )
    )  # fmt: skip
    add(
        BelongingsRequest(
            service_order_id=order_id, what="A box in the boot", asked_at=NOW, asked_by_name="Tomasz"
        )
    )
