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
from aftersales.domain.parts.models import Article, StockMovement
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of
from tests.stockroom import Stockroom, balance, demand_of

TOMORROW = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT10:00")
YESTERDAY = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT10:00")


@pytest.fixture
def hose(app: Flask, cast: Cast, stockroom: Stockroom) -> Article:
    """Three in the main store, one upstairs."""
    with app.app_context(), transaction():
        return shelf.article(cast, stockroom, on_hand=3, second=1)


@pytest.fixture
def belt(app: Flask, cast: Cast, stockroom: Stockroom) -> Article:
    """Nowhere in stock."""
    with app.app_context(), transaction():
        return shelf.article(cast, stockroom, name="Poly-V belt")


@pytest.fixture
def waiting(app: Flask, cast: Cast, hose: Article, belt: Article) -> ServiceOrder:
    """An order in repair that has its hose reserved and lacks its belt."""
    with app.app_context(), transaction():
        return shelf.waiting_order(cast, (hose, 1), (belt, 2))


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


class TestArticles:
    def test_the_list_shows_stock_per_warehouse_in_three_queries(
        self, cast: Cast, sign_in: SignIn, hose: Article, belt: Article, count_queries: CountQueries
    ) -> None:
        client = sign_in(cast.parts.id)
        with count_queries() as seen:
            page = client.get("/parts/articles").text
        assert len(seen) <= 3
        assert "A A-02: 3" in page
        assert "B A-02: last 1" in page

    @pytest.mark.parametrize("text", ["turbo HOSE", "5q0145", "5Q0-145."])
    def test_it_is_found_however_it_is_typed(
        self, cast: Cast, sign_in: SignIn, hose: Article, text: str
    ) -> None:
        page = sign_in(cast.parts.id).get("/parts/articles", query_string={"q": text})
        assert "Turbo hose" in page.text

    def test_htmx_gets_the_part(self, cast: Cast, sign_in: SignIn, hose: Article) -> None:
        part = sign_in(cast.parts.id).get("/parts/articles?q=turbo", headers={"HX-Request": "true"}).text
        assert part.lstrip().startswith('<div class="stack" id="articles"')

    def test_a_new_article_and_its_change(self, cast: Cast, sign_in: SignIn, stockroom: Stockroom) -> None:
        """PRT-1: number, supplier, cost, price, bin, barcode, safety flag."""
        parts = sign_in(cast.parts.id)
        values = {
            "number": "04L 121 011 N", "name": "Water pump kit", "kind": "part", "unit": "set",
            "supplier_id": str(stockroom.supplier), "price": "412,50", "cost": "230", "barcode": "590123",
            "default_bin": "C-3", "is_safety_critical": "y",
        }  # fmt: skip
        added = parts.post("/parts/articles", data=values)
        assert added.status_code == 303
        page = parts.get(added.location).text
        assert "412.50" in page
        assert "Matters for safety" in page
        twice = parts.post("/parts/articles", data={**values, "number": "04L121011n"})
        assert twice.status_code == 422
        assert "already an article with this number" in twice.text

    def test_two_edits_of_one_article_show_both_values(
        self, cast: Cast, sign_in: SignIn, hose: Article
    ) -> None:
        """ORD-6: nobody overwrites a colleague silently."""
        parts = sign_in(cast.parts.id)
        values = {
            "version": str(hose.version), "number": hose.number, "name": "Hose", "kind": "part", "unit": "piece",
            "supplier_id": "", "price": "99", "cost": "50", "is_active": "y",
        }  # fmt: skip
        assert parts.post(f"/parts/articles/{hose.id}", data=values).status_code == 303
        late = parts.post(f"/parts/articles/{hose.id}", data={**values, "price": "88"})
        assert late.status_code == 409
        assert "price 99.00" in late.text
        assert 'value="88"' in late.text

    def test_a_correction_stands_in_the_ledger(
        self, cast: Cast, app: Flask, sign_in: SignIn, hose: Article, stockroom: Stockroom
    ) -> None:
        """PRT-2: a counted difference is a row with its reason; sent twice it counts once."""
        parts = sign_in(cast.parts.id)
        for _tap in range(2):
            answer = parts.post(
                f"/parts/articles/{hose.id}/corrections",
                data={
                    "warehouse_id": stockroom.main, "change": "-1", "reason": "Broken in the bin",
                    "submission_id": "tap",
                },
            )  # fmt: skip
            assert answer.status_code == 303
        with app.app_context():
            assert balance(stockroom.main, hose) == (2, 0)
        assert "Broken in the bin" in parts.get(f"/parts/articles/{hose.id}").text

    def test_a_correction_below_what_is_reserved_is_refused(
        self, cast: Cast, sign_in: SignIn, hose: Article, waiting: ServiceOrder, stockroom: Stockroom
    ) -> None:
        answer = sign_in(cast.parts.id).post(
            f"/parts/articles/{hose.id}/corrections",
            data={"warehouse_id": stockroom.main, "change": "-3", "reason": "Lost"},
        )
        assert answer.status_code == 409
        assert "reserved for orders" in answer.text

    def test_stock_moves_between_warehouses(
        self, cast: Cast, app: Flask, sign_in: SignIn, hose: Article, stockroom: Stockroom
    ) -> None:
        answer = sign_in(cast.parts.id).post(
            f"/parts/articles/{hose.id}/transfers",
            data={
                "from_warehouse_id": stockroom.main, "to_warehouse_id": stockroom.second, "quantity": "2",
                "submission_id": "x",
            },
        )  # fmt: skip
        assert answer.status_code == 303
        with app.app_context():
            assert (balance(stockroom.main, hose), balance(stockroom.second, hose)) == ((1, 0), (3, 0))

    def test_a_low_shelf_is_shown_and_proposed_for_ordering(
        self, cast: Cast, sign_in: SignIn, hose: Article, stockroom: Stockroom
    ) -> None:
        """PRT-3: safety stock, reorder point and suggestion."""
        parts = sign_in(cast.parts.id)
        answer = parts.post(
            f"/parts/articles/{hose.id}/shelf",
            data={
                "warehouse_id": stockroom.main, "bin": "B-11", "safety_stock": "2", "reorder_point": "4",
                "order_up_to": "10",
            },
        )  # fmt: skip
        assert answer.status_code == 303
        assert "Running low" in parts.get("/parts").text
        page = parse(parts.get(f"/parts/purchase-orders/new?supplier={stockroom.supplier}").text)
        (field,) = [each for each in page.all("input") if each.get("name") == f"quantity-{hose.id}"]
        assert field.get("value") == "7"

    def test_an_advisor_may_not_correct(
        self, cast: Cast, sign_in: SignIn, hose: Article, stockroom: Stockroom, app: Flask
    ) -> None:
        answer = sign_in(cast.advisor.id).post(
            f"/parts/articles/{hose.id}/corrections",
            data={"warehouse_id": stockroom.main, "change": "1", "reason": "So"},
        )
        assert answer.status_code == 403
        with app.app_context():
            assert len(db.session.scalars(select(StockMovement)).all()) == 2

    def test_another_sites_warehouse_cannot_be_touched(
        self, cast: Cast, app: Flask, sign_in: SignIn, hose: Article
    ) -> None:
        from aftersales.domain.parts import operations

        with app.app_context(), transaction():
            theirs = operations.add_warehouse(
                site_id=cast.other_site.id,
                code="S",
                name="Store",
                actor=cast.parts.actor(),
                now=factories.NOW,
            ).id
        answer = sign_in(cast.parts.id).post(
            f"/parts/articles/{hose.id}/corrections",
            data={"warehouse_id": str(theirs), "change": "1", "reason": "So"},
        )
        assert answer.status_code == 422
