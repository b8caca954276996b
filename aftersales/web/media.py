"""Photos and signatures from a form, made clean and stored before any transaction opens; and stored files sent back."""

import json
import re
import secrets
from typing import Any, BinaryIO

from flask import Response, current_app, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.wsgi import wrap_file

from aftersales import config
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.documents.models import SignatureMethod
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound
from aftersales.gateways import clips, codes, pictures, storage
from aftersales.gateways.wording import Failure
from aftersales.i18n import gettext
from aftersales.web import session, tablets

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MAX_STROKES = 400_000
LARGEST_CLIP = clips.MAX_BYTES + 1_000_000
"""A posted recording with its form."""


def store() -> storage.Storage:
    """The store of photos and documents, made once per process."""
    if "aftersales.storage" not in current_app.extensions:
        settings = config.current()
        current_app.extensions["aftersales.storage"] = storage.from_url(settings.media_url)
    kept: storage.Storage = current_app.extensions["aftersales.storage"]
    return kept


def has_file(name: str = "photo") -> bool:
    """Whether the form came with a file of this name; browsers send an empty part for an unused input."""
    file = request.files.get(name)
    return file is not None and bool(file.filename)


def receive_photo(name: str = "photo") -> StoredPhoto:
    """The form's photo: cleaned (upright, no location, 2000 px), stored, with its thumbnail.

    ``photo_id`` is the id made on the tablet and ``taken_at`` (ISO) its time; without script both are made here.
    Refuses with :class:`Invalid`, whose sentence says what to do.
    """
    file = request.files.get(name)
    if file is None:
        raise Invalid(gettext("Choose a photo first."), field=name)
    return keep_photo(
        file, client_id=request.form.get("photo_id", ""), taken_at=request.form.get("taken_at", "")
    )


def keep_photo(file: FileStorage | BinaryIO, *, client_id: str = "", taken_at: str = "") -> StoredPhoto:
    """Clean and store one photo. See :func:`receive_photo`."""
    try:
        photo = pictures.clean_photo(file.read())
        key = storage.key_of(photo.image, "jpg")
        thumb_key = storage.key_of(photo.thumb, "jpg")
        store().put(key, photo.image, photo.media_type)
        store().put(thumb_key, photo.thumb, photo.media_type)
    except Failure as failure:
        raise Invalid(failure.told(gettext), field="photo") from failure
    return StoredPhoto(
        client_id=client_id if _CLIENT_ID.fullmatch(client_id) else secrets.token_hex(16),
        media_type=photo.media_type,
        sha256=photo.sha256,
        storage_key=key,
        thumb_key=thumb_key,
        width=photo.width,
        height=photo.height,
        size=len(photo.image),
        taken_at=tablets.corrected(taken_at),
    )


def clip_limits() -> clips.Limits:
    """The recordings that the person's site accepts."""
    person = session.person()
    return clips.Limits(
        seconds=person.setting("clips.seconds"),
        video_bytes=min(person.setting("clips.video_megabytes") * 1_000_000, clips.MAX_BYTES),
        sound_bytes=min(person.setting("clips.sound_megabytes") * 1_000_000, clips.MAX_BYTES),
    )


def receive_clip(limits: clips.Limits, name: str = "clip") -> tuple[StoredPhoto, int]:
    """The form's video or sound: written anew without location, stored; and its length in seconds.

    ``submission_id`` is the id made on the tablet. Refuses with :class:`Invalid`, whose sentence says what to do.
    """
    file = request.files.get(name)
    if file is None or not file.filename:
        raise Invalid(gettext("Choose a recording first."), field=name)
    try:
        clip = clips.clean_clip(file.read(), limits)
        key = storage.key_of(clip.data, clip.extension)
        store().put(key, clip.data, clip.media_type)
    except Failure as failure:
        raise Invalid(failure.told(gettext), field=name) from failure
    client_id = request.form.get("submission_id", "")
    return StoredPhoto(
        client_id=client_id if _CLIENT_ID.fullmatch(client_id) else secrets.token_hex(16),
        media_type=clip.media_type,
        sha256=clip.sha256,
        storage_key=key,
        thumb_key=key,
        width=clip.width,
        height=clip.height,
        size=len(clip.data),
        taken_at=tablets.corrected(request.form.get("taken_at", "")),
    ), clip.seconds


def send_clip(clip: Attachment) -> Response:
    """A stored recording, or the part of it that the player asks for."""
    try:
        file = store().open(clip.storage_key)
    except storage.NotStored as failure:
        current_app.logger.error("%s", failure)
        raise NotFound(
            gettext("This file is missing from the store. Ask an administrator to restore it.")
        ) from failure
    response = Response(wrap_file(request.environ, file), mimetype=clip.media_type, direct_passthrough=True)
    response.content_length = clip.size
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.set_etag(clip.sha256)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=clip.size)
    return response


def read_codes(name: str = "photo") -> list[str]:
    """The texts of the bar codes on the form's photo, which is not kept. Refuses with :class:`Invalid`."""
    file = request.files.get(name)
    if file is None or not file.filename:
        raise Invalid(gettext("Choose a photo first."), field=name)
    try:
        return codes.read(file.read())
    except Failure as failure:
        raise Invalid(failure.told(gettext), field=name) from failure


def receive_signature(name: str = "signature", *, language: str) -> Evidence:
    """The form's signature: drawn (PNG and strokes as file parts) or typed; the name stands in both cases."""
    drawn, strokes = "", []
    if has_file(f"{name}_png"):
        try:
            picture = pictures.clean_signature(request.files[f"{name}_png"].read())
            drawn = storage.key_of(picture.image, "png")
            store().put(drawn, picture.image, picture.media_type)
        except Failure as failure:
            raise Invalid(failure.told(gettext), field=name) from failure
        strokes = _strokes(request.files.get(f"{name}_strokes"))
    return Evidence(
        typed_name=request.form.get(f"{name}_name", "").strip(),
        method=SignatureMethod.DRAWN if drawn else SignatureMethod.TYPED,
        strokes=strokes,
        picture_key=drawn,
        relation=request.form.get(f"{name}_relation", "").strip()[:60],
        identified_by=request.form.get(f"{name}_identified_by", "").strip()[:120],
        language=language,
        address=request.remote_addr or "",
        device=(request.user_agent.string or "")[:200],
    )


def send_stored(key: str, media_type: str, *, name: str = "", download: bool = False) -> Response:
    """A stored file. Its key is its content's digest, so a private cache may keep it.

    One that is lost from the store is not found, and the log says which.
    """
    try:
        file = store().open(key)
    except storage.NotStored as failure:
        current_app.logger.error("%s", failure)
        raise NotFound(
            gettext("This file is missing from the store. Ask an administrator to restore it.")
        ) from failure
    response = send_file(file, mimetype=media_type, download_name=name or None, as_attachment=download)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _strokes(file: FileStorage | None) -> list[Any]:
    if file is None:
        return []
    data = file.stream.read(_MAX_STROKES + 1)
    if len(data) > _MAX_STROKES:
        raise Invalid(gettext("The signature is too long. Clear it and sign again."), field="signature")
    try:
        strokes = json.loads(data or b"[]")
    except ValueError as error:
        raise Invalid(
            gettext("The signature arrived damaged. Clear it and sign again."), field="signature"
        ) from error
    return strokes if isinstance(strokes, list) else []
