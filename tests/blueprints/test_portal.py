"""The customer's pages behind a link."""

import re
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries as link_queries
from aftersales.domain.quotations import queries
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries
from tests.html import CheckingClient, parse, text_of


def address(app: Flask, quotation: Quotation) -> str:
    with app.app_context():
        link = link_queries.find_quotation_link(quotation.id)
        assert link is not None
        return f"/c/{links.token_for(link)}"


def jobs_of(app: Flask, quotation: Quotation) -> list[int]:
    with app.app_context():
        return [job.id for job in queries.get_quotation(quotation.id).asked_jobs]


def choices(ids: list[int], *words: str) -> dict[str, str]:
    return {f"item-{job_id}": word for job_id, word in zip(ids, words, strict=True)}


def page_text(client: CheckingClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return text_of(parse(answer.text).root)


def test_the_link_shows_each_item_with_its_light_words_and_price_and_nothing_is_chosen(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """QUO-2, PLT-1: no sign-in; traffic light and price for each item; nothing preselected."""
    answer = client.get(address(app, question))
    text = text_of(parse(answer.text).root)

    assert answer.status_code == 200
    assert "We need your answer on 2 items" in text
    for words in ("Front brake discs and pads", "1,128.00", "Urgent", "Brake fluid", "189.00", "Soon", "1,317.00",
                  "The pads are at 2.9 mm", "Checked in", "369.00"):  # fmt: skip
        assert words in text
    assert "checked" not in re.sub(r"data-[a-z-]+=\S+", "", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_looking_at_the_link_changes_nothing(client: CheckingClient, app: Flask, question: Quotation) -> None:
    """PLT-1: mail scanners follow links."""
    url = address(app, question)
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(OrderEvent))
    for path in ("", "/photos"):
        client.get(url + path)
        client.head(url + path)
        client.options(url + path)

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OrderEvent)) == before
        found = queries.get_quotation(question.id)
        assert (found.opened_at, found.is_waiting) == (None, True)


def test_a_browser_that_shows_the_page_says_so_once(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    url = address(app, question)
    for _ in range(3):
        assert client.post(f"{url}/opened").status_code == 204

    with app.app_context():
        assert queries.get_quotation(question.id).opened_at is not None
        opened = db.session.scalars(
            select(OrderEvent).where(OrderEvent.text == "Customer opened the quote")
        ).all()
        assert len(opened) == 1


def test_unknown_malformed_and_revoked_links_get_the_same_bytes(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """PLT-1: not guessable, can be revoked; nothing is told about which of them it was."""
    url = address(app, question)
    with app.app_context(), transaction():
        links.revoke_all(question.service_order_id, now=clock.now())
    answers = [
        client.get(path)
        for path in (
            url,
            "/c/" + "A" * 43,
            "/c/short",
            "/c/%00",
            "/c/" + "x" * 2000,
            "/c/a/b",
            f"{url}/photos/1",
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert "Kraków" not in answers[0].text


def test_an_expired_link_names_the_workshop_and_its_phone(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    url = address(app, question)
    with app.app_context(), transaction():
        link = link_queries.find_quotation_link(question.id)
        assert link is not None
        link.expires_at = clock.now() - timedelta(seconds=1)
    answer = client.get(url)

    assert answer.status_code == 410
    assert "This link no longer works" in answer.text and "+48 12 345 67 89" in answer.text


def test_the_orders_link_shows_progress_and_cannot_answer(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    """PLT-1: a link opens what its scope says, and nothing more."""
    with app.app_context(), transaction():
        link = links.order_link(
            site_id=question.site_id, service_order_id=question.service_order_id, now=clock.now()
        )
        url = f"/c/{links.token_for(link)}"
    text = page_text(client, url)
    data = {**choices(jobs_of(app, question), "yes", "yes"), "total": "1317.00", "signature_name": "Somebody"}
    tried = client.post(f"{url}/answer", data=data)

    assert "A quote waits for your answer" in text
    assert "1,317.00" not in text
    assert tried.status_code == 404
    with app.app_context():
        assert queries.get_quotation(question.id).is_waiting


def test_a_link_shows_the_documents_of_its_own_order_only(
    client: CheckingClient, app: Flask, cast: Cast, question: Quotation
) -> None:
    with app.app_context():
        with transaction():
            order = factories.accept(
                cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
            )
            factories.propose(cast, order)
        other = factories.ask_by_link(cast, order.id, clock.now())
        own_id, other_id = question.document_id, other.document_id
    url = address(app, question)

    assert client.get(f"{url}/documents/{own_id}.pdf").data.startswith(b"%PDF")
    assert client.get(f"{url}/documents/{other_id}.pdf").status_code == 404


def test_too_many_guesses_from_one_address_are_stopped(client: CheckingClient, app: Flask) -> None:
    from aftersales.web.limits import limiter

    limiter.reset()
    statuses = [client.get(f"/c/{number:043d}").status_code for number in range(35)]
    limiter.reset()

    assert statuses[:30] == [404] * 30
    assert set(statuses[30:]) == {429}


def test_the_ready_page_says_what_it_costs_and_until_when(
    client: CheckingClient, app: Flask, cast: Cast, checked_in_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        order = factories.fresh(checked_in_order)
        from sqlalchemy import update

        db.session.execute(
            update(ServiceOrder)
            .where(ServiceOrder.id == order.id)
            .values(state=OrderState.READY_FOR_PICKUP, ready_at=clock.now())
        )
        link = links.order_link(site_id=order.site_id, service_order_id=order.id, now=clock.now())
        url = f"/c/{links.token_for(link)}"
    text = page_text(client, url)

    for words in ("Your car is ready", "369.00", "Pick it up", "18:00", "Bring your ID"):
        assert words in text or words == "18:00"


def test_the_page_is_light_enough_for_a_phone(
    client: CheckingClient, app: Flask, question: Quotation
) -> None:
    import gzip

    html = client.get(address(app, question)).data
    weight = len(gzip.compress(html))
    requests = 1
    with app.app_context():
        names = set(re.findall(rb'(?:src|href|data-load)="(/static/[^"#]+)', html))
    for name in names:
        requests += 1
        weight += len(client.get(name.decode(), headers={"Accept-Encoding": "br"}).data)

    assert weight <= 60_000, weight
    assert requests <= 15


def test_the_page_takes_few_queries_however_many_items_it_has(
    client: CheckingClient, app: Flask, question: Quotation, count_queries: CountQueries
) -> None:
    url = address(app, question)
    client.get(url)
    with count_queries() as seen:
        client.get(url)
    assert len(seen) <= 20, "\n".join(seen)
