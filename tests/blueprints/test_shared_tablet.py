"""The shared tablet: enrolled once, a name and six digits, each act under the right name, and it locks itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.accounts import hashing, pins
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts.models import Pin, Tablet, UserSession
from aftersales.domain.actors import SYSTEM
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.blueprints.conftest import PIN, give_pin
from tests.cast import PASSWORD, Cast, Person
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of


def tap(browser: CheckingClient, person: Person, digits: str = PIN, **fields: str) -> tuple[int, str]:
    answer = browser.post("/sign-in/pin", data={"user_id": person.id, "pin": digits, **fields})
    return answer.status_code, answer.headers.get("Location", answer.text)


def works_here(browser: CheckingClient) -> str:
    """Who is signed in, or nobody."""
    answer = browser.get("/account")
    return text_of(parse(answer.text).all("h1")[0]) if answer.status_code == 200 else "nobody"


def session_rows(app: Flask, person: Person) -> list[tuple[bool, bool]]:
    """(by PIN, still open) of each of the person's sessions."""
    with app.app_context():
        rows = db.session.execute(
            select(UserSession.by_pin, UserSession.ended_at)
            .where(UserSession.user_id == person.id)
            .order_by(UserSession.id)
        ).all()
    return [(row.by_pin, row.ended_at is None) for row in rows]


# --- the people of the floor ---


def test_the_locked_tablet_shows_the_people_of_the_floor(cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: name and role; who has no PIN goes to the password; the cashier does not work on the floor."""
    page = parse(tablet.get("/sign-in").text)
    text = text_of(page.root)
    assert "Who is working?" in text and "Bay 3" in text
    offered = {one.get("data-name") for one in page.all("input") if one.get("name") == "user_id"}
    people = (cast.technician, cast.second_technician, cast.manager, cast.service_manager)
    assert offered == {person.name for person in people}
    assert cast.leader.name in text and "No PIN yet" in text
    assert cast.cashier.name not in text and cast.stranger.name not in text


def test_an_ordinary_device_asks_for_the_password(cast: Cast, client: CheckingClient, app: Flask) -> None:
    """QUALITY: a PIN only on an enrolled tablet; elsewhere the right digits do nothing."""
    give_pin(app, cast.technician)
    assert "Who is working?" not in client.get("/sign-in").text
    assert tap(client, cast.technician) == (303, "/sign-in")
    assert works_here(client) == "nobody"
    client.set_cookie("aftersales-tablet", "a token that nobody gave out")
    assert tap(client, cast.technician) == (303, "/sign-in")
    assert works_here(client) == "nobody"


def test_six_digits_and_the_person_works(app: Flask, cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: a session of its own, marked as one by PIN."""
    assert tap(tablet, cast.technician) == (303, "/jobs")
    assert works_here(tablet) == cast.technician.name
    assert session_rows(app, cast.technician) == [(True, True)]


def test_switching_ends_the_one_and_begins_the_other(app: Flask, cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: each in a session of their own, also where somebody forgot to lock."""
    tap(tablet, cast.technician)
    tap(tablet, cast.second_technician)
    assert works_here(tablet) == cast.second_technician.name
    assert session_rows(app, cast.technician) == [(True, False)]


def test_what_is_done_stands_under_the_right_name(app: Flask, cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: the same tablet, two people, two names."""
    with app.app_context(), transaction():
        orders = [factories.check_in(cast, factories.open_order(cast)) for _ in range(2)]
        known = [(order.id, order.version) for order in orders]
    for person, (order_id, version) in zip((cast.manager, cast.service_manager), known, strict=True):
        assert tap(tablet, person)[0] == 303
        answer = tablet.post(f"/orders/{order_id}/hold", data={"reason": "insurer", "version": version})
        assert answer.status_code == 303, answer.text
        tablet.post("/sign-in/lock")
    with app.app_context():
        last = (
            select(OrderEvent.actor_name)
            .order_by(OrderEvent.id.desc())
            .where(OrderEvent.service_order_id == order_id)
            for order_id, _ in known
        )
        names = [db.session.scalars(query).first() for query in last]
    assert names == [cast.manager.name, cast.service_manager.name]


def test_it_goes_on_where_it_was(cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: the page that was open is the one that comes back, where the person may open it."""
    tap(tablet, cast.technician)
    locked = tablet.post("/sign-in/lock", data={"next": "/board?show=all"})
    assert locked.location == "/sign-in?next=/board?show%3Dall"
    page = parse(tablet.get(locked.location).text)
    (where,) = [one.get("value") or "" for one in page.all("input") if one.get("name") == "next"]
    assert tap(tablet, cast.technician, next=where) == (303, "/board?show=all")


@pytest.mark.parametrize(
    "elsewhere",
    ["/site", "/invoices", "/no-such-page", "//evil.example/", "https://evil.example/", "/sign-in"],
)
def test_where_a_pin_does_not_lead_the_jobs_come(cast: Cast, tablet: CheckingClient, elsewhere: str) -> None:
    assert tap(tablet, cast.technician, next=elsewhere) == (303, "/jobs")
    assert tap(tablet, cast.manager, next=elsewhere) == (303, "/")


def test_the_last_digit_costs_few_queries(
    cast: Cast, tablet: CheckingClient, count_queries: CountQueries
) -> None:
    """TEC-7, 500 ms: one hash, and no more than nine SELECTs on the way to the page."""
    with count_queries() as seen:
        assert tap(tablet, cast.technician)[0] == 303
    assert len(seen) <= 9, "\n".join(seen)


class CountedHasher:
    """Counts how often somebody pays for a hash."""

    def __init__(self, real: PasswordHasher) -> None:
        self.real, self.paid = real, 0

    def verify(self, known: str, digits: bytes) -> bool:
        self.paid += 1
        return self.real.verify(known, digits)


def test_the_last_digit_costs_one_hash_of_the_agreed_size(
    app: Flask, cast: Cast, tablet: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEC-7, 500 ms: what takes the time is a count here. Argon2 with two passes over 19 MiB in one lane, once, and no
    password is hashed beside it; the row that is looked at was made with the same parameters."""
    counted, real = CountedHasher(hashing.HASHER), hashing.HASHER
    monkeypatch.setattr(hashing, "HASHER", counted)
    monkeypatch.setattr(accounts, "check_password", lambda *_: pytest.fail("a password was hashed, too"))
    assert tap(tablet, cast.technician)[0] == 303
    assert counted.paid == 1
    assert (real.time_cost, real.memory_cost, real.parallelism) == (2, 19 * 1024, 1)
    with app.app_context():
        found = pins.find(cast.technician.id)
    assert found is not None and "$m=19456,t=2,p=1$" in found.pin_hash


def test_the_page_after_the_pin_is_one_answer_of_few_bytes_and_queries(
    cast: Cast, tablet: CheckingClient, count_queries: CountQueries, accepted_order: ServiceOrder
) -> None:
    """TEC-7, 500 ms: the redirect leads straight to the page, which comes in one small answer; from the digit to the page
    no more than eighteen queries in all."""
    with count_queries() as seen:
        status, location = tap(tablet, cast.technician)
        page = tablet.get(location, headers={"Accept-Encoding": "br"})
    assert (status, page.status_code) == (303, 200), "no further redirect"
    assert len(page.data) <= 10_000
    assert len(seen) <= 18, "\n".join(seen)


def test_the_faces_cost_the_same_for_few_and_many(
    cast: Cast, tablet: CheckingClient, count_queries: CountQueries
) -> None:
    with count_queries() as seen:
        tablet.get("/sign-in")
    assert len(seen) <= 4, "\n".join(seen)


# --- wrong digits ---


def test_wrong_digits_say_how_many_tries_are_left(cast: Cast, tablet: CheckingClient) -> None:
    status, page = tap(tablet, cast.technician, "111119", next="/board")
    assert status == 422 and "Tries left: 9" in text_of(parse(page).root)
    chosen = [one.get("value") for one in parse(page).all("input") if one.get("checked") is not None]
    assert chosen == [str(cast.technician.id)]
    assert PIN not in page and works_here(tablet) == "nobody"


def test_after_ten_only_the_password_helps(app: Flask, cast: Cast, tablet: CheckingClient) -> None:
    """QUALITY, PIN brute force: the eleventh is refused though right; a full sign-in on the tablet turns both on."""
    for number in range(10):
        assert tap(tablet, cast.technician, "111119")[0] == 422, number
    status, page = tap(tablet, cast.technician)
    assert status == 429 and "Sign in with your password" in page
    assert tap(tablet, cast.manager)[0] == 429, "the tablet, too, has had its ten"
    answer = tablet.post("/sign-in", data={"email": cast.technician.email, "password": PASSWORD})
    assert answer.status_code == 303
    tablet.post("/sign-in/lock")
    assert tap(tablet, cast.technician) == (303, "/jobs")
    assert tap(tablet, cast.manager)[0] == 303


@pytest.mark.parametrize("user_id", ["", "0", "999999", "nobody", "-1", str(2**70)])
def test_nobody_chosen_is_no_try(app: Flask, cast: Cast, tablet: CheckingClient, user_id: str) -> None:
    answer = tablet.post("/sign-in/pin", data={"user_id": user_id, "pin": PIN})
    assert answer.status_code == 422 and "Tap your name first" in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.max(Tablet.wrong_pins))) == 0


def test_strangers_of_another_site_are_not_tried_here(app: Flask, cast: Cast, tablet: CheckingClient) -> None:
    """PLT-3: a tablet of Kraków can neither sign in nor lock out people of Shanghai."""
    give_pin(app, cast.stranger)
    assert tap(tablet, cast.stranger)[0] == 422
    with app.app_context():
        assert db.session.scalars(select(Pin.wrong_tries).where(Pin.user_id == cast.stranger.id)).one() == 0


@pytest.mark.parametrize("digits", ["", "48291", "4829160", "482916\x00", "４８２９１６", "'; --"])
def test_nonsense_for_digits_is_a_wrong_try(cast: Cast, tablet: CheckingClient, digits: str) -> None:
    assert tap(tablet, cast.technician, digits)[0] == 422


# --- what a PIN is not enough for ---


def test_money_and_administration_ask_for_the_password(cast: Cast, tablet: CheckingClient) -> None:
    """TEC-7: with the form that leads there, and back to the page."""
    tap(tablet, cast.service_manager)
    for path in ("/reports", "/audit", "/invoices", "/catalogue", "/account/pin", "/shared-tablets"):
        answer = tablet.get(path)
        assert answer.status_code == 403, path
        page = parse(answer.text)
        assert "Sign in with your password for this" in text_of(page.root)
        assert path in [one.get("value") for one in page.all("input") if one.get("name") == "next"]
    answer = tablet.post(
        "/sign-in", data={"email": cast.service_manager.email, "password": PASSWORD, "next": "/audit"}
    )
    assert (answer.status_code, answer.location) == (303, "/audit")
    assert tablet.get("/audit").status_code == 200


def test_who_may_not_at_all_is_told_so_and_not_asked_for_the_password(
    cast: Cast, tablet: CheckingClient
) -> None:
    tap(tablet, cast.technician)
    answer = tablet.get("/audit")
    assert answer.status_code == 403 and "password" not in answer.text.lower()


def test_a_part_of_a_page_gets_the_sentence_as_a_banner(cast: Cast, tablet: CheckingClient) -> None:
    tap(tablet, cast.service_manager)
    answer = tablet.hx_get("/reports")
    assert answer.status_code == 403
    assert "Sign in with your password" in answer.headers["HX-Trigger"]


def test_a_pin_changes_neither_password_nor_pin_nor_site(cast: Cast, tablet: CheckingClient) -> None:
    tap(tablet, cast.technician)
    for path in ("/account/password", "/account/pin", "/account/pin/removal", "/account/site"):
        assert tablet.post(path, data={}).status_code == 403, path


# --- over at the next request ---


def test_an_administrator_takes_a_colleagues_pin_away(
    app: Flask, cast: Cast, tablet: CheckingClient, sign_in: SignIn
) -> None:
    """TEC-7: from the people's page; the tablet and the next try say what happened and lead to a new PIN."""
    tap(tablet, cast.technician)
    admin = sign_in(cast.admin.id)
    page = f"/people/{cast.technician.id}"
    assert f"{page}/pin/removal" in admin.get(page).text
    assert admin.post(f"{page}/pin/removal").location == page
    text = text_of(parse(admin.get(page).text).root)
    assert "works nowhere any more" in text and f"{cast.admin.name}, " in text
    assert works_here(tablet) == "nobody"
    faces = parse(tablet.get("/sign-in").text)
    (face,) = [one for one in faces.all("a") if cast.technician.name in text_of(one)]
    assert "PIN taken away: password" in text_of(face)
    assert "/account/pin" in (face.get("href") or "")
    status, answer = tap(tablet, cast.technician)
    assert status == 409 and f"{cast.admin.name} took this PIN away" in text_of(parse(answer).root)
    form = {"email": cast.technician.email, "password": PASSWORD, "next": "/account/pin"}
    assert tablet.post("/sign-in", data=form).location == "/account/pin"
    assert f"{cast.admin.name} took your PIN away" in text_of(parse(tablet.get("/account/pin").text).root)


def test_the_people_page_has_no_pin_to_take_where_there_is_none(cast: Cast, sign_in: SignIn) -> None:
    page = f"/people/{cast.cashier.id}"
    assert "No PIN yet" in sign_in(cast.admin.id).get(page).text
    assert sign_in(cast.manager.id).post(f"{page}/pin/removal").status_code == 403


def test_a_revoked_tablet_is_an_ordinary_one_at_the_next_request(
    app: Flask, cast: Cast, tablet: CheckingClient, sign_in: SignIn
) -> None:
    """QUALITY, sessions: who works there is out, and no PIN is taken."""
    tap(tablet, cast.technician)
    with app.app_context():
        tablet_id = db.session.scalars(select(Tablet.id)).one()
    assert sign_in(cast.manager.id).post(f"/shared-tablets/{tablet_id}/revocation").status_code == 303
    assert works_here(tablet) == "nobody"
    assert tap(tablet, cast.technician) == (303, "/sign-in")
    assert "Who is working?" not in tablet.get("/sign-in").text


def test_a_session_is_worth_nothing_without_its_tablet(cast: Cast, tablet: CheckingClient) -> None:
    """A copied session cookie alone opens nothing."""
    tap(tablet, cast.technician)
    tablet.delete_cookie("aftersales-tablet")
    assert works_here(tablet) == "nobody"


def _disable(cast: Cast) -> None:
    accounts.disable(
        db.session.get_one(accounts.User, cast.technician.id), actor=cast.admin.actor(), now=clock.now()
    )


def _take_the_role(cast: Cast) -> None:
    accounts.set_roles(
        db.session.get_one(accounts.User, cast.technician.id), {}, actor=SYSTEM, now=clock.now()
    )


def _change_the_pin(cast: Cast) -> None:
    pins.set_pin(
        cast.technician.id, "739105", secret="x", today=clock.now().date(), actor=cast.technician.actor(),
        now=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("act", [_disable, _take_the_role, _change_the_pin])
def test_what_changes_about_the_person_counts_at_the_next_request(
    app: Flask, cast: Cast, tablet: CheckingClient, act: Callable[[Cast], None]
) -> None:
    """QUALITY, sessions: disabled user, role change, PIN change."""
    tap(tablet, cast.technician)
    with app.app_context(), transaction():
        act(cast)
    assert works_here(tablet) == "nobody"
    assert tap(tablet, cast.technician)[0] in (422, 429)


# --- locking ---


def test_it_locks_itself_after_the_sites_minutes(
    app: Flask, cast: Cast, tablet: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEC-7: at the server, also where no script runs; who works stays in, and looking alone does not count."""
    with app.app_context(), transaction():
        db.session.execute(update(Site).values(settings={"tablet.lock_minutes": 3}))
    tap(tablet, cast.technician)
    begin = clock.now()

    def later(minutes: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: begin + timedelta(minutes=minutes))

    later(3)
    assert works_here(tablet) == cast.technician.name
    assert tablet.post("/sign-in/awake").status_code == 204
    later(6.5)
    assert works_here(tablet) == cast.technician.name
    later(7.1)
    assert works_here(tablet) == "nobody"
    assert tablet.post("/sign-in/awake").status_code == 303, "too late"
    assert works_here(tablet) == "nobody"


def test_a_full_sign_in_on_a_shared_tablet_locks_itself_too(
    app: Flask, cast: Cast, tablet: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet.post("/sign-in", data={"email": cast.manager.email, "password": PASSWORD})
    assert works_here(tablet) == cast.manager.name
    later = clock.now() + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert works_here(tablet) == "nobody"


def test_the_lock_is_on_every_page_of_a_shared_tablet_and_on_no_other(
    cast: Cast, tablet: CheckingClient, sign_in: SignIn
) -> None:
    """TEC-7: always in reach."""
    tap(tablet, cast.manager)
    elsewhere = sign_in(cast.manager.id)
    for path in ("/", "/board", "/tasks", "/account", "/no-such-page"):
        assert 'action="/sign-in/lock"' in tablet.get(path).text, path
        assert 'action="/sign-in/lock"' not in elsewhere.get(path).text, path


# --- one's own PIN ---


def test_everybody_sets_their_own_pin_with_their_password(
    app: Flask, cast: Cast, sign_in: SignIn, tablet: CheckingClient
) -> None:
    browser = sign_in(cast.leader.id)
    form = {"pin": "739105", "again": "739105", "password": PASSWORD}
    assert "set a pin" in browser.get("/account/pin").text.lower()
    wrong = browser.post("/account/pin", data={**form, "password": "wrong horse battery"})
    assert wrong.status_code == 422 and "not your password" in wrong.text
    differs = browser.post("/account/pin", data={**form, "again": "739106"})
    assert differs.status_code == 422 and "have to be the same" in differs.text
    weak = browser.post("/account/pin", data={**form, "pin": "123456", "again": "123456"})
    assert weak.status_code == 422 and "run in a row" in weak.text
    assert browser.post("/account/pin", data=form).status_code == 303
    assert "739105" not in browser.get("/account/pin").text
    assert tap(tablet, cast.leader, "739105")[0] == 303
    assert browser.post("/account/pin/removal").status_code == 303
    assert works_here(tablet) == "nobody"


def test_guessing_the_password_at_the_pin_is_counted(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.leader.id)
    form = {"pin": "739105", "again": "739105", "password": "wrong horse battery"}
    statuses = [browser.post("/account/pin", data=form).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


# --- what waited on the tablet ---


def test_what_one_entered_is_not_sent_in_the_nexts_name(
    app: Flask, cast: Cast, tablet: CheckingClient
) -> None:
    """TEC-7 with CHK-11: an item says who made it; in somebody else's session it waits (401), in its author's it counts."""
    tap(tablet, cast.second_technician)
    item = {"Aftersales-Item": "item-1", "Aftersales-Author": str(cast.technician.id), "HX-Request": "true"}
    refused = tablet.post("/account/preferences", data={"language": "", "theme": "bay"}, headers=item)
    assert (refused.status_code, refused.headers["Aftersales-Item"]) == (401, "item-1")
    tap(tablet, cast.technician)
    taken = tablet.post("/account/preferences", data={"language": "", "theme": "bay"}, headers=item)
    assert taken.status_code < 400
    with app.app_context():
        themes = {
            person.name: db.session.get_one(accounts.User, person.id).theme
            for person in (cast.technician, cast.second_technician)
        }
    assert themes == {cast.technician.name: "bay", cast.second_technician.name: ""}
