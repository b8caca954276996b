"""Finding knowledge: by words in any language, by model and fault code, and what fits a job (TEC-6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.folding import folded
from aftersales.domain.knowledge import rules
from aftersales.domain.knowledge.indexing import FTS, TRIGRAM
from aftersales.domain.knowledge.models import (
    KnowledgeCase,
    KnowledgeEntry,
    KnowledgeKind,
    KnowledgeLabel,
    KnowledgePassage,
    LabelKind,
)
from aftersales.i18n import gettext

PASSAGES = 200
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that a search found, with its best place: page and excerpt. ``reasons`` says why it fits a job."""

    entry_id: int
    kind: KnowledgeKind
    title: str
    language: str
    labels: list[str]
    page: int
    pages: int
    excerpt: str
    orders: int
    trouble: str
    reasons: list[str] = field(default_factory=list)


def matching(words: Sequence[str]) -> ColumnElement[bool]:
    """Passages that contain each of these folded words, wherever in it: the one place where the databases differ.

    SQLite asks its trigram index for words of three letters and more and looks through what is left for shorter ones,
    two Chinese signs for example; PostgreSQL's planner does the same with one condition per word.
    """
    is_sqlite = db.session().get_bind().dialect.name == "sqlite"
    plain = [word for word in words if len(word) < TRIGRAM or not is_sqlite]
    conditions = [KnowledgePassage.search.contains(word, autoescape=True) for word in plain]
    if indexed := [word for word in words if len(word) >= TRIGRAM and is_sqlite]:
        phrase = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in indexed)
        conditions.append(
            KnowledgePassage.id.in_(select(FTS.c.rowid).where(FTS.c.search.op("MATCH")(phrase)))
        )
    return and_(*conditions)


def find(
    text: str = "",
    *,
    model: str = "",
    code: str = "",
    kind: KnowledgeKind | None = None,
    language: str = "",
) -> list[Found]:
    """What contains each word of ``text``, about this model and fault code. Words in the title count most, then common
    faults, then what is newest. Without words the newest entries. What names no model holds for every vehicle: with
    words or a code it is found under each model, after what names it."""
    words = rules.words_of(text)
    conditions: list[ColumnElement[bool]] = [KnowledgeEntry.withdrawn_at.is_(None)]
    if kind:
        conditions.append(KnowledgeEntry.kind == kind)
    if language:
        conditions.append(KnowledgeEntry.language == language)
    if model.strip():
        about = _is_about_model(model)
        is_for_all = ~_has_label(LabelKind.MODEL, literal(True))
        conditions.append(or_(about, is_for_all) if words or code.strip() else about)
    if code.strip():
        conditions.append(_has_label(LabelKind.CODE, KnowledgeLabel.value == rules.code_value(code)))
    if words:
        conditions.append(matching(words))
    else:
        conditions.append(KnowledgePassage.page == 1)
    found = _best(conditions, words)
    if model.strip():
        found.sort(key=lambda each: not _names_model(each, model))
    return found[:SHOWN]


def find_fitting(*, vehicle: str, codes: Iterable[str], texts: Iterable[str], limit: int = 5) -> list[Found]:
    """What fits a job: entries with one of its fault codes first, then those about the model in which a word of the
    concern stands, then those for every model in which two do."""
    wanted, telling = [rules.code_value(code) for code in codes], rules.telling_words(" ".join(texts))
    by_code = _has_label(LabelKind.CODE, KnowledgeLabel.value.in_(wanted)) if wanted else false()
    any_word = or_(*(matching([word]) for word in telling)) if telling else false()
    about = _is_about_model(vehicle) if vehicle.strip() else false()
    is_for_all = ~_has_label(LabelKind.MODEL, literal(True))
    found = _best(
        [KnowledgeEntry.withdrawn_at.is_(None), or_(by_code, and_(any_word, or_(about, is_for_all)))], telling
    )
    scored = []
    for each in found:
        codes_met = [label for label in each.labels if rules.code_value(label) in wanted]
        model_met = [label for label in each.labels if rules.model_value(label) in rules.model_value(vehicle)]
        plain = rules.search_text(each.title, each.labels, each.excerpt)
        met = [word for word in telling if word in plain]
        score = 8 * len(codes_met) + 3 * bool(model_met) + 2 * len(met)
        if codes_met or (model_met and met) or len(met) > 1:
            reasons = [*codes_met, *[label for label in model_met if label not in codes_met], *met[:3]]
            scored.append((score, _with_reasons(each, list(dict.fromkeys(reasons)))))
    return [each for _, each in sorted(scored, key=lambda pair: -pair[0])][:limit]


def get_entry(entry_id: int) -> KnowledgeEntry:
    """The entry with its labels, withdrawn or not. Raises :class:`NotFound`."""
    entry = db.session.scalar(
        select(KnowledgeEntry)
        .where(KnowledgeEntry.id == entry_id)
        .options(selectinload(KnowledgeEntry.labels))
    )
    if entry is None:
        raise NotFound(gettext("There is no such entry."))
    return entry


def count_orders(entry_id: int) -> int:
    """How many orders had this common fault."""
    query = select(func.count(func.distinct(KnowledgeCase.service_order_id)))
    return db.session.scalar(query.where(KnowledgeCase.entry_id == entry_id)) or 0


def list_faults(limit: int = 200) -> list[tuple[int, str]]:
    """The common faults by title, for choosing one."""
    rows = db.session.execute(
        select(KnowledgeEntry.id, KnowledgeEntry.title)
        .where(KnowledgeEntry.kind == KnowledgeKind.FAULT, KnowledgeEntry.withdrawn_at.is_(None))
        .order_by(KnowledgeEntry.title)
        .limit(limit)
    )
    return [(row.id, row.title) for row in rows]


def list_unread(limit: int = 20) -> list[int]:
    """Documents whose text is still to be taken out, the oldest first."""
    return list(
        db.session.scalars(
            select(KnowledgeEntry.id)
            .where(KnowledgeEntry.text_read_at.is_(None), KnowledgeEntry.kind != KnowledgeKind.FAULT)
            .order_by(KnowledgeEntry.id)
            .limit(limit)
        )
    )


def _is_about_model(vehicle: str) -> ColumnElement[bool]:
    """Entries one of whose models stands in the vehicle's make and model, or the other way round (“Golf” for what is
    about “VW Golf 7”); entries without models are for all and do not count here."""
    plain = rules.model_value(vehicle)
    return _has_label(
        LabelKind.MODEL,
        or_(
            literal(plain).contains(KnowledgeLabel.value, autoescape=False),
            KnowledgeLabel.value.contains(plain, autoescape=True),
        ),
    )


def _names_model(found: Found, vehicle: str) -> bool:
    """Whether a label of what was found is about the model, as :func:`_is_about_model` asks."""
    plain = rules.model_value(vehicle)
    values = [rules.model_value(label) for label in found.labels]
    return any(value in plain or plain in value for value in values)


def _has_label(kind: LabelKind, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(KnowledgeLabel.id)
        .where(KnowledgeLabel.entry_id == KnowledgeEntry.id, KnowledgeLabel.kind == kind, condition)
        .exists()
    )


def _best(conditions: Sequence[ColumnElement[bool]], words: Sequence[str]) -> list[Found]:
    """The entries that the conditions leave, each with its best passage; three queries, however many there are."""
    orders = (
        select(func.count(func.distinct(KnowledgeCase.service_order_id)))
        .where(KnowledgeCase.entry_id == KnowledgeEntry.id)
        .scalar_subquery()
    )
    is_fault = case((KnowledgeEntry.kind == KnowledgeKind.FAULT, 0), else_=1)
    rows = db.session.execute(
        select(
            KnowledgeEntry.id, KnowledgeEntry.kind, KnowledgeEntry.title, KnowledgeEntry.language,
            KnowledgeEntry.pages, KnowledgeEntry.trouble, KnowledgePassage.page, KnowledgePassage.text,
            orders.label("orders"),
        )
        .join(KnowledgePassage, KnowledgePassage.entry_id == KnowledgeEntry.id)
        .where(*conditions)
        .order_by(is_fault, KnowledgeEntry.added_at.desc(), KnowledgeEntry.id, KnowledgePassage.page)
        .limit(PASSAGES)
    ).all()  # fmt: skip
    best: dict[int, tuple[int, Found]] = {}
    for row in rows:
        plain = folded(row.text)
        score = sum(word in plain for word in words)
        if row.id not in best or score > best[row.id][0]:
            found = Found(
                row.id, row.kind, row.title, row.language, [], row.page, row.pages,
                rules.excerpt(row.text, words), row.orders, row.trouble,
            )  # fmt: skip
            best[row.id] = (score, found)
    _add_labels({entry_id: found for entry_id, (_, found) in best.items()})
    titled = {entry_id: _in_title(found.title, words) for entry_id, (_, found) in best.items()}
    return [found for _, found in sorted(best.values(), key=lambda pair: -titled[pair[1].entry_id])]


def _in_title(title: str, words: Sequence[str]) -> int:
    plain = folded(title)
    return sum(word in plain for word in words)


def _add_labels(found: dict[int, Found]) -> None:
    rows = db.session.execute(
        select(KnowledgeLabel.entry_id, KnowledgeLabel.shown)
        .where(KnowledgeLabel.entry_id.in_(found))
        .order_by(KnowledgeLabel.id)
    )
    for row in rows:
        found[row.entry_id].labels.append(row.shown)


def _with_reasons(found: Found, reasons: list[str]) -> Found:
    found.reasons.extend(reasons)
    return found
