"""Work that one team can do goes straight to that team, where the site lets its advisors give it (DSP-7)."""

from collections.abc import Iterable
from datetime import datetime

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing.models import Certificate, Skill, Team
from aftersales.domain.staffing.timetable import Person
from aftersales.domain.workshop import candidates, dispatch, queries
from aftersales.domain.workshop.needs import Needs
from aftersales.i18n import gettext


def able_teams(needs: Needs, teams: Iterable[Team], people: Iterable[Person]) -> list[Team]:
    """The teams whose people together can do all that the work needs."""
    skills: dict[int, set[Skill]] = {}
    certificates: dict[int, set[Certificate]] = {}
    for person in people:
        if person.team_id is not None:
            skills.setdefault(person.team_id, set()).update(person.skills)
            certificates.setdefault(person.team_id, set()).update(person.certificates)
    return [
        team
        for team in teams
        if needs.skills <= skills.get(team.id, set())
        and needs.certificates <= certificates.get(team.id, set())
    ]


def give_to_team(
    order_id: int,
    *,
    site_id: int,
    team_id: int,
    bay_id: int,
    people: Iterable[Person],
    actor: Actor,
    now: datetime,
    briefing: str = "",
    version: int | None = None,
) -> ServiceOrder:
    """The advisor gives the order to a team that can do all of it. Refuses where the site does not want that, and work
    that needs several teams: that one is the workshop manager's, who has the task for it already."""
    actor.need("dispatch.give")
    order = lock_order(order_id, site_id=site_id)
    site = db.session.get_one(Site, site_id)
    if not (site.setting("dispatch.advisor_gives") and site.has_teams) and not actor.may("dispatch.assign"):
        raise NotPermitted(gettext("At this site the workshop manager gives the work."))
    if order.state is not OrderState.CHECKED_IN:
        raise Refused(gettext("This order is with the workshop already, or not checked in yet."))
    work = candidates.work_of(order, order.vehicle.fuel)
    able = able_teams(work.needs, queries.list_active_teams(site_id), people)
    if not able:
        raise Refused(
            gettext(
                "No single team can do all of this. The workshop manager gives it to several; the task for that is open."
            )
        )
    if team_id not in {team.id for team in able}:
        raise Invalid(gettext("Choose a team that can do all of this."), field="team_id")
    return dispatch.give(
        order, bay_id=bay_id, team_id=team_id, briefing=briefing, version=version, actor=actor, now=now
    )
