"""The customer signs exactly the order that is on the screen."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from aftersales.db import db, transaction
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.checkins import (
    agreement,
    handover,
    interviews,
    queries,
    signed_content,
    signing,
    stations,
    walkaround,
)
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import DamageKind, Severity, Station, Zone
from aftersales.domain.documents.models import DocumentKind, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.messaging.models import Message
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.quotations import signed_orders
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks.models import Task
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

PDF = StoredDocument(DocumentKind.SERVICE_ORDER, "26-0001", "en", "d" * 64, "d.pdf", 1000)
EVIDENCE = Evidence(typed_name="Katarzyna Mazur", relation="owner", address="10.0.0.7", device="tablet")
LATER = NOW + timedelta(minutes=20)


def complete(cast: Cast, order: ServiceOrder, **agreed: Any) -> None:
    """Everything that a signature needs, except prices."""
    actor = cast.advisor.actor()
    with transaction():
        checkins.edit(order.id, values={"covers_fitted": True, "odometer": 118_420}, actor=actor, now=NOW)
        for station in ("vin", "left", "front", "right", "rear", "dashboard"):
            walkaround.add_photo(
                order.id,
                StoredPhoto(f"photo-{station}", "image/jpeg", "a" * 64, f"{station}.jpg", f"{station}t.jpg", 8, 6, 9, NOW),
                station=Station(station), actor=actor, now=NOW,
            )  # fmt: skip
        agreement.agree(
            order.id,
            **{
                "promised_at": NOW + timedelta(hours=8), "reason": "", "diagnosis_consented": False,
                "diagnosis_fee": Decimal(0), **agreed,
            },
            actor=actor, now=NOW,
        )  # fmt: skip


def prepare(cast: Cast, order: ServiceOrder, pdf: StoredDocument = PDF) -> None:
    order, checkin, content = read(order)
    digest = signed_content.content_digest(order, checkin, content)
    with transaction():
        signing.prepare(order.id, pdf, digest=digest, actor=cast.advisor.actor(), now=LATER)


def read(order: ServiceOrder) -> tuple[ServiceOrder, Any, signed_content.Priced]:
    db.session.rollback()
    order = factories.fresh(order)
    return order, queries.find_checkin(order.id), signed_content.priced(order.id, includes_tax=True)


def sign(cast: Cast, order: ServiceOrder, digest: str = PDF.sha256, client_id: str = "") -> Signature:
    with transaction():
        return signed_orders.sign_checkin(
            order.id, EVIDENCE, document_digest=digest, consent_text="I order these items.", client_id=client_id,
            actor=cast.advisor.actor(), now=LATER,
        )  # fmt: skip


@pytest.fixture
def complete_order(cast: Cast, arrived_order: ServiceOrder) -> ServiceOrder:
    with transaction():
        factories.price(cast, factories.fresh(arrived_order))
    complete(cast, arrived_order)
    return arrived_order


def test_the_signature_authorises_the_priced_items(cast: Cast, complete_order: ServiceOrder) -> None:
    """CHK-13: the signed items go to repair without a second approval."""
    prepare(cast, complete_order)
    sign(cast, complete_order)
    order, _, content = read(complete_order)
    assert (order.state, order.checkin_signed_at) == ("checked_in", LATER)
    assert {line.authorisation for line in content.lines} == {"authorised"}
    assert order.authorised_gross == Decimal("369.00")
    assert [
        task.type for task in db.session.query(Task).filter_by(closed_at=None, service_order_id=order.id)
    ] == ["assign_technician"]


def test_the_signature_names_document_version_totals_time_and_device(
    cast: Cast, complete_order: ServiceOrder
) -> None:
    """CHK-10"""
    prepare(cast, complete_order)
    signed = sign(cast, complete_order)
    assert (signed.document_digest, signed.version_no, signed.at, signed.device, signed.relation) == (
        PDF.sha256, 1, LATER, "tablet", "owner",
    )  # fmt: skip
    assert signed.totals == {"net": "300.00", "tax": "69.00", "gross": "369.00"}
    assert signed.consent_text == "I order these items."


@pytest.mark.parametrize(
    "change", ["line", "job", "damage", "photo", "thing", "skip", "wish", "interview", "promise"]
)
def test_an_order_that_changed_after_its_document_was_made_is_not_signed(
    change: str, cast: Cast, complete_order: ServiceOrder
) -> None:
    """CHK-10: the signature is on exactly what was shown."""
    prepare(cast, complete_order)
    order, _, content = read(complete_order)
    actor, line = cast.advisor.actor(), content.lines[1]
    with transaction():
        if change == "line":
            work.edit_line(line.id, values={"unit_price": Decimal("190.00")}, actor=actor, now=NOW)
        elif change == "job":
            work.add_job(order.id, title="Wipers", actor=actor, now=NOW)
        elif change == "damage":
            walkaround.add_damage(
                order.id, client_id="late", zone=Zone.ROOF, kind=DamageKind.DENT, severity=Severity.HEAVY,
                actor=actor, now=NOW,
            )  # fmt: skip
        elif change == "photo":
            late = StoredPhoto("late", "image/jpeg", "b" * 64, "late.jpg", "latet.jpg", 8, 6, 9, NOW)
            walkaround.add_photo(order.id, late, station=Station.BOOT, actor=actor, now=NOW)
        elif change == "thing":
            handover.add_belonging(order.id, client_id="late", what="Umbrella", actor=actor, now=NOW)
        elif change == "skip":
            stations.skip(
                order.id, station=Station.BOOT, reason="declined", client_id="late", actor=actor, now=NOW
            )
        elif change == "interview":
            interviews.keep(
                order.id, order.jobs[0].id, restated="It whistles", answers={}, is_road_tested=False,
                road_test_km=None, road_test_by="", road_test_found="", actor=actor, now=NOW,
            )  # fmt: skip
        elif change == "wish":
            checkins.edit(order.id, values={"collector_name": "Ewa Mazur"}, actor=actor, now=NOW)
        else:
            service_orders.promise(
                order.id, promised_at=NOW + timedelta(hours=9), reason="Parts", actor=actor, now=NOW
            )
    with pytest.raises(Refused, match="sign the list" if change == "thing" else "changed"):
        sign(cast, complete_order)
    assert read(complete_order)[0].state == "arrived"


def test_another_document_than_the_one_on_the_screen_is_not_signed(
    cast: Cast, complete_order: ServiceOrder
) -> None:
    prepare(cast, complete_order)
    with pytest.raises(Refused, match="changed"):
        sign(cast, complete_order, digest="e" * 64)


def test_a_signature_without_a_name_is_refused(cast: Cast, complete_order: ServiceOrder) -> None:
    prepare(cast, complete_order)
    with pytest.raises(Invalid), transaction():
        signed_orders.sign_checkin(
            complete_order.id, replace(EVIDENCE, typed_name=" "), document_digest=PDF.sha256, consent_text="x",
            actor=cast.advisor.actor(), now=LATER,
        )  # fmt: skip
    assert read(complete_order)[0].state == "arrived"


def test_a_double_tap_signs_once(cast: Cast, complete_order: ServiceOrder) -> None:
    prepare(cast, complete_order)
    first = sign(cast, complete_order, client_id="tablet-1-sign")
    assert sign(cast, complete_order, client_id="tablet-1-sign").id == first.id
    assert db.session.query(Signature).count() == 1


def test_a_signed_check_in_is_not_signed_again_while_nothing_changed(
    cast: Cast, complete_order: ServiceOrder
) -> None:
    prepare(cast, complete_order)
    sign(cast, complete_order)
    with pytest.raises(Refused, match="Nothing has changed"):
        prepare(cast, complete_order)


def test_a_line_changed_later_needs_a_new_signature(cast: Cast, complete_order: ServiceOrder) -> None:
    """CHK-10: a later change shows that it needs a new signature; that signature is on the new document."""
    prepare(cast, complete_order)
    sign(cast, complete_order)
    line = read(complete_order)[2].lines[1]
    assert not line.needs_new_signature
    with transaction():
        work.edit_line(
            line.id, values={"unit_price": Decimal("289.00")}, actor=cast.advisor.actor(), now=LATER
        )
    assert read(complete_order)[2].lines[1].needs_new_signature
    second = replace(PDF, sha256="2" * 64)
    prepare(cast, complete_order, second)
    signed = sign(cast, complete_order, digest=second.sha256)
    assert (signed.version_no, signed.totals["gross"]) == (2, "469.00")
    order, _, content = read(complete_order)
    assert not content.lines[1].needs_new_signature
    assert (order.state, order.authorised_gross) == ("checked_in", Decimal("469.00"))


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [("covers", "covers"), ("photo", "Dashboard"), ("odometer", "odometer"), ("promise", "Promise")],
)
def test_what_is_missing_is_named(
    left_out: str, sentence: str, cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-2: required photos are a setting; the refusal names what is missing."""
    with transaction():
        factories.price(cast, factories.fresh(arrived_order))
    complete(cast, arrived_order)
    _, checkin, _ = read(arrived_order)
    with transaction():
        checkin = factories.fresh(checkin)
        if left_out == "covers":
            checkin.covers_fitted_at = None
        elif left_out == "photo":
            db.session.query(walkaround.CheckInPhoto).filter_by(station=Station.DASHBOARD).delete()
        elif left_out == "odometer":
            checkin.odometer = None
        else:
            factories.fresh(arrived_order).promised_at = None
    with pytest.raises(Refused, match=sentence):
        prepare(cast, arrived_order)


def test_a_site_that_requires_other_photos_gets_them(cast: Cast, complete_order: ServiceOrder) -> None:
    """CHK-2"""
    with transaction():
        db.session.get_one(Site, cast.site.id).settings = {"walkaround.required": ["boot"]}
    with pytest.raises(Refused, match="Boot"):
        prepare(cast, complete_order)


def test_an_unknown_cause_is_signed_with_consent_to_the_diagnosis(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """DIA-8: without prices the order can only be signed with the recorded consent to a diagnosis."""
    complete(cast, arrived_order)
    with pytest.raises(Refused, match="consent"):
        prepare(cast, arrived_order)
    complete(cast, arrived_order, diagnosis_consented=True)
    prepare(cast, arrived_order)
    sign(cast, arrived_order)
    order = read(arrived_order)[0]
    assert (order.state, order.diagnosis_consent_at, order.authorised_lines) == ("checked_in", LATER, 0)


def test_nobody_starts_a_diagnosis_without_consent_or_ordered_work(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """DIA-8: technical diagnosis starts only after the customer's recorded consent."""
    with transaction():
        order = factories.assign(cast, factories.fresh(checked_in_order))
        for line in factories.fresh(order).jobs[0].lines:
            work.void_line(
                line.id, reason="Customer changed their mind", actor=cast.advisor.actor(), now=LATER
            )
    with pytest.raises(Refused, match="consented to a diagnosis"), transaction():
        factories.accept(cast, service_orders.lock_order(order.id))
    with transaction():
        factories.fresh(order).diagnosis_consent_at = LATER
    with transaction():
        assert factories.accept(cast, service_orders.lock_order(order.id)).state == "in_progress"


def test_the_fee_for_the_diagnosis_is_on_the_signed_order(cast: Cast, arrived_order: ServiceOrder) -> None:
    """DIA-8: the consent is recorded with the fee; a changed fee is one line, not two."""
    complete(cast, arrived_order, diagnosis_consented=True, diagnosis_fee=Decimal("80.00"))
    complete(cast, arrived_order, diagnosis_consented=True, diagnosis_fee=Decimal("123.00"))
    prepare(cast, arrived_order)
    signed = sign(cast, arrived_order)
    assert signed.totals == {"net": "100.00", "tax": "23.00", "gross": "123.00"}
    complete_lines = read(arrived_order)[2].lines
    assert [(line.kind, line.gross) for line in complete_lines] == [("fee", Decimal("123.00"))]


def test_a_fee_needs_the_consent(cast: Cast, arrived_order: ServiceOrder) -> None:
    """DIA-8"""
    with pytest.raises(Invalid) as refusal:
        complete(cast, arrived_order, diagnosis_fee=Decimal("80.00"))
    assert refusal.value.field == "diagnosis_fee"


def test_the_signed_order_is_version_one_approved_in_person(cast: Cast, complete_order: ServiceOrder) -> None:
    """CHK-13: the priced order is a version that was approved in person, to the cent."""
    prepare(cast, complete_order)
    signed = sign(cast, complete_order)
    (version,) = quotations.list_versions(complete_order.id)
    assert (version.version_no, version.kind, version.answered_by, version.approved_gross, version.signature_id) == (
        1, "checkin", "in_person", Decimal("369.00"), signed.id,
    )  # fmt: skip


def test_the_customer_gets_a_copy_of_what_was_signed(cast: Cast, complete_order: ServiceOrder) -> None:
    """CHK-10"""
    prepare(cast, complete_order)
    signed = sign(cast, complete_order)
    (message,) = db.session.query(Message).filter_by(purpose="order_signed_copy")
    assert (message.document_id, message.recipient) == (signed.document_id, "katarzyna@example.org")
