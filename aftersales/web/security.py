"""Headers on every answer, and the proxy's word about the client's address."""

from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from aftersales.config import Settings

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def init_app(app: Flask, settings: Settings) -> None:
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[settings.trusted_proxies] * 3)  # type: ignore[method-assign]

    def harden(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        if settings.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    def lacks_secure_address() -> bool:
        """Whether the browser holds camera view and work without Wi-Fi back: plain http, and not this machine itself."""
        host = urlsplit(f"//{request.host}").hostname or ""
        return not settings.is_secure and host not in _THIS_MACHINE

    app.after_request(harden)
    app.jinja_env.globals["lacks_secure_address"] = lacks_secure_address
