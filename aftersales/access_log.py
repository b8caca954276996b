"""The web server's access log without customers' tokens: what opens an order must not lie in a log file."""

import re
from typing import Any

from gunicorn.glogging import Logger

_TOKEN = re.compile(r"(/c/)[^/?#\s]+")


def without_tokens(text: str) -> str:
    """The text with each link's token left out: ``/c/…/answer``."""
    return _TOKEN.sub(r"\1…", text)


class RedactingLogger(Logger):
    """Gunicorn's logger, with the request's line, path and referrer redacted before any format sees them."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return {
            name: without_tokens(value) if isinstance(value, str) else value for name, value in atoms.items()
        }
