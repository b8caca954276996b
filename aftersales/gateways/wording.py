"""Sentences of the gateways: written here in English, put into the reader's language by whoever shows them."""

from collections.abc import Callable

N_ = str
"""Marks a sentence for the catalogues and leaves it as it is; it is translated when it is shown."""


class Failure(Exception):  # noqa: N818 - what went wrong is often a refusal, no error
    """A failure that a person will read.

    ``reason`` is a short code for tests and logs; :attr:`sentence` says in English what happened and what to do;
    :meth:`told` says it in the reader's language.
    """

    def __init__(self, reason: str, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.reason = reason
        self.message = message
        self.values = values

    @property
    def sentence(self) -> str:
        return self.told(str)

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence, put into the reader's language by ``translate``."""
        message = translate(self.message)
        return message % self.values if self.values else message
