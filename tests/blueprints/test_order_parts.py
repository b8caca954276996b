"""/orders/<id>/parts: asked for from the job, handed out, moved on."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.parts.models import Article, IssueSlip, RequisitionLine
from aftersales.domain.parts.rules import SlipSigning
from aftersales.domain.service_orders.models import Line, ServiceOrder
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import parse, text_of
from tests.stockroom import Stockroom, balance, demand_of


@pytest.fixture
def hose(app: Flask, cast: Cast, stockroom: Stockroom) -> Article:
    with app.app_context(), transaction():
        return shelf.article(cast, stockroom, on_hand=2, second=4)


@pytest.fixture
def order(app: Flask, cast: Cast, stockroom: Stockroom) -> ServiceOrder:
    """In progress with the technician."""
    with app.app_context(), transaction():
        order = factories.check_in(cast, factories.open_order(cast))
        return factories.accept(cast, factories.assign(cast, order))


def ask(
    order: ServiceOrder, article: Article, job_id: int, quantity: str = "1", tap: str = "t"
) -> dict[str, str]:
    return {
        "article_id": str(article.id), "job_id": str(job_id), "quantity": quantity, "q": "hose", "submission_id": tap,
    }  # fmt: skip


def job_of(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return factories.fresh(order).jobs[0].id


class TestRequests:
    def test_a_technician_searches_and_asks_from_the_job(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article
    ) -> None:
        """TEC-4, STEP-6: stock per warehouse stands beside each article; one tap asks the parts desk."""
        technician = sign_in(cast.technician.id)
        found = technician.get(f"/orders/{order.id}/parts?q=turbo").text
        assert "A A-02: last 2" in found
        assert "B A-02: 4" in found
        answer = technician.post(f"/orders/{order.id}/parts", data=ask(order, hose, job_of(app, order)))
        assert (answer.status_code, answer.location) == (303, f"/orders/{order.id}/parts")
        assert "Not approved yet" in technician.get(f"/orders/{order.id}/parts").text
        assert "Turbo hose" in sign_in(cast.parts.id).get("/parts").text

    def test_it_is_one_tap_away_from_the_job(self, cast: Cast, sign_in: SignIn, order: ServiceOrder) -> None:
        page = parse(sign_in(cast.technician.id).get(f"/orders/{order.id}/work").text)
        assert f"/orders/{order.id}/parts" in {link.get("href") for link in page.all("a")}

    def test_htmx_gets_the_part_with_the_new_row(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article
    ) -> None:
        answer = sign_in(cast.technician.id).post(
            f"/orders/{order.id}/parts",
            data=ask(order, hose, job_of(app, order), "2"),
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 200
        assert answer.text.lstrip().startswith('<div class="stack" id="order-parts"')
        assert "Turbo hose" in answer.text

    def test_twice_is_once(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article
    ) -> None:
        technician = sign_in(cast.technician.id)
        for _tap in range(2):
            technician.post(f"/orders/{order.id}/parts", data=ask(order, hose, job_of(app, order)))
        with app.app_context():
            lines = select(Line).where(Line.service_order_id == order.id, Line.article_id == hose.id)
            assert len(db.session.scalars(lines).all()) == 1

    @pytest.mark.parametrize("quantity", ["0", "-2", "many"])
    def test_a_quantity_that_cannot_be_is_refused_in_place(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article, quantity: str
    ) -> None:
        answer = sign_in(cast.technician.id).post(
            f"/orders/{order.id}/parts", data=ask(order, hose, job_of(app, order), quantity)
        )
        assert answer.status_code == 422
        assert "Not requested" in answer.text
        assert 'value="hose"' in answer.text  # the search stays

    def test_a_job_of_another_order_is_not_there(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article
    ) -> None:
        with app.app_context(), transaction():
            other = factories.open_order(cast)
        answer = sign_in(cast.technician.id).post(
            f"/orders/{order.id}/parts", data=ask(order, hose, job_of(app, other))
        )
        assert answer.status_code == 404
        with app.app_context():
            assert db.session.scalars(select(RequisitionLine)).all() == []

    def test_the_parts_clerk_does_not_ask_the_cashier_does_not_see(
        self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder, hose: Article
    ) -> None:
        job_id = job_of(app, order)
        asked = sign_in(cast.parts.id).post(f"/orders/{order.id}/parts", data=ask(order, hose, job_id))
        assert asked.status_code == 403
        assert sign_in(cast.cashier.id).get(f"/orders/{order.id}/parts").status_code == 403

    def test_another_sites_order_is_not_there(self, cast: Cast, sign_in: SignIn, order: ServiceOrder) -> None:
        assert sign_in(cast.other_manager.id).get(f"/orders/{order.id}/parts").status_code == 404

    def test_the_page_costs_the_same_for_many_parts(
        self,
        app: Flask,
        cast: Cast,
        sign_in: SignIn,
        hose: Article,
        stockroom: Stockroom,
        count_queries: CountQueries,
    ) -> None:
        with app.app_context(), transaction():
            few = shelf.order_with(cast, (hose, 1))
            many = shelf.order_with(
                cast, *[(shelf.article(cast, stockroom, on_hand=1), 1) for _each in range(6)]
            )
        client, counts = sign_in(cast.technician.id), []
        for order in (few, many):
            with count_queries() as seen:
                client.get(f"/orders/{order.id}/parts?q=turbo")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 6


class TestHandingOut:
    @pytest.fixture
    def ready(self, app: Flask, cast: Cast, hose: Article) -> tuple[ServiceOrder, int]:
        """An order in repair with one hose reserved, and its requisition line."""
        with app.app_context(), transaction():
            order = shelf.waiting_order(cast, (hose, 1))
            return order, demand_of(order, hose).id

    def test_the_technician_is_proposed_and_named_where_there_is_no_pin(
        self,
        app: Flask,
        cast: Cast,
        sign_in: SignIn,
        ready: tuple[ServiceOrder, int],
        stockroom: Stockroom,
        hose: Article,
    ) -> None:
        """TEC-4: the issue slip names who took the parts."""
        order, line_id = ready
        parts = sign_in(cast.parts.id)
        page = parse(parts.get(f"/orders/{order.id}/parts/hand-out").text)
        (chosen,) = [each for each in page.all("option") if each.get("selected") is not None]
        assert text_of(chosen) == "Tomasz Lis (no PIN yet)"
        answer = parts.post(
            f"/orders/{order.id}/parts/issues",
            data={f"quantity-{line_id}": "1", "receiver_id": cast.technician.id, "submission_id": "s"},
        )
        assert (answer.status_code, answer.location) == (303, "/parts")
        with app.app_context():
            slip = db.session.scalars(select(IssueSlip)).one()
            assert (slip.receiver_name, slip.service_order_id) == ("Tomasz Lis", order.id)
            assert slip.signed_with is SlipSigning.NAME
            assert balance(stockroom.main, hose) == (1, 0)
        assert "Hand out parts" not in parts.get("/tasks").text

    def test_the_slower_clerk_reads_why_and_keeps_what_was_typed(
        self, cast: Cast, sign_in: SignIn, ready: tuple[ServiceOrder, int]
    ) -> None:
        """PRT-2: one winner, a clear page for the other."""
        order, line_id = ready
        answers = [
            sign_in(cast.parts.id).post(
                f"/orders/{order.id}/parts/issues",
                data={f"quantity-{line_id}": "1", "receiver_id": cast.technician.id, "submission_id": tap},
            )
            for tap in ("first clerk", "second clerk")
        ]
        assert [answer.status_code for answer in answers] == [303, 409]
        assert "Somebody may have handed them out already" in answers[1].text

    def test_nobody_named_is_asked_for(
        self, cast: Cast, sign_in: SignIn, ready: tuple[ServiceOrder, int]
    ) -> None:
        order, line_id = ready
        answer = sign_in(cast.parts.id).post(
            f"/orders/{order.id}/parts/issues", data={f"quantity-{line_id}": "1", "receiver_id": ""}
        )
        assert answer.status_code == 422
        assert "Choose who takes the parts" in answer.text

    def test_a_technician_may_not_help_himself(
        self, cast: Cast, sign_in: SignIn, ready: tuple[ServiceOrder, int]
    ) -> None:
        order, line_id = ready
        technician = sign_in(cast.technician.id)
        assert technician.get(f"/orders/{order.id}/parts/hand-out").status_code == 403
        answer = technician.post(
            f"/orders/{order.id}/parts/issues",
            data={f"quantity-{line_id}": "1", "receiver_id": cast.technician.id},
        )
        assert answer.status_code == 403

    def test_what_comes_back_is_put_on_a_shelf_with_its_reason(
        self,
        app: Flask,
        cast: Cast,
        sign_in: SignIn,
        ready: tuple[ServiceOrder, int],
        stockroom: Stockroom,
        hose: Article,
    ) -> None:
        order, line_id = ready
        parts = sign_in(cast.parts.id)
        parts.post(
            f"/orders/{order.id}/parts/issues",
            data={f"quantity-{line_id}": "1", "receiver_id": cast.technician.id, "submission_id": "s"},
        )
        data = {"quantity": "1", "warehouse_id": str(stockroom.second), "reason": ""}
        assert parts.post(f"/parts/requests/{line_id}/returns", data=data).status_code == 422
        back = parts.post(f"/parts/requests/{line_id}/returns", data={**data, "reason": "Wrong side"})
        assert back.status_code == 303
        with app.app_context():
            assert balance(stockroom.second, hose) == (5, 0)
            assert factories.fresh(order).issued_parts == 0


class TestMovingOn:
    def test_the_advisor_moves_the_late_job_and_finishes_the_rest(
        self, app: Flask, cast: Cast, sign_in: SignIn, stockroom: Stockroom, hose: Article
    ) -> None:
        with app.app_context(), transaction():
            late = shelf.article(cast, stockroom, name="Parking sensor")
            order = shelf.waiting_order(cast, (late, 1), (hose, 1))
            line_id = demand_of(order, late).line_id
        advisor = sign_in(cast.advisor.id)
        page = advisor.get(f"/orders/{order.id}/parts/new-order").text
        assert "waits for its part" in page
        refused = advisor.post(f"/orders/{order.id}/parts/new-order", data={"line_id": line_id, "reason": ""})
        assert refused.status_code == 422
        moved = advisor.post(
            f"/orders/{order.id}/parts/new-order", data={"line_id": line_id, "reason": "Car is needed"}
        )
        assert moved.status_code == 303
        with app.app_context():
            follower = db.session.scalars(
                select(ServiceOrder).where(ServiceOrder.continues_id == order.id)
            ).one()
            assert demand_of(follower, late).missing == Decimal(1)
            assert factories.fresh(order).state == "repairing"

    def test_a_technician_may_not(self, app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder) -> None:
        assert sign_in(cast.technician.id).get(f"/orders/{order.id}/parts/new-order").status_code == 403
