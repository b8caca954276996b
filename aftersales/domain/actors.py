"""Who does something: a signed-in person, a customer with a link, or the system itself."""

from dataclasses import dataclass, field

from aftersales.domain.accounts.permissions import Role, roles_for
from aftersales.domain.errors import NotPermitted
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change. ``name`` is kept beside the id, so that history reads the same for ever.

    ``roles`` are the person's roles at the site where the act happens; the system may do everything.
    """

    name: str
    user_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    is_system: bool = False
    address: str = ""
    device: str = ""

    def may(self, verb: str) -> bool:
        """Whether this actor has the permission ``verb``, e.g. ``quotations.send``."""
        return self.is_system or bool(self.roles & roles_for(verb))

    def need(self, verb: str) -> None:
        """Refuse unless the actor has ``verb``."""
        if not self.may(verb):
            raise NotPermitted(
                gettext("You are not allowed to do this here. Ask someone whose role includes it.")
            )


SYSTEM = Actor(name="Aftersales", is_system=True)
