"""Every route, every role, one's own and another site's things: nothing is open that the permission map does not open.

The addresses come from the URL map and name records of the sample that really exist; a new route is looked at here
without a line written for it. ``--long`` tries every role at the other site, the short form two.
"""

from collections.abc import Iterator

from flask.testing import FlaskClient
from werkzeug.routing import Rule

from aftersales.domain.accounts.permissions import BY_PIN, Role, roles_for
from aftersales.web import access
from tests.effort import IS_LONG
from tests.world import World

ASKS_FURTHER = {
    "car_check.compare": "the technician whom the order was given to",
    "car_check.rest_is_same": "the technician whom the order was given to",
    "car_check.acknowledge": "the technician whom the order was given to",
    "car_check.ask": "the technician whom the order was given to",
    "inspections.rate": "the technician whom the order was given to",
    "jobs.accept": "the technician whom the order was given to",
    "jobs.start_repair": "the technician whom the order was given to",
    "jobs.clock_on": "the technician whom the order was given to",
    "jobs.finish": "the technician whom the order was given to",
    "jobs.check_fault": "the technician whom the order was given to",
    "progress.answer": "the technician whom the order was given to",
    "clocks.page": "whose clock it is, and who leads them",
    "clocks.correct": "whose clock it is, and who leads them",
    "clocks.still_at_work": "whose clock it is",
    "clocks.stop": "who leads the person",
    "clocks.day": "whose day it is, and who leads them",
    "clocks.correct_day": "whose day it is, and who leads them",
    "clocks.correction": "who leads the person",
    "clocks.decide": "who leads the person",
    "job_photos.add": "the technician whom the order was given to",
    "quality.confirm_self_check": "the technician whom the order was given to",
    "dispatch.give_to_team": "the site, where it lets advisors give work to teams",
    "dispatch.free_bay": "the technician whom the order was given to",
    "quality.clock_rework": "the technician whom the rework was given to",
    "quality.finish_rework": "the technician whom the rework was given to",
    "quality.save_measured": "the technician whom the order was given to",
    "files.document": "people who see prices, where the document shows some",
}
"""Endpoints that may refuse somebody whom the map lets in, and who it is that they ask for."""
SKIPPED = {"account.sign_out", "pins.lock"}
"""What would end the session of the test itself."""


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def staff_rules(world: World) -> Iterator[tuple[Rule, str, str, frozenset[Role]]]:
    """Each rule and method that asks for a sign-in: with its address, and the roles that the map lets in."""
    with world.app.app_context():
        wanted = [(rule, access.rule_of(rule.endpoint)) for rule in world.rules()]
    for rule, verb in wanted:
        if verb in (access.PUBLIC, None) or rule.endpoint in SKIPPED:
            continue
        everybody = verb in (access.SIGNED_IN, access.BY_PASSWORD)
        allowed = frozenset(Role) if everybody else roles_for(str(verb))
        for method in methods(rule):
            yield rule, method, world.address(rule), allowed


def ask(client: FlaskClient, method: str, address: str) -> int:
    return client.open(address, method=method, data={} if method == "POST" else None).status_code


def test_another_sites_things_are_not_there_for_whoever_may_do_this_at_home(world: World) -> None:
    """PLT-3: a stranger gets 404, whatever their role, by any method; and nothing was changed by asking."""
    before, surprises, asked = world.rows(), [], 0
    clients = {role: world.client(role, world.other_site_id) for role in Role}
    for rule, method, address, allowed in staff_rules(world):
        if not world.is_of_a_site(rule):
            continue
        roles = sorted(allowed) if IS_LONG else sorted(allowed)[:2]
        for role in roles:
            status, asked = ask(clients[role], method, address), asked + 1
            if status != 404:
                surprises.append(f"{role} {method} {address}: {status}")
    assert not surprises, "\n".join(surprises)
    assert asked > 200
    assert {name: count for name, count in world.rows().items() if count != before[name]} == {}


def test_no_other_role_gets_in_and_nothing_changes_by_trying(world: World) -> None:
    """PLT-3: what the map does not allow is 403, by any method."""
    before, surprises, asked = world.rows(), [], 0
    clients = {role: world.client(role) for role in Role}
    for _, method, address, allowed in staff_rules(world):
        for role in sorted(set(Role) - allowed):
            status, asked = ask(clients[role], method, address), asked + 1
            if status != 403:
                surprises.append(f"{role} {method} {address}: {status}")
    assert not surprises, "\n".join(surprises)
    assert asked > 1000
    assert {name: count for name, count in world.rows().items() if count != before[name]} == {}


def test_a_pin_opens_the_work_of_the_floor_and_nothing_else(world: World) -> None:
    """TEC-7: every route as whoever may with a password, in a session by PIN: money and administration answer 403 with
    the form for the password, and nothing changes by trying."""
    before, surprises, asked = world.rows(), [], 0
    clients = {role: world.client(role, by_pin=True) for role in Role}
    for rule, method, address, allowed in staff_rules(world):
        with world.app.app_context():
            verb = access.rule_of(rule.endpoint)
        if verb == access.SIGNED_IN or verb in BY_PIN:
            continue
        for role in sorted(allowed) if IS_LONG else sorted(allowed)[:2]:
            answer, asked = clients[role].open(address, method=method), asked + 1
            if answer.status_code != 403 or "Sign in with your password for this" not in answer.text:
                surprises.append(f"{role} {method} {address}: {answer.status_code}")
    assert not surprises, "\n".join(surprises)
    assert asked > 150
    assert {name: count for name, count in world.rows().items() if count != before[name]} == {}


def test_a_pin_is_enough_to_look_at_the_work_of_the_floor(world: World) -> None:
    """TEC-7: the other half: what a PIN is enough for is open with it, within the person's roles."""
    surprises, asked = [], 0
    clients = {role: world.client(role, by_pin=True) for role in Role}
    for rule, method, address, allowed in staff_rules(world):
        with world.app.app_context():
            verb = access.rule_of(rule.endpoint)
        if method != "GET" or verb not in BY_PIN:
            continue
        status, asked = ask(clients[sorted(allowed)[0]], method, address), asked + 1
        if status >= 500 or (status == 403 and rule.endpoint not in ASKS_FURTHER):
            surprises.append(f"{sorted(allowed)[0]} {method} {address}: {status}")
    assert not surprises, "\n".join(surprises)
    assert asked > 40


def test_without_a_sign_in_every_page_leads_to_it(world: World) -> None:
    """PLT-3: also with ids that exist."""
    stranger, surprises = FlaskClient(world.app, world.app.response_class), []
    for _, method, address, _ in staff_rules(world):
        answer = stranger.open(address, method=method)
        if answer.status_code != 303 or "/sign-in" not in answer.headers.get("Location", ""):
            surprises.append(f"{method} {address}: {answer.status_code}")
    assert not surprises, "\n".join(surprises)


def test_looking_at_every_page_changes_nothing(world: World) -> None:
    """GET, HEAD and OPTIONS on everything, as whoever may: no error, and not a row more or less."""
    before, surprises = world.rows(), []
    clients = {role: world.client(role) for role in Role}
    for rule, method, address, allowed in staff_rules(world):
        if method != "GET":
            continue
        for way in ("GET", "HEAD", "OPTIONS"):
            status = clients[sorted(allowed)[0]].open(address, method=way).status_code
            if status >= 500 or (status == 403 and rule.endpoint not in ASKS_FURTHER):
                surprises.append(f"{way} {address}: {status}")
    assert not surprises, "\n".join(surprises)
    assert {name: count for name, count in world.rows().items() if count != before[name]} == {}


def test_whoever_the_map_lets_in_gets_in(world: World) -> None:
    """PLT-3: the map's word holds: no 403 and no error for a role that it names. Comes last: posts may take effect."""
    surprises, asked = [], 0
    clients = {role: world.client(role) for role in Role}
    for rule, method, address, allowed in staff_rules(world):
        roles = sorted(allowed)
        for role in roles if IS_LONG or method == "GET" else [roles[asked % len(roles)]]:
            status, asked = ask(clients[role], method, address), asked + 1
            if status >= 500 or (status == 403 and rule.endpoint not in ASKS_FURTHER):
                surprises.append(f"{role} {method} {address}: {status}")
    assert not surprises, "\n".join(surprises)
    assert asked > 500
