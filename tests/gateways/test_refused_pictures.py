"""What is no photograph is refused with the exact reason, and costs little memory."""

import io
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from struct import pack

import pytest
from PIL import Image

from aftersales.gateways import pictures
from aftersales.gateways.pictures import PictureRefused
from tests.gateways.photographs import PROJECT, own, read, written


def _chunk(name: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, *, bits: int = 1) -> bytes:
    """A PNG that states this size; one grey bit a pixel, so that the file stays tiny."""
    row = b"\0" + b"\0" * (-(-width * bits // 8))
    packer = zlib.compressobj(9)
    lines = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("photo.jpg", own())
    return target.getvalue()


def _jpeg_header_of(width: int, height: int) -> bytes:
    """A real JPEG whose header was changed to another size."""
    data = bytearray(written(Image.new("RGB", (64, 64)), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = pack(">HH", height, width)
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing at all": (lambda: b"", "empty"),
    "a bomb of 144 megapixels in 18 kB": (lambda: png_of(12000, 12000), "too_large"),
    "a bomb that Pillow itself warns of": (lambda: png_of(30000, 30000), "too_large"),
    "a PNG with no size": (lambda: png_of(0, 0), "damaged"),
    "a PNG of one pixel": (lambda: png_of(1, 1), "too_small"),
    "a strip": (lambda: png_of(4000, 20), "too_narrow"),
    "a JPEG header of 65500 x 65500": (lambda: _jpeg_header_of(65500, 65500), "too_large"),
    "a JPEG header of no height": (lambda: _jpeg_header_of(64, 0), "damaged"),
    "half a JPEG": (lambda: own()[: len(own()) // 2], "damaged"),
    "the first bytes of a JPEG": (lambda: own()[:3], "damaged"),
    "half a PNG": (lambda: written(read(own()), "PNG")[:5000], "damaged"),
    "half a WebP": (lambda: written(read(own()), "WEBP")[:3000], "damaged"),
    "a PNG with a wrong checksum": (lambda: png_of(64, 64).replace(b"IDAT", b"IDAU"), "damaged"),
    "HTML behind the first bytes of a JPEG": (lambda: b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "damaged"),
    "HTML named photo.jpg": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", "wrong_kind"),
    "SVG with a script": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "wrong_kind"),
    "SVG behind an XML head": (lambda: b"<?xml version='1.0'?><!-- x --><svg/>", "wrong_kind"),
    "GIF": (lambda: written(Image.new("P", (64, 64)), "GIF"), "wrong_kind"),
    "BMP": (lambda: written(Image.new("RGB", (64, 64)), "BMP"), "wrong_kind"),
    "TIFF": (lambda: written(Image.new("RGB", (64, 64)), "TIFF"), "wrong_kind"),
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj", "wrong_kind"),
    "a ZIP of a photo": (_zip, "wrong_kind"),
    "a ZIP with a GIF before it": (lambda: written(Image.new("P", (64, 64)), "GIF") + _zip(), "wrong_kind"),
    "a video": (lambda: b"\0\0\0\x18ftypmp42" + b"\0" * 64, "wrong_kind"),
    "a program": (lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 64, "not_a_picture"),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not_a_picture"),
    "an icon": (lambda: written(Image.new("RGBA", (64, 64)), "ICO"), "not_a_picture"),
    "words": (lambda: "zażółć gęślą jaźń".encode(), "not_a_picture"),
    "too many bytes": (lambda: b"\xff\xd8\xff" + b"\0" * pictures.MAX_BYTES, "too_heavy"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_the_exact_reason(name: str) -> None:
    make, reason = HOSTILE[name]
    with pytest.raises(PictureRefused) as refusal:
        pictures.clean_photo(make())
    assert refusal.value.reason == reason
    sentence = refusal.value.sentence
    assert sentence.endswith("."), "a refusal is a sentence"
    assert any(verb in sentence for verb in ("Send", "Take", "take", "Choose")), "that says what to do"


def test_the_sentence_names_what_was_sent_instead() -> None:
    with pytest.raises(PictureRefused, match="This is a GIF file"):
        pictures.clean_photo(HOSTILE["GIF"][0]())


def test_the_sentence_can_be_put_into_the_readers_language() -> None:
    with pytest.raises(PictureRefused) as refusal:
        pictures.clean_photo(HOSTILE["GIF"][0]())
    catalogue = {"This is a %(kind)s file. Send a photo as JPEG, PNG or WebP.": "To jest plik %(kind)s."}
    assert refusal.value.told(catalogue.__getitem__) == "To jest plik GIF."


def test_huge_notes_of_the_camera_do_no_harm() -> None:
    sent = own()
    notes = b"".join(b"\xff\xe1" + pack(">H", 65535) + b"Exif\0\0" + b"\xff" * 65527 for _ in range(60))
    photo = pictures.clean_photo(sent[:2] + notes + sent[2:])
    assert len(photo.image) < 200_000


def test_bytes_changed_at_random_are_refused_or_neutralised() -> None:
    """200 photographs with bytes broken at random: each is a picture or a refusal, nothing else."""
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    small = read(own()).resize((160, 120))
    sources = [written(small, kind) for kind in ("JPEG", "PNG", "WEBP")]
    ends = {"kept": 0, "refused": 0}
    for turn in range(200):
        broken = bytearray(sources[turn % 3])
        for _ in range(chance.randrange(1, 12)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read(pictures.clean_photo(bytes(broken)).image)
            ends["kept"] += 1
        except PictureRefused:
            ends["refused"] += 1
    assert ends["refused"] > 20
    assert ends["kept"] > 20


_MEASURE = """
import resource, sys
from aftersales.gateways import pictures
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = sys.stdin.buffer.read()
try:
    pictures.clean_photo(data)
    print("kept")
except pictures.PictureRefused as refusal:
    print(refusal.reason)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) // 1024)
"""


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda: png_of(12000, 12000), "too_large"),
        (lambda: png_of(5000, 5000, bits=8), "kept"),
        (lambda: written(Image.new("RGBA", (5000, 5000)), "PNG"), "kept"),
        (lambda: written(Image.new("RGB", (5000, 5000)), "WEBP"), "kept"),
        (lambda: written(Image.new("RGB", (8900, 6700)), "JPEG"), "kept"),
        (lambda: written(Image.new("RGB", (8900, 6700)), "JPEG", progressive=True), "kept"),
    ],
    ids=["bomb", "grey PNG", "clear PNG", "WebP", "60 MP JPEG", "60 MP progressive JPEG"],
)
def test_the_largest_that_is_taken_needs_less_than_300_mb(make: Callable[[], bytes], end: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _MEASURE], input=make(), capture_output=True, check=True, cwd=PROJECT
    )
    said, megabytes = run.stdout.decode().split()
    assert said == end
    assert int(megabytes) < 300
