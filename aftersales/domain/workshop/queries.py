"""Reading the workshop floor for dispatch: the teams that work can be given to."""

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.staffing.models import Team


def list_active_teams(site_id: int) -> list[Team]:
    """The site's teams that were not dissolved, by name."""
    return list(
        db.session.scalars(select(Team).where(Team.site_id == site_id, Team.is_active).order_by(Team.name))
    )
