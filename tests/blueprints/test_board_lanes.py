"""The board never loses a car; its filter is the address; thirty boards are drawn once."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.blueprints import board
from aftersales.db import db, transaction
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.domain.service_orders.states import LANES, Lane, OrderState
from aftersales.domain.sites import operations as sites
from aftersales.domain.staffing import operations as staffing
from aftersales.i18n import label
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW
from tests.html import CheckingClient, parse, text_of


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 11:30 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2, minutes=30))


def places(client: CheckingClient, query: str = "") -> dict[str, list[str]]:
    """The tickets of each lane, by the lane's words."""
    page = parse(client.get(f"/board{query}").get_data(as_text=True))
    return {
        text_of(section.find("h2")).rsplit(" ", 1)[0]: [  # type: ignore[arg-type]
            link.get("id", "") for link in section.iter("a") if link.get("class") == "ticket"
        ]
        for section in page.all("section")
        if section.get("class") == "lane"
    }


def put(app: Flask, order_id: int, **facts: object) -> None:
    with app.app_context(), transaction():
        row = service_orders.lock_order(order_id)
        for name, value in facts.items():
            setattr(row, name, value)


def test_a_car_stands_on_exactly_one_lane_on_its_whole_way(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DSP-3: through every state by the real moves, from arrival to the hand-over."""
    client = sign_in(cast.manager.id)
    with app.app_context(), transaction():
        order = factories.open_order(cast)
    seen = []

    def look() -> None:
        with app.app_context():
            state = factories.fresh(order).state
        lanes = [words for words, tickets in places(client).items() if f"ticket-{order.id}" in tickets]
        with app.app_context():
            assert lanes == ([label(LANES[state])] if state in LANES else []), state
        seen.append(state)

    look()
    for step in (factories.check_in, factories.assign, factories.accept, factories.make_ready):
        with app.app_context(), transaction():
            step(cast, factories.fresh(order))
        look()
    with app.app_context(), transaction():
        factories.hand_over(cast, factories.fresh(order))
    look()
    assert seen[-2:] == [OrderState.READY_FOR_PICKUP, OrderState.COMPLETED]


@pytest.mark.parametrize("hold", [None, HoldReason.SUBLET], ids=["going on", "on hold"])
@pytest.mark.parametrize("state", list(OrderState))
def test_in_every_state_it_is_there_once_or_not_here(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    accepted_order: ServiceOrder,
    state: OrderState,
    hold: HoldReason | None,
) -> None:
    """DSP-3: no state, held or not, makes an open car disappear."""
    put(app, accepted_order.id, state=state, hold_reason=hold)
    lanes = [
        words for words, tickets in places(sign_in(cast.manager.id)).items() for ticket in tickets
        if ticket == f"ticket-{accepted_order.id}"
    ]  # fmt: skip
    with app.app_context():
        expected = [label(Lane.WAITING if hold else LANES[state])] if state in LANES else []
    assert lanes == expected


def test_every_open_order_is_on_the_board_once(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DSP-3: sixty cars, in every state, some without a promise."""
    with app.app_context(), transaction():
        for number in range(60):
            order = factories.open_order(cast)
            order.state = list(LANES)[number % len(LANES)]
            order.promised_at = NOW + timedelta(minutes=17 * number) if number % 7 else None
            order.hold_reason = HoldReason.BAY if number % 11 == 0 else None
    with app.app_context():
        here = {
            f"ticket-{ident}"
            for ident in db.session.scalars(select(ServiceOrder.id).where(ServiceOrder.closed_at.is_(None)))
        }
    shown = Counter(ticket for tickets in places(sign_in(cast.manager.id)).values() for ticket in tickets)
    assert set(shown) == here
    assert set(shown.values()) == {1}


def test_the_wall_shows_each_car_within_its_pages(
    app: Flask, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSP-3: a long lane pages; after its last page every car was on the wall."""
    with app.app_context(), transaction():
        ids = {f"ticket-{factories.open_order(cast).id}" for _ in range(11)}
    client, seen = sign_in(cast.manager.id), set()
    for turn in range(3):
        monkeypatch.setattr(clock, "now", lambda turn=turn: NOW + timedelta(hours=2, seconds=20 * turn))
        seen |= set(places(client, "?wall=1")["Arrived"])
    assert seen == ids


def test_an_empty_workshop_says_so(cast: Cast, sign_in: SignIn) -> None:
    assert "No cars" in sign_in(cast.manager.id).get("/board").text


# --- filter ---


@pytest.fixture
def team_id(app: Flask, cast: Cast, accepted_order: ServiceOrder, arrived_order: ServiceOrder) -> int:
    """The accepted order belongs to a team; the arrived one to nobody."""
    with app.app_context(), transaction():
        team = staffing.add_team(
            cast.site.id, name="Blue", leader_id=cast.leader.id, actor=cast.manager.actor(), now=NOW
        )
        service_orders.lock_order(accepted_order.id).team_id = team.id
    return team.id


def found(client: CheckingClient, query: str) -> list[str]:
    return sorted(ticket for tickets in places(client, query).values() for ticket in tickets)


def test_the_filter_is_the_address(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    accepted_order: ServiceOrder,
    arrived_order: ServiceOrder,
    team_id: int,
) -> None:
    """DSP-3: team, advisor, technician, risk, wait; a bookmark, without script."""
    put(app, accepted_order.id, parts_missing=1, promised_at=NOW)
    client, accepted, arrived = (
        sign_in(cast.manager.id), [f"ticket-{accepted_order.id}"], [f"ticket-{arrived_order.id}"],
    )  # fmt: skip
    assert found(client, f"?team={team_id}") == accepted
    assert found(client, f"?technician={cast.technician.id}&team={team_id}") == accepted
    assert found(client, "?risk=late") == accepted
    assert found(client, "?risk=on_time") == arrived
    assert found(client, "?wait=parts") == accepted
    assert found(client, "?wait=insurer") == []
    assert found(client, f"?advisor={cast.advisor.id}") == sorted(accepted + arrived)
    page = client.get("/board?wait=parts&risk=late").text
    assert "1 of 2 cars fit the filter." in page and "Show all cars" in page
    assert '<option value="parts" selected>' in page and '<option value="late" selected>' in page


@pytest.mark.parametrize("query", ["?risk=nonsense", "?wait=", "?team=0", "?technician=99999999999999999999"])
def test_a_filter_that_means_nothing_shows_all(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, query: str
) -> None:
    assert found(sign_in(cast.manager.id), query) == [f"ticket-{arrived_order.id}"]


# --- cost ---


def test_thirty_boards_are_read_and_drawn_once(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries
) -> None:
    """DSP-3: after a change each board asks two queries; one of them reads the cars and draws them for all."""
    with app.app_context(), transaction():
        for _ in range(50):
            factories.open_order(cast)
    clients = [sign_in(cast.manager.id) for _ in range(10)]
    board.DRAWN = board.Drawn(64)
    with count_queries() as seen:
        answers = {client.hx_get("/board").get_data(as_text=True) for client in clients}
    assert len(answers) == 1
    assert len(seen) == 4 + 2 * 9
    with count_queries() as again:
        tags = {client.hx_get("/board").headers["ETag"] for client in clients}
        assert {
            client.hx_get("/board", headers={"If-None-Match": tag}).status_code
            for client in clients
            for tag in tags
        } == {304}
    assert len(again) == 2 * 20


def test_what_is_drawn_for_one_is_never_shown_to_somebody_else(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """Another site, another filter, another setting: another drawing."""
    manager, stranger = sign_in(cast.manager.id), sign_in(cast.other_manager.id)
    ours, theirs = manager.hx_get("/board"), stranger.hx_get("/board")
    assert "ticket-" in ours.text and "ticket-" not in theirs.text
    assert "ticket-" not in manager.hx_get("/board?risk=late").text
    with app.app_context(), transaction():
        sites.set_settings(
            cast.site.id, values={"work.at_risk_minutes": 45}, actor=cast.admin.actor(), now=NOW
        )
    assert manager.hx_get("/board").headers["ETag"] != ours.headers["ETag"]


def test_only_the_newest_drawings_are_kept() -> None:
    drawn, made = board.Drawn(2), []

    def draw(name: str) -> str:
        return drawn.get(name, lambda: made.append(name) or name.upper())  # type: ignore[func-returns-value]

    assert [draw(name) for name in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
