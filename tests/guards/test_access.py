"""Who may call what: every endpoint says it, and the answer to somebody else is a refusal."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from aftersales.domain.accounts.permissions import BY_PIN, PERMISSIONS, WITH_PASSWORD, Role
from aftersales.web import access
from tests.html import CheckingClient

# Changing this list is a decision: each of these answers people who have not signed in.
PUBLIC = re.compile(
    r"^(static|healthz|gallery|account\.(sign_in|begin_session)|pins\.begin_session|portal\..*|first_run\..*|waiting\.(session|service_worker))$"
)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def path_of(app: Flask, rule: Rule) -> str:
    """An address of the rule with a value that nothing has."""
    values = {
        name: 999_999_999 if "Integer" in type(rule._converters[name]).__name__ else "nothing"
        for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, values, method=next(iter(rule.methods or {"GET"}))
        )


def test_every_endpoint_says_who_may_call_it(app: Flask) -> None:
    """PLT-3: a view that says nothing is a mistake."""
    with app.app_context():
        silent = {rule.endpoint for rule in rules(app) if access.rule_of(rule.endpoint) is None}
    assert silent == set()


def test_every_verb_says_whether_a_pin_is_enough() -> None:
    """TEC-7: a new verb is decided on in ``permissions.py``: work of the floor, or money and administration."""
    assert set(PERMISSIONS) == BY_PIN | WITH_PASSWORD
    assert set() == BY_PIN & WITH_PASSWORD


def test_a_pin_is_enough_for_the_floor_and_for_nothing_that_costs(app: Flask) -> None:
    """TEC-7: technicians and the quality supervisor need no password for anything of theirs, a team leader only to enrol a
    tablet; what takes, promises or counts money, and administration, is never done with six digits."""
    asked = {
        role: {verb for verb, roles in PERMISSIONS.items() if role in roles} - BY_PIN
        for role in (Role.TECHNICIAN, Role.QC, Role.LEADER)
    }
    assert asked == {Role.TECHNICIAN: set(), Role.QC: set(), Role.LEADER: {"tablets.manage"}}
    costs = re.compile(
        r"(invoices|payments|credit|discounts|reports|audit|users|settings|catalogue|templates|messages|tablets)\."
        r"|quotations\.(?!take_note)|orders\.(open|edit|cancel|reopen|close)|parts\.(adjust|costs|order)"
        r"|comebacks\.decide|warranty\.decide|campaigns\.manage|staffing\.manage|delivery\.hand_over"
    )
    assert {verb for verb in BY_PIN if costs.match(verb)} == set()


def test_what_is_public_is_on_the_list(app: Flask) -> None:
    """PLT-3: nothing becomes public by accident."""
    with app.app_context():
        public = {rule.endpoint for rule in rules(app) if access.rule_of(rule.endpoint) == access.PUBLIC}
    assert {endpoint for endpoint in public if not PUBLIC.match(endpoint)} == set()


def test_a_stranger_gets_nowhere(app: Flask, client: CheckingClient) -> None:
    """PLT-3: without a sign-in every page that is not public leads to the sign-in page, by any method."""
    let_in = []
    for rule in rules(app):
        with app.app_context():
            if access.rule_of(rule.endpoint) == access.PUBLIC:
                continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            answer = client.open(path_of(app, rule), method=method)
            if answer.status_code != 303 or "/sign-in" not in answer.headers.get("Location", ""):
                let_in.append(f"{method} {rule.rule}: {answer.status_code}")
    assert let_in == []


@pytest.mark.parametrize("path", ["/no-such-page", "/static/no-such-file.css"])
def test_an_unknown_address_is_not_found(client: CheckingClient, path: str) -> None:
    assert client.get(path).status_code == 404
