"""Which template a visit gets, and why: from the conditions of the templates and the words of the visit alone.

A template fits when each of its conditions holds; what it leaves empty holds for all. Of those that fit, the one wins
that names a model; among equals the one that names a job; then a pay type; then a drive. What is still equal is decided
by the template's code, so that the answer is always the same.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.catalogue.rules import fits_vehicle
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext, label, words_for
from aftersales.i18n import lazy_gettext as _l


class Condition(StrEnum):
    """What a template may ask of a visit, the strongest first."""

    MODEL = "model"
    JOB = "job"
    PAY_TYPE = "pay_type"
    DRIVE = "drive"


words_for(
    Condition,
    {
        Condition.MODEL: _l("model"),
        Condition.JOB: _l("job"),
        Condition.PAY_TYPE: _l("who pays"),
        Condition.DRIVE: _l("drive"),
    },
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Which visits a template is for; what is empty holds for all. ``code`` decides between equals."""

    code: str
    model_filter: str = ""
    job_codes: Collection[str] = ()
    pay_types: Collection[str] = ()
    fuels: Collection[str] = ()


class Assignable(Protocol):
    """A template, as far as the choice looks at it."""

    @property
    def conditions(self) -> Conditions: ...


T = TypeVar("T", bound=Assignable)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the choice looks at: the vehicle's words and drive, the canned jobs and payers of the order."""

    vehicle: str
    fuel: Fuel
    job_codes: Collection[str] = ()
    pay_types: Collection[PayType] = ()


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """A template as the choice sees it. ``named`` are the conditions it asks, ``failed`` those that do not hold."""

    template: T
    named: tuple[Condition, ...]
    failed: tuple[Condition, ...]

    @property
    def fits(self) -> bool:
        return not self.failed


def named_conditions(asks: Conditions) -> tuple[Condition, ...]:
    """The conditions that a template asks, the strongest first."""
    asked = (asks.model_filter.strip(), asks.job_codes, asks.pay_types, asks.fuels)
    return tuple(condition for condition, words in zip(Condition, asked, strict=True) if words)


def ranked(templates: Iterable[T], visit: Visit) -> list[Candidate[T]]:
    """All templates, the one that wins first, then the others that fit, then those that do not."""
    candidates = [
        Candidate(template, named_conditions(template.conditions), _failed(template.conditions, visit))
        for template in templates
    ]
    return sorted(
        candidates, key=lambda one: (not one.fits, _weakness(one.named), one.template.conditions.code)
    )


def choose(templates: Iterable[T], visit: Visit) -> T | None:
    """The template of the visit; None where none fits."""
    first = next(iter(ranked(templates, visit)), None)
    return first.template if first and first.fits else None


def reason(candidate: Candidate[T], *, is_first: bool) -> str:
    """Why it is, or is not, the visit's template, in a sentence."""
    if not candidate.fits:
        return gettext("Does not fit: %(what)s.", what=", ".join(label(one) for one in candidate.failed))
    if not candidate.named:
        text = gettext("It is for every visit.")
    else:
        text = gettext("It is for this %(what)s.", what=", ".join(label(one) for one in candidate.named))
    return text if is_first else gettext("%(why)s A stronger one stands above it.", why=text)


def described(asks: Conditions) -> str:
    """Which visits a template is for, in words."""
    parts = [asks.model_filter.strip()] if asks.model_filter.strip() else []
    if asks.job_codes:
        parts.append(gettext("jobs %(codes)s", codes=", ".join(asks.job_codes)))
    parts += [label(PayType(pay_type)) for pay_type in asks.pay_types]
    parts += [label(Fuel(fuel)) for fuel in asks.fuels]
    return gettext("for %(what)s", what=" · ".join(parts)) if parts else gettext("for every car")


def _weakness(named: tuple[Condition, ...]) -> tuple[bool, ...]:
    """Sorts the template first that names the strongest condition."""
    return tuple(condition not in named for condition in Condition)


def _failed(asks: Conditions, visit: Visit) -> tuple[Condition, ...]:
    holds = {
        Condition.MODEL: fits_vehicle(asks.model_filter, visit.vehicle),
        Condition.JOB: not asks.job_codes or bool(set(asks.job_codes) & set(visit.job_codes)),
        Condition.PAY_TYPE: not asks.pay_types or bool(set(asks.pay_types) & set(visit.pay_types)),
        Condition.DRIVE: not asks.fuels or visit.fuel in asks.fuels,
    }
    return tuple(condition for condition in Condition if not holds[condition])
