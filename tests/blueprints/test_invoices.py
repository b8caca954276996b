"""/invoices: what is still to be paid, an invoice's page, payments, credit notes, repayments."""

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.billing.models import Invoice, InvoiceKind, Payment
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW
from tests.html import CheckingClient, Html, parse, text_of


@pytest.fixture(autouse=True)
def _afternoon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 16:00 in Kraków; the invoice was issued just now."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=7))


@pytest.fixture
def invoice(app: Flask, invoiced_order: ServiceOrder) -> Invoice:
    """Unpaid, over 369.00: 1.5 h and a part."""
    with app.app_context():
        found = db.session.scalars(select(Invoice)).one()
        assert len(found.lines) == 2
        return found


def page(client: CheckingClient, invoice: Invoice) -> Html:
    answer = client.get(f"/invoices/{invoice.id}")
    assert answer.status_code == 200
    return parse(answer.text)


def pay(client: CheckingClient, invoice: Invoice, **fields: str) -> tuple[int, str]:
    data = {"amount": "369.00", "method": "card", "submission_id": "pay-1", **fields}
    answer = client.post(f"/invoices/{invoice.id}/payments", data=data)
    return answer.status_code, answer.text


def credit(client: CheckingClient, invoice: Invoice, *quantities: str, **fields: str) -> tuple[int, str]:
    data = {
        "reason": "agreed", "submission_id": "credit-1",
        **{f"quantity-{line.id}": text for line, text in zip(invoice.lines, quantities, strict=False)}, **fields,
    }  # fmt: skip
    answer = client.post(f"/invoices/{invoice.id}/credit-note", data=data)
    return answer.status_code, answer.text


def payments(app: Flask) -> list[tuple[str, Decimal]]:
    with app.app_context():
        return [
            (one.method.value, one.amount) for one in db.session.scalars(select(Payment).order_by(Payment.id))
        ]


def value_of(html: Html, name: str) -> str | None:
    (field,) = [one for one in html.all("input") if one.get("name") == name and one.get("type") != "radio"]
    return field.get("value")


# --- the list ---


def test_unpaid_invoices_stand_in_the_list_until_they_are_paid(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    """PAY-2: what is outstanding is seen."""
    client = sign_in(cast.cashier.id)
    assert "KRK/2026/0001" in client.get("/invoices").text
    assert pay(client, invoice)[0] == 303
    seen = client.get("/invoices").text
    assert "KRK/2026/0001" not in seen
    assert "Everything is paid" in seen


def test_an_invoice_past_its_day_is_marked(
    cast: Cast, sign_in: SignIn, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Overdue" not in sign_in(cast.cashier.id).get("/invoices").text
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=40))
    assert "Overdue" in sign_in(cast.cashier.id).get("/invoices").text


def test_the_list_costs_two_queries_however_long(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice, count_queries: CountQueries
) -> None:
    client = sign_in(cast.cashier.id)
    with app.app_context(), transaction():
        for _ in range(3):
            order = factories.open_order(cast)
            factories.accept(cast, factories.assign(cast, factories.check_in(cast, order)))
            factories.invoice(cast, factories.make_ready(cast, order))
    with count_queries() as seen:
        assert client.get("/invoices").status_code == 200
    assert len(seen) <= 3


# --- the page and its PDF ---


def test_the_page_shows_lines_tax_and_what_is_to_be_paid(
    cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    words = text_of(page(sign_in(cast.cashier.id), invoice).root)
    for word in ("Invoice KRK/2026/0001", "Replace brake pads", "1.5 h", "Brake pads", "300.00", "69.00", "369.00",
                 "The sum is exactly what was approved", "No payment yet"):  # fmt: skip
        assert word in words


def test_the_pdf_is_made_on_request_and_says_the_same(cast: Cast, sign_in: SignIn, invoice: Invoice) -> None:
    client = sign_in(cast.cashier.id)
    assert client.post(f"/invoices/{invoice.id}/document").status_code == 303
    (link,) = [a.get("href") for a in page(client, invoice).all("a") if text_of(a) == "Open the PDF"]
    answer = client.get(link)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    for word in ("KRK/2026/0001", "369.00", "69.00", "Brake pads"):
        assert word in text


def test_the_same_pdf_again_is_no_new_version(cast: Cast, sign_in: SignIn, invoice: Invoice) -> None:
    client = sign_in(cast.cashier.id)
    links = set()
    for _ in range(2):
        assert client.post(f"/invoices/{invoice.id}/document").status_code == 303
        links |= {a.get("href") for a in page(client, invoice).all("a") if text_of(a) == "Open the PDF"}
    assert len(links) == 1


# --- payments ---


def test_a_payment_in_parts_and_ways_settles_with_the_last(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    """PAY-2: cash and card mixed, partial; the form offers what is left."""
    client = sign_in(cast.cashier.id)
    assert pay(client, invoice, amount="100,00", method="cash")[0] == 303
    assert value_of(page(client, invoice), "amount") == "269.00"
    assert pay(client, invoice, amount="269", submission_id="pay-2")[0] == 303
    assert payments(app) == [("cash", Decimal("100.00")), ("card", Decimal("269.00"))]
    with app.app_context():
        assert factories.fresh(invoice).settled_at is not None
    assert "Book the payment" not in text_of(page(client, invoice).root)


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("369.01", "Only 369.00 is still to pay"),
        ("0", "above 0"),
        ("12.345", "at most 2 places"),
        ("abc", "is not a number"),
        ("", "Enter the amount"),
        ("NaN", "is not a number"),
    ],
)
def test_a_wrong_amount_is_refused_and_everything_typed_stays(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice, amount: str, sentence: str
) -> None:
    status, text = pay(
        sign_in(cast.cashier.id), invoice, amount=amount, method="transfer", reference="slip 77"
    )
    assert status == 422
    html = parse(text)
    assert sentence in text_of(html.root)
    assert (value_of(html, "amount"), value_of(html, "reference")) == (amount, "slip 77")
    assert [one.get("value") for one in html.all("input") if one.get("checked") is not None] == ["transfer"]
    assert payments(app) == []


def test_an_unknown_way_of_paying_is_refused(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    assert pay(sign_in(cast.cashier.id), invoice, method="shells")[0] == 422
    assert payments(app) == []


# --- credit notes and repayments ---


def test_a_credit_note_corrects_and_what_was_paid_too_much_goes_back(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    """PAY-1, PAY-2: the invoice stays as it is; the note has a number and a PDF of its own; money goes back once."""
    boss = sign_in(cast.service_manager.id)
    assert pay(boss, invoice)[0] == 303
    assert [credit(boss, invoice, "0,5")[0] for _ in range(2)] == [303, 303]
    with app.app_context():
        (note,) = db.session.scalars(select(Invoice).where(Invoice.kind == InvoiceKind.CREDIT_NOTE))
        assert (note.number, note.gross, note.reason) == ("KRKC/2026/0001", Decimal("-60.00"), "agreed")
        assert factories.fresh(invoice).gross == Decimal("369.00")
    assert "Open the PDF" in text_of(page(boss, note).root)
    assert value_of(page(boss, invoice), "amount") == "60.00"
    data = {"amount": "60.00", "method": "transfer", "reason": "credited", "submission_id": "back-1"}
    for _ in range(2):
        assert boss.post(f"/invoices/{invoice.id}/repayments", data=data).status_code == 303
    assert payments(app) == [("card", Decimal("369.00")), ("transfer", Decimal("-60.00"))]


@pytest.mark.parametrize(
    ("quantities", "fields", "sentence"),
    [
        (("2",), {}, "At most 1.5"),
        (("", ""), {}, "at least one line"),
        (("one",), {}, "is not a number"),
        (("NaN",), {}, "is not a number"),
        (("1",), {"reason": " "}, "Give a reason"),
    ],
)
def test_a_wrong_credit_is_refused_and_everything_typed_stays(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice,
    quantities: tuple[str, ...], fields: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    status, text = credit(sign_in(cast.service_manager.id), invoice, *quantities, **fields)
    assert status == 422
    html = parse(text)
    assert sentence in text_of(html.root)
    assert value_of(html, f"quantity-{invoice.lines[0].id}") == quantities[0]
    with app.app_context():
        assert len(db.session.scalars(select(Invoice)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"amount": "60.01"}, 422),
        ({"amount": "0"}, 422),
        ({"amount": "NaN"}, 422),
        ({"method": "shells"}, 422),
        ({"reason": ""}, 422),
        ({"submission_id": ""}, 422),
        ({"submission_id": "x" * 65}, 422),
    ],
)
def test_a_wrong_repayment_is_refused_on_the_page(
    app: Flask, cast: Cast, sign_in: SignIn, invoice: Invoice, fields: dict[str, str], status: int
) -> None:
    boss = sign_in(cast.service_manager.id)
    pay(boss, invoice)
    credit(boss, invoice, "0.5")
    data = {"amount": "60.00", "method": "cash", "reason": "credited", "submission_id": "back-1", **fields}
    answer = boss.post(f"/invoices/{invoice.id}/repayments", data=data)
    assert answer.status_code == status
    assert "Invoice KRK/2026/0001" in answer.text
    assert len(payments(app)) == 1


# --- who may ---


def test_the_advisor_takes_payments_but_corrects_nothing(
    cast: Cast, sign_in: SignIn, invoice: Invoice
) -> None:
    """PAY-3: corrections are the service manager's."""
    client = sign_in(cast.advisor.id)
    assert "credit note" not in text_of(page(client, invoice).root)
    assert credit(client, invoice, "1")[0] == 403
    assert client.post(f"/invoices/{invoice.id}/repayments").status_code == 403
    assert pay(client, invoice)[0] == 303


@pytest.mark.parametrize("role", ["technician", "leader", "qc", "parts", "manager", "care"])
def test_the_workshop_sees_no_invoices(cast: Cast, sign_in: SignIn, invoice: Invoice, role: str) -> None:
    client = sign_in(getattr(cast, role).id)
    for path in ("/invoices", f"/invoices/{invoice.id}"):
        assert client.get(path).status_code == 403


def test_a_stranger_finds_nothing(cast: Cast, sign_in: SignIn, invoice: Invoice) -> None:
    stranger = sign_in(cast.stranger.id)
    assert "Everything is paid" in stranger.get("/invoices").text
    assert stranger.get(f"/invoices/{invoice.id}").status_code == 404
    assert pay(stranger, invoice)[0] == 404
