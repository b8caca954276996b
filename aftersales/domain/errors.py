"""Refusals: what the workshop says when something cannot be done. Each carries a sentence that says what to do."""

from typing import Any

from aftersales.i18n import gettext


class DomainError(Exception):
    """Base of all refusals. ``str(error)`` is the sentence for the person."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class Refused(DomainError):
    """A rule of the trade forbids this now (answered 409)."""


class TooManyTries(Refused):
    """Somebody guesses (answered 429)."""


class Invalid(DomainError):
    """What was entered cannot be right (answered 422). ``field`` names the form field, if one is to blame."""

    def __init__(self, sentence: Any, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotPermitted(DomainError):
    """This person may not do this (answered 403)."""


class NeedsPassword(NotPermitted):
    """This person may do this, but not after a sign-in with a PIN (answered 403, with the form to sign in)."""


class NotFound(DomainError):
    """There is no such thing, or it belongs to someone else (answered 404)."""


class Stale(Refused):
    """Somebody changed the record meanwhile. ``current`` is the record as it stands now."""

    def __init__(self, sentence: Any, *, current: Any = None) -> None:
        super().__init__(sentence)
        self.current = current


def expect_version(record: Any, version: int | None) -> None:
    """Refuse when the form was made from an older version of ``record`` (ORD-6). None skips the check."""
    if version is not None and record.version != version:
        raise Stale(
            gettext("Somebody else changed this meanwhile. Compare both versions, then save again."),
            current=record,
        )
