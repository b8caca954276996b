"""The issue slip: whoever takes the parts signs it with their PIN on the parts desk's own screen (TEC-4)."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.accounts import pins
from aftersales.domain.accounts.models import Pin
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.parts.models import Article, IssueSlip
from aftersales.domain.parts.rules import SlipSigning, slip_digest
from tests import stockroom as shelf
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW
from tests.html import CheckingClient, parse, text_of
from tests.stockroom import Stockroom, balance, demand_of

PIN = "482916"


@dataclass
class Desk:
    """The clerk's screen with one part ready for an order; the technician has a PIN, the second one has none."""

    browser: CheckingClient
    order_id: int
    number: str
    line_id: int
    article_id: int

    def hand_out(self, receiver_id: int, pin: str = "", tap: str = "s") -> tuple[int, str]:
        answer = self.browser.post(
            f"/orders/{self.order_id}/parts/issues",
            data={
                f"quantity-{self.line_id}": "2",
                "receiver_id": receiver_id,
                "pin": pin,
                "submission_id": tap,
            },
        )
        return answer.status_code, answer.text


@pytest.fixture
def desk(app: Flask, cast: Cast, stockroom: Stockroom, sign_in: SignIn) -> Desk:
    with app.app_context(), transaction():
        hose = shelf.article(cast, stockroom, on_hand=5)
        order = shelf.waiting_order(cast, (hose, 2))
        pins.set_pin(
            cast.technician.id, PIN, secret=app.config["SECRET_KEY"], today=NOW.date(),
            actor=cast.technician.actor(), now=NOW,
        )  # fmt: skip
        made = (order.id, order.number, demand_of(order, hose).id, hose.id)
    return Desk(sign_in(cast.parts.id), *made)


def slips(app: Flask) -> list[IssueSlip]:
    with app.app_context():
        return list(db.session.scalars(select(IssueSlip)))


def test_the_receiver_signs_with_the_pin(app: Flask, cast: Cast, desk: Desk, stockroom: Stockroom) -> None:
    """TEC-4: who, when, how and at which screen stay; the digest is that of what was handed out."""
    page = text_of(parse(desk.browser.get(f"/orders/{desk.order_id}/parts/hand-out").text).root)
    assert "PIN of the person who takes the parts" in page
    assert "Tomasz Lis (no PIN yet)" not in page and "Jan Bąk (no PIN yet)" in page
    assert desk.hand_out(cast.technician.id, PIN)[0] == 303
    (slip,) = slips(app)
    assert (slip.receiver_name, slip.issued_by_name) == ("Tomasz Lis", "Piotr Zając")
    assert slip.signed_with is SlipSigning.PIN
    assert slip.address == "127.0.0.1" and slip.device
    with app.app_context():
        number = db.session.get_one(Article, desk.article_id).number
        digest = slip_digest(desk.number, "Tomasz Lis", slip.issued_at, [(number, Decimal(2))])
        assert slip.signed_digest == digest
        assert digest != slip_digest(desk.number, "Tomasz Lis", slip.issued_at, [(number, Decimal(3))])


def test_the_printed_slip_says_who_took_what_and_how_it_was_signed(
    app: Flask, cast: Cast, desk: Desk, media: Path
) -> None:
    """TEC-4: the PDF lies with the order's papers and opens from its parts."""
    desk.hand_out(cast.technician.id, PIN)
    with app.app_context():
        paper = db.session.scalars(select(Document).where(Document.kind == DocumentKind.ISSUE_SLIP)).one()
        text = " ".join(PdfReader(media / paper.storage_key).pages[0].extract_text().split())
    (slip,) = slips(app)
    for words in (slip.number, "Tomasz Lis", "Piotr Zając", "PIN on the parts desk", "I took these parts"):
        assert words in text, words
    parts = desk.browser.get(f"/orders/{desk.order_id}/parts")
    assert f"/documents/{paper.id}.pdf" in parts.text
    assert desk.browser.get(f"/documents/{paper.id}.pdf").status_code == 200


def test_wrong_digits_hand_nothing_out(app: Flask, cast: Cast, desk: Desk, stockroom: Stockroom) -> None:
    """TEC-4: the tries count here as on a tablet; what was typed else stays."""
    status, page = desk.hand_out(cast.technician.id, "111119")
    assert status == 422 and "Tries left: 9" in page
    assert slips(app) == []
    with app.app_context():
        assert balance(stockroom.main, db.session.get_one(Article, desk.article_id)) == (5, 2)
    for _ in range(9):
        desk.hand_out(cast.technician.id, "111119")
    assert desk.hand_out(cast.technician.id, PIN)[0] == 429
    assert slips(app) == []


def test_who_has_a_pin_signs_with_it(app: Flask, cast: Cast, desk: Desk) -> None:
    """TEC-4: the desk cannot name somebody who could sign."""
    status, page = desk.hand_out(cast.technician.id)
    assert status == 422 and "Tomasz Lis signs with the PIN" in page
    assert slips(app) == []


def test_who_has_none_yet_is_named_and_the_slip_says_so(app: Flask, cast: Cast, desk: Desk) -> None:
    assert desk.hand_out(cast.second_technician.id)[0] == 303
    (slip,) = slips(app)
    assert slip.signed_with is SlipSigning.NAME
    assert "has no PIN yet" in desk.browser.get(f"/orders/{desk.order_id}/parts").text


def test_a_colleagues_digits_do_not_sign_for_somebody(app: Flask, cast: Cast, desk: Desk) -> None:
    with app.app_context(), transaction():
        pins.set_pin(
            cast.second_technician.id, "739105", secret=app.config["SECRET_KEY"], today=NOW.date(),
            actor=cast.second_technician.actor(), now=NOW,
        )  # fmt: skip
    assert desk.hand_out(cast.technician.id, "739105")[0] == 422
    assert slips(app) == []


def test_a_second_tap_is_the_same_slip_and_the_same_paper(app: Flask, cast: Cast, desk: Desk) -> None:
    for _ in range(2):
        assert desk.hand_out(cast.technician.id, PIN)[0] == 303
    assert len(slips(app)) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Document)).all()) == 1
        assert db.session.scalars(select(Pin.wrong_tries).where(Pin.user_id == cast.technician.id)).one() == 0
