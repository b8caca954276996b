"""Articles: the list with stock, one article with its ledger, corrections, moves between warehouses."""

from decimal import Decimal
from typing import Any

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.parts import AdjustForm, ArticleForm, ShelfForm, TransferForm
from aftersales.blueprints.parts.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, Invalid, Stale
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.parts import ledger, operations, queries, stock
from aftersales.domain.parts.models import Article, ArticleKind, Unit
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

Answer = Response | tuple[str, int]


@blueprint.get("/articles")
@needs("parts.read")
def articles() -> Response:
    text = request.args.get("q", "")
    rows, more = queries.list_articles(
        session.person().site_id, text=text, after=request.args.get("after", "")
    )
    return htmx.respond(
        "parts/articles.html", "parts/_articles.html", articles=rows, more=more, text=text, **_money()
    )


@blueprint.get("/articles/<int:article_id>")
@needs("parts.read")
def article(article_id: int) -> str:
    return _page(article_id)


@blueprint.post("/articles/<int:article_id>/corrections")
@needs("parts.adjust")
def adjust(article_id: int) -> Answer:
    form, person = AdjustForm(), session.person()
    queries.get_article(article_id)
    form.offer(queries.list_warehouses(person.site_id))
    if not form.validate():
        return _page(article_id, adjust=form), 422
    try:
        with transaction():
            arrivals.adjust(
                int(form.warehouse_id.data),
                article_id,
                change=form.change.data,
                reason=form.reason.data,
                site_id=person.site_id,
                submission_id=_submission(),
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(article_id, adjust=form), status_of(error)
    flash(gettext("The stock is corrected."))
    return _back(article_id)


@blueprint.post("/articles/<int:article_id>/transfers")
@needs("parts.adjust")
def transfer(article_id: int) -> Answer:
    form, person = TransferForm(), session.person()
    queries.get_article(article_id)
    form.offer(queries.list_warehouses(person.site_id))
    if not form.validate():
        return _page(article_id, transfer=form), 422
    try:
        with transaction():
            for name in ("from_warehouse_id", "to_warehouse_id"):
                stock.get_warehouse(int(form[name].data), person.site_id)
            stock.transfer(
                article_id,
                from_warehouse_id=int(form.from_warehouse_id.data),
                to_warehouse_id=int(form.to_warehouse_id.data),
                quantity=form.quantity.data,
                submission_id=_submission(),
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(article_id, transfer=form), status_of(error)
    flash(gettext("Moved to the other warehouse."))
    return _back(article_id)


@blueprint.post("/articles/<int:article_id>/shelf")
@needs("parts.adjust")
def shelve(article_id: int) -> Answer:
    form, person = ShelfForm(), session.person()
    queries.get_article(article_id)
    form.offer(queries.list_warehouses(person.site_id))
    if not form.validate():
        return _page(article_id, shelf=form), 422
    try:
        with transaction():
            stock.get_warehouse(int(form.warehouse_id.data), person.site_id)
            operations.set_shelf(
                int(form.warehouse_id.data),
                article_id,
                bin=form.bin.data or "",
                safety_stock=form.safety_stock.data or Decimal(0),
                reorder_point=form.reorder_point.data or Decimal(0),
                order_up_to=form.order_up_to.data or Decimal(0),
                actor=session.actor(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(article_id, shelf=form), status_of(error)
    flash(gettext("Bin and levels are saved."))
    return _back(article_id)


@blueprint.get("/articles/new")
@needs("parts.adjust")
def new_article() -> str:
    return _form_page(ArticleForm())


@blueprint.post("/articles")
@needs("parts.adjust")
def add_article() -> Answer:
    form = ArticleForm()
    form.offer(queries.list_suppliers())
    if not form.validate():
        return _form_page(form), 422
    try:
        with transaction():
            values = _values(form)
            superseded_by_id = values.pop("superseded_by_id")
            made = operations.add_article(number=form.number.data, **values, **_by())
            if superseded_by_id:
                operations.edit_article(made.id, values={"superseded_by_id": superseded_by_id}, **_by())
    except DomainError as error:
        form.refuse(error)
        return _form_page(form), status_of(error)
    return _back(made.id)


@blueprint.get("/articles/<int:article_id>/edit")
@needs("parts.adjust")
def edit_article(article_id: int) -> str:
    found = queries.get_article(article_id)
    form = ArticleForm(obj=found)
    form.kind.data, form.unit.data = found.kind.value, found.unit.value
    form.supplier_id.data = str(found.supplier_id or "")
    form.superseded_by.data = found.superseded_by.number if found.superseded_by else ""
    return _form_page(form, found)


@blueprint.post("/articles/<int:article_id>")
@needs("parts.adjust")
def save_article(article_id: int) -> Answer:
    found, form = queries.get_article(article_id), ArticleForm()
    form.offer(queries.list_suppliers())
    if not form.validate():
        return _form_page(form, found), 422
    version = int(form.version.data) if (form.version.data or "").isdecimal() else None
    try:
        with transaction():
            values = {**_values(form), "is_active": form.is_active.data}
            operations.edit_article(article_id, values=values, version=version, **_by())
    except DomainError as error:
        form.refuse(error)
        current = queries.get_article(article_id)
        if isinstance(error, Stale):
            form.version.data = str(current.version)
        return _form_page(form, current, is_stale=isinstance(error, Stale)), status_of(error)
    flash(gettext("The article is saved."))
    return _back(article_id)


def _values(form: ArticleForm) -> dict[str, Any]:
    number = form.superseded_by.data or ""
    successor = operations.find_by_number(number)
    if number and successor is None:
        raise Invalid(gettext("There is no article with this number."), field="superseded_by")
    return {
        "name": form.name.data,
        "kind": ArticleKind(form.kind.data),
        "unit": Unit(form.unit.data),
        "supplier_id": int(form.supplier_id.data) if form.supplier_id.data else None,
        "price": form.price.data,
        "cost": form.cost.data,
        "barcode": form.barcode.data or "",
        "default_bin": form.default_bin.data or "",
        "is_safety_critical": form.is_safety_critical.data,
        "superseded_by_id": successor.id if successor else None,
    }


def _by() -> dict[str, Any]:
    return {"actor": session.actor(), "now": clock.now()}


def _submission() -> str | None:
    return request.form.get("submission_id") or None


def _back(article_id: int) -> Response:
    return htmx.redirect(url_for(".article", article_id=article_id))


def _money() -> dict[str, Any]:
    """Who sees which amounts: costs by a permission of their own, prices as everywhere or to keep them (PLT-3)."""
    person = session.person()
    return {
        "show_costs": person.may("parts.costs"),
        "show_prices": person.may("prices.read") or person.may("parts.costs"),
    }


def _page(
    article_id: int,
    *,
    adjust: AdjustForm | None = None,
    transfer: TransferForm | None = None,
    shelf: ShelfForm | None = None,
) -> str:
    person = session.person()
    rows = queries.list_stock(article_id, person.site_id)
    warehouses = [warehouse for warehouse, _row in rows]
    movements, more = ledger.list_ledger(
        article_id, person.site_id, before=request.args.get("before", type=int)
    )
    forms = {
        "adjust": adjust or AdjustForm(formdata=None),
        "transfer": transfer or TransferForm(formdata=None),
        "shelf": shelf or _shelf_form(rows),
    }
    for form in forms.values():
        form.offer(warehouses)
    return render_template(
        "parts/article.html",
        article=queries.get_article(article_id),
        stock=rows,
        ledger=movements,
        more=more,
        **forms,
        **_money(),
    )


def _shelf_form(rows: list[Any]) -> ShelfForm:
    """The first warehouse's bin and levels, to be changed."""
    warehouse, row = rows[0] if rows else (None, None)
    return ShelfForm(formdata=None, obj=row, warehouse_id=str(warehouse.id) if warehouse else "")


def _form_page(form: ArticleForm, found: Article | None = None, *, is_stale: bool = False) -> str:
    form.offer(queries.list_suppliers())
    return render_template("parts/article_form.html", form=form, article=found, is_stale=is_stale)
