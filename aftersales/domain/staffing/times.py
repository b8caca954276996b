"""What happens to working times: weekly shifts, other times on a day, absences, closed bays, certificates, posts.

Bookings that no longer fit are the caller's to drop: :mod:`aftersales.domain.planning.upsets` does both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from aftersales.clock import from_local
from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import (
    Absence,
    AbsenceKind,
    Bay,
    BayClosure,
    Certificate,
    Post,
    ShiftChange,
    ShiftDay,
    Technician,
    TechnicianCertificate,
)
from aftersales.i18n import gettext

VERB = staffing.VERB
LONGEST = timedelta(hours=16)
"""No shift is longer: more is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The times of a day as they are agreed. An end before the begin is on the next day."""

    starts_at: time
    ends_at: time
    breaks: tuple[tuple[time, time], ...] = ()

    def stored_breaks(self) -> list[list[str]]:
        return [[begin.isoformat("minutes"), end.isoformat("minutes")] for begin, end in self.breaks]


def set_week(
    technician_id: int,
    days: Mapping[int, WorkingDay],
    *,
    site_id: int,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Technician:
    """The technician's weekly shift (Monday is 0); a weekday that is left out is off. Without any day the site's
    opening hours stand for it. Refuses times that cannot be."""
    actor.need(VERB)
    technician = _technician(technician_id, site_id)
    expect_version(technician, version)
    for day in days.values():
        _check(day)
    db.session.execute(delete(ShiftDay).where(ShiftDay.technician_id == technician_id))
    for weekday, day in sorted(days.items()):
        add(
            ShiftDay(
                technician_id=technician_id,
                weekday=weekday,
                starts_at=day.starts_at,
                ends_at=day.ends_at,
                breaks=day.stored_breaks(),
            )
        )
    flag_modified(
        technician, "skills"
    )  # the form carries the technician's version, also where only shifts change
    _changed("shifts.set", technician, technician_id, actor=actor, now=now, site_id=site_id)
    return technician


def change_day(
    technician_id: int,
    day: date,
    times: WorkingDay | None,
    *,
    note: str = "",
    site_id: int,
    actor: Actor,
    now: datetime,
) -> ShiftChange:
    """Other times on one day, or none; said again, the later one holds."""
    actor.need(VERB)
    _technician(technician_id, site_id)
    if times is not None:
        _check(times)
    change = db.session.scalar(
        select(ShiftChange).where(ShiftChange.technician_id == technician_id, ShiftChange.day == day)
    ) or ShiftChange(technician_id=technician_id, day=day)
    change.starts_at, change.ends_at = (times.starts_at, times.ends_at) if times else (None, None)
    change.breaks, change.note = times.stored_breaks() if times else [], note.strip()[:120]
    add(change)
    _changed(
        "shifts.change_day", change, change.id, actor=actor, now=now, site_id=site_id, day=day.isoformat()
    )
    return change


def forget_change(change_id: int, *, site_id: int, actor: Actor, now: datetime) -> None:
    """The weekly shift holds again on that day."""
    actor.need(VERB)
    change = db.session.get(ShiftChange, change_id)
    if change is None:
        return
    _technician(change.technician_id, site_id)
    _changed(
        "shifts.forget_change",
        change,
        change_id,
        actor=actor,
        now=now,
        site_id=site_id,
        day=change.day.isoformat(),
    )
    db.session.delete(change)
    db.session.flush()


def add_absence(
    technician_id: int,
    *,
    kind: AbsenceKind,
    first: date,
    last: date,
    site_id: int,
    actor: Actor,
    now: datetime,
    from_time: time | None = None,
    until_time: time | None = None,
    note: str = "",
) -> Absence:
    """The technician is away from ``first`` to ``last``, both included: whole days, or from and until a time.

    Refuses an end that lies before the begin, and one that is past already.
    """
    actor.need(VERB)
    _technician(technician_id, site_id)
    zone = db.session.get_one(Site, site_id).timezone
    starts_at = from_local(datetime.combine(first, from_time or time()), zone)
    ends_at = from_local(
        datetime.combine(last, until_time)
        if until_time
        else datetime.combine(last + timedelta(days=1), time()),
        zone,
    )
    if ends_at <= starts_at:
        raise Invalid(gettext("The absence has to end after it begins."), field="last")
    if ends_at <= now:
        raise Invalid(gettext("This absence is over already. Enter one that is not past."), field="last")
    absence = add(
        Absence(
            technician_id=technician_id,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            note=note.strip()[:200],
            entered_at=now,
            entered_by_name=actor.name,
        )
    )
    # The kind is the person's own matter: it stands in the record, not in the log that many may read.
    _changed("absences.add", absence, absence.id, actor=actor, now=now, site_id=site_id)
    return absence


def withdraw_absence(absence_id: int, *, site_id: int, actor: Actor, now: datetime) -> Absence:
    """The person works after all. Twice is harmless."""
    actor.need(VERB)
    absence = locked(Absence, absence_id)
    if absence is None:
        raise NotFound(gettext("There is no such absence."))
    _technician(absence.technician_id, site_id)
    if absence.withdrawn_at is None:
        absence.withdrawn_at = now
        _changed("absences.withdraw", absence, absence.id, actor=actor, now=now, site_id=site_id)
    return absence


def close_bay(
    bay_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> BayClosure:
    """The bay cannot be used for a while. Refuses an end before the begin, one that is past, and no reason."""
    actor.need(VERB)
    _bay(bay_id, site_id)
    if not reason.strip():
        raise Invalid(gettext("Say why the bay is closed."), field="reason")
    if ends_at <= starts_at or ends_at <= now:
        raise Invalid(gettext("The closure has to end after it begins, and not be past."), field="ends_at")
    closure = add(
        BayClosure(
            bay_id=bay_id,
            reason=reason.strip()[:120],
            starts_at=starts_at,
            ends_at=ends_at,
            entered_at=now,
            entered_by_name=actor.name,
        )
    )
    _changed("bays.close", closure, closure.id, actor=actor, now=now, site_id=site_id)
    return closure


def open_bay(closure_id: int, *, site_id: int, actor: Actor, now: datetime) -> BayClosure:
    """The bay can be used again. Twice is harmless."""
    actor.need(VERB)
    closure = locked(BayClosure, closure_id)
    if closure is None:
        raise NotFound(gettext("There is no such entry at this site."))
    _bay(closure.bay_id, site_id)
    if closure.withdrawn_at is None:
        closure.withdrawn_at = now
        _changed("bays.open", closure, closure.id, actor=actor, now=now, site_id=site_id)
    return closure


def set_certificates(
    technician_id: int,
    held: Mapping[Certificate, date | None],
    *,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """The certificates that the technician holds, each with its last day where it ends."""
    actor.need(VERB)
    technician = _technician(technician_id, site_id)
    db.session.execute(
        delete(TechnicianCertificate).where(TechnicianCertificate.technician_id == technician_id)
    )
    for kind, until in held.items():
        add(TechnicianCertificate(technician_id=technician_id, kind=kind, valid_until=until))
    _changed("technicians.certificates", technician, technician_id, actor=actor, now=now, site_id=site_id)


def save_post(
    post_id: int | None,
    *,
    site_id: int,
    title: str,
    team_id: int | None,
    holder_id: int | None,
    actor: Actor,
    now: datetime,
    today: date,
    is_active: bool = True,
    version: int | None = None,
) -> Post:
    """A post of the plan of staff, new or changed. Without a holder it is vacant, and since when is kept."""
    actor.need(VERB)
    if not title.strip():
        raise Invalid(gettext("Name the post."), field="title")
    staffing.check_person(holder_id, site_id, "holder_id")
    staffing.check_team(team_id, site_id)
    post = Post(site_id=site_id, is_active=True) if post_id is None else _post(post_id, site_id)
    expect_version(post, version)
    was_vacant = post.vacant_since is not None
    post.title, post.team_id, post.holder_id, post.is_active = (
        title.strip()[:80],
        team_id,
        holder_id,
        is_active,
    )
    if holder_id is not None:
        post.vacant_since = None
    elif not was_vacant:
        post.vacant_since = today
    add(post)
    _changed("posts.save", post, post.id, actor=actor, now=now, site_id=site_id)
    return post


def _check(day: WorkingDay) -> None:
    """Refuse a day that ends when it begins, that is longer than anybody works, or whose breaks lie outside."""
    begin = datetime.combine(date.min, day.starts_at)
    end = datetime.combine(date.min + timedelta(days=day.ends_at <= day.starts_at), day.ends_at)
    if end - begin > LONGEST or day.starts_at == day.ends_at:
        raise Invalid(gettext("A shift is longer than nothing and at most 16 hours long."), field="days")
    last = begin
    for starts, ends in day.breaks:
        rest = datetime.combine(date.min + timedelta(days=starts < day.starts_at), starts)
        over = datetime.combine(date.min + timedelta(days=ends < day.starts_at), ends)
        if not last <= rest < over <= end:
            raise Invalid(
                gettext("Breaks lie within the shift, one after the other, for example 12:00-12:30."),
                field="days",
            )
        last = over


def parse_breaks(text: str) -> tuple[tuple[time, time], ...]:
    """Breaks as people type them: ``09:00-09:15, 12:00-12:30``. Raises :class:`Invalid` with a sentence."""
    found: list[tuple[time, time]] = []
    for part in text.replace("–", "-").replace(";", ",").split(","):
        if not part.strip():
            continue
        begin, _, end = part.partition("-")
        try:
            found.append((_time(begin), _time(end)))
        except ValueError as error:
            raise Invalid(
                gettext("Enter breaks as times with a dash, for example 12:00-12:30."), field="breaks"
            ) from error
    return tuple(found)


def _time(text: str) -> time:
    hour, _, minute = text.strip().replace(".", ":").partition(":")
    return time(int(hour), int(minute or 0))


def _technician(technician_id: int, site_id: int) -> Technician:
    found = locked(Technician, technician_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such technician at this site."))
    return found


def _bay(bay_id: int, site_id: int) -> Bay:
    found = locked(Bay, bay_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such bay at this site."))
    return found


def _post(post_id: int, site_id: int) -> Post:
    found = locked(Post, post_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such entry at this site."))
    return found


def _changed(
    action: str, record: Any, ident: int, *, actor: Actor, now: datetime, site_id: int, **details: str
) -> None:
    """The audit entry, and word to the screens that show the plan."""
    db.session.flush()
    audit.record(action, record, actor=actor, now=now, site_id=site_id, details={"id": ident, **details})
    sites.note_change(site_id)


def words_of_breaks(pairs: Sequence[Sequence[str]]) -> str:
    """Stored breaks as people type them."""
    return ", ".join(f"{begin}-{end}" for begin, end in pairs)
