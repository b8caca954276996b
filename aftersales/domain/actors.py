"""Who does something: a signed-in person, a customer with a link, or the system itself."""

from dataclasses import dataclass, field

from aftersales.domain.accounts.permissions import Role, allows
from aftersales.domain.errors import NeedsPassword, NotPermitted
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change. ``name`` is kept beside the id, so that history reads the same for ever.

    ``roles`` are the person's roles at the site where the act happens; the system may do everything. ``by_pin``: the
    person signed in with the PIN of a shared tablet and may do the work of the floor only.
    """

    name: str
    user_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    is_system: bool = False
    address: str = ""
    device: str = ""
    by_pin: bool = False

    def may(self, verb: str) -> bool:
        """Whether this actor has the permission ``verb``, e.g. ``quotations.send``."""
        return self.is_system or allows(self.roles, verb, by_pin=self.by_pin)

    def need(self, verb: str) -> None:
        """Refuse unless the actor has ``verb``."""
        if not self.may(verb):
            if self.by_pin and allows(self.roles, verb, by_pin=False):
                raise NeedsPassword(gettext("Sign in with your password for this; a PIN is not enough."))
            raise NotPermitted(
                gettext("You are not allowed to do this here. Ask someone whose role includes it.")
            )


SYSTEM = Actor(name="Aftersales", is_system=True)
