"""Belongings and papers, and the customer's own signature on the list of them."""

from datetime import date

import pytest
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.checkins import handover, queries
from aftersales.domain.checkins.kinds import PaperKind
from aftersales.domain.checkins.models import Belonging, CheckIn, VehiclePaper
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.domain.checkins.test_walkaround import photo
from tests.factories import NOW


def leave(
    cast: Cast, order: ServiceOrder, what: str = "Child seat", client_id: str = "thing-1", **values: object
) -> None:
    with transaction():
        handover.add_belonging(
            order.id,
            **{"client_id": client_id, "what": what, "actor": cast.advisor.actor(), "now": NOW, **values},  # type: ignore[arg-type]
        )


def paper(cast: Cast, order: ServiceOrder, **values: object) -> None:
    with transaction():
        handover.add_paper(
            order.id,
            **{
                "client_id": "paper-1", "kind": PaperKind.REGISTRATION, "number": "AB 123",
                "valid_until": date(2027, 3, 1), "actor": cast.advisor.actor(), "now": NOW, **values,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def found(order: ServiceOrder) -> CheckIn:
    checkin = queries.find_checkin(order.id)
    assert checkin
    return factories.fresh(checkin)


def standing(order: ServiceOrder) -> handover.Standing:
    return handover.standing_of(order.id, found(order))


def prepare(cast: Cast, order: ServiceOrder, digest: str = "", sha256: str = "e" * 64) -> Document:
    stored = StoredDocument(DocumentKind.HANDOVER_LIST, order.number, "en", sha256, f"{sha256}.pdf", 10)
    with transaction():
        return handover.prepare(
            order.id,
            stored,
            digest=digest or standing(order).listed.digest(),
            actor=cast.advisor.actor(),
            now=NOW,
        )


def sign(cast: Cast, order: ServiceOrder, sha256: str = "e" * 64, name: str = "Katarzyna Mazur") -> Signature:
    with transaction():
        return handover.sign(
            order.id, Evidence(name), document_digest=sha256, consent_text="All of it.",
            actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip


def test_the_list_is_signed_with_evidence_of_its_own(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-5, CHK-6: the customer signs the list of belongings and papers."""
    leave(cast, arrived_order, box="12", photo=photo())
    paper(cast, arrived_order)
    assert standing(arrived_order).waits
    document = prepare(cast, arrived_order)
    signed = sign(cast, arrived_order)
    assert (signed.purpose, signed.document_id, signed.document_digest) == (
        "handover-list", document.id, document.sha256,
    )  # fmt: skip
    assert [row[:2] for row in signed.totals["listed"]] == [
        ["Child seat", "12"],
        ["Registration certificate", "AB 123"],
    ]
    assert not standing(arrived_order).waits
    assert found(arrived_order).list_signed_at == NOW


def test_a_signature_sent_twice_is_one(cast: Cast, arrived_order: ServiceOrder) -> None:
    leave(cast, arrived_order)
    prepare(cast, arrived_order)
    first = sign(cast, arrived_order)
    assert sign(cast, arrived_order).id == first.id
    assert db.session.scalar(select(func.count()).select_from(Signature)) == 1


def test_a_later_change_asks_for_a_new_signature_and_says_what_changed(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """CHK-5: also after the order was signed."""
    leave(cast, checked_in_order)
    prepare(cast, checked_in_order)
    sign(cast, checked_in_order)
    leave(cast, checked_in_order, "Umbrella", "thing-2")
    with transaction():
        first = standing(checked_in_order).listed.belongings[0]
        handover.void_belonging(checked_in_order.id, first.id, actor=cast.advisor.actor(), now=NOW)
    stands = standing(checked_in_order)
    assert (stands.waits, stands.added, stands.removed) == (True, ("Umbrella",), ("Child seat",))
    with pytest.raises(Refused, match="changed"):
        sign(cast, checked_in_order)
    prepare(cast, checked_in_order, sha256="f" * 64)
    sign(cast, checked_in_order, "f" * 64)
    assert not standing(checked_in_order).waits


def test_another_document_than_the_one_prepared_is_not_signed(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    leave(cast, arrived_order)
    prepare(cast, arrived_order)
    with pytest.raises(Refused):
        sign(cast, arrived_order, "0" * 64)
    leave(cast, arrived_order, "Umbrella", "thing-2")
    with pytest.raises(Refused):
        sign(cast, arrived_order)
    with pytest.raises(Refused, match="changed while"):
        prepare(cast, arrived_order, digest="0" * 64)


def test_nobody_signs_without_a_name_and_nothing_is_not_signed(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    leave(cast, arrived_order)
    prepare(cast, arrived_order)
    with pytest.raises(Invalid):
        sign(cast, arrived_order, name=" ")
    with transaction():
        thing = standing(arrived_order).listed.belongings[0]
        handover.void_belonging(arrived_order.id, thing.id, actor=cast.advisor.actor(), now=NOW)
    assert not standing(arrived_order).waits
    with pytest.raises(Refused, match="nothing to sign"):
        prepare(cast, arrived_order)


def test_a_paper_sent_twice_is_one_and_can_be_taken_off(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-6"""
    for _ in range(2):
        paper(cast, arrived_order, difference="Colour is red, car is blue")
    (kept,) = queries.papers_of(found(arrived_order).id)
    assert (kept.number, kept.valid_until, kept.created_by_name) == (
        "AB 123",
        date(2027, 3, 1),
        cast.advisor.name,
    )
    with transaction():
        handover.void_paper(arrived_order.id, kept.id, actor=cast.advisor.actor(), now=NOW)
    assert queries.papers_of(found(arrived_order).id) == []
    assert factories.fresh(kept).voided_at == NOW


def test_another_paper_needs_words(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(Invalid):
        paper(cast, arrived_order, kind=PaperKind.OTHER, number="")


def test_others_things_are_out_of_reach(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        other = factories.open_order(cast)
    leave(cast, other)
    paper(cast, other)
    listed = handover.listed_of(found(other).id)
    by = {"actor": cast.advisor.actor(), "now": NOW}
    with pytest.raises(NotFound), transaction():
        handover.void_belonging(arrived_order.id, listed.belongings[0].id, **by)  # type: ignore[arg-type]
    with pytest.raises(NotFound), transaction():
        handover.void_paper(arrived_order.id, listed.papers[0].id, **by)  # type: ignore[arg-type]
    with pytest.raises(NotPermitted):
        paper(cast, arrived_order, actor=cast.technician.actor())
    with pytest.raises(NotFound):
        paper(cast, arrived_order, site_id=cast.other_site.id)


def test_at_delivery_things_and_papers_go_back(cast: Cast, ready_order: ServiceOrder) -> None:
    """CHK-5, CHK-6, DLV-5"""
    leave(cast, ready_order)
    paper(cast, ready_order)
    with transaction():
        factories.hand_over(cast, factories.fresh(ready_order))
    thing = db.session.scalars(select(Belonging)).one()
    certificate = db.session.scalars(select(VehiclePaper)).one()
    assert thing.returned_at is not None
    assert certificate.returned_at is not None
    with pytest.raises(Refused):
        leave(cast, ready_order, "Umbrella", "thing-2")
