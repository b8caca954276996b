"""Rate limits, counted per address on Redis, and in this process while Redis is away."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from aftersales.config import Settings

limiter = Limiter(key_func=get_remote_address, headers_enabled=False)

LINK_GUESSES = "30 per minute; 300 per hour"
"""Links that do not exist, per address. Nobody mistypes a 43-letter token this often."""
LINK_PAGES = "600 per minute"
"""All pages behind customers' links, per address: a whole office may sit behind one."""


def init_app(app: Flask, settings: Settings) -> None:
    redis_url = settings.redis_url
    app.config["RATELIMIT_STORAGE_URI"] = _storage(redis_url)
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 1} if redis_url else {}
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(redis_url)
    app.config["RATELIMIT_KEY_PREFIX"] = "aftersales"
    limiter.init_app(app)


def _storage(redis_url: str) -> str:
    """The limiter's name for our Redis: it says redis+unix where the client says unix."""
    if not redis_url:
        return "memory://"
    return f"redis+{redis_url}" if redis_url.startswith("unix:") else redis_url
