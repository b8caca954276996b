"""/parts: requests, articles, purchase orders."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.fulfilment.operations import Asked
from aftersales.domain.parts.models import Article
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of
from tests.stockroom import Stockroom, demand_of

TOMORROW = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT10:00")
YESTERDAY = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT10:00")


class TestTheDesk:
    def test_it_needs_a_sign_in(self, client: CheckingClient) -> None:
        assert client.get("/parts").location.startswith("/sign-in")

    def test_a_cashier_has_no_business_there(self, cast: Cast, sign_in: SignIn) -> None:
        assert sign_in(cast.cashier.id).get("/parts").status_code == 403

    def test_it_says_what_to_do_when_nothing_is_asked_for(self, cast: Cast, sign_in: SignIn) -> None:
        assert "No open requests" in sign_in(cast.parts.id).get("/parts").text

    def test_a_request_shows_car_bin_and_next_step(
        self, cast: Cast, sign_in: SignIn, waiting: ServiceOrder, stockroom: Stockroom
    ) -> None:
        """STEP-6: looked up per warehouse; STEP-11: what is missing is one tap from its order."""
        page = parse(sign_in(cast.parts.id).get("/parts").text)
        rows = [text_of(row) for row in page.all("tr")][1:]
        assert any("Turbo hose" in row and "A-02: 3" in row and "Hand out" in row for row in rows)
        assert any("Poly-V belt" in row and "None here" in row and "Order" in row for row in rows)
        links = {link.get("href") for link in page.all("a")}
        assert f"/parts/purchase-orders/new?supplier={stockroom.supplier}" in links
        assert f"/orders/{waiting.id}/parts/hand-out" in links

    def test_another_site_sees_nothing_of_it(
        self, cast: Cast, sign_in: SignIn, waiting: ServiceOrder
    ) -> None:
        assert "Turbo hose" not in sign_in(cast.other_manager.id).get("/parts").text

    def test_a_technician_sees_it_without_buttons(
        self, cast: Cast, sign_in: SignIn, waiting: ServiceOrder
    ) -> None:
        page = sign_in(cast.technician.id).get("/parts").text
        assert "Turbo hose" in page
        assert "Hand out" not in page

    def test_the_search_finds_a_plate_and_a_part(
        self, cast: Cast, sign_in: SignIn, waiting: ServiceOrder, hose: Article, app: Flask
    ) -> None:
        with app.app_context():
            plate = factories.fresh(waiting).vehicle.plate
        parts = sign_in(cast.parts.id)
        for text in (plate, hose.number.replace(" ", ""), "turbo"):
            assert "Turbo hose" in parts.get("/parts", query_string={"q": text}).text
        assert "Nothing found" in parts.get("/parts?q=nowhere").text

    def test_it_costs_no_more_queries_for_more_requests(
        self,
        cast: Cast,
        app: Flask,
        sign_in: SignIn,
        waiting: ServiceOrder,
        hose: Article,
        count_queries: CountQueries,
    ) -> None:
        client = sign_in(cast.parts.id)
        with count_queries() as few:
            client.get("/parts")
        with app.app_context(), transaction():
            for _order in range(5):
                shelf.order_with(cast, (hose, 1))
        with count_queries() as many:
            client.get("/parts")
        assert len(few) == len(many) <= 4

    def test_long_lists_go_on_by_key(
        self, cast: Cast, app: Flask, sign_in: SignIn, hose: Article, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from aftersales.domain.fulfilment import queries

        monkeypatch.setitem(queries.list_requests.__kwdefaults__, "limit", 2)
        with app.app_context(), transaction():
            orders = [
                shelf.order_with(cast, (hose, 1), now=factories.NOW + timedelta(minutes=minute))
                for minute in range(3)
            ]
        client = sign_in(cast.parts.id)
        first = parse(client.get("/parts").text)
        (more,) = [link.get("href") for link in first.all("a") if link.get("rel") == "next"]
        assert f"/orders/{orders[2].id}/parts" not in client.get("/parts").text
        assert f"/orders/{orders[2].id}/parts" in client.get(more or "").text


class TestConfirmingArrival:
    @pytest.fixture
    def asked(self, app: Flask, cast: Cast, belt: Article) -> int:
        """A technician asked for a belt that nobody has."""
        with app.app_context(), transaction():
            order = factories.open_order(cast)
            fulfilment.request_parts(
                order.id, job_id=order.jobs[0].id, items=[Asked(belt.id, Decimal(1))], actor=cast.technician.actor(),
                now=factories.NOW, site_id=cast.site.id,
            )  # fmt: skip
            return demand_of(order, belt).id

    def test_the_desk_is_asked_and_answers_with_a_day(self, cast: Cast, sign_in: SignIn, asked: int) -> None:
        """QUO-1: the confirmed arrival of a part not in stock, asked of the parts desk before sending."""
        parts = sign_in(cast.parts.id)
        assert "Confirm when parts arrive" in parts.get("/tasks").text
        assert "When does it arrive?" in parts.get(f"/parts/requests/{asked}").text
        answer = parts.post(f"/parts/requests/{asked}/arrival", data={"expected_at": TOMORROW})
        assert (answer.status_code, answer.location) == (303, "/parts")
        assert "Confirm when parts arrive" not in parts.get("/tasks").text

    def test_a_day_in_the_past_is_refused_and_stays_in_the_field(
        self, cast: Cast, sign_in: SignIn, asked: int
    ) -> None:
        answer = sign_in(cast.parts.id).post(
            f"/parts/requests/{asked}/arrival", data={"expected_at": YESTERDAY}
        )
        assert answer.status_code == 422
        assert "has to be in the future" in answer.text
        assert YESTERDAY in answer.text

    def test_a_technician_may_not_answer(self, cast: Cast, sign_in: SignIn, asked: int) -> None:
        answer = sign_in(cast.technician.id).post(
            f"/parts/requests/{asked}/arrival", data={"expected_at": TOMORROW}
        )
        assert answer.status_code == 403

    def test_another_sites_request_is_not_there(self, cast: Cast, sign_in: SignIn, asked: int) -> None:
        assert sign_in(cast.other_manager.id).get(f"/parts/requests/{asked}").status_code == 404


class TestPurchaseOrders:
    def test_what_is_missing_is_proposed_by_supplier(
        self, cast: Cast, sign_in: SignIn, waiting: ServiceOrder, stockroom: Stockroom
    ) -> None:
        parts = sign_in(cast.parts.id)
        assert "Inter Parts" in parts.get("/parts/purchase-orders/new").text
        page = parse(parts.get(f"/parts/purchase-orders/new?supplier={stockroom.supplier}").text)
        values = {field.get("name"): field.get("value") for field in page.all("input")}
        assert [value for name, value in values.items() if name and name.startswith("quantity-")] == ["2"]

    def test_ordering_and_receiving_in_two_parts_moves_the_order_with_the_last_one(
        self,
        cast: Cast,
        app: Flask,
        sign_in: SignIn,
        waiting: ServiceOrder,
        belt: Article,
        stockroom: Stockroom,
    ) -> None:
        """STEP-11, STEP-12, PRT-3: ordered from the task, received in part, the rest waits as back order."""
        parts = sign_in(cast.parts.id)
        placed = parts.post(
            "/parts/purchase-orders",
            data={
                "supplier_id": stockroom.supplier, "warehouse_id": stockroom.main, "expected_at": TOMORROW,
                f"quantity-{belt.id}": "2", "submission_id": "first",
            },
        )  # fmt: skip
        assert placed.status_code == 303
        assert "Order parts" not in parts.get("/tasks").text
        with app.app_context():
            line_id = db.session.scalars(select(PurchaseOrder)).one().lines[0].id
        assert "Poly-V belt" in parts.get("/parts/purchase-orders").text
        parts.post(f"{placed.location}/receipts", data={f"quantity-{line_id}": "1", "submission_id": "a"})
        with app.app_context():
            assert factories.fresh(waiting).state == "awaiting_parts"
        page = parts.get(placed.location).text
        assert "To come" in page
        parts.post(f"{placed.location}/receipts", data={f"quantity-{line_id}": "1", "submission_id": "b"})
        with app.app_context():
            assert factories.fresh(waiting).state == "repairing"
        assert "Complete" in parts.get(placed.location).text

    def test_more_than_ordered_keeps_what_was_typed(
        self, cast: Cast, app: Flask, sign_in: SignIn, belt: Article, stockroom: Stockroom
    ) -> None:
        with app.app_context(), transaction():
            order = shelf.purchase(cast, stockroom, (belt, 2))
            line_id = order.lines[0].id
        answer = sign_in(cast.parts.id).post(
            f"/parts/purchase-orders/{order.id}/receipts", data={f"quantity-{line_id}": "5"}
        )
        assert answer.status_code == 409
        assert "still to come" in answer.text
        assert 'value="5"' in answer.text

    @pytest.mark.parametrize("quantity", ["two", "NaN", "1e9", "0.0001"])
    def test_nonsense_is_answered_with_an_example(
        self, cast: Cast, sign_in: SignIn, belt: Article, stockroom: Stockroom, quantity: str
    ) -> None:
        answer = sign_in(cast.parts.id).post(
            "/parts/purchase-orders",
            data={
                "supplier_id": stockroom.supplier, "warehouse_id": stockroom.main, "expected_at": TOMORROW,
                f"quantity-{belt.id}": quantity,
            },
        )  # fmt: skip
        assert answer.status_code == 422
        assert "for example 2 or 1.5" in answer.text

    def test_an_article_may_be_added_by_its_number(
        self, cast: Cast, app: Flask, sign_in: SignIn, belt: Article, stockroom: Stockroom
    ) -> None:
        answer = sign_in(cast.parts.id).post(
            "/parts/purchase-orders",
            data={
                "supplier_id": stockroom.supplier, "warehouse_id": stockroom.main, "expected_at": TOMORROW,
                "more_number": belt.number.lower().replace(" ", ""), "more_quantity": "4",
            },
        )  # fmt: skip
        assert answer.status_code == 303
        with app.app_context():
            (line,) = db.session.scalars(select(PurchaseOrder)).one().lines
            assert (line.article_id, line.quantity) == (belt.id, 4)

    def test_the_rest_can_be_cancelled_with_a_reason(
        self, cast: Cast, app: Flask, sign_in: SignIn, belt: Article, stockroom: Stockroom
    ) -> None:
        with app.app_context(), transaction():
            order = shelf.purchase(cast, stockroom, (belt, 2))
        parts = sign_in(cast.parts.id)
        without = parts.post(f"/parts/purchase-orders/{order.id}/cancellation", data={"reason": " "})
        assert without.status_code == 422
        parts.post(f"/parts/purchase-orders/{order.id}/cancellation", data={"reason": "Not made any more"})
        assert "2 cancelled" in parts.get(f"/parts/purchase-orders/{order.id}").text

    def test_costs_are_for_those_who_may_see_them(
        self, cast: Cast, app: Flask, sign_in: SignIn, belt: Article, stockroom: Stockroom
    ) -> None:
        """PLT-3: costs are hidden at field level."""
        with app.app_context(), transaction():
            order = shelf.purchase(cast, stockroom, (belt, 2))
        for address in (
            f"/parts/purchase-orders/{order.id}",
            f"/parts/articles/{belt.id}",
            "/parts/articles",
        ):
            assert "61.50" in sign_in(cast.parts.id).get(address).text
            for person in (cast.technician, cast.manager, cast.advisor):
                assert "61.50" not in sign_in(person.id).get(address).text
