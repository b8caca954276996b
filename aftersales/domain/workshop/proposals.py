"""Who should do the work and in which bay, with points and the reasons for them, from values alone (DSP-1).

The points of a person are the sum of these; docs/decisions/0022 says why they are so:

    skill that is asked for      has it +40, lacks it -60
    certificate that is needed   holds it +25, lacks it -100
    grade                        fits +15, other trade -80
    knows the car                +10 for each visit, at most +30
    load                         nothing waits +20, else -1 for each 6 minutes that wait, at most -80
    promised time                kept +30, else -1 for each 5 minutes late, at most -60
    on shift                     clocked on +10, not on shift -100
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftersales.domain.staffing.models import BayKind, Certificate, Grade, Skill
from aftersales.domain.workshop.needs import Needs, is_other_trade
from aftersales.i18n import gettext, label, ngettext

LONG_WORK, SHORT_WORK = 240, 90
SHOWN = 3
"""So many reasons are shown of each proposal, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Work:
    """What dispatch knows of the work that is to be given to somebody."""

    planned_minutes: int
    needs: Needs
    is_comeback: bool = False
    is_urgent: bool = False
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician who could do the work. ``load`` is the planned work that still waits for them, in minutes;
    ``starts_at`` and ``ends_at`` say when they could do this one, None where it fits nowhere soon."""

    user_id: int
    name: str
    initials: str
    grade: Grade
    team_id: int | None
    team_name: str | None
    load: int
    open_orders: int
    visits: int
    is_here: bool
    is_on_shift: bool = True
    skills: frozenset[Skill] = frozenset({Skill.MECHANICAL})
    certificates: frozenset[Certificate] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody stands where they stand, and how many points it gives or costs."""

    words: str
    points: int

    @property
    def speaks_for(self) -> bool:
        return self.points >= 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with all reasons, the weightiest first."""

    candidate: Candidate
    points: int
    reasons: tuple[Reason, ...]

    @property
    def best_reason(self) -> str:
        """What speaks most for the person; empty where nothing does."""
        return next((reason.words for reason in self.reasons if reason.points > 0), "")

    @property
    def shown(self) -> tuple[Reason, ...]:
        """The three largest reasons."""
        return self.reasons[:SHOWN]


def rank(work: Work, candidates: Iterable[Candidate]) -> list[Proposal]:
    """The candidates, best first. Equal ones stand by name, so that the order never jumps."""
    return sorted((_weigh(work, each) for each in candidates), key=lambda p: (-p.points, p.candidate.name))


def _weigh(work: Work, who: Candidate) -> Proposal:
    found = [*_skills(work, who), *_certificates(work, who), *_grade(work, who), _load(who)]
    if who.visits:
        words = ngettext(
            "Worked on this car %(num)s time before", "Worked on this car %(num)s times before", who.visits
        )
        found.append(Reason(words, min(30, 10 * who.visits)))
    found += [*_promise(work, who), *_shift(who)]
    found.sort(key=lambda reason: -abs(reason.points))
    return Proposal(who, sum(reason.points for reason in found), tuple(found))


def _skills(work: Work, who: Candidate) -> list[Reason]:
    special = work.needs.skills - {Skill.MECHANICAL}
    if lacking := work.needs.skills - who.skills:
        return [Reason(gettext("Lacks: %(what)s", what=_list(lacking)), -60)]
    return [Reason(gettext("Is able to do: %(what)s", what=_list(special)), 40)] if special else []


def _certificates(work: Work, who: Candidate) -> list[Reason]:
    found = []
    if held := work.needs.certificates & who.certificates:
        found.append(Reason(gettext("Certificate: %(what)s", what=_list(held)), 25))
    if lacking := work.needs.certificates - who.certificates:
        found.append(Reason(gettext("No certificate: %(what)s", what=_list(lacking)), -100))
    return found


def _grade(work: Work, who: Candidate) -> list[Reason]:
    if is_other_trade(who.grade, work.needs):
        return [Reason(gettext("Another trade: %(trade)s", trade=label(who.grade).lower()), -80)]
    if who.grade is Grade.SENIOR and work.is_comeback:
        return [Reason(gettext("Senior: fits a comeback"), 15)]
    if who.grade is Grade.SENIOR and (work.is_urgent or work.planned_minutes >= LONG_WORK):
        return [Reason(gettext("Senior: fits difficult work"), 15)]
    if who.grade is Grade.JUNIOR and 0 < work.planned_minutes <= SHORT_WORK and not work.is_comeback:
        return [Reason(gettext("Junior: fits short work"), 15)]
    if who.grade is Grade.JUNIOR and work.is_comeback:
        return [Reason(gettext("Junior: a comeback is for seniors"), -15)]
    return []


def _load(who: Candidate) -> Reason:
    if not who.load:
        return Reason(gettext("No other work waits"), 20)
    hours = f"{who.load // 60}:{who.load % 60:02d}"
    return Reason(gettext("%(hours)s h of work waits before this", hours=hours), -min(80, who.load // 6))


def _promise(work: Work, who: Candidate) -> list[Reason]:
    if work.promised_at is None or who.ends_at is None:
        return []
    spare = int((work.promised_at - who.ends_at).total_seconds() // 60)
    if spare >= 0:
        return [Reason(gettext("Done %(stretch)s before the promised time", stretch=_stretch(spare)), 30)]
    words = gettext("Would finish %(stretch)s after the promised time", stretch=_stretch(-spare))
    return [Reason(words, -min(60, -spare // 5))]


def _stretch(minutes: int) -> str:
    """Minutes, or hours where there are many."""
    if minutes < 120:
        return gettext("%(minutes)s min", minutes=minutes)
    return gettext("%(hours)s h", hours=f"{minutes // 60}:{minutes % 60:02d}")


def _shift(who: Candidate) -> list[Reason]:
    if who.is_here:
        return [Reason(gettext("At work now"), 10)]
    return [] if who.is_on_shift else [Reason(gettext("Not on shift now"), -100)]


def _list(members: Iterable[Skill] | Iterable[Certificate]) -> str:
    return ", ".join(sorted(label(member) for member in members))


@dataclass(frozen=True, slots=True)
class BayChoice:
    """A bay and the order that holds it, if one does. ``free_until`` is when the plan needs it for another car."""

    id: int
    name: str
    kind: BayKind
    holder_id: int | None
    holder_number: str | None
    holder_plate: str | None
    closed: str = ""
    free_until: datetime | None = None

    @property
    def is_free(self) -> bool:
        return self.holder_id is None and not self.closed


def bay_words(work: Work, bay: BayChoice) -> str:
    """Why the bay suits, or what speaks against it."""
    if not work.needs.allows(bay.kind):
        return gettext("%(kind)s: does not suit this work", kind=label(bay.kind))
    if work.needs.only_first or work.needs.bay_rank(bay.kind) == 0:
        return gettext("%(kind)s: suits this work best", kind=label(bay.kind))
    return gettext("%(kind)s: suits this work", kind=label(bay.kind))


def rank_bays(work: Work, bays: Iterable[BayChoice], own_order_id: int) -> list[BayChoice]:
    """The bays, best first: the one the car stands in, then free ones that suit the work, taken ones last."""
    return sorted(
        bays,
        key=lambda bay: (
            bay.holder_id != own_order_id,
            not bay.is_free,
            (not work.needs.allows(bay.kind), work.needs.bay_rank(bay.kind)) if bay.is_free else (False, 0),
            bay.free_until is not None,
            bay.name,
        ),
    )
