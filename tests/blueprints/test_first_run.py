"""The first-run page: a new installation's site and its first administrator."""

import sqlalchemy as sa
from flask import Flask

from aftersales.db import db
from aftersales.domain.accounts.models import Membership
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.sites.models import OpeningHours, Site, TaxRate
from aftersales.domain.staffing.models import Bay
from tests.cast import Cast
from tests.html import CheckingClient

FORM = {
    "name": "Auto Wieliczka", "code": "wie", "country": "PL", "currency": "PLN", "timezone": "Europe/Warsaw",
    "language": "en", "prices_include_tax": "1", "tax_rates": "23, 8 %", "bays": "2",
    "weekday_opens": "07:30", "weekday_closes": "17:00", "saturday_opens": "08:00", "saturday_closes": "13:00",
    "sunday_opens": "", "sunday_closes": "", "admin_name": "Anna Nowak", "admin_email": "Anna@Example.com",
    "password": "a good long password", "again": "a good long password",
}  # fmt: skip


def count(app: Flask, model: type[object]) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_whoever_comes_first_is_led_to_it(client: CheckingClient) -> None:
    answer = client.get("/", follow_redirects=True)
    assert answer.request.path == "/first-run"
    assert "Set up your workshop" in answer.text


def test_it_opens_the_site_and_signs_its_administrator_in(app: Flask, client: CheckingClient) -> None:
    answer = client.post("/first-run", data=FORM)
    assert answer.status_code == 303
    with app.app_context():
        site = db.session.scalars(sa.select(Site)).one()
        assert (site.code, site.name, site.currency, site.timezone) == (
            "WIE",
            "Auto Wieliczka",
            "PLN",
            "Europe/Warsaw",
        )
        assert site.prices_include_tax
        rates = db.session.execute(sa.select(TaxRate.rate, TaxRate.is_default).order_by(TaxRate.id)).all()
        assert [(f"{rate:.2f}", usual) for rate, usual in rates] == [("0.23", True), ("0.08", False)]
        hours = db.session.execute(
            sa.select(OpeningHours.weekday, OpeningHours.opens_at).order_by(OpeningHours.weekday)
        ).all()
        assert [f"{day} {opens:%H:%M}" for day, opens in hours] == [
            "0 07:30", "1 07:30", "2 07:30", "3 07:30", "4 07:30", "5 08:00",
        ]  # fmt: skip
        assert db.session.scalars(sa.select(Membership.role)).all() == [Role.ADMIN]
    assert count(app, Bay) == 2
    assert client.get("/account").status_code == 200


def test_the_administrator_signs_in_with_the_password(app: Flask, client: CheckingClient) -> None:
    client.post("/first-run", data=FORM)
    other = app.test_client()
    answer = other.post("/sign-in", data={"email": "anna@example.com", "password": FORM["password"]})
    assert answer.status_code == 303
    assert other.get("/account").status_code == 200


def test_once_there_is_a_site_the_page_is_gone(client: CheckingClient, app: Flask, cast: Cast) -> None:
    assert client.get("/first-run").status_code == 404
    assert client.post("/first-run", data=FORM).status_code == 404
    assert count(app, Site) == 2


def test_what_was_typed_stays_and_each_mistake_is_named(app: Flask, client: CheckingClient) -> None:
    wrong = {
        **FORM, "code": "much too long", "tax_rates": "twenty", "saturday_closes": "07:00", "sunday_opens": "09:00",
        "admin_email": "anna", "again": "something else", "bays": "0",
    }  # fmt: skip
    answer = client.post("/first-run", data=wrong)
    assert answer.status_code == 422
    for words in ("Two to eight letters", "numbers with commas", "end after it begins", "Enter both times",
                  "such as anna@example.com", "have to be the same", "1 to 99"):  # fmt: skip
        assert words in answer.text
    assert 'value="Auto Wieliczka"' in answer.text
    assert count(app, Site) == 0


def test_a_rate_given_twice_is_refused_by_the_operation(app: Flask, client: CheckingClient) -> None:
    answer = client.post("/first-run", data={**FORM, "tax_rates": "23, 23"})
    assert answer.status_code == 422
    assert "Enter each tax rate once" in answer.text
    assert count(app, Site) == 0
