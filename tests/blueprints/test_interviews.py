"""/orders/<id>/jobs/<id>/interview"""

from io import BytesIO

from flask import Flask
from pypdf import PdfReader

from aftersales.db import db
from aftersales.domain.checkins import interviews
from aftersales.domain.documents.models import Document
from aftersales.domain.service_orders.models import ServiceOrder
from tests.blueprints.test_checkin import add_line, job_id, promise, seen, walk_through
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient

ASKED = {
    "version": "0", "restated": "It squeals when braking", "q-noise": ["squeal"], "w-noise": "like a cat",
    "q-engine": ["cold", "warm"], "is_road_tested": "y", "road_test_km": "3", "road_test_by": "Marta",
    "road_test_found": "Heard at 20 km/h", "submission_id": "tablet-interview-1",
}  # fmt: skip


def address(app: Flask, order: ServiceOrder) -> str:
    return f"/orders/{order.id}/jobs/{job_id(app, order)}/interview"


def kept(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return len(interviews.of_order(order.id))


def test_the_interview_is_kept_and_stands_in_the_signed_document(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-8"""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    assert address(app, order) in desk.get(f"{base}/jobs").text
    assert address(app, order) in desk.get(address(app, order).removesuffix("/interview")).text
    assert "Front brakes squeal</textarea>" in desk.get(address(app, order)).text.replace("\n", "")
    for _ in range(2):
        assert desk.post(address(app, order), data=ASKED).headers["Location"].startswith(f"{base}/jobs#job-")
    assert kept(app, order) == 1
    page = desk.get(address(app, order)).text
    assert "like a cat" in page
    assert 'value="squeal" checked' in page
    add_line(desk, order, job_id(app, order))
    agreement = {"seen": seen(desk, base), "promised_at": promise()}
    assert desk.post(f"{base}/agreement", data=agreement).status_code == 303
    with app.app_context():
        document = db.session.query(Document).order_by(Document.id.desc()).first()
        assert document
    pdf = desk.get(f"/documents/{document.id}.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages).split())
    for words in (
        "It squeals when braking",
        "Squeals, like a cat",
        "Cold, Warm",
        "Marta, 3 km, Heard at 20 km/h",
    ):
        assert words in text


def test_the_technician_reads_it_beside_the_job(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, desk: CheckingClient
) -> None:
    """CHK-8"""
    assert desk.post(address(app, accepted_order), data=ASKED).status_code == 303
    bench = sign_in(cast.technician.id)
    assert "Squeals, like a cat" in bench.get(f"/orders/{accepted_order.id}/work").text
    read = bench.get(address(app, accepted_order)).text
    assert "Squeals, like a cat" in read
    assert "Keep the interview" not in read
    assert bench.post(address(app, accepted_order), data=ASKED).status_code == 403


def test_bad_input_keeps_what_was_typed(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    answer = desk.post(address(app, order), data={**ASKED, "road_test_by": ""})
    assert answer.status_code == 422
    assert "Say who drove." in answer.text
    assert "like a cat" in answer.text
    assert 'value="warm" checked' in answer.text
    assert desk.post(address(app, order), data={**ASKED, "road_test_km": "far"}).status_code == 422
    assert kept(app, order) == 0


def test_an_old_page_shows_what_differs(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    """ORD-6"""
    desk.post(address(app, order), data=ASKED)
    late = {**ASKED, "restated": "It whistles", "submission_id": "tablet-interview-2"}
    answer = desk.post(address(app, order), data=late)
    assert answer.status_code == 409
    assert "It whistles" in answer.text
    assert "It squeals when braking" in answer.text


def test_anothers_concern_is_not_there(
    app: Flask, cast: Cast, sign_in: SignIn, desk: CheckingClient, order: ServiceOrder
) -> None:
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(address(app, order)).status_code == 404
    assert stranger.post(address(app, order), data=ASKED).status_code == 404
    assert desk.get(f"/orders/{order.id}/jobs/99999/interview").status_code == 404


def test_a_concern_nobody_asked_about_says_so(
    app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder
) -> None:
    assert "was not asked about this" in sign_in(cast.technician.id).get(address(app, order)).text
