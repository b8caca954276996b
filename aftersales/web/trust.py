"""What a tablet needs to trust this installation: addresses as QR codes, the certificate, its fingerprint."""

from typing import Any

from cryptography import x509
from flask import Response

from aftersales import config, lan, lan_guide
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext

COMMAND = "./bin/run --lan"
CERTIFICATE, PROFILE = lan_guide.CERTIFICATE, lan_guide.PROFILE


def steps() -> dict[str, Any]:
    """What the page shows; without an authority of our own there is nothing to trust, and no fingerprint."""
    settings, authority = config.current(), _authority()
    return {
        "is_secure": settings.is_secure,
        "command": COMMAND,
        "address": settings.base_url,
        "address_code": lan_guide.code(settings.base_url),
        "guide_url": settings.guide_url,
        "guide_code": lan_guide.code(settings.guide_url) if settings.guide_url else "",
        "fingerprint": lan.fingerprint(authority) if authority else "",
    }


def download(path: str) -> Response:
    """The certificate as this kind of device takes it."""
    authority = _authority()
    if authority is None:
        raise NotFound(gettext("This installation has no certificate authority of its own."))
    paper = lan_guide.papers_of(authority)[path]
    response = Response(paper.body, content_type=paper.content_type)
    if paper.name:
        response.headers["Content-Disposition"] = f'attachment; filename="{paper.name}"'
    return response


def _authority() -> x509.Certificate | None:
    settings = config.current()
    return lan.read_authority(settings.data_dir / "tls") if settings.guide_url else None
