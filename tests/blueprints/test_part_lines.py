"""Who supplies a part and of what grade it is; no warranty where that follows (DIA-3)."""

from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales.db import db, transaction
from aftersales.domain.billing.models import InvoiceLine
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.parts import operations as parts
from aftersales.domain.parts.models import Article, ArticleKind
from aftersales.domain.quotations.models import QuotationLine
from aftersales.domain.service_orders import rules, work
from aftersales.domain.service_orders.models import Line, LineKind, PartGrade, ServiceOrder, SuppliedBy
from aftersales.web import billing_documents, quotation_documents
from tests import factories
from tests.blueprints.test_checkin import add_line, job_id, promise, seen, walk_through
from tests.cast import Cast
from tests.html import CheckingClient

REMARK = "No warranty on this part"
PART = {"kind": "part", "description": "Brake discs", "quantity": "2", "unit_price": "200.00"}


def only_line(app: Flask) -> Line:
    with app.app_context():
        return db.session.query(Line).order_by(Line.id.desc()).first()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("kind", "supplied_by", "grade", "is_safety", "has_remark"),
    [
        ("part", "workshop", "original", True, False),
        ("part", "workshop", "aftermarket", False, False),
        ("part", "workshop", "aftermarket", True, True),
        ("part", "workshop", "used", True, True),
        ("part", "customer", "original", False, True),
        ("labour", "customer", "used", True, False),
    ],
)
def test_customers_and_aftermarket_safety_parts_have_no_warranty(
    kind: str, supplied_by: str, grade: str, is_safety: bool, has_remark: bool
) -> None:
    """DIA-3"""
    line = Line(
        kind=LineKind(kind), supplied_by=SuppliedBy(supplied_by), part_grade=PartGrade(grade),
        is_safety_critical=is_safety,
    )  # fmt: skip
    assert bool(rules.warranty_remark(line)) is has_remark


def test_at_check_in_the_remark_stands_on_screen_and_signed_document(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """DIA-3: a no-warranty remark on the order"""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    added = add_line(
        desk, order, job_id(app, order),
        **PART, supplied_by="workshop", part_grade="aftermarket", is_safety_critical="y",
    )  # fmt: skip
    assert added.status_code == 303
    assert REMARK in desk.get(f"{base}/jobs").text
    agreement = {"seen": seen(desk, base), "promised_at": promise()}
    assert desk.post(f"{base}/agreement", data=agreement).status_code == 303
    assert REMARK in desk.get(f"{base}/signature").text
    with app.app_context():
        document = db.session.query(Document).filter_by(kind=DocumentKind.SERVICE_ORDER).first()
        assert document
    pdf = desk.get(f"/documents/{document.id}.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages).split())
    assert REMARK in text


def test_the_order_page_changes_supplier_and_grade(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    job = job_id(app, order)
    lines = f"/orders/{order.id}/jobs/{job}/lines"
    assert desk.post(lines, data={**PART, "supplied_by": "customer", "part_grade": "used"}).status_code == 303
    line = only_line(app)
    assert (line.supplied_by, line.part_grade) == (SuppliedBy.CUSTOMER, PartGrade.USED)
    assert "the customer brought it" in desk.get(f"/orders/{order.id}/jobs/{job}").text
    page = desk.get(f"/orders/{order.id}/lines/{line.id}").text
    assert '<option selected value="used">' in page
    changed = {
        **PART, "supplied_by": "workshop", "part_grade": "original", "version": str(line.version),
    }  # fmt: skip
    assert desk.post(f"/orders/{order.id}/lines/{line.id}", data=changed).status_code == 303
    assert REMARK not in desk.get(f"/orders/{order.id}/jobs/{job}").text
    wrong = desk.post(lines, data={**PART, "supplied_by": "nobody", "part_grade": "used"})
    assert wrong.status_code == 422
    assert "Brake discs" in wrong.text


def test_the_catalogue_says_what_matters_for_safety(app: Flask, cast: Cast, order: ServiceOrder) -> None:
    """DIA-3"""
    with app.app_context(), transaction():
        article = parts.add_article(
            number="BD 300-1", name="Brake disc", price=Decimal(200), cost=Decimal(120),
            kind=ArticleKind.PART, is_safety_critical=True, actor=cast.parts.actor(), now=factories.NOW,
        )  # fmt: skip
        assert isinstance(article, Article)
        by = {"actor": cast.advisor.actor(), "now": factories.NOW}
        common = {"description": "Disc", "quantity": Decimal(1), "unit_price": Decimal(200)}
        job = factories.fresh(order).jobs[0].id
        made = [
            work.add_line(job, kind=LineKind.PART, article_number="bd3001", **common, **by),  # type: ignore[arg-type]
            work.add_line(job, kind=LineKind.PART, article_id=article.id, **common, **by),  # type: ignore[arg-type]
            work.add_line(job, kind=LineKind.PART, article_number="other", **common, **by),  # type: ignore[arg-type]
            work.add_line(job, kind=LineKind.LABOUR, article_number="bd3001", **common, **by),  # type: ignore[arg-type]
        ]
        assert [line.is_safety_critical for line in made] == [True, True, False, False]


def test_quotation_and_invoice_carry_the_remark(app: Flask) -> None:
    """DIA-3"""
    values = {
        "kind": LineKind.PART, "description": "Discs", "article_number": "", "quantity": Decimal(1),
        "unit_price": Decimal(1), "discount": Decimal(0), "tax_rate": Decimal("0.23"), "net": Decimal(1),
        "tax": Decimal(0), "gross": Decimal(1), "supplied_by": SuppliedBy.CUSTOMER,
        "part_grade": PartGrade.ORIGINAL, "is_safety_critical": False,
    }  # fmt: skip
    with app.test_request_context():
        assert REMARK in quotation_documents.line_remark(QuotationLine(**values))
        assert REMARK in billing_documents.line_remark(InvoiceLine(**values))
