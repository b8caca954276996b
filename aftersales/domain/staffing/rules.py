"""Questions about technicians, answered from values alone."""

from collections.abc import Iterable
from datetime import date

from aftersales.domain.staffing.models import BayKind, Certificate, Grade, Skill

NO_REPAIRS = frozenset({BayKind.WASH, BayKind.PRE_CHECK})
"""Bays in which nothing is repaired; they are planned only where a job asks for them."""
_BY_GRADE = {Grade.BODY: frozenset({Skill.BODY}), Grade.PAINT: frozenset({Skill.PAINT})}
_USUAL = frozenset({Skill.MECHANICAL})


def skills_of(skills: Iterable[str], grade: Grade) -> frozenset[Skill]:
    """What a technician is able to do: what was entered; where nothing was, what the grade says."""
    entered = frozenset(skill for skill in Skill if skill in set(skills))
    return entered or _BY_GRADE.get(grade, _USUAL)


def valid_certificates(
    certificates: Iterable[tuple[Certificate, date | None]], today: date
) -> frozenset[Certificate]:
    """The certificates that have not ended; the last day counts."""
    return frozenset(kind for kind, until in certificates if until is None or until >= today)
