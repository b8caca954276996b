"""The final inspection on a shared tablet: who signed in with a PIN signs the record with it (QCS-4, TEC-7)."""

from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.models import Pin
from aftersales.domain.documents.models import Document, DocumentKind, Signature, SignatureMethod
from aftersales.domain.service_orders.models import ServiceOrder
from tests.blueprints.conftest import PIN, give_pin
from tests.blueprints.test_quality import all_ok, in_quality_check, repairing, state
from tests.blueprints.test_shared_tablet import tap
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient, parse

__all__ = ["in_quality_check", "repairing"]


@pytest.fixture
def tablet(app: Flask, cast: Cast, sign_in: SignIn) -> CheckingClient:
    """The tablet of bay 3 with the quality supervisor at it, signed in by PIN."""
    give_pin(app, cast.qc)
    browser = sign_in(cast.leader.id)
    assert browser.post("/shared-tablets", data={"name": "Bay 3", "theme": "bay"}).status_code == 303
    assert browser.post("/sign-in/lock").status_code == 303
    assert tap(browser, cast.qc)[0] == 303
    return browser


def release(app: Flask, tablet: CheckingClient, order: ServiceOrder, **fields: str) -> tuple[int, str]:
    data = {**all_ok(app, order), "submission_id": "tap", **fields}
    answer = tablet.post(f"/orders/{order.id}/quality-check/release", data=data)
    return answer.status_code, answer.text


def wrong_tries(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.scalars(select(Pin.wrong_tries).where(Pin.user_id == cast.qc.id)).one()


def test_the_page_asks_for_the_pin_in_place_of_a_drawing(
    tablet: CheckingClient, in_quality_check: ServiceOrder
) -> None:
    text = tablet.get(f"/orders/{in_quality_check.id}/quality-check").text
    button = parse(text).by_id("release")
    assert 'data-sends="release"' in text and "data-signature" not in text
    assert button is not None and button.attrib["formaction"].endswith("/quality-check/release#sign")


def test_the_pin_signs_and_the_record_says_so(
    app: Flask, cast: Cast, tablet: CheckingClient, in_quality_check: ServiceOrder, tmp_path: Path
) -> None:
    """QCS-4: who, when, how and at which tablet stay; the customer's PDF and the page say how."""
    assert release(app, tablet, in_quality_check, pin=PIN)[0] == 303
    assert state(app, in_quality_check) == "preparing"
    with app.app_context():
        signed = db.session.scalars(select(Signature).where(Signature.purpose == "quality")).one()
        assert (signed.typed_name, signed.method, signed.identified_by) == (
            cast.qc.name,
            SignatureMethod.PIN,
            "Bay 3",
        )
        paper = db.session.scalars(
            select(Document).where(Document.kind == DocumentKind.QC_RECORD, Document.is_shared)
        ).one()
    path = tmp_path / "record.pdf"
    path.write_bytes(tablet.get(f"/documents/{paper.id}.pdf").data)
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    words = " ".join(text.split())
    assert cast.qc.name in words and "With the own PIN" in words and "Signed by typing" not in words
    assert "On the road test: Brakes straight, no pulsing · No warning lamps" in words
    page = tablet.get(f"/orders/{in_quality_check.id}/quality-check").text
    assert "With the own PIN" in page and f"/documents/{paper.id}.pdf" in page
    assert wrong_tries(app, cast) == 0


def test_wrong_digits_release_nothing_and_are_counted(
    app: Flask, cast: Cast, tablet: CheckingClient, in_quality_check: ServiceOrder
) -> None:
    status, page = release(app, tablet, in_quality_check, pin="111119")
    assert status == 422 and "Wrong PIN. Tries left: 9." in page
    assert 'value="118431"' in page and "111119" not in page
    assert (state(app, in_quality_check), wrong_tries(app, cast)) == ("quality_check", 1)


def test_a_name_alone_does_not_sign_there(
    app: Flask, cast: Cast, tablet: CheckingClient, in_quality_check: ServiceOrder
) -> None:
    status, page = release(app, tablet, in_quality_check, signature_name=cast.qc.name)
    assert status == 422 and "Sign with the six digits of your PIN." in page
    assert state(app, in_quality_check) == "quality_check"


def test_two_taps_are_one_release(app: Flask, tablet: CheckingClient, in_quality_check: ServiceOrder) -> None:
    assert [release(app, tablet, in_quality_check, pin=PIN)[0] for _ in range(2)] == [303, 303]
    with app.app_context():
        assert len(db.session.scalars(select(Signature).where(Signature.purpose == "quality")).all()) == 1


def test_with_a_password_the_pin_does_not_sign(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    give_pin(app, cast.qc)
    status, _ = release(app, sign_in(cast.qc.id), in_quality_check, pin=PIN)
    assert (status, state(app, in_quality_check)) == (422, "quality_check")
