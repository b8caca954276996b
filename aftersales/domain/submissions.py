"""Writes that may arrive twice: a form or tablet gives each an id, and the second arrival is answered with the first
one's record. A double tap, a lost answer sent again and two tabs all become one effect."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, db


class Submission(Identified, Base):
    """An id that was made on a tablet and what became of it."""

    __tablename__ = "submissions"

    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    subject_type: Mapped[str] = mapped_column(String(60), default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def earlier(client_id: str, *, now: datetime) -> int | None:
    """The id of the record that the first arrival of ``client_id`` made, or None: then this is the first, and
    :func:`keep` has to follow in the same transaction. Of two at the same moment the second waits here. An empty
    ``client_id`` never has an earlier one."""
    if not client_id:
        return None
    is_postgresql = db.session().get_bind().dialect.name == "postgresql"
    insert: Any = postgresql_insert if is_postgresql else sqlite_insert
    first = db.session.execute(
        insert(Submission)
        .values(client_id=client_id[:64], subject_type="", at=now)
        .on_conflict_do_nothing(index_elements=["client_id"])
        .returning(Submission.id)
    ).scalar()
    if first is not None:
        return None
    return db.session.scalar(select(Submission.subject_id).where(Submission.client_id == client_id[:64]))


def find(client_id: str) -> int | None:
    """The id of the record that ``client_id`` made, if it arrived and was kept before; only looks."""
    if not client_id:
        return None
    return db.session.scalar(select(Submission.subject_id).where(Submission.client_id == client_id[:64]))


def keep(client_id: str, record: Any) -> None:
    """Remember what the first arrival of ``client_id`` made."""
    if not client_id:
        return
    submission = db.session.scalars(select(Submission).where(Submission.client_id == client_id[:64])).one()
    submission.subject_type, submission.subject_id = record.__tablename__, record.id
    db.session.flush()
