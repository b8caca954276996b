"""Inspection templates by version: a draft is edited, published as the next version, retired, copied (TEC-2).

An edit never reaches what was published: a draft is a row of its own, and each code has at most one. Inspections that
have begun keep their copies.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from aftersales.db import add, db, locked, one_at_a_time
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.inspections import starter, starter_drives
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.domain.inspections.starter import Point
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext

VERB = "templates.manage"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")


def save_template(
    *,
    code: str,
    name: str,
    points: Sequence[Point],
    actor: Actor,
    now: datetime,
    model_filter: str = "",
    fuels: Collection[Fuel] = (),
    job_codes: Collection[str] = (),
    pay_types: Collection[PayType] = (),
) -> InspectionTemplate:
    """Make the next version of a template at once. Inspections that have begun keep the points they were begun with."""
    actor.need(VERB)
    if not name.strip():
        raise Invalid(gettext("Name the template."), field="name")
    if not points:
        raise Invalid(gettext("Add at least one point."), field="points")
    if len({point.code for point in points}) != len(points):
        raise Invalid(gettext("Two points have the same code."), field="points")
    _lock_versions(code)
    template = add(
        InspectionTemplate(
            code=code,
            version_no=_last_version_no(code) + 1,
            name=name.strip(),
            model_filter=model_filter.strip(),
            fuels=[fuel.value for fuel in fuels],
            job_codes=list(job_codes),
            pay_types=[pay_type.value for pay_type in pay_types],
            created_at=now,
            changed_at=now,
            changed_by_name=actor.name,
            items=[point.as_item(position) for position, point in enumerate(points, 1)],
        )
    )
    return _publish(template, actor=actor, now=now)


def start(*, code: str, name: str, actor: Actor, now: datetime) -> InspectionTemplate:
    """Begin a new template: a draft without points."""
    actor.need(VERB)
    return add(_new_draft(code, name, actor=actor, now=now))


def copy(code: str, *, new_code: str, name: str, actor: Actor, now: datetime) -> InspectionTemplate:
    """Begin a new template with the points of another: a draft that is assigned to nothing yet, so that two templates
    are never for the same visits by accident."""
    actor.need(VERB)
    source = get_newest(code)
    made = _new_draft(new_code, name, actor=actor, now=now)
    made.items = [_copied(item) for item in source.items]
    return add(made)


def open_draft(code: str, *, actor: Actor, now: datetime) -> InspectionTemplate:
    """The draft of a template, made from its newest version where nobody has begun one. Twice is harmless."""
    actor.need(VERB)
    versions = _lock_versions(code)
    if not versions:
        raise NotFound(gettext("There is no such template."))
    newest = versions[-1]
    if newest.is_draft:
        return newest
    return add(
        InspectionTemplate(
            code=code,
            version_no=newest.version_no + 1,
            name=newest.name,
            words=newest.words,
            model_filter=newest.model_filter,
            job_codes=newest.job_codes,
            pay_types=newest.pay_types,
            fuels=newest.fuels,
            created_at=now,
            changed_at=now,
            changed_by_name=actor.name,
            items=[_copied(item) for item in newest.items],
        )
    )


def change(
    draft_id: int,
    *,
    name: str,
    words: Mapping[str, str],
    model_filter: str,
    job_codes: Collection[str],
    pay_types: Collection[PayType],
    fuels: Collection[Fuel],
    version: int | None,
    actor: Actor,
    now: datetime,
) -> InspectionTemplate:
    """Change what the draft is called and which visits it is for."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    if not name.strip():
        raise Invalid(gettext("Name the template."), field="name")
    draft.name = name.strip()[:120]
    draft.words = {language: text.strip()[:120] for language, text in words.items() if text.strip()}
    draft.model_filter = model_filter.strip()[:200]
    draft.job_codes = sorted(set(job_codes))
    draft.pay_types = sorted(pay_type.value for pay_type in set(pay_types))
    draft.fuels = sorted(fuel.value for fuel in set(fuels))
    return touch(draft, actor=actor, now=now)


def publish(draft_id: int, *, version: int | None, actor: Actor, now: datetime) -> InspectionTemplate:
    """Put the draft in use as the next version. Inspections that begin from now on get it; those that have begun keep
    theirs. Twice is harmless."""
    actor.need(VERB)
    known = db.session.get(InspectionTemplate, draft_id)
    if known is not None and not known.is_draft:
        return known
    draft = lock_draft(draft_id, version=version, actor=actor)
    if not draft.items:
        raise Refused(gettext("Add at least one point, then put the template in use."))
    _lock_versions(draft.code)
    return _publish(draft, actor=actor, now=now)


def discard(draft_id: int, *, version: int | None, actor: Actor, now: datetime) -> None:
    """Throw a draft away; nothing was ever inspected by it. What is in use stays in use. Refuses with :class:`Stale`
    a draft that somebody else has edited since the page was opened."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    audit.record(
        "inspections.discard_draft", draft, actor=actor, now=now,
        details={"code": draft.code, "version": draft.version_no},
    )  # fmt: skip
    db.session.delete(draft)
    db.session.flush()


def retire(code: str, *, actor: Actor, now: datetime) -> None:
    """No inspection begins by this template any more. Refuses for the last one in use: a car would get none."""
    actor.need(VERB)
    in_use = [one for one in _lock_versions(code) if one.published_at and one.retired_at is None]
    if not in_use:
        return
    others = db.session.scalar(
        select(func.count(InspectionTemplate.id)).where(
            InspectionTemplate.code != code,
            InspectionTemplate.published_at.is_not(None),
            InspectionTemplate.retired_at.is_(None),
        )
    )
    if not others:
        raise Refused(gettext("This is the only template in use. Put another one in use first."))
    for one in in_use:
        one.retired_at = now
    db.session.flush()
    audit.record("inspections.retire_template", in_use[0], actor=actor, now=now, details={"code": code})


def bring_back(code: str, *, actor: Actor, now: datetime) -> InspectionTemplate:
    """Put the newest version of a retired template in use again. Twice is harmless."""
    actor.need(VERB)
    published = [one for one in _lock_versions(code) if one.published_at]
    if not published:
        raise NotFound(gettext("There is no such template."))
    newest = published[-1]
    if newest.retired_at is not None:
        newest.retired_at = None
        db.session.flush()
        audit.record("inspections.bring_back_template", newest, actor=actor, now=now, details={"code": code})
    return newest


def stock(*, actor: Actor, now: datetime) -> InspectionTemplate:
    """The inspection that fits every car; made if the workshop has no template with its code yet."""
    known = db.session.scalar(
        select(InspectionTemplate)
        .where(InspectionTemplate.code == starter.CODE, InspectionTemplate.published_at.is_not(None))
        .order_by(InspectionTemplate.version_no.desc())
        .limit(1)
    )
    return known or save_template(
        code=starter.CODE, name=starter.NAME, points=starter.POINTS, actor=actor, now=now
    )


def stock_all(*, actor: Actor, now: datetime) -> None:
    """What a new workshop begins with: the inspection for every car, and one each for petrol, diesel, hybrid and
    electric ones."""
    stock(actor=actor, now=now)
    known = set(db.session.scalars(select(InspectionTemplate.code)))
    for template in starter_drives.TEMPLATES:
        if template.code not in known:
            save_template(
                code=template.code,
                name=template.name,
                points=template.points,
                fuels=template.fuels,
                actor=actor,
                now=now,
            )


def get_newest(code: str) -> InspectionTemplate:
    """The newest published version, in use or retired; a draft where there is none. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(InspectionTemplate)
        .where(InspectionTemplate.code == code)
        .order_by(InspectionTemplate.published_at.is_(None), InspectionTemplate.version_no.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(gettext("There is no such template."))
    return found


def lock_draft(draft_id: int, *, version: int | None, actor: Actor) -> InspectionTemplate:
    """The draft, locked for an edit. Refuses what was published meanwhile, and with :class:`Stale` what somebody else
    edited since the page was opened."""
    actor.need(VERB)
    one_at_a_time("inspection_templates")
    draft = locked(InspectionTemplate, draft_id)
    if draft is None:
        raise NotFound(gettext("There is no such draft. Somebody put it in use or threw it away."))
    if not draft.is_draft:
        raise Refused(
            gettext("This version is in use and stays as it is. Edit the template to begin the next one.")
        )
    expect_version(draft, version)
    return draft


def touch(draft: InspectionTemplate, *, actor: Actor, now: datetime) -> InspectionTemplate:
    """Note an edit of the draft or its points, so that another page that shows it is told."""
    draft.changed_at, draft.changed_by_name = now, actor.name
    flag_modified(draft, "changed_at")
    db.session.flush()
    return draft


def _new_draft(code: str, name: str, *, actor: Actor, now: datetime) -> InspectionTemplate:
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        raise Invalid(gettext("Use letters, digits and dashes, for example EV-CHECK."), field="code")
    if not name.strip():
        raise Invalid(gettext("Name the template."), field="name")
    if _lock_versions(code):
        raise Invalid(gettext("There is a template with this code already."), field="code")
    return InspectionTemplate(
        code=code,
        version_no=1,
        name=name.strip()[:120],
        created_at=now,
        changed_at=now,
        changed_by_name=actor.name,
    )


def _copied(item: TemplateItem) -> TemplateItem:
    return Point.of(item).as_item(item.position)


def _publish(template: InspectionTemplate, *, actor: Actor, now: datetime) -> InspectionTemplate:
    """Retire what is in use, then put this version in its place: the index allows one at a time."""
    for earlier in db.session.scalars(
        select(InspectionTemplate).where(
            InspectionTemplate.code == template.code,
            InspectionTemplate.id != template.id,
            InspectionTemplate.published_at.is_not(None),
            InspectionTemplate.retired_at.is_(None),
        )
    ):
        earlier.retired_at = now
    db.session.flush()
    template.published_at = now
    touch(template, actor=actor, now=now)
    audit.record(
        "inspections.template",
        template,
        actor=actor,
        now=now,
        details={"code": template.code, "version": template.version_no},
    )
    return template


def _lock_versions(code: str) -> list[InspectionTemplate]:
    """All versions of a template. Whoever begins a draft or a version of one does it one after the other: a lock on
    the rows that are there lets two at once add the same next one."""
    one_at_a_time("inspection_templates")
    return list(
        db.session.scalars(
            select(InspectionTemplate)
            .where(InspectionTemplate.code == code)
            .order_by(InspectionTemplate.version_no)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _last_version_no(code: str) -> int:
    return (
        db.session.scalar(
            select(func.max(InspectionTemplate.version_no)).where(
                InspectionTemplate.code == code, InspectionTemplate.published_at.is_not(None)
            )
        )
        or 0
    )
