"""What sending a message can end in, the same for every provider."""

from aftersales.gateways.wording import Failure


class SendingFailure(Failure):
    """The message was not delivered, or we do not know. Each kind asks for another next step."""


class TemporaryFailure(SendingFailure):
    """Certainly not accepted; the same message may be sent again later.

    ``retry_after`` is how many seconds the provider asked us to wait, where it did.
    """

    def __init__(
        self, reason: str, message: str, *, retry_after: float | None = None, **values: object
    ) -> None:
        super().__init__(reason, message, **values)
        self.retry_after = retry_after


class PermanentFailure(SendingFailure):
    """Certainly not accepted and never will be as it is: a person has to look at it."""


class Uncertain(SendingFailure):
    """The provider may or may not have accepted it. Sending again could double it: do not guess, show it."""
