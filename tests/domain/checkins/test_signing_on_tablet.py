"""A signature that was given without connection: it counts where the order is still the one that was shown."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.db import db, transaction
from aftersales.domain import audit
from aftersales.domain.checkins import agreement, signed_content, signing
from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import DocumentKind, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.messaging.models import Message
from aftersales.domain.quotations import signed_orders
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from tests import factories
from tests.cast import Cast
from tests.domain.checkins.test_signing import EVIDENCE, LATER, PDF, complete, read
from tests.factories import NOW

STATEMENT = StoredDocument(DocumentKind.TABLET_STATEMENT, "26-0001", "en", "e" * 64, "e.json", 2000)
SIGNED = NOW + timedelta(minutes=12)


def digest_of(order: ServiceOrder) -> str:
    order, checkin, content = read(order)
    return signed_content.order_digest(order, checkin, content)


def sign(
    cast: Cast, order: ServiceOrder, digest: str, *, client_id: str = "tablet-1", signed_at: datetime = SIGNED
) -> Signature:
    with transaction():
        return signed_orders.sign_checkin_on_tablet(
            order.id, EVIDENCE, STATEMENT, copy=PDF, digest=digest, consent_text="I order this.", signed_at=signed_at,
            actor=cast.advisor.actor(), now=LATER, client_id=client_id,
        )  # fmt: skip


def ready(cast: Cast, order: ServiceOrder) -> str:
    """Everything that a signature needs; returns the digest of what the tablet has loaded."""
    complete(cast, order)
    with transaction():
        factories.price(cast, service_orders.lock_order(order.id))
    return digest_of(order)


def test_it_signs_what_the_tablet_showed_at_the_time_of_the_tablet(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-11, CHK-13: the items are authorised as if it had been signed online; the copy goes out."""
    signature = sign(cast, arrived_order, ready(cast, arrived_order))
    order = factories.fresh(arrived_order)
    assert (order.state, order.checkin_signed_at) == (OrderState.CHECKED_IN, SIGNED)
    assert (signature.document_digest, signature.at, signature.set_aside_reason) == (
        STATEMENT.sha256,
        SIGNED,
        "",
    )
    assert signature.totals["gross"] == "369.00"
    assert {line.authorisation for line in order.jobs[0].lines} == {Authorisation.AUTHORISED}
    assert db.session.query(Message).filter_by(purpose="order_signed_copy").count() > 0
    assert documents.find_signature(order.id, signing.PURPOSE) is not None
    assert audit.find_break() is None


def test_it_arrives_twice_and_is_one_signature(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-11"""
    digest = ready(cast, arrived_order)
    first = sign(cast, arrived_order, digest)
    assert sign(cast, arrived_order, digest).id == first.id
    assert db.session.query(Signature).count() == 1


def test_a_price_that_changed_meanwhile_sets_it_aside_with_the_reason(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-10: nobody has ordered what they did not see; what they signed is kept all the same."""
    digest = ready(cast, arrived_order)
    line = factories.fresh(arrived_order).jobs[0].lines[0]
    with transaction():
        work.edit_line(
            line.id, values={"unit_price": Decimal("121.00")}, actor=cast.advisor.actor(), now=LATER
        )
    signature = sign(cast, arrived_order, digest)
    order = factories.fresh(arrived_order)
    assert (order.state, order.checkin_signed_at) == (OrderState.ARRIVED, None)
    assert "changed" in signature.set_aside_reason
    assert [one.id for one in documents.list_set_aside(order.id)] == [signature.id]
    assert documents.find_signature(order.id, signing.PURPOSE) is None
    assert db.session.query(Message).filter_by(purpose="order_signed_copy").count() == 0


def test_a_photo_that_never_came_sets_it_aside(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        factories.price(cast, service_orders.lock_order(arrived_order.id))
        agreement.agree(
            arrived_order.id, promised_at=NOW + timedelta(hours=8), reason="", diagnosis_consented=False,
            diagnosis_fee=Decimal(0), actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
    signature = sign(cast, arrived_order, digest_of(arrived_order))
    assert "Take the photo" in signature.set_aside_reason


def test_of_two_tablets_the_first_signature_counts_and_the_second_is_kept(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    digest = ready(cast, arrived_order)
    first = sign(cast, arrived_order, digest)
    second = sign(cast, arrived_order, digest, client_id="tablet-2")
    assert (first.set_aside_reason, second.set_aside_reason) == (
        "", "The order was signed on another tablet meanwhile.",
    )  # fmt: skip


def test_a_tablet_whose_clock_is_ahead_signs_no_later_than_now(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    signature = sign(cast, arrived_order, ready(cast, arrived_order), signed_at=LATER + timedelta(days=3))
    assert signature.at == LATER


def test_what_was_seen_at_the_car_may_arrive_after_the_tablet_loaded_the_order(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """The digest is that of the items and prices: photos and ticks are what waited on the tablet."""
    with transaction():
        factories.price(cast, service_orders.lock_order(arrived_order.id))
        agreement.agree(
            arrived_order.id, promised_at=NOW + timedelta(hours=8), reason="", diagnosis_consented=False,
            diagnosis_fee=Decimal(0), actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
    digest = digest_of(arrived_order)
    complete(cast, arrived_order)
    assert sign(cast, arrived_order, digest).set_aside_reason == ""


def test_another_statement_is_another_document(cast: Cast, arrived_order: ServiceOrder) -> None:
    digest = ready(cast, arrived_order)
    sign(cast, arrived_order, "nonsense")
    with transaction():
        counted = signed_orders.sign_checkin_on_tablet(
            arrived_order.id, EVIDENCE, replace(STATEMENT, sha256="f" * 64), copy=PDF, digest=digest,
            consent_text="I order this.", signed_at=SIGNED, actor=cast.advisor.actor(), now=LATER, client_id="t-9",
        )  # fmt: skip
    assert (counted.set_aside_reason, counted.version_no) == ("", 2)
