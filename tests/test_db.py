"""The database's own promises: one way to write, and columns that give back exactly what was put in.

The same tests hold on SQLite (``PRAGMA query_only``) and on PostgreSQL (``SET TRANSACTION READ ONLY``).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy.orm.exc import StaleDataError

from aftersales.db import (
    Money,
    Quantity,
    Rate,
    ScaledDecimal,
    UtcDateTime,
    WriteOutsideTransaction,
    add,
    after_commit,
    at_closing,
    db,
    is_writing,
    of_this_transaction,
    transaction,
)
from aftersales.domain.accounts.models import SignInTry
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.service_orders.models import Line, ServiceOrder
from aftersales.domain.staffing.models import Bay
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW, fresh

pytestmark = pytest.mark.usefixtures("app_context")


def a_try(address: str = "127.0.0.1", at: datetime = NOW) -> SignInTry:
    return SignInTry(email="a@example.org", address=address, at=at)


def stored() -> int:
    db.session.rollback()
    return db.session.query(SignInTry).count()


# --- one way to write ---


def test_what_a_transaction_wrote_is_there_for_everybody() -> None:
    with transaction():
        add(a_try())
    db.session.remove()
    assert stored() == 1


def add_by_the_session() -> None:
    db.session.add(a_try())
    db.session.flush()


def change_a_record() -> None:
    db.session.scalars(sa.select(SignInTry)).one().address = "elsewhere"
    db.session.flush()


def delete_a_record() -> None:
    db.session.delete(db.session.scalars(sa.select(SignInTry)).one())
    db.session.flush()


def update_by_statement() -> None:
    db.session.execute(sa.update(SignInTry).values(address="elsewhere"))


def delete_by_statement() -> None:
    db.session.execute(sa.delete(SignInTry))


def insert_by_statement() -> None:
    db.session.execute(sa.insert(SignInTry).values(email="a", address="b", at=NOW))


@pytest.mark.parametrize(
    "write",
    [
        add_by_the_session, change_a_record, delete_a_record, update_by_statement, delete_by_statement,
        insert_by_statement,
    ],
)  # fmt: skip
def test_the_product_refuses_to_write_outside_a_transaction(write: Callable[[], None]) -> None:
    with transaction():
        add(a_try())
    with pytest.raises(WriteOutsideTransaction):
        write()
    db.session.rollback()
    assert [row.address for row in db.session.query(SignInTry)] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sign_in_tries (email, address, at) VALUES ('a', 'b', '2026-05-12 07:00:00')",
        "UPDATE sign_in_tries SET address = 'elsewhere'",
        "DELETE FROM sign_in_tries",
        "DROP TABLE sign_in_tries",
    ],
)
def test_the_database_itself_refuses_what_gets_past_the_product(statement: str) -> None:
    """A plain statement is no matter for the ORM: here SQLite's query_only or PostgreSQL's READ ONLY says no."""
    with transaction():
        add(a_try())
    with pytest.raises(sa.exc.DBAPIError, match="readonly|read-only"):
        db.session.execute(sa.text(statement))
    assert stored() == 1


def test_a_connection_that_wrote_is_read_only_again_for_the_next_reader() -> None:
    with transaction():
        add(a_try())
    for _ in range(3):
        db.session.remove()
        with pytest.raises(sa.exc.DBAPIError, match="readonly|read-only"):
            db.session.execute(sa.text("DELETE FROM sign_in_tries"))
    assert stored() == 1


def test_a_plain_statement_inside_a_transaction_is_stored() -> None:
    with transaction():
        add(a_try())
        db.session.execute(sa.text("UPDATE sign_in_tries SET address = 'elsewhere'"))
    db.session.remove()
    assert db.session.query(SignInTry).one().address == "elsewhere"


def test_a_transaction_inside_a_transaction_is_refused_and_takes_nothing_along() -> None:
    with pytest.raises(RuntimeError, match="already open"), transaction():
        add(a_try())
        with transaction():
            add(a_try("second"))
    assert stored() == 0
    assert not is_writing()


def test_what_fails_leaves_nothing_behind_and_the_next_one_works() -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        add(a_try())
        db.session.execute(sa.text("UPDATE sign_in_tries SET address = 'elsewhere'"))
        _ = 1 / 0
    assert stored() == 0
    with transaction():
        add(a_try())
    assert stored() == 1


def test_what_was_read_before_is_read_again_under_the_lock(app: Flask) -> None:
    with transaction():
        tried = add(a_try())
    assert db.session.get_one(SignInTry, tried.id).address == "127.0.0.1"
    with app.app_context(), transaction():
        db.session.get_one(SignInTry, tried.id).address = "elsewhere"
    with transaction():
        assert db.session.get_one(SignInTry, tried.id).address == "elsewhere"


# --- what happens around the commit ---


def test_what_waits_for_the_commit_happens_after_it_once() -> None:
    seen: list[int] = []
    with transaction():
        add(a_try())
        after_commit(lambda: seen.append(stored()))
        assert seen == []
    assert seen == [1]
    with transaction():
        add(a_try())
    assert seen == [1]


def test_what_waits_for_a_commit_that_never_comes_does_not_happen() -> None:
    seen: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction():
        after_commit(lambda: seen.append("told"))
        _ = 1 / 0
    with transaction():
        add(a_try())
    assert seen == []


def test_what_closes_a_transaction_happens_once_per_key_and_last() -> None:
    happened: list[str] = []
    with transaction():
        for turn in ("first", "second"):
            at_closing("audit", lambda turn=turn: happened.append(f"audit {turn}"))  # type: ignore[misc]
        at_closing("counter", lambda: happened.append("counter"))
        happened.append("work")
    assert happened == ["work", "audit second", "counter"]


def test_what_cannot_be_closed_is_not_stored() -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        add(a_try())
        at_closing("broken", lambda: 1 / 0)
    assert stored() == 0


def test_what_is_kept_for_a_transaction_is_gone_with_it() -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        of_this_transaction("list", list).append("of the failed one")
        _ = 1 / 0
    with transaction():
        kept = of_this_transaction("list", list)
        kept.append("mine")
        assert of_this_transaction("list", list) == ["mine"]


@pytest.mark.parametrize(
    "act",
    [
        lambda: after_commit(print),
        lambda: at_closing("key", print),
        lambda: of_this_transaction("key", list),
    ],
)
def test_nothing_waits_for_a_transaction_that_is_not_open(act: Callable[[], object]) -> None:
    with pytest.raises(WriteOutsideTransaction):
        act()


# --- versions ---


def test_each_change_raises_the_version_and_reading_does_not(cast: Cast) -> None:
    """ORD-6: the version is what tells a form that somebody else was quicker."""
    with transaction():
        bay = db.session.get_one(Bay, cast.site.bay_ids[0])
        assert bay.version == 1
    for version in (2, 3):
        with transaction():
            db.session.get_one(Bay, cast.site.bay_ids[0]).name = f"Lift {version}"
        assert db.session.get_one(Bay, cast.site.bay_ids[0]).version == version
    with transaction():
        db.session.get_one(Bay, cast.site.bay_ids[0]).name = "Lift 3"
    assert db.session.get_one(Bay, cast.site.bay_ids[0]).version == 3


def test_a_record_that_changed_under_a_writer_is_not_overwritten(cast: Cast) -> None:
    """ORD-6: even without a form the database counts: a write from an old version matches no row."""
    with pytest.raises(StaleDataError), transaction():
        bay = db.session.get_one(Bay, cast.site.bay_ids[0])
        db.session.execute(
            sa.text("UPDATE bays SET version = version + 1, name = 'Lift' WHERE id = :id"), {"id": bay.id}
        )
        bay.name = "Pit"
        db.session.flush()
    assert db.session.get_one(Bay, cast.site.bay_ids[0]).name == "Bay 1"


# --- columns ---


@given(
    places=some.sampled_from([Money, Quantity, Rate]),
    number=some.integers(min_value=-(10**15), max_value=10**15),
)
@settings(max_examples=rounds(200, 5000), deadline=None)
def test_a_decimal_is_stored_as_the_whole_number_that_it_is(places: ScaledDecimal, number: int) -> None:
    value = Decimal(number).scaleb(-places.scale)
    bound = places.process_bind_param(value, db.engine.dialect)
    assert bound == number
    assert places.process_result_value(bound, db.engine.dialect) == value


@pytest.mark.parametrize(
    ("column", "value"),
    [(Money, "0.005"), (Quantity, "1.2345"), (Rate, "0.33333"), (Money, "-10.999")],
)
def test_a_decimal_with_more_places_is_refused_and_never_rounded(column: ScaledDecimal, value: str) -> None:
    with pytest.raises(ValueError, match="decimal places"):
        column.process_bind_param(Decimal(value), db.engine.dialect)


def test_the_database_adds_up_money_exactly(arrived_order: ServiceOrder, cast: Cast) -> None:
    """A hundred times 0.10 is 10.00; floats would give 9.99999999999998."""
    with transaction():
        job = fresh(arrived_order).jobs[0]
        for position in range(100):
            db.session.add(
                Line(
                    service_order_id=arrived_order.id, job_id=job.id, position=position, kind="fee",
                    description="A tenth", quantity=Decimal(1), unit_price=Decimal("0.10"), tax_rate=Decimal(0),
                    net=Decimal("0.10"), tax=Decimal(0), gross=Decimal("0.10"),
                )
            )  # fmt: skip
    total = db.session.scalar(sa.select(sa.func.sum(Line.gross)))
    assert (total, type(total)) == (Decimal("10.00"), Decimal)


@pytest.mark.parametrize(
    "at",
    [
        NOW,
        NOW.replace(microsecond=123_456),
        datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Warsaw")),
        datetime(2026, 5, 12, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
        datetime(2028, 2, 29, 23, 59, 59, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_an_instant_comes_back_as_the_same_instant_in_utc(at: datetime) -> None:
    with transaction():
        ident = add(a_try(at=at)).id
    db.session.remove()
    back = db.session.get_one(SignInTry, ident).at
    assert (back, back.tzinfo) == (at.astimezone(UTC), UTC)


def test_instants_of_several_zones_are_compared_as_instants() -> None:
    with transaction():
        add(a_try("earlier", datetime(2026, 5, 12, 8, 59, tzinfo=ZoneInfo("Europe/Warsaw"))))
        add(a_try("later", datetime(2026, 5, 12, 15, 1, tzinfo=ZoneInfo("Asia/Shanghai"))))
    found = db.session.scalars(sa.select(SignInTry.address).where(SignInTry.at > NOW)).all()
    assert found == ["later"]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(NOW.replace(tzinfo=None), db.engine.dialect)


def test_an_unknown_word_does_not_get_into_a_column_of_known_words(cast: Cast) -> None:
    """Each kind is a CHECK of the database, so that not even a plain statement can store something else."""
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(
            sa.text("UPDATE memberships SET role = 'emperor' WHERE role = :role"), {"role": Role.CASHIER}
        )


@given(some.datetimes(timezones=some.timezones()))
@settings(
    max_examples=rounds(50, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_instant_is_lost_on_the_way_to_the_database_and_back(at: datetime) -> None:
    column, dialect = UtcDateTime(), db.engine.dialect
    try:
        expected = at.astimezone(UTC)
    except OverflowError:  # the first and last hours of the calendar
        return
    assert column.process_result_value(column.process_bind_param(at, dialect), dialect) == expected
