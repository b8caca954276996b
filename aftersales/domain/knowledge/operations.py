"""Keeping knowledge: documents put in, their text taken out, faults grown from closed orders, entries withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select

from aftersales.db import add, after_commit, db, locked
from aftersales.domain import audit, submissions
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.knowledge import proposals, rules
from aftersales.domain.knowledge.models import (
    DOCUMENTS,
    KnowledgeCase,
    KnowledgeEntry,
    KnowledgeKind,
    KnowledgeLabel,
    KnowledgePassage,
    LabelKind,
)
from aftersales.i18n import gettext
from aftersales.jobs import queue

READ_TEXT = "aftersales.jobs.knowledge.read_text"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A PDF or picture whose bytes already lie in the store."""

    media_type: str
    sha256: str
    storage_key: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about. ``models`` and ``codes`` with commas between."""

    title: str
    language: str = ""
    models: str = ""
    codes: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A common fault in words."""

    symptom: str
    cause: str
    remedy: str


def add_document(
    about: About,
    file: StoredFile,
    *,
    kind: KnowledgeKind,
    actor: Actor,
    now: datetime,
    client_id: str = "",
) -> KnowledgeEntry:
    """Put a manual or bulletin on the shelf; a worker takes its text out soon. Found by title and labels at once.

    Refuses without a title, and a file that is there already. The same ``client_id`` again is the first one's answer.
    """
    actor.need("knowledge.manage")
    if kind not in DOCUMENTS:
        raise Invalid(gettext("Choose manual or bulletin."), field="kind")
    known = submissions.earlier(client_id, now=now)
    if known is not None:
        return db.session.get_one(KnowledgeEntry, known)
    _check(about)
    same = db.session.scalar(
        select(KnowledgeEntry.title).where(
            KnowledgeEntry.sha256 == file.sha256, KnowledgeEntry.withdrawn_at.is_(None)
        )
    )
    if same is not None:
        raise Refused(gettext("This file is there already: %(title)s", title=same))
    entry = _new(kind, about, actor, now)
    entry.media_type, entry.sha256, entry.storage_key = file.media_type, file.sha256, file.storage_key
    entry.size, entry.pages = file.size, file.pages
    add(entry)
    _label(entry, about)
    is_pdf = file.media_type == "application/pdf"
    store_text(entry, [""], now=None if is_pdf else now)
    audit.record(
        "knowledge.add", entry, actor=actor, now=now, details={"title": entry.title, "file": file.sha256}
    )
    submissions.keep(client_id, entry)
    if is_pdf:
        after_commit(partial(queue.enqueue, READ_TEXT, entry.id, queue=queue.DOCUMENTS))
    return entry


def store_text(
    entry: KnowledgeEntry, texts: Sequence[str], *, now: datetime | None, trouble: str = ""
) -> None:
    """Replace what the search knows of the entry: one text per page. Without ``now`` the text is still to be read."""
    db.session.execute(delete(KnowledgePassage).where(KnowledgePassage.entry_id == entry.id))
    labels = [label.shown for label in entry.labels]
    for page, text in enumerate(texts or [""], start=1):
        whole = rules.clean(text)[: rules.PAGE_LETTERS]
        if whole.strip() or page == 1:
            db.session.add(
                KnowledgePassage(
                    entry_id=entry.id,
                    page=page,
                    text=whole,
                    search=rules.search_text(entry.title, labels, whole),
                )
            )
    entry.text_read_at, entry.trouble = now, trouble
    db.session.flush()


def edit(
    entry_id: int,
    about: About,
    *,
    fault: Fault | None,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> KnowledgeEntry:
    """Other words or labels. Refuses a stale form (ORD-6), and a fault without symptom or remedy."""
    actor.need("knowledge.manage")
    entry = get(entry_id)
    expect_version(entry, version)
    _check(about)
    entry.title, entry.language = about.title.strip(), about.language
    _label(entry, about)
    if entry.kind is KnowledgeKind.FAULT and fault is not None:
        _put(entry, fault)
        texts = [_text_of(fault)]
    else:
        texts = _texts(entry.id)
    store_text(entry, texts, now=entry.text_read_at, trouble=entry.trouble)
    audit.record("knowledge.edit", entry, actor=actor, now=now, details={"title": entry.title})
    return entry


def add_fault(
    about: About, fault: Fault, *, actor: Actor, now: datetime, client_id: str = ""
) -> KnowledgeEntry:
    """A common fault in words. The same ``client_id`` again is the first one's answer."""
    actor.need("knowledge.manage")
    known = submissions.earlier(client_id, now=now)
    if known is not None:
        return db.session.get_one(KnowledgeEntry, known)
    _check(about)
    entry = _new(KnowledgeKind.FAULT, about, actor, now)
    _put(entry, fault)
    add(entry)
    _label(entry, about)
    store_text(entry, [_text_of(fault)], now=now)
    audit.record("knowledge.add", entry, actor=actor, now=now, details={"title": entry.title})
    submissions.keep(client_id, entry)
    return entry


def accept(
    job_id: int,
    *,
    site_id: int,
    about: About,
    fault: Fault,
    actor: Actor,
    now: datetime,
    known_id: int | None = None,
    client_id: str = "",
) -> KnowledgeEntry:
    """Make a common fault of a closed order's job and those like it, or count them to one that is known.

    Leaves a case per job, so that none is proposed twice. Refuses jobs that were decided on already.
    """
    actor.need("knowledge.manage")
    like = proposals.list_like(job_id, site_id=site_id, now=now)
    if known_id is not None:
        entry = get(known_id)
        if entry.kind is not KnowledgeKind.FAULT:
            raise Invalid(gettext("Choose a common fault."), field="known_id")
    else:
        entry = add_fault(about, fault, actor=actor, now=now, client_id=client_id)
    _decide(like, entry.id, actor, now)
    audit.record(
        "knowledge.accept", entry, actor=actor, now=now, site_id=site_id,
        details={"jobs": [each.job_id for each in like]},
    )  # fmt: skip
    return entry


def set_aside(job_id: int, *, site_id: int, actor: Actor, now: datetime) -> None:
    """No common fault: this job and those like it are not proposed again."""
    actor.need("knowledge.manage")
    _decide(proposals.list_like(job_id, site_id=site_id, now=now), None, actor, now)


def withdraw(entry_id: int, *, actor: Actor, now: datetime) -> KnowledgeEntry:
    """Take an entry out of the search; it stays on record. Twice is once."""
    actor.need("knowledge.manage")
    entry = get(entry_id)
    if entry.withdrawn_at is None:
        entry.withdrawn_at, entry.withdrawn_by_name = now, actor.name
        audit.record("knowledge.withdraw", entry, actor=actor, now=now, details={"title": entry.title})
    return entry


def get(entry_id: int) -> KnowledgeEntry:
    """The entry, locked. Raises :class:`NotFound`."""
    entry = locked(KnowledgeEntry, entry_id)
    if entry is None:
        raise NotFound(gettext("There is no such entry."))
    return entry


def _new(kind: KnowledgeKind, about: About, actor: Actor, now: datetime) -> KnowledgeEntry:
    return KnowledgeEntry(
        kind=kind,
        title=about.title.strip(),
        language=about.language,
        added_at=now,
        added_by_id=actor.user_id,
        added_by_name=actor.name,
    )


def _check(about: About) -> None:
    if not about.title.strip():
        raise Invalid(gettext("Enter a title."), field="title")


def _put(entry: KnowledgeEntry, fault: Fault) -> None:
    if not fault.symptom.strip():
        raise Invalid(gettext("Say what the customer notices."), field="symptom")
    if not fault.remedy.strip():
        raise Invalid(gettext("Say what helps."), field="remedy")
    entry.symptom, entry.cause, entry.remedy = (
        fault.symptom.strip(),
        fault.cause.strip(),
        fault.remedy.strip(),
    )


def _text_of(fault: Fault) -> str:
    return "\n".join(part.strip() for part in (fault.symptom, fault.cause, fault.remedy) if part.strip())


def _texts(entry_id: int) -> list[str]:
    """The entry's texts by page; pages without text stand as empty ones."""
    rows = db.session.execute(
        select(KnowledgePassage.page, KnowledgePassage.text).where(KnowledgePassage.entry_id == entry_id)
    ).all()
    known = {row.page: row.text for row in rows}
    return [known.get(page, "") for page in range(1, max(known, default=1) + 1)]


def _label(entry: KnowledgeEntry, about: About) -> None:
    """Give the entry exactly these models and fault codes."""
    wanted = {
        (LabelKind.MODEL, rules.model_value(text)): text for text in rules.split_labels(about.models)
    } | {(LabelKind.CODE, rules.code_value(text)): text.upper() for text in rules.split_labels(about.codes)}
    for label in list(entry.labels):
        if (label.kind, label.value) in wanted:
            label.shown = wanted.pop((label.kind, label.value))
        else:
            entry.labels.remove(label)
    for (kind, value), text in wanted.items():
        if value:
            entry.labels.append(KnowledgeLabel(kind=kind, value=value, shown=text))
    db.session.flush()


def _decide(like: Sequence[proposals.Case], entry_id: int | None, actor: Actor, now: datetime) -> None:
    for each in like:
        db.session.add(
            KnowledgeCase(
                job_id=each.job_id,
                service_order_id=each.order_id,
                entry_id=entry_id,
                decided_at=now,
                decided_by_name=actor.name,
            )
        )
    db.session.flush()
