"""/orders/<id>/check-in/papers and /list"""

from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales.db import db, transaction
from aftersales.domain.checkins import handover, queries
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from tests.blueprints.test_checkin import (
    add_line,
    digest_on,
    job_id,
    picture,
    promise,
    seen,
    walk_through,
)
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient

PAPER = {
    "kind": "registration", "number": "DR/BAM 0042", "valid_until": "2020-03-01", "difference": "Colour is red",
    "submission_id": "tablet-paper-1",
}  # fmt: skip
THING = {"what": "Child seat", "box": "12", "submission_id": "tablet-thing-1"}


def base(order: ServiceOrder) -> str:
    return f"/orders/{order.id}/check-in"


def leave(desk: CheckingClient, order: ServiceOrder) -> None:
    file = (BytesIO(picture().read_bytes()), "seat.jpg")
    desk.post(f"{base(order)}/belongings", data={**THING, "photo": file}, content_type="multipart/form-data")
    desk.post(f"{base(order)}/papers", data=PAPER)


def sign(desk: CheckingClient, order: ServiceOrder, **values: str):  # type: ignore[no-untyped-def]
    digest = digest_on(desk.get(f"{base(order)}/list").text)
    data = {"document_digest": digest, "signature_name": "Katarzyna Mazur", "signature_relation": "owner"}
    return desk.post(f"{base(order)}/list/signature", data={**data, **values})


def newest_pdf(app: Flask, desk: CheckingClient) -> str:
    with app.app_context():
        document = (
            db.session.query(Document)
            .filter_by(kind=DocumentKind.HANDOVER_LIST)
            .order_by(Document.id.desc())
            .first()
        )
        assert document
    pdf = desk.get(f"/documents/{document.id}.pdf")
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages).split())


def test_things_and_papers_are_listed_shown_and_signed(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-5, CHK-6: photo and box, validity and difference; one document that the customer signs."""
    leave(desk, order)
    walk = desk.get(f"{base(order)}/walk-around").text
    assert "Expired on" in walk
    assert "Box 12" in walk
    prepared = desk.post(f"{base(order)}/list/document", data={})
    assert prepared.headers["Location"].endswith("/list")
    page = desk.get(f"{base(order)}/list").text
    assert "These things and papers stay with the workshop" in page
    assert sign(desk, order).headers["Location"].endswith("/signature")
    assert "Signed by Katarzyna Mazur" in desk.get(f"{base(order)}/list").text
    text = newest_pdf(app, desk)
    for words in (
        "Belongings and papers", "Child seat", "Box 12", "Registration certificate", "DR/BAM 0042",
        "expired on", "Colour is red", "Katarzyna Mazur", "Digest (SHA-256)",
    ):  # fmt: skip
        assert words in text


def test_a_change_shows_what_changed_and_asks_again(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-5"""
    leave(desk, order)
    desk.post(f"{base(order)}/list/document", data={})
    sign(desk, order)
    desk.post(f"{base(order)}/belongings", data={"what": "Umbrella", "submission_id": "tablet-thing-2"})
    page = desk.get(f"{base(order)}/list").text
    assert "Changed since the signature" in page
    assert "Umbrella" in page
    assert "Make the document" in page


def test_the_order_is_signed_after_the_list_unless_the_site_says_otherwise(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-5: a setting of the site"""
    walk_through(desk, order)
    add_line(desk, order, job_id(app, order))
    leave(desk, order)
    agreement = {"seen": seen(desk, base(order)), "promised_at": promise()}
    refused = desk.post(f"{base(order)}/agreement", data=agreement)
    assert refused.status_code == 409
    assert "Let the customer sign the list" in refused.text
    with app.app_context(), transaction():
        site = db.session.get_one(Site, cast.site.id)
        site.settings = {**site.settings, "checkin.sign_handover_list": False}
    agreement["seen"] = seen(desk, base(order))
    assert desk.post(f"{base(order)}/agreement", data=agreement).status_code == 303
    shown = desk.get(f"{base(order)}/signature").text
    assert "Vehicle papers: Registration certificate" in shown


def test_the_queue_sends_a_paper_twice_and_gets_the_card(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    for _ in range(2):
        answer = desk.post(f"{base(order)}/papers", data=PAPER, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert answer.text.count("DR/BAM 0042") == 1
    with app.app_context():
        checkin = queries.find_checkin(order.id)
        assert checkin
        (paper,) = queries.papers_of(checkin.id)
    taken = desk.post(f"{base(order)}/papers/{paper.id}/void", headers={"HX-Request": "true"})
    assert "DR/BAM 0042" not in taken.text


@pytest.mark.parametrize(
    "values", [{"valid_until": "soon"}, {"kind": "other", "number": "", "difference": ""}]
)
def test_bad_input_keeps_what_was_typed(
    app: Flask, desk: CheckingClient, order: ServiceOrder, values: dict[str, str]
) -> None:
    typed = {**PAPER, **values}
    for headers in ({}, {"HX-Request": "true"}):
        answer = desk.post(f"{base(order)}/papers", data=typed, headers=headers)
        assert answer.status_code == 422
        assert "Check what is marked" in answer.text
        assert typed["number"] in answer.text
    with app.app_context():
        checkin = queries.find_checkin(order.id)
        assert not checkin or handover.listed_of(checkin.id).rows == []


def test_a_name_is_needed_and_an_old_list_is_not_signed(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    leave(desk, order)
    assert desk.post(f"{base(order)}/list/document", data={}).status_code == 303
    assert sign(desk, order, signature_name=" ").status_code == 422
    assert sign(desk, order, document_digest="0" * 64).status_code == 409
    assert "Signed by" not in desk.get(f"{base(order)}/list").text


def test_nothing_to_sign_says_so(desk: CheckingClient, order: ServiceOrder) -> None:
    assert "there is nothing to sign" in desk.get(f"{base(order)}/list").text
    assert desk.post(f"{base(order)}/list/document", data={}).status_code == 404


def test_who_may_not_and_what_is_elsewhere(
    cast: Cast, sign_in: SignIn, desk: CheckingClient, order: ServiceOrder
) -> None:
    leave(desk, order)
    stranger, technician = sign_in(cast.stranger.id), sign_in(cast.technician.id)
    assert stranger.get(f"{base(order)}/list").status_code == 404
    assert technician.get(f"{base(order)}/list").status_code == 403
    for path in ("papers", "papers/1/void", "list/document", "list/signature"):
        assert stranger.post(f"{base(order)}/{path}", data=PAPER).status_code == 404
        assert technician.post(f"{base(order)}/{path}", data=PAPER).status_code == 403
