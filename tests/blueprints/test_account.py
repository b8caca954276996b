"""/sign-in and /account: getting in, staying in, and being out at once."""

from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales import clock, config, create_app
from aftersales.db import add, db, transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import queries
from aftersales.domain.accounts.models import Membership, SignInTry, User, UserSession
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from tests.cast import PASSWORD, Cast, Person
from tests.conftest import SignIn
from tests.effort import rounds
from tests.factories import NOW
from tests.html import CheckingClient, parse, text_of
from tests.races import at_once

NEW_PASSWORD = "a longer new password"


def enter(
    client: CheckingClient,
    person: Person,
    password: str = PASSWORD,
    address: str = "127.0.0.1",
    **fields: str,
) -> tuple[int, str, str]:
    """Sign in by the form. Returns status, page and where it leads."""
    answer = client.post(
        "/sign-in",
        data={"email": person.email, "password": password, **fields},
        environ_overrides={"REMOTE_ADDR": address},
    )
    return answer.status_code, answer.text, answer.headers.get("Location", "")


def is_in(client: CheckingClient) -> bool:
    answer = client.get("/account")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


def open_sessions(app: Flask, person: Person) -> int:
    with app.app_context():
        query = select(func.count()).where(UserSession.user_id == person.id, UserSession.ended_at.is_(None))
        return db.session.scalar(query) or 0


# --- signing in ---


def test_the_right_password_opens_the_door(cast: Cast, client: CheckingClient) -> None:
    assert not is_in(client)
    status, _, leads_to = enter(client, cast.advisor)
    assert (status, leads_to) == (303, "/")
    assert is_in(client)


def test_case_and_blanks_around_the_address_do_not_matter(cast: Cast, client: CheckingClient) -> None:
    data = {"email": f"  {cast.advisor.email.upper()} ", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("advisor@example.org", "wrong horse battery"),
        ("nobody@example.org", PASSWORD),
        ("advisor@example.org' OR '1'='1", PASSWORD),
        ("x" * 400 + "@example.org", "y" * 5000),
    ],
)
def test_a_wrong_name_or_password_gets_the_same_sentence_and_keeps_the_name(
    cast: Cast, client: CheckingClient, email: str, password: str
) -> None:
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422
    html = parse(answer.text)
    assert "E-mail or password is wrong." in text_of(html.root)
    shown = {one.get("name"): one.get("value") for one in html.all("input")}
    assert shown["email"] == email
    assert not shown["password"]
    assert not is_in(client)


def test_who_is_in_already_goes_to_today(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).get("/sign-in")
    assert (answer.status_code, answer.location) == (303, "/")


def test_a_page_that_asked_for_a_sign_in_is_where_it_leads(cast: Cast, client: CheckingClient) -> None:
    asked = client.get("/orders?show=closed")
    assert asked.status_code == 303
    form = parse(client.get(asked.location).text)
    (where,) = [one.get("value") or "" for one in form.all("input") if one.get("name") == "next"]
    assert enter(client, cast.advisor, next=where)[2] == "/orders?show=closed"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example/",
        "\t//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/%2F/../..//evil.example",
        "///evil.example",
        "/.//evil.example/..//evil.example",
    ],
)
def test_the_sign_in_leads_nowhere_else(cast: Cast, client: CheckingClient, elsewhere: str) -> None:
    """An address that leaves the product would lend our name to whoever made the link."""
    status, _, leads_to = enter(client, cast.advisor, next=elsewhere)
    assert status == 303
    browsers_view = leads_to.replace("\\", "/").translate({ord(sign): None for sign in "\t\n\r"}).strip()
    assert urlsplit(urljoin("http://localhost/sign-in", browsers_view)).netloc == "localhost"


# --- guessing ---


def test_after_ten_wrong_tries_even_the_right_password_waits(
    app: Flask, cast: Cast, client: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most ten tries in fifteen minutes, from whatever address they come."""
    for number in range(10):
        assert enter(client, cast.advisor, "wrong", f"10.0.0.{number}")[0] == 422
    status, page, _ = enter(client, cast.advisor, address="10.0.1.1")
    assert status == 429
    assert "Too many failed tries" in text_of(parse(page).root)
    assert enter(client, cast.manager, address="10.0.1.1")[0] == 303
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=16))
    assert enter(app.test_client(), cast.advisor, address="10.0.1.1")[0] == 303  # type: ignore[arg-type]


def test_one_address_that_tries_many_names_is_locked(cast: Cast, client: CheckingClient) -> None:
    people = [cast.advisor, cast.manager, cast.technician, cast.qc, cast.parts]
    for number in range(10):
        assert enter(client, people[number % 5], "wrong", "10.0.0.1")[0] == 422
    assert enter(client, cast.cashier, address="10.0.0.1")[0] == 429
    assert enter(client, cast.cashier, address="10.0.0.2")[0] == 303


def test_tries_at_the_same_moment_are_counted_too(app: Flask, cast: Cast) -> None:
    """Twenty tries at once check ten passwords and no more."""
    clients = [app.test_client() for _ in range(20)]
    answers = at_once(app, *[lambda one=one: enter(one, cast.advisor, "wrong")[0] for one in clients])  # type: ignore[misc]
    assert sorted(map(str, answers)) == ["422"] * 10 + ["429"] * 10


def test_the_right_password_leaves_no_failed_try(app: Flask, cast: Cast, client: CheckingClient) -> None:
    """Whoever mistypes now and then is never locked out by signing in each morning."""
    for _ in range(rounds(12, 40)):
        assert enter(app.test_client(), cast.advisor)[0] == 303  # type: ignore[arg-type]
    with app.app_context():
        assert db.session.query(SignInTry).count() == 0


def test_guessing_the_present_password_inside_is_counted_as_well(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.advisor.id)
    data = {"current": "wrong", "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    for _ in range(10):
        assert client.post("/account/password", data=data).status_code == 422
    answer = client.post("/account/password", data={**data, "current": PASSWORD})
    assert answer.status_code == 429
    assert "Too many failed tries" in answer.text


# --- out at once ---


def test_signing_out_ends_the_session_at_the_server(app: Flask, cast: Cast, client: CheckingClient) -> None:
    """A copy of the cookie opens nothing any more."""
    enter(client, cast.advisor)
    copy = app.test_client()
    with client.session_transaction() as mine, copy.session_transaction() as stolen:
        stolen.update(mine)
    assert is_in(copy)  # type: ignore[arg-type]
    assert client.post("/sign-out").status_code == 303
    assert not is_in(client)
    assert not is_in(copy)  # type: ignore[arg-type]
    assert open_sessions(app, cast.advisor) == 0


def test_a_disabled_person_is_out_at_the_next_request_and_stays_out(
    app: Flask, cast: Cast, sign_in: SignIn, client: CheckingClient
) -> None:
    inside = sign_in(cast.advisor.id)
    assert is_in(inside)
    with app.app_context(), transaction():
        accounts.disable(db.session.get_one(User, cast.advisor.id), actor=SYSTEM, now=NOW)
    assert not is_in(inside)
    assert enter(client, cast.advisor)[0] == 422


def test_a_session_that_is_too_old_is_over(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, now = sign_in(cast.advisor.id), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=15, minutes=59))
    assert is_in(inside)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=16, minutes=1))
    assert not is_in(inside)


def test_a_role_taken_away_is_gone_at_the_next_request(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """PLT-3."""
    inside = sign_in(cast.cashier.id)
    assert inside.get("/invoices").status_code == 200
    with app.app_context(), transaction():
        user = db.session.get_one(User, cast.cashier.id)
        accounts.set_roles(user, {cast.site.id: {Role.PARTS}}, actor=SYSTEM, now=NOW)
    assert inside.get("/invoices").status_code == 403
    with app.app_context(), transaction():
        user = db.session.get_one(User, cast.cashier.id)
        accounts.set_roles(user, {}, actor=SYSTEM, now=NOW)
    assert not is_in(inside)


def test_a_new_password_ends_all_other_sessions(
    app: Flask, cast: Cast, sign_in: SignIn, client: CheckingClient
) -> None:
    here, there = sign_in(cast.advisor.id), sign_in(cast.advisor.id)
    data = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert here.post("/account/password", data=data).status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert enter(client, cast.advisor)[0] == 422
    assert enter(client, cast.advisor, NEW_PASSWORD)[0] == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current": "wrong"}, "This is not your present password."),
        ({"again": "another one"}, "Both new passwords have to be the same."),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"current": ""}, "Enter your present password."),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    cast: Cast, sign_in: SignIn, client: CheckingClient, fields: dict[str, str], sentence: str
) -> None:
    data = {"current": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD, **fields}
    answer = sign_in(cast.advisor.id).post("/account/password", data=data)
    assert answer.status_code == 422
    assert sentence in text_of(parse(answer.text).root)
    for secret in (PASSWORD, NEW_PASSWORD):
        assert secret not in answer.text
    assert enter(client, cast.advisor)[0] == 303


# --- sites and roles ---


def work_in_shanghai_too(app: Flask, cast: Cast, person: Person, role: Role) -> None:
    with app.app_context(), transaction():
        add(Membership(user_id=person.id, site_id=cast.other_site.id, role=role))


def test_somebody_of_two_sites_works_at_one_at_a_time(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """PLT-3: roles are per site: service manager in Shanghai, advisor in Kraków."""
    work_in_shanghai_too(app, cast, cast.advisor, Role.SERVICE_MANAGER)
    client = sign_in(cast.advisor.id, site_id=cast.site.id)
    assert client.get("/staffing/bays/new").status_code == 403
    assert client.post("/account/site", data={"site_id": str(cast.other_site.id)}).status_code == 303
    assert cast.other_site.name in client.get("/account").text
    assert client.get("/staffing/bays/new").status_code == 200
    client.post("/account/site", data={"site_id": str(cast.site.id)})
    assert client.get("/staffing/bays/new").status_code == 403


@pytest.mark.parametrize("site", ["other", "0", "99999", "", "abc", "9" * 40])
def test_nobody_moves_to_a_site_where_they_have_no_role(cast: Cast, sign_in: SignIn, site: str) -> None:
    client = sign_in(cast.advisor.id)
    wanted = str(cast.other_site.id) if site == "other" else site
    answer = client.post("/account/site", data={"site_id": wanted})
    assert answer.status_code == 409
    assert "You have no role at that site." in answer.text
    assert cast.site.name in client.get("/account").text


def test_several_roles_at_a_site_add_up(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """PLT-8: cashier and quality supervisor in one person may do what either may, and nothing else."""
    with app.app_context(), transaction():
        add(Membership(user_id=cast.cashier.id, site_id=cast.site.id, role=Role.QC))
    client = sign_in(cast.cashier.id)
    assert client.get("/invoices").status_code == 200
    assert client.get("/staffing/bays/new").status_code == 403
    with app.app_context():
        assert queries.roles_at(cast.cashier.id, cast.site.id) == {Role.CASHIER, Role.QC}
    page = client.get("/account").text
    assert "Kasia Mazur" in page


def test_without_a_role_nobody_gets_in(app: Flask, cast: Cast, client: CheckingClient) -> None:
    with app.app_context(), transaction():
        user = db.session.get_one(User, cast.care.id)
        accounts.set_roles(user, {}, actor=SYSTEM, now=NOW)
    status, page, _ = enter(client, cast.care)
    assert status == 409
    assert "You have no role at any site yet." in text_of(parse(page).root)


# --- own settings ---


def test_the_chosen_appearance_stays(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.technician.id)
    assert 'data-theme="light"' in client.get("/account").text
    assert client.post("/account/preferences", data={"language": "en", "theme": "bay"}).status_code == 303
    assert 'data-theme="bay"' in client.get("/account").text


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"theme": "pink"}])
def test_an_unknown_language_or_appearance_is_refused(
    cast: Cast, sign_in: SignIn, fields: dict[str, str]
) -> None:
    data = {"language": "", "theme": "", **fields}
    assert sign_in(cast.technician.id).post("/account/preferences", data=data).status_code == 422


# --- the cookie ---


def cookie_of(app: Flask) -> tuple[str, SimpleCookie]:
    """The cookie that each page sets (it holds the CSRF token), by its header."""
    header = app.test_client().get("/no-such-page").headers["Set-Cookie"]
    return header, SimpleCookie(header)


def test_by_https_the_cookie_is_bound_to_this_host_and_secure(product: Flask, tmp_path: object) -> None:
    secure = create_app(
        config.load({"AFTERSALES_DATA_DIR": str(tmp_path), "AFTERSALES_BASE_URL": "https://workshop.example"})
    )
    header, cookie = cookie_of(secure)
    morsel = cookie["__Host-aftersales"]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"]) == (
        True, True, "Lax", "/", "",
    )  # fmt: skip
    answer = secure.test_client().get("/no-such-page")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "expires" not in header.lower()


def test_by_plain_http_the_cookie_goes_without_prefix_and_secure(app: Flask) -> None:
    """A named deviation: a workshop's own network may have no certificate; everything else holds."""
    _, cookie = cookie_of(app)
    morsel = cookie["aftersales"]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (
        "",
        True,
        "Lax",
        "/",
    )
    assert "Strict-Transport-Security" not in app.test_client().get("/no-such-page").headers


def test_the_database_does_not_know_the_cookies_token(app: Flask, cast: Cast, client: CheckingClient) -> None:
    """Whoever reads a backup cannot sign in with it: only the token's digest is stored."""
    enter(client, cast.advisor)
    with client.session_transaction() as cookie:
        token = cookie["token"]
    with app.app_context():
        stored = db.session.scalars(select(UserSession.token_hash)).one()
    assert stored != token
    assert stored == accounts.token_digest(token)
    assert len(token) >= 43


def test_a_sign_in_starts_with_a_fresh_cookie(cast: Cast, client: CheckingClient) -> None:
    """What a stranger put into the cookie before does not survive (session fixation)."""
    with client.session_transaction() as cookie:
        cookie["token"], cookie["planted"] = "chosen by a stranger", "x"
    enter(client, cast.advisor)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["token"] != "chosen by a stranger"
