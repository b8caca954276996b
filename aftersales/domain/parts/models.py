"""Parts: articles, their stock per warehouse, the ledger of movements, purchasing."""

from decimal import Decimal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Money, Versioned


class Article(Versioned, Base):
    """Something that is bought, stored and sold."""

    __tablename__ = "articles"

    number: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal] = mapped_column(Money)
    cost: Mapped[Decimal] = mapped_column(Money)
