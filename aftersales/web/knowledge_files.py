"""Manuals and bulletins from a form: looked at, stored, before any transaction opens."""

import hashlib

from flask import request

from aftersales.domain.errors import Invalid
from aftersales.domain.knowledge.operations import StoredFile
from aftersales.gateways import manuals, pictures, storage
from aftersales.gateways.wording import Failure
from aftersales.i18n import gettext
from aftersales.web import media

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF")


def receive(name: str = "file") -> StoredFile:
    """The form's PDF as it is, or its picture cleaned like every photo. Refuses with :class:`Invalid`."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise Invalid(gettext("Choose a file first."), field=name)
    return keep(file.read(manuals.MAX_BYTES + 1), field=name)


def keep(source: bytes, *, field: str = "file") -> StoredFile:
    """Look at the bytes and store them. See :func:`receive`."""
    try:
        if source.startswith(_PICTURES):
            photo = pictures.clean_photo(source)
            data, media_type, ending, pages = photo.image, photo.media_type, "jpg", 1
        else:
            pages = manuals.look_at(source)
            data, media_type, ending = source, "application/pdf", "pdf"
        key = storage.key_of(data, ending)
        media.store().put(key, data, media_type)
    except Failure as failure:
        raise Invalid(failure.told(gettext), field=field) from failure
    return StoredFile(media_type, hashlib.sha256(data).hexdigest(), key, len(data), pages)
