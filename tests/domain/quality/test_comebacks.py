"""Guarantees on our own work, and the visits that come back within them (QCS-2, ORD-9)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.guarantees import operations as guarantees
from aftersales.domain.guarantees import rules
from aftersales.domain.guarantees.models import GuaranteeKind, PastTerms, WorkGuarantee
from aftersales.domain.guarantees.rules import Standing, Terms
from aftersales.domain.quality import comeback_queries, comebacks, covered
from aftersales.domain.quality.comeback_models import Comeback, ComebackNotice
from aftersales.domain.quality.covered import Covered
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast

NOW = factories.NOW
HANDED_OVER = date(2026, 5, 12)
START = 118_420
"""The odometer at the first check-in."""
YEAR, KM = 365, 20_000


@pytest.fixture
def first(cast: Cast, completed_order: ServiceOrder) -> ServiceOrder:
    """Brake pads with labour, handed over on 12 May 2026 at 118,420 km."""
    return factories.fresh(completed_order)


@pytest.fixture
def again(cast: Cast, first: ServiceOrder) -> ServiceOrder:
    """The same car is here ten days later: it squeals again."""
    return visit(cast, first, days=10)


def visit(cast: Cast, first: ServiceOrder, *, days: int, concern: str = "Squeals again") -> ServiceOrder:
    with transaction():
        opened = factories.open_order(
            cast, car=factories.fresh(first).vehicle, now=NOW + timedelta(days=days), concern=concern
        )
    return factories.fresh(opened)


def ask(first: ServiceOrder, *, on: date, odometer: int | None, **values: Any) -> list[Covered]:
    return covered.list_covered(first.vehicle_id, on=on, odometer=odometer, **values)


def kinds(found: list[Covered]) -> set[str]:
    return {term.kind.value for one in found for term in one.terms}


def link(cast: Cast, again: ServiceOrder, first: ServiceOrder, **values: Any) -> Comeback:
    first_job, job = factories.fresh(first).jobs[0].id, factories.fresh(again).jobs[0].id
    with transaction():
        return comebacks.link(
            again.id,
            first.id,
            **{
                "first_job_id": first_job,
                "job_id": job,
                "site_id": cast.site.id,
                "actor": cast.advisor.actor(),
                "now": NOW + timedelta(days=10),
                **values,
            },
        )


def test_what_was_done_is_guaranteed_from_the_hand_over_by_kind_of_work(first: ServiceOrder) -> None:
    """ORD-9: the terms of the day are written down per job and kind."""
    granted = {row.kind: row for row in db.session.query(WorkGuarantee)}
    assert set(granted) == {GuaranteeKind.LABOUR, GuaranteeKind.PART}
    labour, part = granted[GuaranteeKind.LABOUR], granted[GuaranteeKind.PART]
    assert (labour.from_on, labour.until_on) == (HANDED_OVER, HANDED_OVER + timedelta(days=YEAR))
    assert (labour.from_odometer, labour.until_odometer) == (START, START + KM)
    assert (part.until_on, part.until_odometer) == (HANDED_OVER + timedelta(days=730), None)


@pytest.mark.parametrize(
    ("days", "km", "expected"),
    [
        (YEAR, KM, {"labour", "part"}),  # the last day and the last km are still covered
        (YEAR, KM + 1, {"part"}),
        (YEAR + 1, KM, {"part"}),
        (730, 500_000, {"part"}),  # parts have no limit of distance
        (731, 0, set()),
        (0, 0, {"labour", "part"}),
    ],
)
def test_each_kind_ends_by_its_own_days_and_km(
    first: ServiceOrder, days: int, km: int, expected: set[str]
) -> None:
    """ORD-9: two kinds of one job, whichever limit comes first, exactly at the limit included."""
    on = HANDED_OVER + timedelta(days=days)
    assert kinds(ask(first, on=on, odometer=START + km)) == expected


def test_without_an_odometer_the_days_decide_and_it_is_said(first: ServiceOrder) -> None:
    (one,) = ask(first, on=HANDED_OVER + timedelta(days=30), odometer=None)
    terms = {term.kind: term for term in one.terms}
    assert terms[GuaranteeKind.LABOUR].is_distance_unknown and terms[GuaranteeKind.LABOUR].km_left is None
    assert not terms[GuaranteeKind.PART].is_distance_unknown
    assert ask(first, on=HANDED_OVER + timedelta(days=731), odometer=None) == []


def test_where_nobody_read_the_odometer_the_first_time_the_distance_stays_unknown() -> None:
    for odometer in (None, 500_000):
        assert (
            rules.standing(
                until_on=date(2027, 1, 1),
                distance=KM,
                until_odometer=None,
                on=date(2027, 1, 1),
                odometer=odometer,
            )
            is Standing.DISTANCE_UNKNOWN
        )


def test_an_odometer_that_was_set_back_is_within() -> None:
    """A reading below the first one is a question for the advisor, not a reason to lose the guarantee."""
    stands = rules.standing(
        until_on=date(2027, 1, 1), distance=KM, until_odometer=START + KM, on=date(2026, 6, 1), odometer=10
    )
    assert stands is Standing.WITHIN


def test_the_day_is_that_of_the_sites_clock(cast: Cast, ready_order: ServiceOrder) -> None:
    """ORD-9: handed over at 23:30 UTC on 12 May it is 13 May in Kraków."""
    late = datetime.combine(HANDED_OVER, datetime.min.time(), tzinfo=NOW.tzinfo) + timedelta(
        hours=23, minutes=30
    )
    with transaction():
        factories.hand_over(cast, ready_order, now=late, lateness_reason="Late")
    assert {row.from_on for row in db.session.query(WorkGuarantee)} == {date(2026, 5, 13)}


def test_settings_of_later_do_not_shorten_what_was_promised(cast: Cast, first: ServiceOrder) -> None:
    """ORD-9"""
    with transaction():
        guarantees.take_preset(cast.site.id, "cn_minor", actor=cast.admin.actor(), now=NOW)
    site = db.session.get_one(ServiceOrder, first.id).site_id
    assert rules.terms_of(factories.fresh(db.session.get_one(Site, site)))[GuaranteeKind.PART] == Terms(
        10, 2_000
    )
    assert kinds(ask(first, on=HANDED_OVER + timedelta(days=300), odometer=START)) == {"labour", "part"}


def _granted(cast: Cast, order: ServiceOrder) -> dict[GuaranteeKind, Terms]:
    with transaction():
        factories.hand_over(cast, order, now=NOW + timedelta(days=2), lateness_reason="Late")
    return {row.kind: Terms(row.days, row.distance) for row in db.session.query(WorkGuarantee)}


@pytest.mark.parametrize(
    ("changes", "labour"),
    [
        ([("cn_minor", 1)], Terms(YEAR, KM)),  # lowered while the car was here: what was signed holds
        ([("two_years", 1)], Terms(730, 40_000)),  # raised: the customer gets the better
        (
            [("two_years", 1), ("cn_minor", 25)],
            Terms(730, 40_000),
        ),  # a paper of that day may have been signed
        ([("cn_minor", -48)], Terms(10, 2_000)),  # lowered before the car came
        ([("cn_minor", -48), ("year", -24)], Terms(YEAR, KM)),
        (
            [("two_years", -48), ("cn_minor", -24)],
            Terms(10, 2_000),
        ),  # what held before the visit holds no more
    ],
)
def test_what_was_signed_is_what_is_granted(
    cast: Cast, ready_order: ServiceOrder, changes: list[tuple[str, int]], labour: Terms
) -> None:
    """ORD-9: the best terms that were in force between arrival and hand-over; hours count from the arrival."""
    with transaction():
        for preset, hours in changes:
            at = NOW + timedelta(hours=hours)
            guarantees.take_preset(cast.site.id, preset, actor=cast.admin.actor(), now=at)
    assert _granted(cast, ready_order)[GuaranteeKind.LABOUR] == labour


def test_terms_that_are_set_anew_unchanged_leave_no_trace(cast: Cast) -> None:
    with transaction():
        guarantees.take_preset(cast.site.id, "year", actor=cast.admin.actor(), now=NOW)
    assert db.session.query(PastTerms).count() == 0


def test_the_better_terms_are_more_days_more_km_and_no_limit_before_any() -> None:
    """ORD-9"""
    kind = GuaranteeKind.PART
    for one, other, better in (
        (Terms(365, 20_000), Terms(730, 10_000), Terms(730, 20_000)),
        (Terms(365, 0), Terms(730, 10_000), Terms(730, 0)),
        (Terms(0, 0), Terms(10, 2_000), Terms(10, 2_000)),
        (Terms(0, 50_000), Terms(0, 0), Terms(0, 0)),
    ):
        assert rules.best([{kind: one}, {kind: other}]) == {kind: better}
        assert rules.read(rules.written({kind: one}))[kind] == one


def test_only_the_administrator_sets_terms(cast: Cast, first: ServiceOrder) -> None:
    with pytest.raises(NotPermitted), transaction():
        guarantees.take_preset(cast.site.id, "year", actor=cast.advisor.actor(), now=NOW)


def test_what_was_never_handed_over_is_not_guaranteed(cast: Cast, ready_order: ServiceOrder) -> None:
    """Cancelled, closed without repair or still here: nothing of it can come back."""
    assert db.session.query(WorkGuarantee).count() == 0
    other = visit(cast, ready_order, days=1)
    with pytest.raises(Refused, match="was not handed over"):
        link(cast, other, ready_order)


def test_the_proposal_names_who_did_and_inspected_it_and_what_is_likely(
    cast: Cast, first: ServiceOrder, again: ServiceOrder
) -> None:
    """ORD-9: first technician, and whether the concern has words in common with the earlier one."""
    on = HANDED_OVER + timedelta(days=10)
    (one,) = ask(first, on=on, odometer=START, order_id=again.id, jobs=again.jobs)
    assert one.technicians == ["Tomasz Lis"] and one.is_likely is False
    squeals = visit(cast, first, days=11, concern="Brakes squeal again")
    (one,) = ask(first, on=on, odometer=START, order_id=squeals.id, jobs=squeals.jobs)
    assert one.is_likely


def test_a_comeback_is_linked_to_the_first_order_and_we_pay_by_proposal(
    cast: Cast, first: ServiceOrder, again: ServiceOrder
) -> None:
    """QCS-2: order and concern are linked; the first order says that it came back."""
    with transaction():
        factories.price(cast, factories.fresh(again))
    found = link(cast, again, first)
    order = factories.fresh(again)
    assert (order.comeback_of_id, found.days_after, found.job_id) == (first.id, 10, order.jobs[0].id)
    assert order.jobs[0].pay_type == "internal"
    assert {line.pay_type for line in order.jobs[0].lines} == {"internal"}
    assert factories.fresh(first).comebacks == 1
    assert [row.service_order_id for row in comeback_queries.list_of_first(first.id)] == [again.id]


def test_what_somebody_authorised_keeps_its_payer(
    cast: Cast, first: ServiceOrder, again: ServiceOrder
) -> None:
    with transaction():
        for line in factories.price(cast, factories.fresh(again)):
            line.authorisation = "authorised"  # type: ignore[assignment]
    link(cast, again, first)
    assert {line.pay_type for line in factories.fresh(again).jobs[0].lines} == {"customer"}


def test_two_taps_are_one_comeback(cast: Cast, first: ServiceOrder, again: ServiceOrder) -> None:
    assert link(cast, again, first).id == link(cast, again, first).id
    assert db.session.query(Comeback).count() == 1
    assert factories.fresh(first).comebacks == 1


def test_who_did_the_work_is_told_and_reads_it(cast: Cast, first: ServiceOrder, again: ServiceOrder) -> None:
    """QCS-2: a task for the first technician; it closes by reading, with a word on what went wrong."""
    link(cast, again, first)
    task = db.session.query(Task).filter_by(type=TaskType.COMEBACK, closed_at=None).one()
    assert task.person_id == cast.technician.id
    with pytest.raises(NotFound), transaction():
        comebacks.read(task.subject_id or 0, note="", actor=cast.second_technician.actor(), now=NOW)
    with transaction():
        comebacks.read(task.subject_id or 0, note="Grease forgotten", actor=cast.technician.actor(), now=NOW)
    assert factories.fresh(task).closed_at == NOW
    assert db.session.query(ComebackNotice).one().note == "Grease forgotten"


def test_no_needs_a_reason_and_takes_a_yes_back(cast: Cast, first: ServiceOrder, again: ServiceOrder) -> None:
    link(cast, again, first)
    first_job = factories.fresh(first).jobs[0].id

    def decline(reason: str) -> Comeback:
        with transaction():
            return comebacks.decline(
                again.id, first.id, first_job_id=first_job, reason=reason, site_id=cast.site.id,
                actor=cast.advisor.actor(), now=NOW,
            )  # fmt: skip

    with pytest.raises(Invalid, match="Say why"):
        decline(" ")
    assert decline("The rear axle this time").is_comeback is False
    order = factories.fresh(again)
    assert (order.comeback_of_id, order.jobs[0].pay_type) == (None, "customer")
    assert factories.fresh(first).comebacks == 0
    assert db.session.query(Task).filter_by(type=TaskType.COMEBACK, closed_at=None).count() == 0
    assert link(cast, again, first).is_comeback


def test_comebacks_are_counted_within_the_sites_days(
    cast: Cast, first: ServiceOrder, again: ServiceOrder
) -> None:
    """QCS-2: within N days, the Nth day included; a cancelled visit is none."""
    link(cast, again, first)

    def count(within_days: int) -> int:
        return len(
            comeback_queries.list_of_site(
                cast.site.id, from_at=NOW, until_at=NOW + timedelta(days=60), within_days=within_days
            )
        )

    assert (count(9), count(10), count(30)) == (0, 1, 1)
    with transaction():
        order = service_orders.lock_order(again.id)
        service_orders.move(order, "cancel", actor=cast.advisor.actor(), now=NOW, reason="Drove away")
    assert count(30) == 0
    assert comeback_queries.list_of_first(first.id) == []


def test_another_vehicles_order_is_no_first_order(cast: Cast, first: ServiceOrder) -> None:
    with transaction():
        stranger = factories.open_order(cast)
    with pytest.raises(NotFound):
        link(cast, stranger, first)


def test_a_technician_does_not_decide(cast: Cast, first: ServiceOrder, again: ServiceOrder) -> None:
    with pytest.raises(NotPermitted):
        link(cast, again, first, actor=cast.technician.actor())


@pytest.mark.parametrize("preset", rules.PRESETS, ids=lambda preset: preset.key)
def test_every_preset_has_terms_for_every_kind(preset: rules.Preset) -> None:
    """ORD-9"""
    assert set(preset.terms) == set(GuaranteeKind)
    assert all(terms.days > 0 and terms.distance >= 0 for terms in preset.terms.values())
