"""/parts/articles: what is kept, where it lies, what it costs."""

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.parts.models import Article, StockMovement
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import parse
from tests.stockroom import Stockroom, balance


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
