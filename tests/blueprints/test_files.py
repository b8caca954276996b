"""/photos and /documents: stored files, for the people of their own site."""

import hashlib
import io
from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import storage
from aftersales.web import media
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW
from tests.gateways import photographs


@pytest.fixture
def photo_id(app: Flask, cast: Cast, arrived_order: ServiceOrder) -> int:
    """A real photo of an order in Kraków."""
    with app.test_request_context():
        stored = media.keep_photo(io.BytesIO(photographs.own()), client_id="tablet-photo-1")
    with app.app_context(), transaction():
        return attachments.keep(
            stored,
            site_id=cast.site.id,
            service_order_id=arrived_order.id,
            actor=cast.advisor.actor(),
            now=NOW,
        ).id


def document(app: Flask, order: ServiceOrder, kind: DocumentKind, content: bytes = b"%PDF-1.7 paper") -> int:
    with app.app_context():
        key = storage.key_of(content, "pdf")
        media.store().put(key, content, "application/pdf")
        with transaction():
            stored = StoredDocument(
                kind, order.number, "en", hashlib.sha256(content).hexdigest(), key, len(content)
            )
            return documents.record(stored, site_id=order.site_id, service_order_id=order.id, now=NOW).id


def test_a_photo_and_its_small_picture_come_back_as_they_were_stored(
    cast: Cast, sign_in: SignIn, photo_id: int
) -> None:
    """CHK-3: the stored picture is the cleaned one: upright, 2000 pixels at most."""
    client = sign_in(cast.technician.id)
    whole, thumb = client.get(f"/photos/{photo_id}"), client.get(f"/photos/{photo_id}/thumb")
    assert (whole.status_code, whole.mimetype, thumb.mimetype) == (200, "image/jpeg", "image/jpeg")
    assert max(photographs.read(whole.data).size) <= 2000
    assert max(photographs.read(thumb.data).size) <= 400
    assert "private" in whole.headers["Cache-Control"]


def test_a_second_arrival_of_a_photo_is_the_first_one(
    app: Flask, cast: Cast, arrived_order: ServiceOrder, photo_id: int
) -> None:
    with app.test_request_context():
        again = media.keep_photo(io.BytesIO(photographs.own()), client_id="tablet-photo-1")
    with app.app_context(), transaction():
        kept = attachments.keep(
            again, site_id=cast.site.id, service_order_id=arrived_order.id, actor=cast.advisor.actor(),
            now=NOW + timedelta(hours=1),
        )  # fmt: skip
    assert kept.id == photo_id


def test_another_sites_photo_and_document_are_not_found(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, photo_id: int
) -> None:
    paper = document(app, arrived_order, DocumentKind.JOB_CARD)
    stranger = sign_in(cast.stranger.id)
    for path in (f"/photos/{photo_id}", f"/photos/{photo_id}/thumb", f"/documents/{paper}.pdf"):
        assert stranger.get(path).status_code == 404


def test_nobody_without_a_sign_in_gets_a_file(app: Flask, photo_id: int) -> None:
    answer = app.test_client().get(f"/photos/{photo_id}")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (DocumentKind.SERVICE_ORDER, 403),
        (DocumentKind.QUOTATION, 403),
        (DocumentKind.INVOICE, 403),
        (DocumentKind.CREDIT_NOTE, 403),
        (DocumentKind.JOB_CARD, 200),
        (DocumentKind.INSPECTION, 200),
        (DocumentKind.QC_RECORD, 200),
    ],
)
def test_technicians_read_the_papers_without_prices(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, kind: DocumentKind, status: int
) -> None:
    paper = document(app, arrived_order, kind)
    assert sign_in(cast.technician.id).get(f"/documents/{paper}.pdf").status_code == status
    assert sign_in(cast.advisor.id).get(f"/documents/{paper}.pdf").status_code == 200


def test_technicians_read_all_papers_where_the_site_lets_them_see_prices(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    paper = document(app, arrived_order, DocumentKind.INVOICE)
    with app.app_context(), transaction():
        db.session.get_one(Site, cast.site.id).settings = {"prices.hidden_from_technicians": False}
    assert sign_in(cast.technician.id).get(f"/documents/{paper}.pdf").status_code == 200


def test_a_file_that_is_gone_from_the_store_is_not_found_and_no_error(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    paper = document(app, arrived_order, DocumentKind.JOB_CARD, b"%PDF-1.7 soon lost")
    with app.app_context():
        media.store().delete(db.session.get_one(Document, paper).storage_key)
    assert sign_in(cast.advisor.id).get(f"/documents/{paper}.pdf").status_code == 404
