"""The administrator's pages: people and the site's settings."""

import re

import pytest
from flask import Flask

from aftersales.db import db
from aftersales.domain.accounts import queries
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.sites import queries as sites
from tests.cast import PASSWORD, Cast
from tests.conftest import SignIn
from tests.html import CheckingClient


def test_a_new_person_signs_in_with_the_roles_that_were_given(
    app: Flask, cast: Cast, sign_in: SignIn, client: CheckingClient
) -> None:
    """PLT-8"""
    answer = sign_in(cast.admin.id).post(
        "/people",
        data={"name": "Nina Nowa", "email": "Nina@example.org", "password": "a long enough one",
              "roles": [f"{cast.site.id}:advisor", f"{cast.site.id}:cashier"]},
    )  # fmt: skip
    assert answer.status_code == 303
    client.post("/sign-in", data={"email": "nina@example.org", "password": "a long enough one"})
    assert "Nina" in client.get("/").text
    with app.app_context():
        user = queries.find_user_by_email("nina@example.org")
        assert user is not None
        assert queries.roles_at(user.id, cast.site.id) == {Role.ADVISOR, Role.CASHIER}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"name": ""}, "name"), ({"email": "nina"}, "e-mail"), ({"password": "short"}, "10 characters"),
     ({"email": "advisor@example.org"}, "already signs in"), ({"roles": []}, "at least one role")],
)  # fmt: skip
def test_what_was_typed_stays_when_something_is_wrong(
    wrong: dict[str, object], sentence: str, cast: Cast, sign_in: SignIn
) -> None:
    data = {"name": "Nina Nowa", "email": "nina@example.org", "password": "a long enough one",
            "roles": [f"{cast.site.id}:advisor"], **wrong}  # fmt: skip
    answer = sign_in(cast.admin.id).post("/people", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in wrong:
        assert "Nina Nowa" in answer.text


def test_a_locked_out_person_is_out_at_once_and_may_come_back(cast: Cast, sign_in: SignIn) -> None:
    """PLT-3: effective at the next request."""
    admin, technician = sign_in(cast.admin.id), sign_in(cast.technician.id)
    assert technician.get("/").status_code == 200
    admin.post(f"/people/{cast.technician.id}/disable")
    assert technician.get("/").headers["Location"].startswith("/sign-in")
    assert "Locked out" in admin.get(f"/people/{cast.technician.id}").text
    admin.post(f"/people/{cast.technician.id}/enable")
    assert "Lock out" in admin.get(f"/people/{cast.technician.id}").text


def test_taken_roles_are_gone_at_the_next_request(cast: Cast, sign_in: SignIn) -> None:
    """PLT-3"""
    advisor = sign_in(cast.advisor.id)
    assert advisor.get("/reception?q=KR1").status_code == 200
    sign_in(cast.admin.id).post(
        f"/people/{cast.advisor.id}",
        data={"name": cast.advisor.name, "roles": [f"{cast.site.id}:technician"]},
    )
    assert advisor.get("/reception?q=KR1").status_code == 403


def test_a_new_password_ends_the_old_sessions(cast: Cast, sign_in: SignIn, client: CheckingClient) -> None:
    technician = sign_in(cast.technician.id)
    sign_in(cast.admin.id).post(
        f"/people/{cast.technician.id}/password", data={"password": "another long one"}
    )
    assert technician.get("/").headers["Location"].startswith("/sign-in")
    assert (
        client.post("/sign-in", data={"email": cast.technician.email, "password": PASSWORD}).status_code
        == 422
    )


@pytest.mark.parametrize("path", ["/people", "/people/new", "/site"])
def test_these_pages_are_the_administrators(
    path: str, cast: Cast, sign_in: SignIn, client: CheckingClient
) -> None:
    """PLT-3"""
    assert client.get(path).headers["Location"].startswith("/sign-in")
    assert sign_in(cast.service_manager.id).get(path).status_code == 403
    assert sign_in(cast.admin.id).get(path).status_code == 200


def test_a_person_of_another_site_is_not_found(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """PLT-3"""
    admin = sign_in(cast.admin.id)
    assert admin.get(f"/people/{cast.stranger.id}").status_code == 404
    assert admin.post(f"/people/{cast.stranger.id}/disable").status_code == 404
    with app.app_context():
        assert db.session.get_one(User, cast.stranger.id).disabled_at is None


def settings_form(admin: CheckingClient) -> dict[str, object]:
    """What the browser would send of the figures' form as it stands."""
    form = admin.get("/site").text.split('action="/site/settings"')[1]
    values: dict[str, object] = dict(
        re.findall(r'<input[^>]*name="(\w+__\w+)"[^>]*type="number"[^>]*value="(\d+)"', form)
    )
    values |= dict(re.findall(r'<input[^>]*id="(\w+__\w+)"[^>]*value="(\d+)"', form))
    return values


def test_a_figure_is_changed_on_its_page(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    admin = sign_in(cast.admin.id)
    values = settings_form(admin)
    assert values["promise__reserve_minutes"] == "60"
    answer = admin.post(
        "/site/settings",
        data=values
        | {
            "promise__reserve_minutes": "90",
            "walkaround__required": ["boot", "vin"],
            "parking__places": "P1, P2",
        },
    )
    assert answer.status_code == 303, answer.text
    with app.app_context():
        site = sites.get_site(cast.site.id)
        assert site.setting("promise.reserve_minutes") == 90
        assert set(site.setting("walkaround.required")) == {"boot", "vin"}
        assert site.setting("parking.places") == "P1, P2"
    refused = admin.post("/site/settings", data=values | {"promise__reserve_minutes": "many"})
    assert refused.status_code == 422
    assert "many" in refused.text


def test_papers_rates_hours_and_closed_days_are_saved(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    admin = sign_in(cast.admin.id)
    assert admin.post("/site", data={"name": "Kraków North", "language": "en"}).status_code == 303
    assert admin.post("/site/tax-rates", data={"tax_rates": "8, 23 %"}).status_code == 303
    assert admin.post("/site/tax-rates", data={"tax_rates": "a lot"}).status_code == 422
    assert admin.post("/site/hours", data={"opens_0": "07:00", "closes_0": "15:00"}).status_code == 303
    assert admin.post("/site/hours", data={"opens_0": "15:00", "closes_0": "07:00"}).status_code == 422
    assert (
        admin.post(
            "/site/closed-days", data={"closed-day": "2026-12-25", "closed-name": "Christmas"}
        ).status_code
        == 303
    )
    page = admin.get("/site").text
    assert "Kraków North" in page
    assert 'value="8, 23"' in page
    assert "2026" in page
    assert admin.post("/site/closed-days/2026-12-25/open").status_code == 303
    with app.app_context():
        assert sites.list_closed_days(cast.site.id) == set()
        assert len(sites.get_site(cast.site.id).opening_hours) == 1
