"""Running numbers per site, kind and year, without gaps: the counter is a row locked in the number's transaction."""

from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, db


class Counter(Identified, Base):
    """The last number given out for one kind of document at one site in one year."""

    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("site_id", "kind", "year"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    last: Mapped[int]


def next_number(site_id: int, kind: str, year: int) -> int:
    """The next number, starting with 1. A transaction that fails gives its number back by rolling back."""
    _ensure(site_id, kind, year)
    counter = db.session.scalars(
        select(Counter)
        .where(Counter.site_id == site_id, Counter.kind == kind, Counter.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    counter.last += 1
    db.session.flush()
    return counter.last


def _ensure(site_id: int, kind: str, year: int) -> None:
    """Make the counter's row if this is the year's first number; two at once make one row."""
    from_dialect: Any = (
        postgresql_insert if db.session().get_bind().dialect.name == "postgresql" else sqlite_insert
    )
    db.session.execute(
        from_dialect(Counter)
        .values(site_id=site_id, kind=kind, year=year, last=0)
        .on_conflict_do_nothing(index_elements=["site_id", "kind", "year"])
    )
