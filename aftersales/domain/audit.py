"""The audit: an append-only chain of what was done. Each entry's digest covers the one before it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Json, UtcDateTime, at_closing, db, of_this_transaction
from aftersales.domain.actors import Actor

GENESIS = "0" * 64
_PENDING = "audit"


class AuditEntry(Identified, Base):
    """One act: who did what to which record, with the facts that matter."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    action: Mapped[str] = mapped_column(String(80))
    subject_type: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    previous_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)

    def computed_digest(self) -> str:
        """SHA-256 over the entry's own values and the digest before it."""
        values = [
            self.at.astimezone(UTC).isoformat(),
            self.actor_id,
            self.actor_name,
            self.address,
            self.site_id,
            self.action,
            self.subject_type,
            self.subject_id,
            self.details,
            self.previous_digest,
        ]
        return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


class AuditHead(Base):
    """The newest link of the chain and its length, in one row that writers lock last."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]


def record(
    action: str,
    subject: Any,
    *,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Note an act on ``subject``. It joins the chain when the open transaction closes, so that the chain's one
    row is locked for the shortest time and always last. ``details`` must be plain JSON values."""
    entry = AuditEntry(
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        address=actor.address,
        site_id=site_id,
        action=action,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        details=details or {},
    )
    pending: list[AuditEntry] = of_this_transaction(_PENDING, list)
    if not pending:
        at_closing(_PENDING, lambda: _append(pending))
    pending.append(entry)


def _append(entries: list[AuditEntry]) -> None:
    db.session.flush()
    head = _lock_head()
    for entry in entries:
        entry.previous_digest = head.digest
        entry.digest = entry.computed_digest()
        head.digest = entry.digest
        db.session.add(entry)
    head.length += len(entries)
    db.session.flush()  # rows of one table are written in the order in which they were added


def _lock_head() -> AuditHead:
    """The chain's one row, locked; of two first writers at the same moment one makes it."""
    is_postgresql = db.session().get_bind().dialect.name == "postgresql"
    insert: Any = postgresql_insert if is_postgresql else sqlite_insert
    newest = select(AuditHead).with_for_update().execution_options(populate_existing=True)
    head = db.session.scalar(newest)
    if head is None:
        db.session.execute(
            insert(AuditHead)
            .values(id=1, digest=GENESIS, length=0)
            .on_conflict_do_nothing(index_elements=["id"])
        )
        head = db.session.scalars(newest).one()
    return head


def find_break() -> int | None:
    """Walk the chain from its beginning. The id of the first entry that does not fit, or 0 when entries are missing
    at the end; None when all is whole."""
    previous, length = GENESIS, 0
    every = select(AuditEntry).order_by(AuditEntry.id)
    for entry in db.session.scalars(every.execution_options(populate_existing=True, yield_per=1000)):
        if entry.previous_digest != previous or entry.digest != entry.computed_digest():
            return entry.id
        previous, length = entry.digest, length + 1
    head = db.session.get(AuditHead, 1, populate_existing=True)
    whole = (previous, length) == ((head.digest, head.length) if head else (GENESIS, 0))
    return None if whole else 0


PAGE = 50


def list_entries(
    site_id: int, *, before: int | None = None, subject_type: str = "", subject_id: int | None = None
) -> tuple[list[AuditEntry], int | None]:
    """A page of the site's entries and of those that belong to no site, newest first, and the id to go on from."""
    query = (
        select(AuditEntry)
        .where((AuditEntry.site_id == site_id) | AuditEntry.site_id.is_(None))
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(AuditEntry.id < before)
    if subject_type:
        query = query.where(AuditEntry.subject_type == subject_type)
    if subject_id:
        query = query.where(AuditEntry.subject_id == subject_id)
    rows = list(db.session.scalars(query))
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None
