"""Clips: what tablets record comes out clean and playable; everything else is refused with the exact reason."""

import io

import av
import pytest

from aftersales.gateways.clips import ClipRefused, Limits, clean_clip
from tests.gateways.photographs import OWN
from tests.gateways.recordings import recording

PLAYED = [
    ("mp4", "libx264", "aac", "video/mp4"),
    ("mp4", "libx264", "", "video/mp4"),
    ("mov", "libx264", "aac", "video/mp4"),
    ("webm", "libvpx", "libopus", "video/webm"),
    ("webm", "libvpx-vp9", "libopus", "video/webm"),
    ("webm", "", "libopus", "audio/webm"),
    ("ogg", "", "libopus", "audio/ogg"),
    ("ipod", "", "aac", "audio/mp4"),
    ("mp3", "", "libmp3lame", "audio/mpeg"),
    ("wav", "", "pcm_s16le", "audio/wav"),
]


@pytest.mark.parametrize(("kind", "picture", "sound", "media_type"), PLAYED)
def test_what_tablets_record_is_kept_without_location(
    kind: str, picture: str, sound: str, media_type: str
) -> None:
    """CHK-8: picture and sound only, and they can still be decoded to their end."""
    source = recording(kind, picture, sound)
    clip = clean_clip(source, Limits())
    assert (clip.media_type, clip.seconds) == (media_type, 2)
    assert (clip.width, clip.height) == ((64, 48) if picture else (0, 0))
    for trace in (b"Marta", b"50.0614"):
        assert trace not in clip.data
    assert b"Marta" in source
    with av.open(io.BytesIO(clip.data)) as written:
        assert len(written.streams) == bool(picture) + bool(sound)
        assert sum(1 for _ in written.decode()) >= 15


def test_a_clip_that_was_cleaned_once_is_clean_again() -> None:
    once = clean_clip(recording(), Limits())
    assert clean_clip(once.data, Limits()).seconds == once.seconds


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "empty"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "wrong_kind"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "wrong_kind"),
        (b"<html><video src=x>", "wrong_kind"),
        (b"GIF89a" + b"\0" * 100, "wrong_kind"),
        (b"RIFF\x24\0\0\0AVI LIST" + b"\0" * 100, "wrong_kind"),
        (b"\0\0\0\x18ftypmp42" + b"\xff" * 500, "damaged"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 500, "damaged"),
        (b"OggS" + b"\0" * 500, "damaged"),
        (b"ID3" + b"\0" * 500, "damaged"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_reason(source: bytes, reason: str) -> None:
    with pytest.raises(ClipRefused) as refusal:
        clean_clip(source, Limits())
    assert refusal.value.reason == reason


def test_a_photo_or_a_text_in_a_recording_s_clothes_is_refused() -> None:
    for head in (b"\0\0\0\x18ftypisom", b"\x1a\x45\xdf\xa3", b"OggS"):
        for body in ((OWN / "left.jpg").read_bytes(), b"<script>alert(1)</script>" * 50):
            with pytest.raises(ClipRefused):
                clean_clip(head + body, Limits())


def test_an_upload_cut_at_any_point_is_whole_or_refused() -> None:
    source = recording("webm", "libvpx", "libopus")
    for cut in range(1, len(source), 97):
        try:
            clip = clean_clip(source[:cut], Limits())
        except ClipRefused:
            continue
        assert clip.data


def test_too_long_and_too_heavy_is_said_in_figures() -> None:
    """CHK-8: the site's limits."""
    with pytest.raises(ClipRefused, match="2 seconds") as refusal:
        clean_clip(recording(seconds=5), Limits(seconds=2))
    assert refusal.value.reason == "too_long"
    long = recording("wav", "", "pcm_s16le", seconds=2)
    with pytest.raises(ClipRefused, match=r"0\.1 MB"):
        clean_clip(long, Limits(sound_bytes=100_000))
    with pytest.raises(ClipRefused, match=r"0\.001 MB"):
        clean_clip(recording(), Limits(video_bytes=1_000, sound_bytes=1_000))
