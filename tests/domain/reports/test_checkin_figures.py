"""May 2026 at the check-in desk in Kraków, computed by hand: two advisors, five visits that count, three that do not.

Marta: A 20 minutes, 7 photos, wiper blades added for 123.00 (100.00 net); B 35 minutes, 8 photos; C never signed, 2
photos. Ola: D arrived on 31 May at 23:30 and signed 40 minutes later, in June, and once more the next day; G was booked
in April, 25 minutes, a battery added for 307.50 (250.00 net). Not counted: E arrived on 1 June at 00:30, still May in
UTC; F was cancelled; H was booked and never came.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from flask import Flask

from aftersales.clock import from_local
from aftersales.db import add, transaction
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import DamageKind, Severity, Station, Zone
from aftersales.domain.checkins.models import CheckInPhoto, Damage
from aftersales.domain.checkins.operations import Concern
from aftersales.domain.quotations import signed_orders
from aftersales.domain.reports import checkins as reports
from aftersales.domain.reports import rules
from aftersales.domain.reports.rules import CheckInFigures
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import DIAGNOSIS, LineKind, ServiceOrder
from tests import factories
from tests.cast import Cast, Person
from tests.conftest import CountQueries, SignIn

MAY = rules.month_of(date(2026, 5, 1), "Europe/Warsaw")
_photos = count(1)


def local(day: int, hour: int, minute: int = 0, month: int = 5) -> datetime:
    return from_local(datetime(2026, month, day, hour, minute), "Europe/Warsaw")  # noqa: DTZ001 (the wall's own time)


@pytest.fixture(autouse=True)
def _may(app_context: Flask, cast: Cast) -> None:
    with transaction():
        first = _arrive(cast, cast.advisor, local(4, 9))
        _add_job(cast, first, "Front brakes", "615.00", at=local(4, 9), is_new=False)
        _add_job(cast, first, "Wiper blades", "123.00", at=local(4, 9, 15))
        _add_job(cast, first, "Diagnosis", "99.00", at=local(4, 9, 16), code=DIAGNOSIS)
        _photograph(first, 6)
        _photograph_damage(first)
        _sign(cast, first, local(4, 9, 20))

        second = _arrive(cast, cast.advisor, local(5, 9))
        _add_job(cast, second, "Oil service", "369.00", at=local(5, 9), is_new=False)
        _photograph(second, 8)
        _sign(cast, second, local(5, 9, 35))

        _photograph(_arrive(cast, cast.advisor, local(6, 9)), 2)

        late = _arrive(cast, cast.second_advisor, local(31, 23, 30))
        _add_job(cast, late, "Tow bar", "492.00", at=local(31, 23, 30), is_new=False)
        _sign(cast, late, local(1, 0, 10, month=6))
        _add_job(cast, late, "Bulb", "61.50", at=local(1, 9, month=6))
        signed_orders.record_version(
            late, signature=None, name="Jan", actor=cast.second_advisor.actor(), now=local(1, 10, month=6)
        )

        booked = factories.open_order(
            cast, now=local(20, 12, month=4), is_booking=True, planned_at=local(7, 9),
            actor=cast.second_advisor.actor(),
        )  # fmt: skip
        checkins.arrive(booked.id, site_id=cast.site.id, actor=cast.second_advisor.actor(), now=local(7, 9))
        _add_job(cast, booked, "Booked work", "246.00", at=local(20, 12, month=4), is_new=False)
        _add_job(cast, booked, "Battery", "307.50", at=local(7, 9, 20))
        _sign(cast, booked, local(7, 9, 25))

        _arrive(cast, cast.advisor, local(1, 0, 30, month=6))
        left = _arrive(cast, cast.advisor, local(8, 9))
        service_orders.move(left, "cancel", reason="Left", actor=cast.advisor.actor(), now=local(8, 10))
        factories.open_order(cast, now=local(8, 9), is_booking=True, planned_at=local(9, 9))


def _arrive(cast: Cast, advisor: Person, at: datetime) -> ServiceOrder:
    car = factories.vehicle(cast)
    return checkins.receive(
        site_id=cast.site.id, vehicle_id=car.id, customer_id=car.owner_id or 0, concerns=[Concern("Look at it")],
        actor=advisor.actor(), now=at,
    )  # fmt: skip


def _add_job(
    cast: Cast,
    order: ServiceOrder,
    title: str,
    gross: str,
    *,
    at: datetime,
    code: str = "",
    is_new: bool = True,
) -> None:
    """A priced job; one that is not new was there when the order was opened."""
    actor = cast.advisor.actor()
    job = work.add_job(order.id, title=title, canned_job_code=code, actor=actor, now=at)
    assert is_new == (job.added_at > order.opened_at)
    work.add_line(
        job.id,
        kind=LineKind.LABOUR,
        description=title,
        quantity=Decimal(1),
        unit_price=Decimal(gross),
        actor=actor,
        now=at,
    )


def _sign(cast: Cast, order: ServiceOrder, at: datetime) -> None:
    order.promised_at = at + timedelta(hours=8)
    order.checkin_signed_at = at
    signed_orders.record_version(order, signature=None, name="Jan", actor=cast.advisor.actor(), now=at)
    service_orders.move(order, "sign_checkin", actor=cast.advisor.actor(), now=at)


def _attachment(order: ServiceOrder) -> Attachment:
    number = next(_photos)
    return add(
        Attachment(
            client_id=f"photo-{number}", site_id=order.site_id, service_order_id=order.id, media_type="image/jpeg",
            sha256=f"{number:064d}", storage_key=f"{number}.jpg", thumb_key=f"{number}.t.jpg", width=2000,
            height=1500, size=1, taken_at=order.opened_at, created_at=order.opened_at, author_name="Marta",
        )
    )  # fmt: skip


def _photograph(order: ServiceOrder, number: int) -> None:
    checkin = checkins.find_locked(order)
    assert checkin is not None
    for _ in range(number):
        add(CheckInPhoto(checkin_id=checkin.id, station=Station.FRONT, attachment_id=_attachment(order).id))


def _photograph_damage(order: ServiceOrder) -> None:
    """Two pins: one with a photo, one that was taken back."""
    checkin = checkins.find_locked(order)
    assert checkin is not None
    for voided_at in (None, order.opened_at):
        photo = _attachment(order)
        add(
            Damage(
                checkin_id=checkin.id, vehicle_id=order.vehicle_id, client_id=photo.client_id, zone=Zone.ROOF, x=1, y=1,
                kind=DamageKind.SCRATCH, severity=Severity.LIGHT, attachment_id=photo.id,
                created_at=order.opened_at, created_by_name="Marta", voided_at=voided_at,
            )
        )  # fmt: skip


def figures(cast: Cast, advisor: Person | None = None) -> CheckInFigures:
    orders = reports.list_checkins(cast.site.id, MAY, advisor_id=advisor.id if advisor else None)
    return rules.checkin_figures(order.visit for order in orders)


def test_the_month_of_each_advisor_and_in_sum(cast: Cast) -> None:
    """Minutes 20, 25, 35, 40: median and mean 30. Photos (6 + 1) + 8 + 2 = 17 of 5 visits. Added 100 + 250."""
    assert figures(cast, cast.advisor) == CheckInFigures(
        visits=3, signed=2, median_minutes=Decimal("27.5"), mean_minutes=Decimal("27.5"), photos=17,
        added=Decimal("100.00"),
    )  # fmt: skip
    assert figures(cast, cast.second_advisor) == CheckInFigures(
        visits=2, signed=2, median_minutes=Decimal("32.5"), mean_minutes=Decimal("32.5"), photos=0,
        added=Decimal("250.00"),
    )  # fmt: skip
    whole = figures(cast)
    assert (whole.visits, whole.signed, whole.photos, whole.added) == (5, 4, 17, Decimal("350.00"))
    assert (whole.median_minutes, whole.mean_minutes) == (30, Decimal("30.0"))
    assert (whole.signed_share, whole.photos_per_visit) == (Decimal("0.8000"), Decimal("3.4"))


def test_a_month_without_visits_says_nothing(cast: Cast) -> None:
    nothing = rules.checkin_figures([])
    assert (nothing.signed_share, nothing.photos_per_visit, nothing.median_minutes) == (None, None, None)
    june = rules.month_of(date(2026, 6, 1), "Europe/Warsaw")
    assert len(reports.list_checkins(cast.site.id, june)) == 1
    assert reports.list_checkins(cast.other_site.id, MAY) == []


def test_the_page_shows_them_each_opens_its_visits_and_the_csv_agrees(
    cast: Cast, app: Flask, sign_in: SignIn, count_queries: CountQueries
) -> None:
    """REP-4: the sum under the visits is the figure."""
    boss = sign_in(cast.service_manager.id)
    with count_queries() as seen:
        page = boss.get("/reports/check-in?month=2026-05").text
    assert len(seen) <= 8
    for words in ("350.00", "27.5", "32.5", "80\u00a0%", "3.4", "Work added: what the customer ordered"):
        assert words in page
    behind = boss.get(f"/reports/check-in/orders?month=2026-05&advisor={cast.advisor.id}").text
    assert "<b>100.00</b>" in behind and "2 of 3 signed" in behind
    rows = boss.get("/reports/check-in.csv?month=2026-05").text.removeprefix("\ufeff").splitlines()
    assert rows[1:] == [
        "2026-05,Marta Zielińska,3,2,27.5,27.5,17,100.00,PLN",
        "2026-05,Ola Nowak,2,2,32.5,32.5,0,250.00,PLN",
    ]


def test_visits_without_an_advisor_have_a_row_of_their_own(cast: Cast, sign_in: SignIn) -> None:
    with transaction():
        order = _arrive(cast, cast.advisor, local(12, 9))
        order.advisor_id = None
    page = sign_in(cast.service_manager.id).get("/reports/check-in/orders?month=2026-05&advisor=0").text
    assert order.number in page and "0 of 1 signed" in page
