"""/c/<token>: the customer answers a quotation."""

import io
import re
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.documents.models import Document, Signature
from aftersales.domain.links.models import Link, LinkScope
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations import queries
from aftersales.domain.quotations.models import DeferredWork, Quotation
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from tests import factories
from tests.blueprints.test_portal import address, choices, jobs_of, page_text
from tests.cast import Cast
from tests.html import CheckingClient, parse, text_of


def test_the_review_shows_what_is_ordered_and_its_total(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    answer = client.post(
        f"{address(app, question)}/review", data=choices(jobs_of(app, question), "yes", "no")
    )
    text = text_of(parse(answer.text).root)

    assert answer.status_code == 200
    assert "Brake fluid, not now" in text
    assert 'name="total" value="1128.00"' in answer.text
    with app.app_context():
        assert queries.get_quotation(question.id).is_waiting


def test_an_item_without_a_choice_brings_the_page_back_with_the_others_kept(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    first = jobs_of(app, question)[0]
    answer = client.post(f"{address(app, question)}/review", data={f"item-{first}": "yes"})

    assert answer.status_code == 422
    assert "Choose “Do it” or “Not now” for each item." in answer.text
    assert len(re.findall(r"<input[^>]*\schecked", answer.text)) == 1


def test_all_items_can_be_answered_at_once(client: CheckingClient, app: Flask, question: Quotation) -> None:
    """QUO-2: per item or all."""
    answer = client.post(f"{address(app, question)}/review", data={"all": "yes"})

    assert 'name="total" value="1317.00"' in answer.text


def approve(
    client: CheckingClient, app: Flask, question: Quotation, *words: str, total: str, **more: str
) -> object:
    data = {
        **choices(jobs_of(app, question), *words),
        "total": total,
        "signature_name": "Katarzyna Mazur",
        **more,
    }
    return client.post(f"{address(app, question)}/answer", data=data)


def test_approving_authorises_defers_moves_on_and_keeps_the_evidence(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """QUO-2, QUO-5, STEP-12: approved lines become work, declined ones deferred work with a date."""
    second = jobs_of(app, question)[1]
    answer = approve(
        client, app, question, "yes", "no", total="1128.00", **{f"reason-{second}": "I do it elsewhere"}
    )

    assert answer.status_code == 303  # type: ignore[attr-defined]
    with app.app_context():
        found = queries.get_quotation(question.id)
        order = db.session.get_one(ServiceOrder, found.service_order_id)
        signature = db.session.scalars(select(Signature)).one()
        asked, answered = db.session.get_one(Document, found.document_id), found.answer_document_id
        deferred = db.session.scalars(select(DeferredWork)).one()

        assert (found.approved_gross, found.answered_name) == (Decimal("1128.00"), "Katarzyna Mazur")
        assert order.state is OrderState.REPAIRING
        assert order.authorised_gross == Decimal("1497.00")
        assert order.promised_at == found.promised_at
        assert (deferred.title, deferred.reason) == ("Brake fluid", "I do it elsewhere")
        assert (deferred.due_on - clock.local_date(clock.now(), "Europe/Warsaw")).days == 90
        assert (signature.document_digest, signature.typed_name) == (asked.sha256, "Katarzyna Mazur")
        assert signature.totals["approved"] == "1128.00"
        assert signature.declined[0]["title"] == "Brake fluid"
        assert "Do it" in signature.consent_text
        assert answered is not None

    text = page_text(client, address(app, question))
    assert "Thank you, we have your answer" in text
    assert "Brake fluid, not now" in text
    assert "1,128.00" in text


def test_the_same_answer_twice_is_one_answer_and_another_one_is_refused(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """QUO-3: approving twice is once."""
    first = approve(client, app, question, "yes", "no", total="1128.00")
    again = approve(client, app, question, "yes", "no", total="1128.00")
    other = approve(client, app, question, "yes", "yes", total="1317.00")

    assert [one.status_code for one in (first, again, other)] == [303, 303, 409]  # type: ignore[attr-defined]
    assert "already answered by Katarzyna Mazur" in other.text  # type: ignore[attr-defined]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Signature)) == 1
        assert db.session.scalar(select(func.count()).select_from(DeferredWork)) == 1
        assert queries.get_quotation(question.id).approved_gross == Decimal("1128.00")


def test_a_total_other_than_the_shown_one_is_refused(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    for total in ("1127.99", "", "a lot", "NaN"):
        answer = approve(client, app, question, "yes", "no", total=total)
        assert answer.status_code == 409, total  # type: ignore[attr-defined]
        assert "The total has changed" in answer.text  # type: ignore[attr-defined]
    with app.app_context():
        assert queries.get_quotation(question.id).is_waiting


def test_without_a_name_the_review_comes_back_with_the_choices_kept(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    answer = approve(client, app, question, "no", "yes", total="189.00", signature_name="  ")

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Enter your full name" in answer.text  # type: ignore[attr-defined]
    assert "Front brake discs and pads, not now" in text_of(parse(answer.text).root)  # type: ignore[attr-defined]


def test_a_line_changed_after_sending_cannot_be_approved_at_the_old_price(
    client: CheckingClient, app: Flask, cast: Cast, question: Quotation
) -> None:
    """QUO-3: a stale version cannot be approved."""
    with app.app_context(), transaction():
        line = queries.get_quotation(question.id).asked_jobs[0].lines[1]
        work.edit_line(
            line.line_id,
            values={"unit_price": Decimal("812.00")},
            actor=cast.advisor.actor(),
            now=clock.now(),
        )
    answer = approve(client, app, question, "yes", "no", total="1128.00")

    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "is changing this quote" in answer.text  # type: ignore[attr-defined]
    with app.app_context():
        assert queries.get_quotation(question.id).approved_gross == 0


def test_a_replaced_version_says_so_and_the_new_one_shows_what_changed(
    client: CheckingClient, app: Flask, cast: Cast, question: Quotation
) -> None:
    """QUO-3: the old link says so, the customer sees what changed."""
    with app.app_context():
        with transaction():
            line = queries.get_quotation(question.id).asked_jobs[1].lines[1]
            work.edit_line(
                line.line_id,
                values={"unit_price": Decimal("69.00")},
                actor=cast.advisor.actor(),
                now=clock.now(),
            )
        second = factories.ask_by_link(cast, question.service_order_id, clock.now())

    old = client.get(address(app, question))
    late = approve(client, app, question, "yes", "yes", total="1317.00")
    assert (old.status_code, late.status_code) == (410, 410)  # type: ignore[attr-defined]
    assert "There is something newer" in old.text
    assert "Aftersales Kraków" in old.text and "+48 12 345 67 89" in old.text
    text = page_text(client, address(app, second))
    assert "Brake fluid: 199.00 instead of 189.00" in text


def test_the_signature_can_be_drawn(client: CheckingClient, app: Flask, question: Quotation) -> None:
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (320, 168))
    ImageDraw.Draw(picture).line([(20, 80), (120, 40), (220, 120)], fill="black", width=3)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    data = {
        **choices(jobs_of(app, question), "yes", "yes"),
        "total": "1317.00",
        "signature_name": "Katarzyna Mazur",
        "signature_png": (io.BytesIO(drawn.getvalue()), "signature.png"),
        "signature_strokes": (io.BytesIO(b"[[[20,80,0],[120,40,10]]]"), "strokes.json"),
    }
    answer = client.post(f"{address(app, question)}/answer", data=data, content_type="multipart/form-data")

    assert answer.status_code == 303
    with app.app_context():
        signature = db.session.scalars(select(Signature)).one()
        assert signature.picture_key.endswith(".png")
        assert signature.strokes == [[[20, 80, 0], [120, 40, 10]]]


def test_a_withdrawn_version_cannot_be_answered(
    client: CheckingClient, app: Flask, cast: Cast, question: Quotation
) -> None:
    with app.app_context(), transaction():
        quotations.withdraw(
            question.id, site_id=cast.site.id, reason="wrong", actor=cast.advisor.actor(), now=clock.now()
        )
    assert client.get(address(app, question)).status_code == 410
    with app.app_context():
        assert (
            db.session.scalar(select(Link.scope).where(Link.replaced_at.is_not(None))) is LinkScope.QUOTATION
        )


def test_ten_taps_at_once_are_one_answer_and_leave_no_stray_file(
    app: Flask, cast: Cast, media: Path, proposed_order: ServiceOrder
) -> None:
    """QUO-3: every tap gets the same answer; a PDF that no record names is not kept."""
    before = {path.relative_to(media).as_posix() for path in media.rglob("*.pdf")}
    with app.app_context():
        question = factories.ask_by_link(cast, proposed_order.id, clock.now())
    url = address(app, question)
    data = {
        **choices(jobs_of(app, question), "yes", "no"),
        "total": "1128.00",
        "signature_name": "Katarzyna Mazur",
    }
    start = threading.Barrier(10)
    statuses: list[int] = []

    def tap() -> None:
        client = app.test_client()
        start.wait(timeout=20)
        statuses.append(client.post(f"{url}/answer", data=data).status_code)

    taps = [threading.Thread(target=tap) for _ in range(10)]
    for one in taps:
        one.start()
    for one in taps:
        one.join(timeout=60)

    assert statuses == [303] * 10
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Signature)) == 1
        kept = {row.storage_key for row in db.session.scalars(select(Document))}
    after = {path.relative_to(media).as_posix() for path in media.rglob("*.pdf")}
    assert kept <= after <= before | kept


def test_a_closed_order_cannot_be_answered_any_more(
    client: CheckingClient, app: Flask, cast: Cast, question: Quotation
) -> None:
    with app.app_context(), transaction():
        order = service_orders.lock_order(question.service_order_id)
        service_orders.move(
            order, "close_without_repair", actor=cast.advisor.actor(), now=clock.now(), reason="Sold the car"
        )
    assert "This order is closed" in page_text(client, address(app, question))
    late = approve(client, app, question, "yes", "yes", total="1317.00")
    assert late.status_code == 409  # type: ignore[attr-defined]
    with app.app_context():
        assert queries.get_quotation(question.id).answered_at is None
        with transaction():
            assert not quotations.remind(question.id, now=clock.now())


def test_an_expired_quotation_has_a_page_of_its_own(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """QUO-3: validity; even before the sweep has come by."""
    with app.app_context(), transaction():
        queries.get_quotation(question.id).valid_until = clock.now() - timedelta(minutes=1)
    shown = client.get(address(app, question))
    late = approve(client, app, question, "yes", "yes", total="1317.00")

    assert (shown.status_code, late.status_code) == (410, 410)  # type: ignore[attr-defined]
    assert "This quote has expired" in shown.text
    with app.app_context():
        assert queries.get_quotation(question.id).answered_at is None
