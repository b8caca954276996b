"""The interview about one concern (CHK-8)."""

from datetime import timedelta

import pytest

from aftersales.db import transaction
from aftersales.domain.checkins import interviews, queries
from aftersales.domain.checkins.models import Interview
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

ANSWERS = {
    "noise": {"codes": ["squeal", "shouts"], "words": "only on Mondays"},
    "engine": {"codes": ["cold"], "words": ""},
    "moon": {"codes": ["full"], "words": "x"},
    "lamp": {"codes": [], "words": " "},
}


def job_of(order: ServiceOrder) -> int:
    return factories.fresh(order).jobs[0].id


def ask(cast: Cast, order: ServiceOrder, job_id: int = 0, **values: object) -> Interview:
    with transaction():
        return interviews.keep(
            order.id,
            job_id or job_of(order),
            **{
                "restated": " It squeals when braking ", "answers": ANSWERS, "is_road_tested": True,
                "road_test_km": 3, "road_test_by": "Marta", "road_test_found": "Squeals at 20 km/h",
                "actor": cast.advisor.actor(), "now": NOW, **values,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def test_an_interview_keeps_words_answers_and_the_road_test(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-8"""
    kept = ask(cast, arrived_order)
    assert kept.answers == {
        "engine": {"codes": ["cold"], "words": ""},
        "noise": {"codes": ["squeal"], "words": "only on Mondays"},
    }
    assert interviews.told(kept) == [
        ("In the customer's words", "It squeals when braking"),
        ("Engine", "Cold"),
        ("Noise", "Squeals, only on Mondays"),
        ("Road test together", "Marta, 3 km, Squeals at 20 km/h"),
    ]
    assert (kept.catalogue_version, kept.edited_at, kept.edited_by_name) == (1, NOW, cast.advisor.name)


def test_sent_twice_it_is_kept_once_and_an_old_page_is_refused(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """ORD-6"""
    first = ask(cast, arrived_order, client_id="tablet-1", version=0)
    again = ask(cast, arrived_order, client_id="tablet-1", version=0, restated="other words")
    assert (again.id, again.restated) == (first.id, "It squeals when braking")
    with pytest.raises(Stale):
        ask(cast, arrived_order, client_id="tablet-2", version=0)
    changed = ask(cast, arrived_order, client_id="tablet-3", version=first.version, is_road_tested=False)
    assert (changed.id, changed.road_test_by, changed.road_test_km) == (first.id, "", None)
    assert len(interviews.of_order(arrived_order.id)) == 1


def test_what_was_signed_stays_and_a_later_concern_may_be_asked_about(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-10"""
    ask(cast, arrived_order)
    with transaction():
        factories.check_in(cast, factories.fresh(arrived_order))
        late = work.add_job(
            arrived_order.id, title="Wipers", concern="Wipers smear", actor=cast.advisor.actor(), now=NOW
        ).id
    checkin = queries.find_checkin(arrived_order.id)
    assert interviews.is_signed(interviews.of_order(arrived_order.id)[job_of(arrived_order)], checkin)
    with pytest.raises(Refused):
        ask(cast, arrived_order)
    ask(cast, arrived_order, late, now=NOW + timedelta(hours=1))
    ask(cast, arrived_order, late, now=NOW + timedelta(hours=2), restated="They smear")
    assert len(interviews.of_order(arrived_order.id)) == 2


def test_a_road_test_needs_the_person_who_drove(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(Invalid) as refusal:
        ask(cast, arrived_order, road_test_by=" ")
    assert refusal.value.field == "road_test_by"
    with pytest.raises(Invalid):
        ask(cast, arrived_order, road_test_km=501)


def test_who_may_not_and_what_is_not_there(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        other = factories.open_order(cast)
    with pytest.raises(NotPermitted):
        ask(cast, arrived_order, actor=cast.technician.actor())
    with pytest.raises(NotFound):
        ask(cast, arrived_order, job_of(other))
    with pytest.raises(NotFound):
        ask(cast, arrived_order, site_id=cast.other_site.id)
