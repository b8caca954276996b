"""Articles, suppliers and warehouses: added and changed. What happens to stock is in :mod:`.stock`."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.parts import rules, stock
from aftersales.domain.parts.models import Article, ArticleKind, Stock, Supplier, Unit, Warehouse
from aftersales.i18n import gettext


def add_supplier(
    *, name: str, actor: Actor, now: datetime, email: str = "", phone: str = "", lead_days: int = 1
) -> Supplier:
    """A new supplier; its name is unique."""
    actor.need("catalogue.manage")
    if not name.strip():
        raise Invalid(gettext("Enter the supplier's name."), field="name")
    if db.session.scalar(select(Supplier.id).where(Supplier.name == name.strip())):
        raise Invalid(gettext("There is already a supplier of this name."), field="name")
    supplier = add(Supplier(name=name.strip(), email=email.strip(), phone=phone.strip(), lead_days=lead_days))
    audit.record("suppliers.add", supplier, actor=actor, now=now, details={"name": supplier.name})
    return supplier


def add_warehouse(
    *, site_id: int, code: str, name: str, actor: Actor, now: datetime, position: int = 1
) -> Warehouse:
    """A new store of the site; parts are taken from the lowest ``position`` first."""
    actor.need("catalogue.manage")
    warehouse = add(Warehouse(site_id=site_id, code=code.strip(), name=name.strip(), position=position))
    audit.record(
        "warehouses.add", warehouse, actor=actor, now=now, site_id=site_id, details={"code": warehouse.code}
    )
    return warehouse


def add_article(
    *,
    number: str,
    name: str,
    price: Decimal,
    cost: Decimal,
    actor: Actor,
    now: datetime,
    kind: ArticleKind = ArticleKind.PART,
    unit: Unit = Unit.PIECE,
    supplier_id: int | None = None,
    is_safety_critical: bool = False,
    barcode: str = "",
    default_bin: str = "",
) -> Article:
    """A new article; its number is unique, however it is written with blanks, dots and dashes."""
    actor.need("catalogue.manage")
    _check(number, name, price, cost)
    if find_by_number(number):
        raise Invalid(gettext("There is already an article with this number."), field="number")
    article = add(
        Article(
            number=number.strip(),
            name=name.strip(),
            price=price,
            cost=cost,
            kind=kind,
            unit=unit,
            supplier_id=supplier_id,
            is_safety_critical=is_safety_critical,
            barcode=barcode.strip(),
            default_bin=default_bin.strip(),
        )
    )
    audit.record("articles.add", article, actor=actor, now=now, details={"number": article.number})
    return article


def edit_article(
    article_id: int, *, values: dict[str, Any], actor: Actor, now: datetime, version: int | None = None
) -> Article:
    """Change an article. Its price is copied onto lines, so that orders do not follow it."""
    actor.need("catalogue.manage")
    article = locked(Article, article_id)
    if article is None:
        raise NotFound(gettext("There is no such article."))
    expect_version(article, version)
    before = {name: getattr(article, name) for name in ("price", "cost", "is_active")}
    for name in ("name", "kind", "unit", "supplier_id", "price", "cost", "is_safety_critical", "barcode",
                 "default_bin", "superseded_by_id", "is_active"):  # fmt: skip
        if name in values:
            setattr(article, name, values[name])
    _check(article.number, article.name, article.price, article.cost)
    if article.superseded_by_id == article.id:
        raise Invalid(gettext("An article cannot replace itself."), field="superseded_by")
    db.session.flush()
    audit.record(
        "articles.edit",
        article,
        actor=actor,
        now=now,
        details={
            name: [str(old), str(getattr(article, name))]
            for name, old in before.items()
            if old != getattr(article, name)
        },
    )
    return article


def set_shelf(
    warehouse_id: int,
    article_id: int,
    *,
    bin: str,
    safety_stock: Decimal,
    reorder_point: Decimal,
    order_up_to: Decimal,
    actor: Actor,
) -> Stock:
    """Where an article lies in a warehouse, and when it is to be ordered again (PRT-3)."""
    actor.need("parts.adjust")
    if not 0 <= safety_stock <= reorder_point <= order_up_to:
        raise Invalid(
            gettext("Safety stock is the least, then the reorder point, then the target."),
            field="reorder_point",
        )
    row = stock.lock_stock([warehouse_id], [article_id])[warehouse_id, article_id]
    row.bin, row.safety_stock = bin.strip(), safety_stock
    row.reorder_point, row.order_up_to = reorder_point, order_up_to
    db.session.flush()
    return row


def find_by_number(number: str) -> Article | None:
    """The article with this number, however it is written; None for an empty or unknown one."""
    wanted = rules.normalised_number(number)
    return db.session.scalar(select(Article).where(Article.number_normalised == wanted)) if wanted else None


def _check(number: str, name: str, price: Decimal, cost: Decimal) -> None:
    if not rules.normalised_number(number):
        raise Invalid(gettext("Enter the part number."), field="number")
    if not name.strip():
        raise Invalid(gettext("Say what the article is."), field="name")
    if price < 0:
        raise Invalid(gettext("Enter a price of 0 or more."), field="price")
    if cost < 0:
        raise Invalid(gettext("Enter a cost of 0 or more."), field="cost")
