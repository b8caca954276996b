"""What a piece of work needs of people and bays, from the job and the car alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from aftersales.domain.service_orders.models import PayType
from aftersales.domain.staffing.models import BayKind, Certificate, Grade, Skill
from aftersales.domain.vehicles.models import Fuel

_TRADE_BAYS = {Skill.PAINT: BayKind.PAINT}


@dataclass(frozen=True, slots=True)
class Needs:
    """Skills and certificates that the work asks for, the kinds of bay that suit it, best first, and whether it must be
    the first of them."""

    skills: frozenset[Skill] = frozenset()
    certificates: frozenset[Certificate] = frozenset()
    bays: tuple[BayKind, ...] = (BayKind.LIFT, BayKind.ALIGNMENT, BayKind.EV)
    only_first: bool = False

    def allows(self, kind: BayKind) -> bool:
        """Whether the work can be done in a bay of this kind."""
        return kind is self.bays[0] if self.only_first else kind in self.bays

    def bay_rank(self, kind: BayKind) -> int:
        """How well a kind of bay suits, 0 is best."""
        return self.bays.index(kind) if kind in self.bays else len(self.bays)

    def lacks(self, skills: frozenset[Skill], certificates: frozenset[Certificate]) -> bool:
        return bool(self.skills - skills or self.certificates - certificates)


def needs_of(*, skill: Skill | None, bay_kind: BayKind | None, pay_type: PayType, fuel: Fuel) -> Needs:
    """What one job asks for. On an electric car everybody needs the certificate for high voltage, on a hybrid those who
    work on its electrics; what the manufacturer pays asks for the certificate for warranty work."""
    certificates = set()
    if fuel is Fuel.ELECTRIC or (fuel is Fuel.HYBRID and skill is Skill.ELECTRICAL):
        certificates.add(Certificate.HIGH_VOLTAGE)
    if pay_type is PayType.WARRANTY:
        certificates.add(Certificate.WARRANTY)
    bays: tuple[BayKind, ...] = (BayKind.LIFT, BayKind.ALIGNMENT, BayKind.EV)
    if fuel is Fuel.ELECTRIC:
        bays = (BayKind.EV, BayKind.LIFT, BayKind.ALIGNMENT)
    special = bay_kind or (_TRADE_BAYS.get(skill) if skill else None)
    if special:
        bays = (special, *(kind for kind in bays if kind is not special))
    return Needs(frozenset({skill or Skill.MECHANICAL}), frozenset(certificates), bays, special is not None)


def together(needs: Iterable[Needs]) -> Needs:
    """What all of these ask for: the whole order. Its bay is that of the first job that needs a special one."""
    all_ = list(needs) or [Needs(frozenset({Skill.MECHANICAL}))]
    leading = next((each for each in all_ if each.only_first), all_[0])
    return Needs(
        frozenset().union(*(each.skills for each in all_)),
        frozenset().union(*(each.certificates for each in all_)),
        leading.bays,
        leading.only_first,
    )


def is_other_trade(grade: Grade, needs: Needs) -> bool:
    """Whether somebody of the body or paint shop would get mechanics' work, or the other way round."""
    body = {Skill.BODY, Skill.PAINT}
    return (grade in (Grade.BODY, Grade.PAINT)) != bool(needs.skills & body)
