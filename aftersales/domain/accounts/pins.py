"""PINs: six digits for the shared tablets of the floor and for signing where a colleague's screen is (TEC-4, TEC-7).

A try is counted before its digits are looked at, in the database, among tries at the same moment one after the other;
ten wrong ones in a row, of a person or on a tablet, and only the password helps. What is stored is an argon2 hash of the
digits keyed with the product's secret, since a million possible PINs are soon tried by whoever holds a bare hash.
"""

import hashlib
import hmac
from collections.abc import Collection
from datetime import date, datetime

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update

from aftersales.db import add, db, one_at_a_time
from aftersales.domain import audit
from aftersales.domain.accounts import hashing, tablets
from aftersales.domain.accounts.models import Pin, Tablet, User, UserSession
from aftersales.domain.accounts.tablets import MAX_WRONG
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotPermitted, Refused, TooManyTries
from aftersales.i18n import gettext

DIGITS = 6
_YOUNGEST, _OLDEST = 14, 90


def find(user_id: int) -> Pin | None:
    """The person's PIN, which may be off; None also where it was taken away."""
    return db.session.scalar(select(Pin).where(Pin.user_id == user_id, Pin.removed_at.is_(None)))


def find_removed(user_id: int) -> Pin | None:
    """What is left of a PIN that an administrator took away: when and who."""
    return db.session.scalar(select(Pin).where(Pin.user_id == user_id, Pin.removed_at.is_not(None)))


def list_owners(user_ids: Collection[int]) -> set[int]:
    """Who of these people has a PIN, good or off."""
    owned = select(Pin.user_id).where(Pin.user_id.in_(user_ids), Pin.removed_at.is_(None))
    return set(db.session.scalars(owned))


def is_off(pin: Pin) -> bool:
    """Whether only the password helps now."""
    return pin.wrong_tries >= MAX_WRONG


def set_pin(user_id: int, digits: str, *, secret: str, today: date, actor: Actor, now: datetime) -> Pin:
    """The person's own new PIN; their sessions that began with the old one end. Refuses what is easily guessed, and
    whoever signed in with a PIN only."""
    if actor.user_id != user_id or actor.by_pin:
        raise NotPermitted(gettext("Sign in with your own password to set your PIN."))
    if sentence := weakness(digits, today):
        raise Invalid(sentence, field="pin")
    one_at_a_time("pin")
    pin, hashed = find(user_id) or find_removed(user_id), hashing.HASHER.hash(_keyed(user_id, digits, secret))
    act = "pins.change" if pin and pin.removed_at is None else "pins.set"
    if pin is None:
        pin = add(Pin(user_id=user_id, pin_hash=hashed, set_at=now, wrong_tries=0))
    pin.pin_hash, pin.set_at, pin.wrong_tries = hashed, now, 0
    pin.removed_at, pin.removed_by_name = None, ""
    _end_pin_sessions(user_id, now)
    audit.record(act, pin, actor=actor, now=now)
    return pin


def remove(user_id: int, *, actor: Actor, now: datetime) -> None:
    """Take the person's PIN away, for example one that somebody saw: it and the sessions that began with it end at once.
    Of a colleague's it stays on record who took it, without the digits. Twice is once."""
    is_own = actor.user_id == user_id
    if not is_own:
        actor.need("users.manage")
    if (pin := find(user_id)) is None:
        return
    audit.record("pins.remove", pin, actor=actor, now=now, details={"user": user_id})
    if is_own:
        db.session.delete(pin)
    else:
        pin.pin_hash, pin.removed_at, pin.removed_by_name = "", now, actor.name
    db.session.flush()
    _end_pin_sessions(user_id, now)


def begin_try(user_id: int, *, tablet_id: int | None) -> None:
    """Count a try before its digits are looked at; :func:`forgive` takes it back when they were right.

    Refuses with :class:`TooManyTries` after ten in a row of this person or on this tablet, and with
    :class:`Refused` where the person has no PIN. One conditional update each: of tries at the same moment no
    more than ten get through.
    """
    counted = update(Pin).where(Pin.user_id == user_id, Pin.wrong_tries < MAX_WRONG, Pin.removed_at.is_(None))
    if not _rows(counted.values(wrong_tries=Pin.wrong_tries + 1)):
        if (removed := find_removed(user_id)) is not None:
            raise Refused(
                gettext(
                    "%(name)s took this PIN away. Sign in with your password and set a new one at Your account.",
                    name=removed.removed_by_name,
                )
            )
        if find(user_id) is None:
            raise Refused(
                gettext("There is no PIN yet. Sign in with the password and set one at Your account.")
            )
        raise TooManyTries(
            gettext(
                "This PIN is off after %(n)s wrong tries. Sign in with your password to use it again.",
                n=MAX_WRONG,
            )
        )
    if tablet_id is None:
        return
    here = update(Tablet).where(
        Tablet.id == tablet_id, Tablet.wrong_pins < MAX_WRONG, Tablet.revoked_at.is_(None)
    )
    if not _rows(here.values(wrong_pins=Tablet.wrong_pins + 1)):
        raise TooManyTries(
            gettext(
                "This tablet takes no PIN after %(n)s wrong tries. Sign in with your password.", n=MAX_WRONG
            )
        )


def is_right(user_id: int, digits: str, *, secret: str) -> bool:
    """Whether these are the person's digits and the person is let in. Slow on purpose: outside any transaction."""
    row = db.session.execute(
        select(Pin.pin_hash).join(User, User.id == Pin.user_id).where(
            Pin.user_id == user_id, Pin.removed_at.is_(None), User.disabled_at.is_(None)
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        return False
    try:
        return hashing.HASHER.verify(row.pin_hash, _keyed(user_id, digits, secret))
    except (VerifyMismatchError, InvalidHashError):
        return False


def forgive(user_id: int, *, tablet_id: int | None, now: datetime) -> None:
    """The digits were right: the person's and the tablet's counts begin anew."""
    db.session.execute(update(Pin).where(Pin.user_id == user_id).values(wrong_tries=0))
    if tablet_id is not None:
        name = db.session.scalars(select(User.name).where(User.id == user_id)).one()
        tablets.note_used(tablet_id, by_name=name, now=now)


def note_wrong(user_id: int, *, tablet_id: int | None, actor: Actor, now: datetime) -> int:
    """Put a wrong try on record. Returns how many the person has left."""
    pin = db.session.scalars(select(Pin).where(Pin.user_id == user_id)).one()
    left = max(0, MAX_WRONG - pin.wrong_tries)
    audit.record(
        "pins.wrong" if left else "pins.off",
        pin,
        actor=actor,
        now=now,
        details={"user": user_id, "tablet": tablet_id},
    )
    return left


def turn_on(user_id: int, *, actor: Actor, now: datetime) -> None:
    """The person signed in with the password: a PIN that was off works again."""
    pin = find(user_id)
    if pin is None or not pin.wrong_tries:
        return
    if is_off(pin):
        audit.record("pins.on", pin, actor=actor, now=now)
    pin.wrong_tries = 0


def weakness(digits: str, today: date) -> str:
    """Why these digits are no PIN, as a sentence; empty where they are good.

    Too weak: one digit repeated, a pair or three repeated (121212, 123123), pairs (112233), the same forwards and
    backwards (123321), a run up or down (123456, 890123), and what reads as a date of birth.
    """
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return gettext("A PIN has six digits.")
    steps = {(int(after) - int(before)) % 10 for before, after in zip(digits, digits[1:], strict=False)}
    if len(set(digits)) < 3 or digits == digits[:3] * 2 or digits == digits[:2] * 3 or digits == digits[::-1]:
        return gettext("These digits repeat. Choose six that follow no pattern.")
    if steps <= {1} or steps <= {9} or all(digits[n] == digits[n + 1] for n in (0, 2, 4)):
        return gettext("These digits run in a row. Choose six that follow no pattern.")
    if any(_is_birthday(*parts, today=today) for parts in _readings(digits)):
        return gettext("This reads as a date of birth, which colleagues can guess. Choose other digits.")
    return ""


def _readings(digits: str) -> list[tuple[int, int, int]]:
    """The digits as (year of two digits, month, day): day first, month first, year first."""
    a, b, c = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    return [(c, b, a), (c, a, b), (a, b, c)]


def _is_birthday(short_year: int, month: int, day: int, *, today: date) -> bool:
    for year in (1900 + short_year, 2000 + short_year):
        try:
            born = date(year, month, day)
        except ValueError:
            continue
        if _YOUNGEST <= today.year - born.year <= _OLDEST:
            return True
    return False


def _keyed(user_id: int, digits: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), f"pin:{user_id}:{digits}".encode(), hashlib.sha256).digest()


def _end_pin_sessions(user_id: int, now: datetime) -> None:
    db.session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.by_pin, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _rows(statement: object) -> int:
    """How many rows an update changed."""
    return int(db.session.execute(statement).rowcount)  # type: ignore[call-overload]
