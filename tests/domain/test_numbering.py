"""Running numbers: unique and without a gap, whoever asks at the same moment and whatever fails in between.

The race is also run against a twin that looks up the last number and adds one, without a lock: it must show the
damage there, or else it would prove nothing.
"""

import random
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain import numbering
from aftersales.domain.billing import operations as billing
from aftersales.domain.billing.models import Invoice
from aftersales.domain.errors import Refused
from aftersales.domain.numbering import Counter
from aftersales.domain.service_orders import operations as service_orders
from tests import factories
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW
from tests.races import Act, at_once, in_transaction


def take(cast: Cast, kind: str = "invoice", year: int = 2026) -> int:
    return numbering.next_number(cast.site.id, kind, year)


def test_numbers_run_per_site_kind_and_year(cast: Cast) -> None:
    with transaction():
        assert [take(cast) for _ in range(3)] == [1, 2, 3]
        assert take(cast, "credit_note") == 1
        assert take(cast, year=2027) == 1
        assert numbering.next_number(cast.other_site.id, "invoice", 2026) == 1
        assert take(cast) == 4


def test_a_number_of_something_that_failed_is_given_out_again(cast: Cast) -> None:
    with pytest.raises(Refused), transaction():
        assert take(cast) == 1
        raise Refused("not now")
    with transaction():
        assert take(cast) == 1


def test_twenty_at_once_get_twenty_numbers_though_some_fail(app_context: Flask, cast: Cast) -> None:
    """PAY-1: unique and gapless: each third act fails after it took its number."""

    def act(number: int) -> Act:
        def taken() -> int:
            given = take(cast)
            if number % 3 == 0:
                raise Refused("not now")
            return given

        return in_transaction(taken)

    given: list[int] = []
    for _ in range(rounds(3, 50)):
        answers = at_once(app_context, *[act(number) for number in range(20)])
        given += [answer for answer in answers if isinstance(answer, int)]
    assert sorted(given) == list(range(1, len(given) + 1))


def test_without_the_lock_the_same_race_gives_numbers_twice(app_context: Flask, cast: Cast) -> None:
    """The broken twin: it reads the last number, and writes later what it made of it."""
    with transaction():
        take(cast)
    read = threading.Barrier(20)
    last = select(Counter.last).where(Counter.site_id == cast.site.id, Counter.kind == "invoice")

    def take_unlocked() -> int:
        given = (db.session.scalar(last) or 0) + 1
        db.session.remove()  # the pool has fewer connections than there are threads here
        read.wait(timeout=20)
        with transaction():
            db.session.execute(
                db.update(Counter)
                .where(Counter.site_id == cast.site.id, Counter.kind == "invoice")
                .values(last=given)
            )
        return given

    db.session.remove()
    given = at_once(app_context, *[take_unlocked for _ in range(20)])
    assert len(set(map(str, given))) < 20


def ready_orders(cast: Cast, count: int) -> list[int]:
    ids = []
    for _ in range(count):
        with transaction():
            order = factories.open_order(cast)
            factories.accept(cast, factories.assign(cast, factories.check_in(cast, order)))
            ids.append(factories.make_ready(cast, order).id)
    db.session.remove()
    return ids


def test_invoices_of_many_cashiers_are_numbered_without_a_gap(app_context: Flask, cast: Cast) -> None:
    """PAY-1: twenty at once; a third of them issue over an old sum and are refused. ``--long``: 1000 invoices."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    luck, wanted, issued = random.Random(seed), rounds(20, 1000), 0
    while issued < wanted:
        orders = ready_orders(cast, 20)

        def issue(order_id: int) -> Act:
            is_old = luck.random() < 1 / 3

            def act() -> str:
                sum_ = Decimal("1.00") if is_old else None
                return billing.issue(
                    order_id, shown_gross=sum_, actor=cast.cashier.actor(), now=NOW + timedelta(hours=7)
                ).number

            return in_transaction(act)

        answers = at_once(app_context, *[issue(order_id) for order_id in orders])
        issued += sum(isinstance(answer, str) for answer in answers)
    db.session.rollback()
    numbers = sorted(db.session.scalars(select(Invoice.number)))
    assert numbers == [f"KRK/2026/{number:04d}" for number in range(1, issued + 1)], f"seed {seed}"


def test_orders_opened_at_the_same_moment_have_a_number_each(app_context: Flask, cast: Cast) -> None:
    """ORD-1: one number per order, site and year."""
    with transaction():
        car = factories.vehicle(cast)
    ids = (car.id, car.owner_id)
    db.session.remove()

    def open_one() -> str:
        return service_orders.open_order(
            site_id=cast.site.id,
            vehicle_id=ids[0],
            customer_id=ids[1] or 0,
            actor=cast.advisor.actor(),
            now=NOW,
        ).number

    numbers = at_once(app_context, *[in_transaction(open_one) for _ in range(20)])
    assert sorted(map(str, numbers)) == [f"26-{number:04d}" for number in range(1, 21)]
