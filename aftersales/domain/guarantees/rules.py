"""Guarantee terms: which kind of work a line is, what is promised for it, and whether it still stands (ORD-9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from flask_babel.speaklater import LazyString

from aftersales.domain.catalogue.kinds import LineKind, Skill
from aftersales.domain.guarantees.models import GuaranteeKind
from aftersales.domain.service_orders.models import Authorisation, Job, Line, PartGrade, SuppliedBy
from aftersales.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from aftersales.domain.sites.models import Site


@dataclass(frozen=True, slots=True)
class Terms:
    """For how many days and km a kind of work is guaranteed; whichever comes first. 0 days: not at all; 0 km: without
    a limit of distance."""

    days: int
    distance: int


@dataclass(frozen=True, slots=True)
class Preset:
    """Terms to begin with, put in place by one tap."""

    key: str
    words: LazyString | str
    terms: Mapping[GuaranteeKind, Terms]


def _all(days: int, distance: int) -> dict[GuaranteeKind, Terms]:
    return {kind: Terms(days, distance) for kind in GuaranteeKind}


PRESETS: tuple[Preset, ...] = (
    Preset(
        "year",
        _l("12 months or 20,000 km, parts 24 months"),
        {
            **_all(365, 20_000),
            GuaranteeKind.PART: Terms(730, 0),
            GuaranteeKind.USED_PART: Terms(180, 10_000),
            GuaranteeKind.PAINT: Terms(1095, 0),
        },
    ),
    Preset(
        "two_years",
        _l("24 months or 40,000 km"),
        {**_all(730, 40_000), GuaranteeKind.USED_PART: Terms(90, 5_000)},
    ),
    # China, rules on the repair of motor vehicles: the statutory workmanship warranty by grade of the repair.
    Preset("cn_whole", _l("China, law: whole vehicle or assembly, 100 days or 20,000 km"), _all(100, 20_000)),
    Preset("cn_second", _l("China, law: second-level maintenance, 30 days or 5,000 km"), _all(30, 5_000)),
    Preset("cn_minor", _l("China, law: first-level maintenance and minor repair, 10 days or 2,000 km"), _all(10, 2_000)),
)  # fmt: skip


class Standing(StrEnum):
    """Whether a guarantee still stands on a day and at a distance."""

    WITHIN = "within"
    DISTANCE_UNKNOWN = "distance_unknown"
    OVER = "over"


def terms_of(site: "Site") -> dict[GuaranteeKind, Terms]:
    """The site's terms by kind."""
    return {
        kind: Terms(site.setting(f"guarantee.{kind}_days"), site.setting(f"guarantee.{kind}_km"))
        for kind in GuaranteeKind
    }


def best(several: Iterable[Mapping[GuaranteeKind, Terms]]) -> dict[GuaranteeKind, Terms]:
    """For each kind the most days and the most km of any of the terms; no limit of distance is more than every limit."""
    found: dict[GuaranteeKind, Terms] = {}
    for terms in several:
        for kind, one in terms.items():
            found[kind] = _better(found[kind], one) if kind in found else one
    return found


def _better(one: Terms, other: Terms) -> Terms:
    if not (one.days and other.days):  # without days there is no guarantee, whatever the km say
        return one if one.days else other
    limited = one.distance and other.distance
    return Terms(max(one.days, other.days), max(one.distance, other.distance) if limited else 0)


def written(terms: Mapping[GuaranteeKind, Terms]) -> dict[str, list[int]]:
    """Terms as they are stored: ``{"labour": [365, 20000]}``."""
    return {kind.value: [one.days, one.distance] for kind, one in terms.items()}


def read(stored: Mapping[str, list[int]]) -> dict[GuaranteeKind, Terms]:
    """Stored terms; a kind that did not exist then had none."""
    return {kind: Terms(*stored.get(kind.value, (0, 0))) for kind in GuaranteeKind}


def kind_of(line: Line) -> GuaranteeKind | None:
    """The kind of work that a line is; None for fees and for parts that the customer brought."""
    if line.kind is LineKind.PART:
        if line.supplied_by is SuppliedBy.CUSTOMER:
            return None
        return GuaranteeKind.USED_PART if line.part_grade is PartGrade.USED else GuaranteeKind.PART
    if line.kind is LineKind.LABOUR:
        return GuaranteeKind.PAINT if line.skill in (Skill.PAINT, Skill.BODY) else GuaranteeKind.LABOUR
    return {LineKind.MATERIAL: GuaranteeKind.MATERIAL, LineKind.SUBLET: GuaranteeKind.SUBLET}.get(line.kind)


@dataclass(frozen=True, slots=True)
class Promise:
    """What one kind of work of one job is guaranteed for from a day and an odometer reading (km) on."""

    job_id: int
    job_title: str
    kind: GuaranteeKind
    terms: Terms
    until_on: date
    until_odometer: int | None


def promises(
    jobs: Iterable[Job], terms: Mapping[GuaranteeKind, Terms], *, on: date, odometer: int | None
) -> list[Promise]:
    """What the authorised work of these jobs is guaranteed for when the car is handed over on this day."""
    found = []
    for job in jobs:
        if job.voided_at is not None:
            continue
        kinds = {
            kind_of(line)
            for line in job.lines
            if line.voided_at is None and line.authorisation is Authorisation.AUTHORISED
        }
        for kind in GuaranteeKind:
            if kind in kinds and terms[kind].days:
                limit = terms[kind].distance
                found.append(
                    Promise(
                        job_id=job.id,
                        job_title=job.title,
                        kind=kind,
                        terms=terms[kind],
                        until_on=on + timedelta(days=terms[kind].days),
                        until_odometer=odometer + limit if limit and odometer is not None else None,
                    )
                )
    return found


def standing(
    *, until_on: date, distance: int, until_odometer: int | None, on: date, odometer: int | None
) -> Standing:
    """Whether a guarantee stands on a day at an odometer reading. The last day and the last km are still covered.

    Where one of the two readings is missing the days decide, and that the distance is unknown is said.
    """
    if on > until_on:
        return Standing.OVER
    if not distance:
        return Standing.WITHIN
    if until_odometer is None or odometer is None:
        return Standing.DISTANCE_UNKNOWN
    return Standing.WITHIN if odometer <= until_odometer else Standing.OVER
