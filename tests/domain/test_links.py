"""Links: tokens that nobody can guess, that open one thing, for a time."""

import random
import secrets
from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.customers.models import Channel
from aftersales.domain.errors import Refused
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries
from aftersales.domain.links.models import Link, LinkScope
from aftersales.domain.links.rules import Standing, hash_of, token_of
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW


@pytest.fixture
def link(cast: Cast, arrived_order: ServiceOrder, app_context: Flask) -> Link:
    with transaction():
        return links.create(
            site_id=cast.site.id, service_order_id=arrived_order.id, scope=LinkScope.ORDER, now=NOW
        )


def test_a_token_has_256_bits_and_the_row_holds_its_hash_only(link: Link) -> None:
    token = links.token_for(link)

    assert len(token) == 43
    assert link.token_hash == hash_of(token)
    assert token not in {str(value) for value in vars(link).values()}
    assert queries.find_link(token, NOW) == (link, Standing.GOOD)


def test_a_worker_computes_the_same_token_and_another_key_another_one(link: Link) -> None:
    assert links.token_for(db.session.get_one(Link, link.id)) == links.token_for(link)
    assert token_of(link.id, link.nonce, "one key") != token_of(link.id, link.nonce, "another key")


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"revoked_at": NOW}, Standing.UNKNOWN),
        ({"replaced_at": NOW}, Standing.REPLACED),
        ({"expires_at": NOW}, Standing.EXPIRED),
        ({"revoked_at": NOW, "expires_at": NOW}, Standing.UNKNOWN),
    ],
)
def test_what_no_longer_works_says_why_only_to_who_proved_possession(
    link: Link, change: dict[str, object], standing: Standing
) -> None:
    token = links.token_for(link)
    with transaction():
        for name, value in change.items():
            setattr(db.session.get_one(Link, link.id), name, value)

    found, said = queries.find_link(token, NOW + timedelta(seconds=1))
    assert said is standing
    assert (found is None) is (standing is Standing.UNKNOWN)


def test_no_guess_opens_a_link(link: Link) -> None:
    """PLT-1: random tokens, and small changes of a good one."""
    good = links.token_for(link)
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    hits = 0
    for number in range(rounds(2_000, 100_000)):
        if number % 2:
            place = chance.randrange(43)
            guess = good[:place] + chance.choice(alphabet.replace(good[place], "")) + good[place + 1 :]
        else:
            guess = "".join(chance.choices(alphabet, k=43))
        hits += queries.find_link(guess, NOW)[0] is not None
    assert hits == 0


@pytest.mark.parametrize(
    "token", ["", "short", "A" * 44, "x" * 5000, "ä" * 43, "\x00" * 43, "../../etc/passwd", "\ud800" * 43]
)
def test_malformed_tokens_are_simply_unknown(link: Link, token: str) -> None:
    assert queries.find_link(token, NOW) == (None, Standing.UNKNOWN)


def test_a_new_order_link_replaces_the_one_before(cast: Cast, link: Link) -> None:
    old = links.token_for(link)
    with transaction():
        new = links.renew_order_link(site_id=cast.site.id, service_order_id=link.service_order_id, now=NOW)

    assert queries.find_link(old, NOW)[1] is Standing.REPLACED
    assert queries.find_order_link(link.service_order_id, NOW) == new


def test_the_orders_link_is_made_once_and_anew_when_it_ended(cast: Cast, link: Link) -> None:
    with transaction():
        same = links.order_link(site_id=cast.site.id, service_order_id=link.service_order_id, now=NOW)
        later = links.order_link(
            site_id=cast.site.id, service_order_id=link.service_order_id, now=NOW + timedelta(days=31)
        )
    assert same.id == link.id != later.id


def test_staff_follow_a_link_only_where_messages_stay_in_the_outbox(
    link: Link, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    assert links.address_for_staff(link, Channel.SMS) == f"/c/{links.token_for(link)}"
    real = replace(app.extensions["aftersales.settings"], sms_url="https://sms.example.org/send")
    monkeypatch.setitem(app.extensions, "aftersales.settings", real)
    with pytest.raises(Refused, match="only the customer"):
        links.address_for_staff(link, Channel.SMS)
