"""Turns uploaded video and sound into clips that are safe to keep and to show, or says exactly why not.

What is stored is never the file that was sent: the picture and sound of it are copied, packet by packet and without
loss, into a new container that holds nothing else. So location, device names, further tracks and whatever was hidden
beside them stay outside.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError

from aftersales.gateways.wording import N_, Failure

MAX_BYTES = 100_000_000
"""More than any site may allow; the site's own limits come with each call."""
_MAX_PIXELS = 4096 * 2304

_MP4_VIDEO, _WEBM_VIDEO = {"h264", "hevc", "mpeg4"}, {"vp8", "vp9", "av1"}
_SOUND = {"aac", "mp3", "opus", "vorbis", "pcm_s16le"}
_MEDIA_TYPES = {
    "mp4": ("video/mp4", "mp4"),
    "webm": ("video/webm", "webm"),
    "ipod": ("audio/mp4", "m4a"),
    "webm sound": ("audio/webm", "weba"),
    "ogg": ("audio/ogg", "ogg"),
    "mp3": ("audio/mpeg", "mp3"),
    "wav": ("audio/wav", "wav"),
}


class ClipRefused(Failure):
    """The bytes are no clip that we keep; the sentence says what to do instead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a site accepts."""

    seconds: int = 60
    video_bytes: int = 50_000_000
    sound_bytes: int = 10_000_000


@dataclass(frozen=True, slots=True)
class CleanClip:
    """A clip ready to be stored. ``sha256`` is the digest of ``data``; sound has no width and height."""

    data: bytes
    media_type: str
    extension: str
    seconds: int
    width: int
    height: int
    sha256: str


def clean_clip(source: bytes, limits: Limits) -> CleanClip:
    """Read an uploaded video or sound recording and write it anew.

    Refuses with :class:`ClipRefused`: empty, no MP4, WebM, MP3, Ogg or WAV, damaged or cut off, without picture and
    sound that browsers play, longer or heavier than ``limits``.
    """
    if not source:
        raise ClipRefused("empty", N_("The file is empty. Record it again, then send it."))
    if len(source) > min(MAX_BYTES, max(limits.video_bytes, limits.sound_bytes)):
        raise _too_heavy(limits.video_bytes)
    reader = _reader_of(source)
    try:
        with av.open(io.BytesIO(source), "r", format=reader, metadata_errors="ignore") as container:
            return _copied(container, reader, len(source), limits)
    except (FFmpegError, ValueError, OverflowError, EOFError) as error:
        raise ClipRefused(
            "damaged",
            N_("The recording is damaged or was cut off on its way. Record it again, then send it."),
        ) from error


def _reader_of(data: bytes) -> str:
    """The one reader that is tried, by how the file begins: none that could open other files or addresses."""
    if data[4:8] == b"ftyp":
        return "mov"
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if data.startswith(b"OggS"):
        return "ogg"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "wav"
    if data.startswith(b"ID3") or (
        data[0] == 0xFF and len(data) > 1 and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6)
    ):
        return "mp3"
    raise ClipRefused(
        "wrong_kind", N_("This file is no video or sound that we can play. Send MP4, WebM, MP3, Ogg or WAV.")
    )


def _copied(container: InputContainer, reader: str, size: int, limits: Limits) -> CleanClip:
    video = next((stream for stream in container.streams.video if _is_moving(stream)), None)
    sound = next(iter(container.streams.audio), None)
    kind = _target_of(video, sound, reader)
    if video is None and size > limits.sound_bytes:
        raise _too_heavy(limits.sound_bytes)
    if video is not None and video.width * video.height > _MAX_PIXELS:
        raise ClipRefused("too_large", N_("The video's picture is too large. Record it in Full HD."))
    target = io.BytesIO()
    ends: list[float] = []
    with av.open(target, "w", format=kind.split()[0]) as output:
        copies = {}
        for stream in (video, sound):
            if stream is not None:
                copies[stream.index] = copy = output.add_stream_from_template(stream)
                copy.metadata.clear()
        first: dict[int, int] = {}
        for packet in container.demux([stream for stream in (video, sound) if stream is not None]):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            first.setdefault(packet.stream.index, packet.pts)
            at = (packet.pts - first[packet.stream.index] + (packet.duration or 0)) * packet.time_base
            if at > limits.seconds + 1:
                raise ClipRefused(
                    "too_long",
                    N_("The recording is longer than %(limit)d seconds. Record a shorter one."),
                    limit=limits.seconds,
                )
            ends.append(float(at))
            packet.stream = copies[packet.stream.index]
            output.mux(packet)
    if not ends:
        raise ClipRefused("nothing", N_("Nothing is on the recording. Record it again."))
    data = target.getvalue()
    _look_into(data, _reader_of(data))
    media_type, extension = _MEDIA_TYPES[kind]
    return CleanClip(
        data=data,
        media_type=media_type,
        extension=extension,
        seconds=max(1, round(max(ends))),
        width=video.width if video is not None else 0,
        height=video.height if video is not None else 0,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _is_moving(stream: Any) -> bool:
    """Not the cover picture of a song."""
    return not stream.disposition & av.stream.Disposition.attached_pic


def _target_of(video: Any, sound: Any, reader: str) -> str:
    """The container into which this picture and sound go."""
    seen = video.codec_context.name if video is not None else ""
    heard = sound.codec_context.name if sound is not None else ""
    seen = {"libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}.get(seen, seen)
    heard = {"libopus": "opus", "libvorbis": "vorbis", "mp3float": "mp3"}.get(heard, heard)
    if (heard and heard not in _SOUND) or not (seen or heard):
        raise _unknown()
    if seen in _WEBM_VIDEO and heard in ("", "opus", "vorbis"):
        return "webm"
    if seen in _MP4_VIDEO | {"av1"} and heard in ("", "aac", "mp3", "opus"):
        return "mp4"
    if seen:
        raise _unknown()
    if heard == "aac":
        return "ipod"
    if heard == "mp3":
        return "mp3"
    if heard == "pcm_s16le":
        return "wav"
    return "webm sound" if reader == "matroska" else "ogg"


def _look_into(data: bytes, reader: str) -> None:
    """The beginning of what was written can be decoded: a promise in a header is not enough."""
    with av.open(io.BytesIO(data), "r", format=reader) as written:
        for stream in (*written.streams.video[:1], *written.streams.audio[:1]):
            written.seek(0)
            if next(written.decode(stream), None) is None:
                raise ClipRefused("nothing", N_("Nothing is on the recording. Record it again."))


def _unknown() -> ClipRefused:
    return ClipRefused(
        "wrong_kind",
        N_("Browsers cannot play this recording. Record it on the tablet, or send MP4 (H.264) or MP3."),
    )


def _too_heavy(limit: int) -> ClipRefused:
    return ClipRefused(
        "too_heavy",
        N_("The recording is larger than %(limit)s MB. Record a shorter one."),
        limit=f"{limit / 1_000_000:g}",
    )
