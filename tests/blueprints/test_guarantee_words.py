"""ORD-9: the guarantee terms stand wherever the customer reads, approves or signs: on the order's page and PDF at
check-in, the estimate and its page behind the link, the invoice and the certificate."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.billing import queries as billing
from aftersales.domain.checkins.operations import begin
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.guarantees import operations as guarantees
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.gateways import document_data
from aftersales.i18n import speaking
from aftersales.web import (
    billing_documents,
    delivery_documents,
    documents,
    media,
)
from tests.blueprints.test_portal import address
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW
from tests.html import CheckingClient

BEFORE = NOW - timedelta(days=1)
WORDS = (
    "Labour, Parts, Used parts, Materials, Work by others, Paint and body: 100 days or 20,000 km.",
    "Whichever comes first, from the hand-over.",
)


@pytest.fixture(autouse=True)
def _terms(app: Flask, cast: Cast) -> None:
    """What the law of China asks for a whole vehicle; terms that nobody sets by chance."""
    with app.app_context(), transaction():
        guarantees.take_preset(cast.site.id, "cn_whole", actor=cast.admin.actor(), now=BEFORE)


def text_of(stored: Document | StoredDocument) -> str:
    pages = PdfReader(BytesIO(media.store().read(stored.storage_key))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def paper(draw: Callable[[], document_data.Document]) -> str:
    with speaking("en", "Europe/Warsaw"):
        return text_of(documents.render_and_store(draw(), language="en"))


def says_it(text: str) -> bool:
    return all(words in " ".join(text.split()) for words in WORDS)


def test_the_order_that_is_signed_at_check_in(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """The page beside the signature, and the statement that is signed without connection: what the PDF is drawn from."""
    with app.app_context(), transaction():
        begin(lock_order(arrived_order.id), clock.now())
    page = sign_in(cast.advisor.id).get(f"/orders/{arrived_order.id}/check-in/signature").text
    cards, statement = page.split('<script type="application/json" data-statement>')
    assert says_it(cards) and "only after new consent" in cards
    drawn = json.loads(statement.split("</script>")[0])["order"]
    assert says_it(" ".join(clause["text"] for clause in drawn["clauses"]))


def test_the_estimate_and_its_page_behind_the_link(
    app: Flask, client: CheckingClient, question: Quotation
) -> None:
    with app.app_context():
        document = db.session.scalars(select(Document).where(Document.kind == DocumentKind.QUOTATION)).one()
        assert says_it(text_of(document))
        items = {f"item-{job.id}": "yes" for job in question.asked_jobs}
    url = address(app, question)
    assert says_it(client.get(url).text)
    assert says_it(client.post(f"{url}/review", data=items).text)


def test_invoice_and_certificate(app: Flask, cast: Cast, invoiced_order: ServiceOrder) -> None:
    with app.app_context():
        order = orders.get_order(invoiced_order.id, site_id=cast.site.id)
        site, jobs = sites.get_site(order.site_id), orders.list_jobs(order.id)
        (invoice,) = billing.list_of_order(order.id)
        assert says_it(paper(lambda: billing_documents.invoice_data(invoice, order, site)))
        certificate = paper(
            lambda: delivery_documents.guarantee_certificate(order, site, jobs, at=clock.now())
        )
        assert says_it(certificate) and "100 days" in certificate


def test_papers_of_a_car_that_is_here_keep_the_terms_that_were_signed(
    app: Flask, client: CheckingClient, cast: Cast, question: Quotation
) -> None:
    """The site lowers its terms between the estimate and the invoice: link, certificate and guarantee say the old ones."""
    with app.app_context():
        with transaction():
            guarantees.take_preset(cast.site.id, "cn_minor", actor=cast.admin.actor(), now=clock.now())
        url = address(app, question)
        order = orders.get_order(question.service_order_id, site_id=cast.site.id)
        site, jobs = sites.get_site(order.site_id), orders.list_jobs(order.id)
        certificate = paper(
            lambda: delivery_documents.guarantee_certificate(order, site, jobs, at=clock.now())
        )
    assert says_it(certificate) and "10 days" not in certificate
    assert says_it(client.get(url).text)
