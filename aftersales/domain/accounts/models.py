"""Accounts: people, their roles at sites, their sessions and sign-in tries, PINs and the tablets that take them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime, Versioned, enum_type
from aftersales.domain.accounts.permissions import Role


class User(Versioned, Base):
    """A member of staff who signs in."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    initials: Mapped[str] = mapped_column(String(4))
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10), default="")
    theme: Mapped[str] = mapped_column(String(10), default="")
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")


class Membership(Identified, Base):
    """A role that a person has at a site; one person may have several."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "site_id", "role"), Index(None, "site_id", "role"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))

    user: Mapped[User] = relationship(back_populates="memberships")


class UserSession(Identified, Base):
    """A sign-in on one device. It ends at the server: sign-out, disabled user and new password act at once.

    With ``tablet_id`` it is on a shared tablet, good only together with that tablet's own token and while somebody
    works there; ``by_pin`` marks one that was begun with six digits and may do less (see :mod:`.permissions`).
    """

    __tablename__ = "user_sessions"
    __table_args__ = (
        CheckConstraint("NOT by_pin OR tablet_id IS NOT NULL", name="pin_needs_tablet"),
        Index(
            "ix_user_sessions_open",
            "user_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    device: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tablet_id: Mapped[int | None] = mapped_column(ForeignKey("tablets.id"))
    by_pin: Mapped[bool] = mapped_column(default=False)


class Tablet(Identified, Base):
    """A tablet that many people of a site share: enrolled once by a full sign-in, known again by its token.

    ``wrong_pins`` counts the wrong PINs since the last right one; at the limit it takes none until a full sign-in.
    """

    __tablename__ = "tablets"
    __table_args__ = (Index(None, "site_id", "revoked_at"), CheckConstraint("wrong_pins >= 0", name="wrong"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    theme: Mapped[str] = mapped_column(String(10), default="")
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    enrolled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    enrolled_by_name: Mapped[str] = mapped_column(String(200))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_by_name: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by_name: Mapped[str] = mapped_column(String(200), default="")
    wrong_pins: Mapped[int] = mapped_column(default=0)


class Pin(Identified, Base):
    """A person's PIN. ``wrong_tries`` counts those since the last right one; at the limit the PIN is off until the
    person signs in with the password. One that an administrator took away keeps its row without the digits' hash, so
    that the person reads who did it."""

    __tablename__ = "pins"
    __table_args__ = (CheckConstraint("wrong_tries >= 0", name="wrong"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wrong_tries: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_name: Mapped[str] = mapped_column(String(200), default="")


class SignInTry(Identified, Base):
    """A failed sign-in; too many in a row lock the address and the name for a while."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index(None, "email", "at"), Index(None, "address", "at"))

    email: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
