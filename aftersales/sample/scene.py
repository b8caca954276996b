"""What each step of a sample visit needs: the story, the site's people, the pictures, the chance."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.sample.calendar import Diary
from aftersales.sample.people import Staff
from aftersales.sample.photos import Album
from aftersales.sample.stories import Story

Step = Generator[datetime, datetime, datetime]
"""A part of a visit: yields when it goes on, returns when it ended."""


@dataclass(slots=True)
class Scene:
    """A story on its way. ``keeps_papers`` says whether quotes, invoices and gate passes are printed too."""

    story: Story
    staff: Staff
    diary: Diary
    album: Album
    random: Random
    keeps_papers: bool
    number: int
    order_id: int = field(default=0)

    @property
    def order(self) -> ServiceOrder:
        return lock_order(self.order_id, site_id=self.staff.site_id)

    @property
    def site(self) -> Site:
        return sites.get_site(self.staff.site_id)

    @property
    def technician(self) -> Actor:
        return self.staff.actors[self.story.technician]

    def one(self, role: Role) -> Actor:
        return self.staff.one(role)

    def customer(self) -> Actor:
        """The customer, who acts by the link of a message."""
        return Actor(name=self.order.customer.name, is_system=True, address="203.0.113.7", device="phone")

    def signature(self) -> Evidence:
        """The customer's typed name."""
        return Evidence(
            typed_name=self.order.customer.name,
            language=self.order.customer.language,
            address="127.0.0.1",
            device="reception tablet",
        )

    def shortly(self, least: int, most: int) -> timedelta:
        """A few minutes, drawn by chance."""
        return timedelta(minutes=self.random.randint(least, most))

    def key(self, what: str) -> str:
        """An id as a tablet would make it, for forms that may arrive twice."""
        return f"sample-{what}-{self.number:05d}"
