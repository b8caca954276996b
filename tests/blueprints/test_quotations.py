"""Quotations on the staff's screens: build, send, look at versions, record an answer, read it in the workshop."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.documents.models import Document
from aftersales.domain.quotations import answers, queries
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.web import media
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of


@pytest.fixture
def order(proposed_order: ServiceOrder) -> ServiceOrder:
    return proposed_order


@pytest.fixture
def advisor(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.advisor.id)


def form_of(client: CheckingClient, order: ServiceOrder, **values: str) -> dict[str, str]:
    """What the builder's form would send: the digest of what it shows, and a promise for tomorrow noon."""
    page = client.get(f"/orders/{order.id}/quotation")
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]{64})"', page.text)
    assert seen
    noon = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT12:00")
    return {"seen": seen[1], "promised_at": noon, "estimate_way": "item", "note": "", **values}


def send(client: CheckingClient, order: ServiceOrder, **values: str) -> object:
    return client.post(f"/orders/{order.id}/quotation", data=form_of(client, order, **values))


def test_the_builder_shows_what_would_be_asked(advisor: CheckingClient, order: ServiceOrder) -> None:
    """STEP-7: parts, labour and tax are summed."""
    text = text_of(parse(advisor.get(f"/orders/{order.id}/quotation").text).root)

    for words in ("Front brake discs and pads", "1,128.00", "Brake fluid", "189.00", "1,070.73", "246.27", "1,317.00",
                  "Approved before", "369.00", "Send quote"):  # fmt: skip
        assert words in text


def test_sending_makes_the_version_its_pdf_and_the_page_of_it(
    advisor: CheckingClient, app: Flask, order: ServiceOrder
) -> None:
    """STEP-8, STEP-9, STEP-10, DIA-2: the way of the estimate and its caveat are on the estimate."""
    answer = send(advisor, order, note="Cheaper pads wear faster; no guarantee on parts you bring.")

    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert answer.headers["Location"] == f"/orders/{order.id}/quotations/1"  # type: ignore[attr-defined]
    with app.app_context():
        quotation = queries.get_version(order.id, 1, site_id=order.site_id)
        document = db.session.get_one(Document, quotation.document_id)
        pdf = media.store().read(document.storage_key)
        assert factories.fresh(order).state is OrderState.AWAITING_APPROVAL
    text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    for words in ("1,317.00", "1,128.00", "189.00", "246.27", "Cheaper pads wear faster", "By item"):
        assert words in text, words
    shown = text_of(parse(advisor.get(f"/orders/{order.id}/quotations/1").text).root)
    assert "Waits for the customer" in shown and "Not opened yet" in shown


def test_page_pdf_and_database_say_the_same_amounts(
    advisor: CheckingClient, client: CheckingClient, app: Flask, order: ServiceOrder
) -> None:
    """QUO-1: to the cent, on page, PDF and in the database, before and after the answer."""
    from aftersales.domain.links import operations as links
    from aftersales.domain.links import queries as link_queries

    send(advisor, order)
    with app.app_context():
        quotation = queries.get_version(order.id, 1, site_id=order.site_id)
        link = link_queries.find_quotation_link(quotation.id)
        assert link is not None
        url, first = f"/c/{links.token_for(link)}", quotation.asked_jobs[0].id
        second = quotation.asked_jobs[1].id
    choices = {f"item-{first}": "yes", f"item-{second}": "no"}
    review = client.post(f"{url}/review", data=choices)
    total = re.search(r'name="total" value="([\d.]+)"', review.text)
    assert total
    client.post(f"{url}/answer", data={**choices, "total": total[1], "signature_name": "Katarzyna Mazur"})

    with app.app_context():
        quotation = queries.get_version(order.id, 1, site_id=order.site_id)
        answered = db.session.get_one(Document, quotation.answer_document_id)
        pdf = media.store().read(answered.storage_key)
        authorised = factories.fresh(order).authorised_gross
        assert quotation.approved_gross == Decimal(total[1]) == Decimal("1128.00")
        assert authorised == Decimal("369.00") + quotation.approved_gross
        approved = [line.gross for job in quotation.asked_jobs if job.is_approved for line in job.lines]
        assert sum(approved) == quotation.approved_gross
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "1,128.00" in text and "1,317.00" in text and "Katarzyna Mazur" in text
    assert "1,128.00" in client.get(url).text


def test_a_price_changed_since_the_page_was_shown_brings_it_back_with_what_was_typed(
    advisor: CheckingClient, app: Flask, cast: Cast, order: ServiceOrder
) -> None:
    data = form_of(advisor, order, note="See you at noon")
    with app.app_context(), transaction():
        line = factories.fresh(order).jobs[1].lines[1]
        work.edit_line(
            line.id, values={"unit_price": Decimal("1.00")}, actor=cast.advisor.actor(), now=clock.now()
        )
    answer = advisor.post(f"/orders/{order.id}/quotation", data=data)

    assert answer.status_code == 409
    assert "has changed meanwhile" in answer.text and "See you at noon" in answer.text
    with app.app_context():
        assert queries.list_versions(order.id) == []


def test_a_promise_in_the_past_is_refused_at_its_field(advisor: CheckingClient, order: ServiceOrder) -> None:
    answer = send(advisor, order, promised_at="2020-01-01T12:00")

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "has to be in the future" in answer.text  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["quotation", "quotations/1", "quotation/answer", "answers/1"])
def test_a_stranger_finds_nothing_and_without_sign_in_comes_the_sign_in(
    client: CheckingClient, cast: Cast, sign_in: SignIn, sent_quotation: Quotation, path: str
) -> None:
    url = f"/orders/{sent_quotation.service_order_id}/{path}"
    assert "/sign-in" in client.get(url).headers["Location"]
    assert sign_in(cast.stranger.id).get(url).status_code == 404


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.QC, Role.PARTS])
def test_who_sees_no_money_sees_no_quotation(
    cast: Cast, sign_in: SignIn, sent_quotation: Quotation, role: Role
) -> None:
    url = f"/orders/{sent_quotation.service_order_id}/quotation"
    assert sign_in(cast.with_role(role).id).get(url).status_code == 403


def answer_form(app: Flask, quotation: Quotation, *words: str, **values: str) -> dict[str, str]:
    with app.app_context():
        ids = [job.id for job in queries.get_quotation(quotation.id).asked_jobs]
    return {
        **{f"item-{i}": word for i, word in zip(ids, words, strict=False)},
        "by": "phone", "name": "Katarzyna Mazur", "note": "Called +48 601 234 567", **values,
    }  # fmt: skip


@pytest.fixture
def fresh_quotation(cast: Cast, app: Flask, order: ServiceOrder) -> Quotation:
    """Sent just now, so that it is valid on the day of the test."""
    with app.app_context(), transaction():
        now = clock.now()
        return factories.send_quotation(
            cast, db.session.get_one(ServiceOrder, order.id), now=now, promised_at=now + timedelta(hours=6)
        )


def test_an_answer_by_phone_is_recorded(
    advisor: CheckingClient, app: Flask, order: ServiceOrder, fresh_quotation: Quotation
) -> None:
    """QUO-4"""
    url = f"/orders/{order.id}/quotations/1/answer"
    answer = advisor.post(url, data=answer_form(app, fresh_quotation, "yes", "no"))

    assert answer.status_code == 303
    text = text_of(parse(advisor.get(f"/orders/{order.id}/quotations/1").text).root)
    for words in (
        "Katarzyna Mazur answered by phone",
        "Recorded by Marta Zielińska",
        "Called +48 601 234 567",
        "1,128.00",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"by": ""}, "Say how the customer answered."),
        ({"name": ""}, "Enter the full name"),
        ({"note": ""}, "Write down the number called"),
    ],
)
def test_an_incomplete_record_keeps_what_was_chosen(
    advisor: CheckingClient,
    app: Flask,
    order: ServiceOrder,
    fresh_quotation: Quotation,
    values: dict[str, str],
    sentence: str,
) -> None:
    url = f"/orders/{order.id}/quotations/1/answer"
    answer = advisor.post(url, data=answer_form(app, fresh_quotation, "yes", "no", **values))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(re.findall(r'name="item-\d+" value="(?:yes|no)" checked', answer.text)) == 2


def test_without_a_decision_on_each_item_nothing_is_recorded(
    advisor: CheckingClient, app: Flask, order: ServiceOrder, fresh_quotation: Quotation
) -> None:
    answer = advisor.post(
        f"/orders/{order.id}/quotations/1/answer", data=answer_form(app, fresh_quotation, "yes")
    )

    assert answer.status_code == 422
    assert "Decide on each item" in answer.text


def test_withdrawing_needs_a_reason_and_takes_the_order_back(
    advisor: CheckingClient, app: Flask, order: ServiceOrder, fresh_quotation: Quotation
) -> None:
    url = f"/orders/{order.id}/quotations/1/withdrawal"
    assert advisor.post(url, data={"reason": ""}).status_code == 422
    assert advisor.post(url, data={"reason": "Wrong disc"}).status_code == 303
    assert advisor.post(url, data={"reason": "Once more"}).status_code == 409
    with app.app_context():
        assert factories.fresh(order).state is OrderState.IN_PROGRESS


def test_the_technician_reads_the_answer_without_prices(
    app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, fresh_quotation: Quotation
) -> None:
    """ORD-8: the slip says what to do and what to leave; reading it is kept."""
    with app.app_context(), transaction():
        ids = [job.id for job in queries.get_quotation(fresh_quotation.id).asked_jobs]
        answers.answer(
            fresh_quotation.id, decisions={ids[0]: True, ids[1]: False}, name="Katarzyna Mazur", by=AnsweredBy.PHONE,
            note="called", actor=cast.advisor.actor(), now=clock.now(),
        )  # fmt: skip
    technician = sign_in(cast.technician.id)
    slip = technician.get(f"/orders/{order.id}/answers/{fresh_quotation.id}")

    assert slip.status_code == 200
    text = text_of(parse(slip.text).root)
    assert "Do it" in text and "Leave it" in text
    assert not re.search(r"1,128|712\.00|PLN", text)
    assert technician.post(f"/orders/{order.id}/quotations/1/reading").status_code == 303
    with app.app_context():
        assert queries.get_quotation(fresh_quotation.id).told_name == "Tomasz Lis"


def test_the_claims_officer_authorises_other_payers_on_the_builder(
    app: Flask, cast: Cast, sign_in: SignIn, advisor: CheckingClient, order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        job = factories.propose(cast, factories.fresh(order), title="Recall", pay_type=PayType.WARRANTY)
    url = f"/orders/{order.id}/quotation/other-payers"
    data = {"job_id": str(job.id), "reason": "Recall 97FK"}

    assert advisor.post(url, data={"job_id": str(job.id)}).status_code in (403, 422)
    assert sign_in(cast.parts.id).post(url, data=data).status_code == 403
    assert sign_in(cast.claims.id).post(url, data={"job_id": str(job.id)}).status_code == 422
    assert sign_in(cast.claims.id).post(url, data=data).status_code == 303


def test_the_builder_needs_no_more_queries_for_more_lines(
    app: Flask, cast: Cast, advisor: CheckingClient, order: ServiceOrder, count_queries: CountQueries
) -> None:
    url = f"/orders/{order.id}/quotation"
    advisor.get(url)
    with count_queries() as few:
        advisor.get(url)
    with app.app_context(), transaction():
        for number in range(12):
            factories.propose(cast, factories.fresh(order), title=f"Job {number}")
    with count_queries() as many:
        advisor.get(url)
    assert len(many) <= len(few), "\n".join(many)
    assert len(few) <= 14, len(few)


def test_a_new_link_is_sent_and_all_can_be_revoked(
    advisor: CheckingClient, app: Flask, order: ServiceOrder, fresh_quotation: Quotation
) -> None:
    from aftersales.domain.links.models import Link
    from aftersales.domain.messaging.models import Message

    assert advisor.post(f"/orders/{order.id}/links").status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Message).where(Message.purpose == "new_link")).all()) == 2
    assert advisor.post(f"/orders/{order.id}/links/revocation").status_code == 303
    with app.app_context():
        assert all(link.revoked_at for link in db.session.scalars(select(Link)))
