"""/orders/<id>/assignment: giving an order to people and a bay."""

from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import Bay, BayKind
from aftersales.domain.workshop import dispatch
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW, fresh
from tests.html import CheckingClient, Html, parse, text_of


def page(client: CheckingClient, order: ServiceOrder) -> Html:
    return parse(client.get(f"/orders/{order.id}/assignment").get_data(as_text=True))


def values(html: Html, name: str) -> list[str | None]:
    return [field.get("value") for field in html.all("input") if field.get("name") == name]


def chosen(html: Html, name: str) -> str | None:
    return next(
        (field.get("value") for field in html.all("input") if field.get("name") == name and field.get("checked") is not None),
        None,
    )  # fmt: skip


def state(app: Flask, order: ServiceOrder) -> OrderState:
    with app.app_context():
        return fresh(order).state


def test_the_screen_proposes_the_best_with_the_reason_and_its_numbers(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, app: Flask
) -> None:
    """DSP-1: the system proposes the best by load and says why. Tomasz has 1:30 h of work, Jan has none."""
    with app.app_context(), transaction():
        second = factories.check_in(cast, factories.open_order(cast))
    html = page(sign_in(cast.manager.id), second)
    assert "Proposed: Jan Bąk, bay Bay 2. No other work waits" in text_of(html.root)
    assert "1:30 h of work waits before this" in text_of(html.root)
    assert chosen(html, "who") == f"technician-{cast.second_technician.id}"
    assert chosen(html, "bay_id") == str(cast.site.bay_ids[1])


def test_no_repair_is_proposed_in_the_wash(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder, checked_in_order: ServiceOrder
) -> None:
    """DSP-1: with only the wash free no bay is chosen beforehand, and the page says what to do."""
    with app.app_context(), transaction():
        db.session.get_one(Bay, cast.site.bay_ids[1]).kind = BayKind.WASH
    html = page(sign_in(cast.manager.id), checked_in_order)
    assert "No bay that suits is free now: free one below" in text_of(html.root)
    assert values(html, "bay_id") == [str(cast.site.bay_ids[1])]
    assert chosen(html, "bay_id") is None


def test_assigning_leads_back_to_the_board(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    answer = sign_in(cast.manager.id).post(
        f"/orders/{checked_in_order.id}/assignment",
        data={"who": f"technician-{cast.technician.id}", "bay_id": cast.site.bay_ids[0]},
    )
    assert (answer.status_code, answer.location) == (303, "/board")
    assert state(app, checked_in_order) is OrderState.ASSIGNED


def test_a_team_can_be_chosen_where_the_site_has_teams(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        fresh(checked_in_order)
        team = staffing.add_team(
            cast.site.id, name="North", leader_id=cast.leader.id, actor=cast.manager.actor(), now=NOW
        )
    sign_in(cast.manager.id).post(
        f"/orders/{checked_in_order.id}/assignment",
        data={"who": f"team-{team.id}", "bay_id": cast.site.bay_ids[0]},
    )
    with app.app_context():
        assert fresh(checked_in_order).team_id == team.id


def test_a_taken_bay_is_named_and_can_be_freed_from_here(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        second = factories.check_in(cast, factories.open_order(cast))
        plate = fresh(assigned_order).vehicle.plate
    client = sign_in(cast.manager.id)
    html = page(client, second)
    assert f"{plate} stands here" in text_of(html.root)
    assert values(html, "bay_id") == [str(cast.site.bay_ids[1])]
    answer = client.post(f"/orders/{assigned_order.id}/bay-release", data={"for_order": second.id})
    assert answer.location == f"/orders/{second.id}/assignment"
    assert str(cast.site.bay_ids[0]) in values(page(client, second), "bay_id")


def test_a_bay_that_was_taken_meanwhile_keeps_what_was_chosen(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        second = factories.check_in(cast, factories.open_order(cast))
    answer = sign_in(cast.manager.id).post(
        f"/orders/{second.id}/assignment",
        data={"who": f"technician-{cast.technician.id}", "bay_id": cast.site.bay_ids[0]},
    )
    html = parse(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Free the bay first" in text_of(html.root)
    assert chosen(html, "who") == f"technician-{cast.technician.id}"
    assert state(app, second) is OrderState.CHECKED_IN


def test_nothing_chosen_is_said_in_place(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    answer = sign_in(cast.manager.id).post(f"/orders/{checked_in_order.id}/assignment", data={})
    assert answer.status_code == 422
    assert "Choose a technician or a team" in answer.get_data(as_text=True)


def test_a_stale_form_is_refused(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    data = {
        "who": f"technician-{cast.technician.id}",
        "bay_id": cast.site.bay_ids[0],
        "version": checked_in_order.version,
    }
    client = sign_in(cast.manager.id)
    assert client.post(f"/orders/{checked_in_order.id}/assignment", data=data).status_code == 303
    assert client.post(f"/orders/{checked_in_order.id}/assignment", data=data).status_code == 409


def test_only_those_who_dispatch_may_assign(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    for who in (cast.technician, cast.advisor, cast.parts):
        assert sign_in(who.id).get(f"/orders/{checked_in_order.id}/assignment").status_code == 403
    assert sign_in(cast.other_manager.id).get(f"/orders/{checked_in_order.id}/assignment").status_code == 404


def test_a_stranger_cannot_empty_a_bay(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    assert (
        sign_in(cast.second_technician.id).post(f"/orders/{assigned_order.id}/bay-release").status_code == 403
    )
    with app.app_context():
        assert fresh(assigned_order).bay_id == cast.site.bay_ids[0]


def test_the_screens_queries_do_not_grow_with_the_people(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.manager.id)
    with count_queries() as seen:
        page(client, checked_in_order)
    assert len(seen) <= 18  # who asks, the order, its jobs, bays, people, their calendar, plan and visits


def test_the_bays_holder_leaves_when_the_work_is_done(
    app: Flask, cast: Cast, accepted_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        assert dispatch.find_in_bay(cast.site.bay_ids[0]) is not None
        db.session.get_one(ServiceOrder, accepted_order.id).state = OrderState.PREPARING
        db.session.flush()
        assert dispatch.find_in_bay(cast.site.bay_ids[0]) is None
