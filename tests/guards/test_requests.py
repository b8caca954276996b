"""What holds for every request: the CSRF token, the security headers, and that looking changes nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from aftersales.web import access
from tests.cast import Cast
from tests.conftest import SignIn
from tests.guards.test_access import path_of, rules
from tests.html import CheckingClient

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
# The customer's pages carry their right in the address, and so does the token of the form; nothing else is exempt.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@pytest.fixture
def with_csrf(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def changing(app: Flask) -> list[tuple[Rule, str]]:
    return [(rule, method) for rule in rules(app) for method in sorted((rule.methods or set()) & CHANGING)]


def test_no_change_without_the_csrf_token(with_csrf: Flask, cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.admin.id)
    taken = []
    for rule, method in changing(with_csrf):
        answer = browser.open(path_of(with_csrf, rule), method=method)
        if answer.status_code != 400:
            taken.append(f"{method} {rule.rule}: {answer.status_code}")
    assert taken == []


def test_every_answer_has_the_security_headers(
    app: Flask, client: CheckingClient, cast: Cast, sign_in: SignIn
) -> None:
    bare = []
    for browser in (client, sign_in(cast.admin.id)):
        for path in ("/", "/sign-in", "/no-such-page", "/healthz", "/account"):
            answer = browser.get(path)
            bare += [
                f"{path}: {name}"
                for name, value in HEADERS.items()
                if value not in answer.headers.get(name, "")
            ]
            bare += (
                [f"{path}: unsafe"] if "unsafe-" in answer.headers.get("Content-Security-Policy", "") else []
            )
    assert bare == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(app: Flask, cast: Cast, sign_in: SignIn, method: str) -> None:
    """Nothing is written in any GET: the database refuses it, and a refusal would be an error 500 here."""
    browser = sign_in(cast.admin.id)
    for rule in rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        with app.app_context():
            if access.rule_of(rule.endpoint) is None:
                continue
        assert browser.open(path_of(app, rule), method=method).status_code < 500, rule.rule
