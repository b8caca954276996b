"""PINs: six digits that are not easily guessed, counted before they are looked at, off after ten wrong ones."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select, update

from aftersales.db import db, transaction
from aftersales.domain.accounts import administration, pins, tablets
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts.models import Pin, Tablet, UserSession
from aftersales.domain.actors import Actor
from aftersales.domain.audit import AuditEntry
from aftersales.domain.errors import Invalid, NeedsPassword, NotFound, NotPermitted, Refused, TooManyTries
from aftersales.sample import people
from tests.cast import Cast, Person
from tests.effort import rounds
from tests.factories import NOW
from tests.races import Act, at_once, in_transaction

SECRET = "not a secret"
GOOD = "482916"
TODAY = date(2026, 5, 12)


def give(person: Person, digits: str = GOOD) -> None:
    with transaction():
        pins.set_pin(person.id, digits, secret=SECRET, today=TODAY, actor=person.actor(), now=NOW)


def enrol(cast: Cast) -> int:
    with transaction():
        token = tablets.enrol(
            site_id=cast.site.id, name="Bay 3", theme="bay", session_id=0, actor=cast.manager.actor(), now=NOW
        )
    found = tablets.find(token)
    assert found is not None
    return found.id


def guess(person: Person, digits: str = "000001", tablet_id: int | None = None) -> bool:
    """A try as the view makes it. True where the digits were right."""
    with transaction():
        pins.begin_try(person.id, tablet_id=tablet_id)
    if pins.is_right(person.id, digits, secret=SECRET):
        with transaction():
            pins.forgive(person.id, tablet_id=tablet_id, now=NOW)
        return True
    with transaction():
        pins.note_wrong(person.id, tablet_id=tablet_id, actor=Actor(name="Somebody"), now=NOW)
    return False


def acts(cast: Cast) -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("pins.")).order_by(AuditEntry.id)
        )
    )


@pytest.mark.parametrize(
    "weak",
    [
        "000000", "777777", "123456", "654321", "012345", "890123", "987654", "121212", "123123", "112233", "998877",
        "123321", "554455", "120585", "051285", "850512", "290296", "010190", "12345", "1234567", "12a456", "", "١٢٣٤٥٦",
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_refused_with_a_sentence(app_context: Flask, cast: Cast, weak: str) -> None:
    """TEC-7: repeats, runs and dates of birth."""
    with pytest.raises(Invalid) as refused, transaction():
        pins.set_pin(
            cast.technician.id, weak, secret=SECRET, today=TODAY, actor=cast.technician.actor(), now=NOW
        )
    assert str(refused.value).endswith(".")
    assert pins.find(cast.technician.id) is None


@pytest.mark.parametrize("good", [GOOD, "739105", "310299", "905174"])
def test_other_digits_are_taken(good: str, app: Flask) -> None:
    """TEC-7: the 31st of February is nobody's birthday."""
    with app.test_request_context():
        assert pins.weakness(good, TODAY) == ""


def test_few_of_all_possible_pins_are_refused(app: Flask) -> None:
    """The list keeps guessers off the likely ones and leaves nine of ten to choose from."""
    with app.test_request_context():
        weak = sum(bool(pins.weakness(f"{number:06d}", TODAY)) for number in range(0, 1_000_000, 17))
    assert weak / (1_000_000 / 17) < 0.1


def test_the_right_digits_are_right_for_their_owner_only(app_context: Flask, cast: Cast) -> None:
    """TEC-7: what is stored is keyed with the person and the product's secret."""
    give(cast.technician)
    give(cast.leader)
    assert pins.is_right(cast.technician.id, GOOD, secret=SECRET)
    assert not pins.is_right(cast.technician.id, "482917", secret=SECRET)
    assert not pins.is_right(cast.technician.id, GOOD, secret="another secret")
    hashes = set(db.session.scalars(select(Pin.pin_hash)))
    assert len(hashes) == 2
    with transaction():
        db.session.execute(
            update(Pin).where(Pin.user_id == cast.leader.id).values(pin_hash=pins_hash(cast.technician.id))
        )
    assert not pins.is_right(cast.leader.id, GOOD, secret=SECRET), "a hash moved to another person"


def pins_hash(user_id: int) -> str:
    return db.session.scalars(select(Pin.pin_hash).where(Pin.user_id == user_id)).one()


def test_ten_wrong_tries_and_the_pin_is_off_until_the_password(app_context: Flask, cast: Cast) -> None:
    """QUALITY, PIN brute force: not even the right digits help after the tenth."""
    give(cast.technician)
    for _ in range(pins.MAX_WRONG):
        assert not guess(cast.technician)
    with pytest.raises(TooManyTries, match="off after 10 wrong tries"):
        guess(cast.technician, GOOD)
    with transaction():
        pins.turn_on(cast.technician.id, actor=cast.technician.actor(), now=NOW)
    assert guess(cast.technician, GOOD)
    assert acts(cast) == ["pins.set", *["pins.wrong"] * 9, "pins.off", "pins.on"]


def test_the_right_digits_begin_the_count_anew(app_context: Flask, cast: Cast) -> None:
    give(cast.technician)
    for _ in range(3):
        for _ in range(9):
            assert not guess(cast.technician)
        assert guess(cast.technician, GOOD)


def test_ten_wrong_tries_on_one_tablet_whoever_is_tried(app_context: Flask, cast: Cast) -> None:
    """QUALITY, PIN brute force: five tries each on two people, and the tablet takes no PIN."""
    tablet_id = enrol(cast)
    people = (cast.technician, cast.second_technician, cast.leader)
    for person in people:
        give(person)
    for number in range(10):
        assert not guess(people[number % 2], tablet_id=tablet_id)
    with pytest.raises(TooManyTries, match="This tablet takes no PIN"):
        guess(cast.leader, GOOD, tablet_id=tablet_id)
    untouched = pins.find(cast.leader.id)
    assert untouched is not None and untouched.wrong_tries == 0, "the person is not blamed for the tablet"
    with transaction():
        tablets.note_used(tablet_id, by_name="Paweł Król", now=NOW)
    assert guess(cast.leader, GOOD, tablet_id=tablet_id)


def test_without_a_pin_there_is_nothing_to_try(app_context: Flask, cast: Cast) -> None:
    with pytest.raises(Refused, match="no PIN yet"):
        guess(cast.technician)


def test_nobody_sets_a_colleagues_pin_or_their_own_by_pin(app_context: Flask, cast: Cast) -> None:
    """TEC-7: after a full sign-in, and one's own."""
    by_pin = Actor(name="T", user_id=cast.technician.id, roles=cast.technician.roles, by_pin=True)
    for actor in (cast.admin.actor(), by_pin):
        with pytest.raises(NotPermitted), transaction():
            pins.set_pin(cast.technician.id, GOOD, secret=SECRET, today=TODAY, actor=actor, now=NOW)


def test_an_operation_asks_for_the_password_too(app_context: Flask, cast: Cast) -> None:
    """TEC-7: the rule stands where the rights stand, not only at the door."""
    boss = cast.service_manager
    by_pin = Actor(name=boss.name, user_id=boss.id, roles=boss.roles, by_pin=True)
    assert by_pin.may("jobs.clock")
    with pytest.raises(NeedsPassword):
        by_pin.need("invoices.correct")
    with pytest.raises(NotPermitted) as refused:
        Actor(name="T", roles=cast.technician.roles, by_pin=True).need("invoices.correct")
    assert not isinstance(refused.value, NeedsPassword)


def test_a_new_pin_ends_the_sessions_of_the_old_one(app_context: Flask, cast: Cast) -> None:
    """QUALITY, sessions: effective at the next request. The session with the password goes on."""
    give(cast.technician)
    tablet_id = enrol(cast)
    with transaction():
        for by_pin in (True, False):
            accounts.sign_in(
                cast.technician.id, address="", device="", now=NOW, tablet_id=tablet_id, by_pin=by_pin
            )
    give(cast.technician, "739105")
    ended = db.session.execute(select(UserSession.by_pin, UserSession.ended_at)).all()
    assert {(row.by_pin, row.ended_at is None) for row in ended} == {(True, False), (False, True)}


def test_tries_at_the_same_moment_are_counted_too(app: Flask, cast: Cast) -> None:
    """QUALITY, PIN brute force: twenty at once, and ten get through. The twin that looks first lets more through."""
    with app.app_context():
        give(cast.technician)
        db.session.remove()
    counted = in_transaction(lambda: pins.begin_try(cast.technician.id, tablet_id=None))
    assert {passed(app, counted) for _ in range(rounds(3, 100))} == {pins.MAX_WRONG}
    assert max(passed(app, looks_first(cast.technician.id)) for _ in range(5)) > pins.MAX_WRONG


def passed(app: Flask, act: Act) -> int:
    """How many of twenty tries at the same moment got through."""
    with app.app_context():
        with transaction():
            db.session.execute(update(Pin).values(wrong_tries=0))
        db.session.remove()
    return sum(not isinstance(answer, TooManyTries) for answer in at_once(app, *[act] * 20))


def looks_first(user_id: int) -> Act:
    """The broken twin: reads how many there were, then writes one more."""

    def act() -> None:
        tries = db.session.scalars(select(Pin.wrong_tries).where(Pin.user_id == user_id)).one()
        if tries >= pins.MAX_WRONG:
            raise TooManyTries("off")
        with transaction():
            db.session.execute(update(Pin).where(Pin.user_id == user_id).values(wrong_tries=tries + 1))

    return act


def test_a_revoked_tablet_counts_no_try(app_context: Flask, cast: Cast) -> None:
    tablet_id = enrol(cast)
    give(cast.technician)
    with transaction():
        tablets.revoke(tablet_id, site_id=cast.site.id, actor=cast.manager.actor(), now=NOW)
    with pytest.raises(TooManyTries):
        guess(cast.technician, GOOD, tablet_id=tablet_id)
    assert db.session.get_one(Tablet, tablet_id).revoked_by_name == cast.manager.name


@pytest.mark.parametrize("year", [2024, 2026, 2035, 2050])
def test_the_samples_own_pins_are_good(app: Flask, year: int) -> None:
    """The sample loads on any day: none of its PINs reads as a date of birth, then or later."""
    with app.test_request_context():
        weak = {key for key, digits in people.PINS.items() if pins.weakness(digits, date(year, 6, 1))}
    assert weak == set()
    assert len(set(people.PINS.values())) == len(people.PINS)


# --- taken away by an administrator ---


def take(cast: Cast, person: Person, by: Person | None = None) -> None:
    with transaction():
        administration.take_pin(person.id, actor=(by or cast.admin).actor(), now=NOW)


def test_a_pin_that_was_taken_away_signs_nobody_in_and_says_who_took_it(
    app_context: Flask, cast: Cast
) -> None:
    """TEC-7, QUALITY, sessions: effective at once; the row keeps who and when, and nothing of the digits."""
    give(cast.technician)
    tablet_id = enrol(cast)
    with transaction():
        accounts.sign_in(cast.technician.id, address="", device="", now=NOW, tablet_id=tablet_id, by_pin=True)
    take(cast, cast.technician)
    take(cast, cast.technician)
    assert acts(cast) == ["pins.set", "pins.remove"], "twice is once"
    assert pins.find(cast.technician.id) is None
    assert pins.list_owners([cast.technician.id]) == set()
    left = pins.find_removed(cast.technician.id)
    assert left is not None and (left.removed_by_name, left.pin_hash) == (cast.admin.name, "")
    assert db.session.scalars(select(UserSession.ended_at)).one() == NOW
    assert not pins.is_right(cast.technician.id, GOOD, secret=SECRET)
    with pytest.raises(Refused, match=f"{cast.admin.name} took this PIN away. Sign in with your password"):
        guess(cast.technician, GOOD, tablet_id=tablet_id)
    give(cast.technician, "739105")
    assert guess(cast.technician, "739105", tablet_id=tablet_id)
    assert acts(cast) == ["pins.set", "pins.remove", "pins.set"]
    assert pins.find_removed(cast.technician.id) is None


def test_only_administrators_of_the_persons_site_take_a_pin_away(app_context: Flask, cast: Cast) -> None:
    """PLT-3: and not the person who leads them."""
    for person in (cast.technician, cast.stranger):
        give(person)
    with pytest.raises(NotPermitted):
        take(cast, cast.technician, by=cast.manager)
    with pytest.raises(NotFound):
        take(cast, cast.stranger)
    assert pins.find(cast.technician.id) and pins.find(cast.stranger.id)


def test_one_takes_ones_own_pin_away_without_a_trace_of_digits(app_context: Flask, cast: Cast) -> None:
    give(cast.technician)
    with transaction():
        pins.remove(cast.technician.id, actor=cast.technician.actor(), now=NOW)
    assert pins.find(cast.technician.id) is None and pins.find_removed(cast.technician.id) is None
