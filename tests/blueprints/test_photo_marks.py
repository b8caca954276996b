"""Drawing on a photo: arrow, circle and text beside the stored picture, on screen, in the PDF, for the customer."""

import json
import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.attachments.rules import read_marks
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.errors import Invalid
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from tests.blueprints.test_checkin import add_line, digest_on, job_id, promise, seen, walk_through
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient

ARROW = {"kind": "arrow", "x": 100, "y": 100, "x2": 300, "y2": 200}
CIRCLE = {"kind": "circle", "x": 400, "y": 300, "r": 80}
TEXT = {"kind": "text", "x": 50, "y": 60, "text": "Scratch <b>8 cm</b>"}


@pytest.fixture
def photo(app: Flask, desk: CheckingClient, order: ServiceOrder) -> Attachment:
    """The photo of the left side of a check-in that is ready to be priced."""
    walk_through(desk, order)
    with app.app_context():
        return db.session.query(Attachment).filter_by(caption="Left side").one()


def draw(desk: CheckingClient, photo: Attachment, *marks: object, **values: str):  # type: ignore[no-untyped-def]
    return desk.post(f"/photos/{photo.id}/marks", data={"version": "0", "marks": json.dumps(marks), **values})


def kept(app: Flask) -> list[PhotoMarks]:
    with app.app_context():
        return db.session.query(PhotoMarks).all()


def test_marks_lie_beside_the_picture_whose_bytes_stay(
    app: Flask, desk: CheckingClient, order: ServiceOrder, photo: Attachment
) -> None:
    """CHK-3: who and when stand with them, and the order's history tells of it."""
    before = desk.get(f"/photos/{photo.id}").data
    assert draw(desk, photo, ARROW, CIRCLE, TEXT).status_code == 303
    (drawn,) = kept(app)
    assert drawn.marks == [ARROW, CIRCLE, TEXT]
    assert drawn.marked_by_name == "Marta Zielińska"
    assert desk.get(f"/photos/{photo.id}").data == before
    page = desk.get(f"/photos/{photo.id}/marks").text
    assert page.count('class="mark"') == 3
    assert "Scratch &lt;b&gt;8 cm&lt;/b&gt;" in page
    with app.app_context():
        (event,) = db.session.query(OrderEvent).filter(OrderEvent.text.startswith("Photo marked")).all()
        assert event.params == {"caption": "Left side", "n": 3}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ("a word", "damaged"),
        ([{"kind": "heart", "x": 1, "y": 1}], "damaged"),
        ([{**ARROW, "x": "1"}], "damaged"),
        ([{**ARROW, "x": True}], "damaged"),
        ([{**ARROW, "x": float("nan")}], "damaged"),
        ([7], "damaged"),
        ([{**ARROW, "x2": 801}], "outside"),
        ([{**CIRCLE, "y": -1}], "outside"),
        ([{**CIRCLE, "r": 0}], "fit the picture"),
        ([{**CIRCLE, "r": 801}], "fit the picture"),
        ([{**ARROW, "x2": 100, "y2": 100}], "length"),
        ([{**TEXT, "text": " \n"}], "words"),
        ([{**TEXT, "text": "a" * 81}], "80 characters"),
        ([ARROW] * 51, "50 marks"),
    ],
)
def test_what_is_no_mark_is_refused(app: Flask, values: object, sentence: str) -> None:
    """CHK-3"""
    with app.test_request_context(), pytest.raises(Invalid, match=sentence):
        read_marks(values, width=800, height=600)


def test_nonsense_is_refused_with_a_sentence_and_changes_nothing(
    app: Flask, desk: CheckingClient, photo: Attachment
) -> None:
    for marks in ("not json", "[[[[", '{"kind":"arrow"}', json.dumps([{**CIRCLE, "x": 10**9}])):
        refused = desk.post(f"/photos/{photo.id}/marks", data={"version": "0", "marks": marks})
        assert refused.status_code == 422
    assert kept(app) == []


def test_marks_can_be_typed_reworded_and_removed_by_fields(
    app: Flask, desk: CheckingClient, photo: Attachment
) -> None:
    """Without pointing at the picture: by keyboard, and without script."""
    draw(desk, photo, ARROW, TEXT)
    changed = {"text-1": "Dent", "remove-0": "1", "new_text": "Old rust", "new_place": "middle"}
    assert draw(desk, photo, ARROW, TEXT, **{**changed, "version": "1"}).status_code == 303
    assert [mark["text"] for mark in kept(app)[0].marks] == ["Dent", "Old rust"]


def test_two_people_drawing_see_both_before_one_replaces_the_other(
    app: Flask, cast: Cast, desk: CheckingClient, sign_in: SignIn, photo: Attachment
) -> None:
    """ORD-6"""
    colleague = sign_in(cast.technician.id)
    assert draw(colleague, photo, CIRCLE).status_code == 303
    stale = draw(desk, photo, ARROW)
    assert stale.status_code == 409
    assert "As Tomasz Lis saved it" in stale.text
    assert kept(app)[0].marks == [CIRCLE]
    assert draw(desk, photo, ARROW, version=version_on(stale.text)).status_code == 303
    assert kept(app)[0].marks == [ARROW]


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def test_sent_twice_it_is_drawn_once(app: Flask, desk: CheckingClient, photo: Attachment) -> None:
    for _ in range(2):
        assert draw(desk, photo, ARROW, submission_id="made-on-the-tablet").status_code == 303
    assert [one.version for one in kept(app)] == [1]


def sign(app: Flask, desk: CheckingClient, order: ServiceOrder) -> str:
    """Price, agree and sign; returns the page on which the customer signed."""
    base = f"/orders/{order.id}/check-in"
    add_line(desk, order, job_id(app, order))
    desk.post(f"{base}/agreement", data={"seen": seen(desk, base), "promised_at": promise()})
    page: str = desk.get(f"{base}/signature").text
    signed = {"document_digest": digest_on(page), "signature_name": "Katarzyna Mazur"}
    desk.post(f"{base}/signature", data=signed)
    return page


def test_the_signed_order_shows_the_marks_and_they_stay(
    app: Flask, desk: CheckingClient, order: ServiceOrder, photo: Attachment
) -> None:
    """CHK-3, CHK-10: what was drawn is a part of what was signed."""
    draw(desk, photo, ARROW, CIRCLE, {**TEXT, "text": "Scratch 8 cm"})
    sign(app, desk, order)
    with app.app_context():
        document = db.session.query(CheckIn).one().document_id
    pdf = PdfReader(BytesIO(desk.get(f"/documents/{document}.pdf").data))
    assert "Scratch 8 cm" in "".join(page.extract_text() for page in pdf.pages)
    refused = draw(desk, photo, ARROW, version="1")
    assert refused.status_code == 409
    assert "signed this photo" in refused.text
    assert len(kept(app)[0].marks) == 3
    assert 'data-tool="arrow"' not in desk.get(f"/photos/{photo.id}/marks").text


def test_drawing_after_the_document_was_made_needs_a_new_one(
    app: Flask, desk: CheckingClient, order: ServiceOrder, photo: Attachment
) -> None:
    """CHK-10: nobody signs a document that does not show what is drawn."""
    base = f"/orders/{order.id}/check-in"
    add_line(desk, order, job_id(app, order))
    desk.post(f"{base}/agreement", data={"seen": seen(desk, base), "promised_at": promise()})
    digest = digest_on(desk.get(f"{base}/signature").text)
    draw(desk, photo, CIRCLE)
    signed = {"document_digest": digest, "signature_name": "Katarzyna Mazur"}
    assert desk.post(f"{base}/signature", data=signed).status_code == 409


def test_who_may_draw(app: Flask, cast: Cast, sign_in: SignIn, photo: Attachment) -> None:
    assert sign_in(cast.stranger.id).get(f"/photos/{photo.id}/marks").status_code == 404
    assert draw(sign_in(cast.stranger.id), photo, ARROW).status_code == 404
    assert draw(sign_in(cast.cashier.id), photo, ARROW).status_code == 403
    assert sign_in(cast.cashier.id).get(f"/photos/{photo.id}/marks").status_code == 200
    assert kept(app) == []
