"""GET /board: all cars by lane, live."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.domain.service_orders.states import Lane, OrderState
from aftersales.domain.staffing.working_time import find_working_times
from aftersales.domain.workshop import clocking
from aftersales.domain.workshop.board import list_tickets
from aftersales.domain.workshop.tickets import Rules
from aftersales.i18n import label
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW
from tests.html import CheckingClient, Html, parse, text_of


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 11:30 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2, minutes=30))


def lanes(html: Html) -> dict[str, str]:
    return {
        text_of(section.find("h2")).rsplit(" ", 1)[0]: text_of(section)  # type: ignore[arg-type]
        for section in html.all("section")
        if section.get("class") == "lane"
    }


def board(client: CheckingClient, query: str = "") -> Html:
    return parse(client.get(f"/board{query}").get_data(as_text=True))


def test_each_car_stands_in_the_lane_of_its_state(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, accepted_order: ServiceOrder
) -> None:
    """DSP-3: the board shows all cars by status."""
    found = lanes(board(sign_in(cast.manager.id)))
    with app.app_context():
        assert list(found) == [label(lane) for lane in Lane]
        plates = {order.id: factories.fresh(order).vehicle.plate for order in (arrived_order, accepted_order)}
    assert plates[arrived_order.id] in found["Arrived"]
    assert plates[accepted_order.id] in found["Diagnosis"]


def test_a_car_on_hold_waits_whatever_its_state(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-3: the waiting reason stands on the ticket."""
    with app.app_context(), transaction():
        service_orders.hold(
            accepted_order.id, reason=HoldReason.INSURER, note="", actor=cast.advisor.actor(), now=NOW
        )
    found = lanes(board(sign_in(cast.manager.id)))
    assert "Waits for the insurer" in found["Waiting"]
    assert "No cars" in found["Diagnosis"]


def put(app: Flask, order: ServiceOrder, **facts: object) -> None:
    """What later areas write onto the order's row, as they would."""
    with app.app_context(), transaction():
        row = service_orders.lock_order(order.id)
        for name, value in facts.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    ("facts", "lane", "words"),
    [
        ({"state": OrderState.AWAITING_APPROVAL, "state_since": NOW + timedelta(minutes=107)}, "Waiting", "Customer: 43 min"),
        ({"state": OrderState.AWAITING_PARTS, "parts_missing": 1}, "Waiting", "Part: no date"),
        (
            {"state": OrderState.AWAITING_PARTS, "parts_missing": 1, "parts_expected_at": NOW + timedelta(days=1, hours=2)},
            "Waiting",
            "Part: Wed 11:00",
        ),
        ({"state": OrderState.REPAIRING, "waiting_quotations": 1}, "In work", "Quote waits"),
        ({"state": OrderState.REPAIRING, "open_rework": 1}, "In work", "Rework"),
        ({"state": OrderState.QUALITY_CHECK, "rework_count": 1}, "Quality check", "Second check"),
        ({"state": OrderState.READY_FOR_PICKUP, "ready_at": NOW + timedelta(minutes=110)}, "Ready", "Ready since 10:50"),
    ],
)  # fmt: skip
def test_a_ticket_says_what_the_car_waits_for(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    accepted_order: ServiceOrder,
    facts: dict[str, object],
    lane: str,
    words: str,
) -> None:
    """DSP-3: waiting reason (parts, approval)."""
    put(app, accepted_order, **facts)
    assert words in lanes(board(sign_in(cast.manager.id)))[lane]


@pytest.mark.parametrize(
    ("promised", "words", "tone", "count"),
    [
        (timedelta(hours=8), "4 h spare", None, "1 on time"),
        (timedelta(hours=4, minutes=20), "20 min spare", "soon", "1 at risk"),
        (timedelta(hours=3, minutes=40), "over by 20 min", "urgent", "1 late"),
        (timedelta(days=2), "plenty", None, "1 on time"),
    ],
)
def test_the_ticket_shows_how_the_promise_stands(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder,
    promised: timedelta, words: str, tone: str | None, count: str,
) -> None:  # fmt: skip
    """DSP-3: promised time and lateness risk. Of 1:30 h planned nothing is done at 11:30."""
    put(app, accepted_order, promised_at=NOW + promised)
    page = board(sign_in(cast.manager.id))
    (ticket,) = [link for link in page.all("a") if link.get("class") == "ticket"]
    assert words in text_of(ticket)
    assert ticket.get("data-tone") == tone
    assert count in text_of(page.root)


def test_the_minutes_of_a_running_clock_count(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        clocking.clock_on(
            factories.fresh(accepted_order).jobs[0].id,
            site_id=cast.site.id, actor=cast.technician.actor(), now=NOW + timedelta(hours=2),
        )  # fmt: skip
    assert "0:30 of 1:30 h" in lanes(board(sign_in(cast.manager.id)))["Diagnosis"]


def test_a_late_car_says_when_its_turn_comes(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-3: its technician has an hour and a half of other work first, promised earlier; a car on time says nothing."""
    with app.app_context(), transaction():
        other = factories.check_in(cast, factories.open_order(cast))
        other.technician_id, other.state = cast.technician.id, OrderState.IN_PROGRESS
        other.promised_at = NOW + timedelta(hours=5)
    put(app, accepted_order, promised_at=NOW + timedelta(hours=4, minutes=30))
    client = sign_in(cast.manager.id)
    assert "Its turn: 13:00" in lanes(board(client))["Diagnosis"]
    put(app, other, promised_at=NOW + timedelta(hours=9))
    assert "Its turn" not in lanes(board(client))["Diagnosis"]


def test_the_header_counts_the_bays_in_use(cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder) -> None:
    assert "1 of 2 bays in use" in text_of(board(sign_in(cast.manager.id)).root)


def test_only_the_cars_of_the_own_site_are_shown(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    assert not [
        link for link in board(sign_in(cast.other_manager.id)).all("a") if link.get("class") == "ticket"
    ]


def test_one_technicians_cars_can_be_shown(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, accepted_order: ServiceOrder
) -> None:
    page = board(sign_in(cast.manager.id), f"?technician={cast.technician.id}")
    tickets = [link.get("id") for link in page.all("a") if link.get("class") == "ticket"]
    assert tickets == [f"ticket-{accepted_order.id}"]


def test_the_wall_pages_through_a_long_lane(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DSP-3: live on a wall screen; nothing has to be scrolled."""
    with app.app_context(), transaction():
        for _ in range(7):
            factories.open_order(cast)
    page = board(sign_in(cast.manager.id), "?wall=1")
    assert len([link for link in page.all("a") if link.get("class") == "ticket"]) in (4, 3)
    assert "page" in lanes(page)["Arrived"]
    assert page.all("nav") == []


def test_htmx_gets_the_lanes_alone(cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    part = parse(sign_in(cast.manager.id).hx_get("/board").get_data(as_text=True))
    assert not part.is_page
    assert part.by_id("board-now") is not None


def test_the_board_costs_four_queries_however_many_cars(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries, accepted_order: ServiceOrder
) -> None:
    client = sign_in(cast.manager.id)
    with app.app_context(), transaction():
        for _ in range(10):
            factories.check_in(cast, factories.open_order(cast))
    with count_queries() as seen:
        assert client.get("/board").status_code == 200
    assert len(seen) == 4  # who asks, what changed, the opening hours, the cars


def test_polling_answers_304_until_something_changes(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries, arrived_order: ServiceOrder
) -> None:
    """An unchanged board is neither read nor drawn."""
    client = sign_in(cast.manager.id)
    first = client.hx_get("/board")
    assert first.headers["Cache-Control"] == "private, no-cache"
    etag = {"If-None-Match": first.headers["ETag"]}
    with count_queries() as seen:
        again = client.hx_get("/board", headers=etag)
    assert (again.status_code, again.data, len(seen)) == (304, b"", 2)
    with app.app_context(), transaction():
        factories.open_order(cast)
    changed = client.hx_get("/board", headers=etag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_minute_later_the_board_is_drawn_anew(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.manager.id)
    etag = {"If-None-Match": client.hx_get("/board").headers["ETag"]}
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2, minutes=31))
    assert client.hx_get("/board", headers=etag).status_code == 200


def test_the_page_knows_the_tag_of_its_lanes(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """The first question of the polling page is answered by 304 already."""
    client = sign_in(cast.manager.id)
    holder = board(client).by_id("board")
    assert holder is not None
    answer = client.hx_get(holder.get("data-poll"), headers={"If-None-Match": holder.get("data-etag")})
    assert answer.status_code == 304


def test_it_needs_a_sign_in(client: CheckingClient) -> None:
    assert client.get("/board").location.startswith("/sign-in")


def test_the_board_finds_open_orders_by_an_index(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """Closed orders, however many, cost the board nothing: it reads the partial index, or that of ``closed_at``."""
    with app.app_context():
        engine, statements = db.engine, []

        def note(
            _connection: object, _cursor: object, statement: str, parameters: object, *_more: object
        ) -> None:
            if "FROM service_orders" in statement:
                statements.append((statement, parameters))

        sa.event.listen(engine, "before_cursor_execute", note)
        list_tickets(
            cast.site.id, NOW, Rules(30, 24, find_working_times(cast.site.id, cast.site.timezone, NOW))
        )
        sa.event.remove(engine, "before_cursor_execute", note)
        ((statement, parameters),) = statements
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                explain = f"EXPLAIN QUERY PLAN {statement}"
            else:
                connection.exec_driver_sql("SET enable_seqscan = off")
                explain = f"EXPLAIN {statement}"
            plan = str(connection.exec_driver_sql(explain, parameters).all())
    assert "closed_at=?" in plan or "ix_service_orders_board" in plan or "closed_at IS NULL" in plan
    assert "SCAN service_orders" not in plan


def test_a_compressed_board_is_known_again(cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    """Browsers ask for compressed pages; the mark of a compressed one is as good as the plain one's."""
    client = sign_in(cast.manager.id)
    zipped = {"Accept-Encoding": "gzip, br"}
    first = client.hx_get("/board", headers=zipped)
    again = client.hx_get("/board", headers={**zipped, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/board", headers=zipped)
    assert page.headers["Content-Encoding"] == "br"
    assert int(page.headers["Content-Length"]) < 10_000
