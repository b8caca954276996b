"""The audit page."""

from flask import Flask

from aftersales.domain import audit
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn


def test_the_administrator_sees_who_did_what(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """PLT-3: audit of who changed what."""
    page = sign_in(cast.admin.id).get("/audit")
    assert "orders.sign_checkin" in page.text
    assert cast.advisor.name in page.text


def test_an_orders_own_entries_can_be_asked_for(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    browser = sign_in(cast.admin.id)
    assert "orders.sign_checkin" in browser.get(f"/audit?order={checked_in_order.id}").text
    assert "Nothing yet" in browser.get(f"/audit?order={checked_in_order.id + 1000}").text


def test_nobody_else_sees_it(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.advisor.id).get("/audit").status_code == 403


def test_entries_belong_to_their_site(cast: Cast, app_context: Flask, checked_in_order: ServiceOrder) -> None:
    """PLT-3: another site's audit knows nothing of the order."""
    own, _ = audit.list_entries(cast.site.id, subject_type="service_orders", subject_id=checked_in_order.id)
    others, _ = audit.list_entries(
        cast.other_site.id, subject_type="service_orders", subject_id=checked_in_order.id
    )
    assert own
    assert others == []


def test_the_list_asks_three_queries(cast: Cast, sign_in: SignIn, count_queries: CountQueries) -> None:
    browser = sign_in(cast.admin.id)
    with count_queries() as seen:
        browser.get("/audit")
    assert len(seen) <= 3
