"""/orders/…/pickup: explain, pay, sign, hand over; each step is a form that works without script."""

import io
from datetime import timedelta

import pypdf
import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.billing.models import Invoice, Payment
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.delivery import operations as delivery
from aftersales.domain.delivery.models import Delivery, HandedOver, Preparation, TakeOver
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW
from tests.html import CheckingClient, Html, parse, text_of
from tests.races import at_once

ALL_OVER = {kind.value: "1" for kind in TakeOver}
ALL_GIVEN = {kind.value: "1" for kind in HandedOver}
SIGNED = {**ALL_GIVEN, "signature_name": "Katarzyna Mazur"}


@pytest.fixture(autouse=True)
def _afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 16:00 in Kraków: the car was ready an hour ago, in time."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=7))


def pickup(client: CheckingClient, order: ServiceOrder) -> Html:
    answer = client.get(f"/orders/{order.id}/pickup")
    assert answer.status_code == 200
    return parse(answer.text)


def explain(client: CheckingClient, order: ServiceOrder, **fields: str) -> int:
    return client.post(f"/orders/{order.id}/explanation", data={**ALL_OVER, **fields}).status_code


def issue(client: CheckingClient, order: ServiceOrder, **fields: str) -> int:
    data = {"shown_gross": "369.00", "submission_id": "issue-1", **fields}
    return client.post(f"/orders/{order.id}/invoice", data=data).status_code


def pay(client: CheckingClient, app: Flask, **fields: str) -> int:
    with app.app_context():
        invoice = db.session.scalars(select(Invoice)).one()
    data = {"amount": "369.00", "method": "card", "submission_id": "pay-1", **fields}
    return client.post(f"/invoices/{invoice.id}/payments", data=data).status_code


def sign(client: CheckingClient, order: ServiceOrder, **fields: str) -> int:
    return client.post(f"/orders/{order.id}/delivery-note", data={**SIGNED, **fields}).status_code


def hand_over(client: CheckingClient, order: ServiceOrder, **fields: str) -> int:
    return client.post(f"/orders/{order.id}/hand-over", data=fields).status_code


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def state(app: Flask, order: ServiceOrder) -> OrderState:
    with app.app_context():
        return factories.fresh(order).state


def pdf_text(client: CheckingClient, app: Flask, kind: DocumentKind) -> str:
    """What the newest PDF of a kind says, as the browser gets it."""
    with app.app_context():
        document = db.session.scalars(
            select(Document).where(Document.kind == kind).order_by(Document.id.desc()).limit(1)
        ).one()
    answer = client.get(f"/documents/{document.id}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def explained_order(cast: Cast, sign_in: SignIn, ready_order: ServiceOrder) -> ServiceOrder:
    assert explain(sign_in(cast.advisor.id), ready_order) == 303
    return ready_order


@pytest.fixture
def paid_order(app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder) -> ServiceOrder:
    cashier = sign_in(cast.cashier.id)
    assert issue(cashier, explained_order) == 303
    assert pay(cashier, app) == 303
    return explained_order


@pytest.fixture
def signed_order(cast: Cast, sign_in: SignIn, paid_order: ServiceOrder) -> ServiceOrder:
    assert sign(sign_in(cast.advisor.id), paid_order) == 303
    return paid_order


# --- the whole way ---


def test_from_ready_to_completed_in_four_steps(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    """STEP-16: explained, invoiced and paid, signed, handed over; then the order is completed."""
    advisor, cashier = sign_in(cast.advisor.id), sign_in(cast.cashier.id)
    words = []
    for act in (
        lambda: explain(advisor, ready_order),
        lambda: issue(cashier, ready_order),
        lambda: pay(cashier, app),
        lambda: sign(advisor, ready_order),
        lambda: hand_over(advisor, ready_order),
    ):
        (bar,) = [one for one in pickup(advisor, ready_order).all("footer") if one.get("class") == "bar"]
        words.append(text_of(bar))
        assert act() == 303
    assert words == [
        "Work explained",
        "Issue the invoice",
        "Book the payment",
        "Customer has signed",
        "Hand over car",
    ]
    assert state(app, ready_order) is OrderState.COMPLETED
    assert "The car is with the customer" in text_of(pickup(advisor, ready_order).root)


def test_the_papers_say_what_was_paid_signed_and_let_out(
    app: Flask, cast: Cast, sign_in: SignIn, signed_order: ServiceOrder
) -> None:
    """DLV-5, DLV-8: invoice, signed delivery note, gate pass and certificate are real PDFs with the right words."""
    advisor = sign_in(cast.advisor.id)
    assert hand_over(advisor, signed_order) == 303
    invoice = pdf_text(advisor, app, DocumentKind.INVOICE)
    for word in (
        "KRK/2026/0001",
        "369.00",
        "300.00",
        "69.00",
        "Replace brake pads",
        "Katarzyna Mazur",
        "Card",
    ):
        assert word in invoice
    note = pdf_text(advisor, app, DocumentKind.DELIVERY_NOTE)
    for word in ("Front brakes squeal", "Katarzyna Mazur", "I got my car, the key and my things back"):
        assert word in note
    assert "G26-0001" in pdf_text(advisor, app, DocumentKind.GATE_PASS)
    assert "Front brakes squeal" in pdf_text(advisor, app, DocumentKind.GUARANTEE_CERTIFICATE)


def test_the_signature_signs_exactly_the_note_that_was_shown(
    app: Flask, cast: Cast, sign_in: SignIn, signed_order: ServiceOrder
) -> None:
    """DLV-5: the digest of the unsigned note; the signed copy is a version of its own, shared with the customer."""
    with app.app_context():
        signature = db.session.scalars(select(Signature)).one()
        notes = db.session.scalars(
            select(Document).where(Document.kind == DocumentKind.DELIVERY_NOTE).order_by(Document.id)
        ).all()
        assert [(note.version_no, note.is_shared) for note in notes] == [(1, False), (2, True)]
        assert (signature.document_id, signature.document_digest) == (notes[0].id, notes[0].sha256)
        assert (signature.typed_name, signature.purpose) == ("Katarzyna Mazur", "delivery")


def test_whoever_signed_gets_a_copy(
    app: Flask, cast: Cast, sign_in: SignIn, signed_order: ServiceOrder
) -> None:
    assert hand_over(sign_in(cast.advisor.id), signed_order) == 303
    with app.app_context():
        message = db.session.scalars(select(Message).where(Message.purpose == "delivery_documents")).one()
        document = db.session.get_one(Document, message.document_id)
        assert (message.channel, document.kind, document.version_no) == (
            "email",
            DocumentKind.DELIVERY_NOTE,
            2,
        )


# --- one step at a time ---


def test_what_is_not_ticked_is_refused_and_what_was_ticked_stays(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    """DLV-7: also a form without the box at all counts as not ticked."""
    answer = sign_in(cast.advisor.id).post(
        f"/orders/{ready_order.id}/explanation", data={"exterior": "1", "clean-note": "seat wet"}
    )
    assert answer.status_code == 422
    assert "is not ticked" in answer.text
    ticked = {
        field.get("name"): field.get("checked") is not None
        for field in parse(answer.text).all("input")
        if field.get("type") == "checkbox"
    }
    assert ticked == {kind.value: kind is TakeOver.EXTERIOR for kind in TakeOver}
    assert 'value="seat wet"' in answer.text
    assert count(app, Delivery) == 0


def test_what_was_noted_at_the_take_over_stands_beside_the_hand_over(
    cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    """DLV-7: whoever hands the car over reads what the colleague saw."""
    ticks = {kind.value: "1" for kind in TakeOver if kind is not TakeOver.CLEAN}
    advisor, url = sign_in(cast.advisor.id), f"/orders/{ready_order.id}"
    assert (
        advisor.post(f"{url}/explanation", data={**ticks, "clean-note": "seat wet, told"}).status_code == 303
    )
    page = advisor.get(f"{url}/pickup").text
    assert "Not ticked: Cabin, boot and engine bay clean" in page
    assert "seat wet, told" in page


def test_nobody_signs_without_a_name(
    app: Flask, cast: Cast, sign_in: SignIn, paid_order: ServiceOrder
) -> None:
    answer = sign_in(cast.advisor.id).post(f"/orders/{paid_order.id}/delivery-note", data={**ALL_GIVEN})
    assert answer.status_code == 422
    assert "Enter the full name" in answer.text
    assert count(app, Signature) == 0


def test_nothing_is_given_back_in_silence(
    app: Flask, cast: Cast, sign_in: SignIn, paid_order: ServiceOrder
) -> None:
    """DLV-5: the key that is not ticked needs a note, also where the form does not name it."""
    given = {name: value for name, value in SIGNED.items() if name != "key"}
    client = sign_in(cast.advisor.id)
    answer = client.post(f"/orders/{paid_order.id}/delivery-note", data=given)
    assert answer.status_code == 422
    assert "“Key” is not ticked" in answer.text
    assert sign(client, paid_order, key="", **{"key-note": "the son has it"}) == 303


def test_the_invoice_is_issued_over_the_sum_that_was_seen(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder
) -> None:
    """PAY-1: the sum changed while the cashier looked: nothing is issued, and the page says so."""
    client = sign_in(cast.cashier.id)
    answer = client.post(f"/orders/{explained_order.id}/invoice", data={"shown_gross": "368.99"})
    assert answer.status_code == 409
    assert "The sum changed" in answer.text
    assert "369.00" in text_of(parse(answer.text).root)
    assert count(app, Invoice) == 0


@pytest.mark.parametrize("garbage", ["", "NaN", "Infinity", "-1", "abc", "1e9"])
def test_an_invoice_over_nonsense_is_not_issued(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder, garbage: str
) -> None:
    assert issue(sign_in(cast.cashier.id), explained_order, shown_gross=garbage) == 422
    assert count(app, Invoice) == 0


def test_the_car_does_not_leave_before_it_is_paid(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder
) -> None:
    """DLV-8: no gate pass, no hand-over; the page stays and says what to do."""
    assert issue(sign_in(cast.cashier.id), explained_order) == 303
    answer = sign_in(cast.advisor.id).post(f"/orders/{explained_order.id}/hand-over")
    assert answer.status_code == 409
    assert "The invoice is not paid" in answer.text
    assert state(app, explained_order) is OrderState.READY_FOR_PICKUP


def test_the_service_manager_lets_a_car_go_before_it_is_paid(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder
) -> None:
    """DLV-8, PAY-3: with a reason; the cashier may not, and a second tap changes nothing."""
    assert issue(sign_in(cast.cashier.id), explained_order) == 303
    address, manager = f"/orders/{explained_order.id}/credit", sign_in(cast.service_manager.id)
    assert sign_in(cast.cashier.id).post(address, data={"reason": "fleet"}).status_code == 403
    assert manager.post(address, data={"reason": " "}).status_code == 422
    events = count(app, OrderEvent)
    assert [manager.post(address, data={"reason": "fleet"}).status_code for _ in range(2)] == [303, 303]
    assert count(app, OrderEvent) == events + 1
    advisor = sign_in(cast.advisor.id)
    assert sign(advisor, explained_order) == 303
    assert hand_over(advisor, explained_order) == 303


def test_a_late_car_leaves_with_the_reason_and_what_was_typed_stays(
    app: Flask, cast: Cast, sign_in: SignIn, signed_order: ServiceOrder
) -> None:
    """DLV-8: lateness is told with its reason."""
    with app.app_context(), transaction():
        service_orders.lock_order(signed_order.id).promised_at = NOW + timedelta(hours=5)
    client = sign_in(cast.advisor.id)
    assert "Why was the car ready late?" in text_of(pickup(client, signed_order).root)
    answer = client.post(f"/orders/{signed_order.id}/hand-over", data={"lateness_reason": " "})
    assert answer.status_code == 422
    assert "later than promised" in answer.text
    assert hand_over(client, signed_order, lateness_reason="The part came late.") == 303


def test_without_belongings_none_are_asked_for(cast: Cast, sign_in: SignIn, paid_order: ServiceOrder) -> None:
    names = {field.get("name") for field in pickup(sign_in(cast.advisor.id), paid_order).all("input")}
    assert "key" in names
    assert "belongings" not in names


# --- preparation ---


def prepare_again(app: Flask, cast: Cast, order: ServiceOrder) -> None:
    """Put the order back to preparing, with its list."""
    with app.app_context(), transaction():
        row = service_orders.lock_order(order.id)
        row.state = OrderState.PREPARING
        delivery.plan_preparation(row, wants_wash=True)


def test_the_list_is_ticked_point_by_point_and_then_the_car_is_ready(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    """DLV-1: not before the last point; a part comes back to HTMX."""
    prepare_again(app, cast, ready_order)
    client, address = sign_in(cast.advisor.id), f"/orders/{ready_order.id}/preparation"
    early = client.post(address)
    assert early.status_code == 409
    assert "Before the customer is called" in early.text
    assert client.post(f"{address}/wash", data={"started": "1"}).status_code == 303
    for kind in Preparation:
        part = client.hx_post(f"{address}/{kind}", data={"done": "1"})
        assert part.status_code == 200
        assert not parse(part.text).is_page
    assert client.post(address).status_code == 303
    assert state(app, ready_order) is OrderState.READY_FOR_PICKUP


def test_a_point_that_does_not_exist_is_not_found(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    prepare_again(app, cast, ready_order)
    answer = sign_in(cast.advisor.id).post(f"/orders/{ready_order.id}/preparation/polish", data={"done": "1"})
    assert answer.status_code == 404


# --- twice is once ---


def test_a_double_tap_on_each_step_is_one_effect_and_the_same_answer(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    """Explain, issue, pay, sign, hand over: each sent twice, one after the other."""
    advisor, cashier = sign_in(cast.advisor.id), sign_in(cast.cashier.id)
    steps = (
        lambda: explain(advisor, ready_order),
        lambda: issue(cashier, ready_order),
        lambda: pay(cashier, app),
        lambda: sign(advisor, ready_order),
        lambda: hand_over(advisor, ready_order),
    )
    for step in steps:
        assert step() == 303
        before = [count(app, one) for one in (OrderEvent, Invoice, Payment, Signature, Document, Message)]
        assert step() == 303
        assert [
            count(app, one) for one in (OrderEvent, Invoice, Payment, Signature, Document, Message)
        ] == before


@pytest.mark.parametrize("taps", [2, 10])
def test_taps_at_the_same_moment_pay_once(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder, taps: int
) -> None:
    cashier = sign_in(cast.cashier.id)
    assert issue(cashier, explained_order) == 303
    browsers = [sign_in(cast.cashier.id) for _ in range(taps)]
    answers = at_once(app, *[lambda browser=browser: pay(browser, app) for browser in browsers])
    assert answers == [303] * taps
    assert count(app, Payment) == 1


def test_taps_at_the_same_moment_issue_sign_and_hand_over_once(
    app: Flask, cast: Cast, sign_in: SignIn, explained_order: ServiceOrder
) -> None:
    def twice(user_id: int, act: object) -> list[object]:
        browsers = [sign_in(user_id) for _ in range(2)]
        return at_once(app, *[lambda browser=browser: act(browser, explained_order) for browser in browsers])  # type: ignore[operator]

    assert twice(cast.cashier.id, issue) == [303, 303]
    assert count(app, Invoice) == 1
    assert pay(sign_in(cast.cashier.id), app) == 303
    assert twice(cast.advisor.id, sign) == [303, 303]
    assert count(app, Signature) == 1
    assert twice(cast.advisor.id, hand_over) == [303, 303]
    with app.app_context():
        completed = select(func.count()).select_from(OrderEvent).where(OrderEvent.to_state == "completed")
        assert db.session.scalar(completed) == 1


def test_the_second_of_two_signatures_finds_the_note_signed(
    app: Flask, cast: Cast, sign_in: SignIn, signed_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        assert not delivery.awaits_signature(signed_order.id)


# --- who may ---


def test_those_without_the_right_see_no_buttons_and_are_refused(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    cashier = sign_in(cast.cashier.id)
    (bar,) = [one for one in pickup(cashier, ready_order).all("footer") if one.get("class") == "bar"]
    assert text_of(bar) == ""
    assert explain(cashier, ready_order) == 403
    assert sign(cashier, ready_order) == 403
    assert hand_over(cashier, ready_order) == 403
    for person in (cast.technician, cast.qc, cast.parts):
        assert sign_in(person.id).get(f"/orders/{ready_order.id}/pickup").status_code == 403


@pytest.mark.parametrize("step", [explain, issue, sign, hand_over])
def test_a_stranger_finds_nothing(
    app: Flask, cast: Cast, sign_in: SignIn, ready_order: ServiceOrder, step: object
) -> None:
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(f"/orders/{ready_order.id}/pickup").status_code == 404
    assert step(stranger, ready_order) == 404  # type: ignore[operator]


# --- who may collect ---


def test_who_may_collect_stands_beside_the_name_that_signs(
    app: Flask, cast: Cast, sign_in: SignIn, paid_order: ServiceOrder
) -> None:
    """CHK-9"""
    desk = sign_in(cast.advisor.id)
    assert "May collect the car: only" in text_of(pickup(desk, paid_order).root)
    with app.app_context(), transaction():
        checkin = checkins.find_checkin(paid_order.id)
        assert checkin
        checkin.collector_name = "Ewa Mazur"
    assert "or Ewa Mazur." in text_of(pickup(desk, paid_order).root)
