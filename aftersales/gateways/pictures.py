"""Turns what was uploaded into pictures that are safe to keep and to show, or says exactly why not.

What is stored is never what was sent: the picture is decoded and written anew, so location, comments, other
metadata and anything hidden behind the picture stay outside. A picture that is refused leaves nothing behind.
"""

import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from aftersales.gateways.wording import N_, Failure

try:
    import pillow_heif
except ImportError:
    # The HEIC reader bundles a GPL encoder and is therefore an optional extra.
    reads_heic = False
else:
    pillow_heif.register_heif_opener()
    reads_heic = True

LONG_EDGE = 2000
"""Not 2048: a 4032 px photo can then be decoded at half its size, which saves most of the time."""
THUMB_EDGE = 400
MAX_BYTES = 40_000_000
MAX_PIXELS = 60_000_000
MAX_PIXELS_UNDRAFTED = 25_000_000
"""For kinds that cannot be decoded at a smaller size: more would take over 300 MB of memory."""
MIN_EDGE = 16
MAX_ASPECT = 20
QUALITY = 82

SIGNATURE_MAX_BYTES = 500_000
SIGNATURE_MAX_PIXELS = 4_000_000
SIGNATURE_LONG_EDGE = 1200
SIGNATURE_MARGIN = 8

_FORMATS = ("JPEG", "PNG", "WEBP", *(("HEIF",) if reads_heic else ()))
_UPRIGHT = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
_ORIENTATION = 0x0112
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise on bytes that are not what their beginning promised."""
_OUR_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_FTYP_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "HEIC"),
    b"avif": "AVIF",
}
_BEGINNINGS = {
    b"gif8": "GIF",
    b"%pdf": "PDF",
    b"pk\x03\x04": "ZIP",
    b"bm": "BMP",
    b"ii*\0": "TIFF",
    b"mm\0*": "TIFF",
    b"<svg": "SVG",
    b"<!doctype html": "HTML",
    b"<html": "HTML",
    b"id3": "MP3",
}
# Pillow's own warning about large pictures would only fill the log: every size is looked at here.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class PictureRefused(Failure):
    """The bytes are not a picture that we keep; the sentence says what to do instead."""


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photograph ready to be stored: upright, sRGB, without metadata. ``sha256`` is the digest of ``image``."""

    image: bytes
    thumb: bytes
    width: int
    height: int
    sha256: str
    media_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class CleanSignature:
    """A drawn signature: a grey PNG on white, cut to its ink. ``sha256`` is the digest of ``image``."""

    image: bytes
    width: int
    height: int
    sha256: str
    media_type: str = "image/png"


def clean_photo(source: bytes | BinaryIO) -> CleanPhoto:
    """Read an uploaded photograph and write it anew, at most 2000 px long, with a thumbnail of 400 px.

    Refuses with :class:`PictureRefused`: empty, too heavy, not JPEG, PNG or WebP (HEIC only where its reader is
    installed), damaged or cut off, more pixels than can be handled, smaller than a photograph can be.
    """
    data = _bytes_of(source, MAX_BYTES)
    with _opened(data, _FORMATS) as image:
        _check_size(image)
        width, height = _fitted(image.size, LONG_EDGE)
        # The box has the picture's own aspect: a square one would rarely let the decoder skip detail.
        image.draft("RGB", (width, height))
        image.load()
        photo = image if max(image.size) <= LONG_EDGE else image.resize((width, height), reducing_gap=2.0)
        photo = _upright(_srgb(_flat(photo), image.info.get("icc_profile")), image)
    thumb = photo.resize(_fitted(photo.size, THUMB_EDGE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    stored = _jpeg(photo)
    return CleanPhoto(
        image=stored,
        thumb=_jpeg(thumb),
        width=photo.width,
        height=photo.height,
        sha256=hashlib.sha256(stored).hexdigest(),
    )


def clean_signature(source: bytes | BinaryIO) -> CleanSignature:
    """Read a signature drawn on the pad and cut it to its ink.

    Refuses with :class:`PictureRefused`: empty, too heavy, not a PNG, damaged, too many pixels, nothing drawn.
    """
    data = _bytes_of(source, SIGNATURE_MAX_BYTES)
    with _opened(data, ("PNG",)) as image:
        if image.width * image.height > SIGNATURE_MAX_PIXELS:
            raise PictureRefused(
                "too_large", N_("The signature is too large. Reload the page, then sign again.")
            )
        image.load()
        ink = _flat(image).convert("L")
    box = ImageOps.invert(ink).point(lambda tone: 255 if tone > 32 else 0).getbbox()
    if box is None:
        raise PictureRefused("blank", N_("Nothing is drawn. Sign in the box, or type the name instead."))
    left, top, right, bottom = box
    ink = ink.crop(
        (
            max(0, left - SIGNATURE_MARGIN),
            max(0, top - SIGNATURE_MARGIN),
            min(ink.width, right + SIGNATURE_MARGIN),
            min(ink.height, bottom + SIGNATURE_MARGIN),
        )
    )
    if max(ink.size) > SIGNATURE_LONG_EDGE:
        ink = ink.resize(_fitted(ink.size, SIGNATURE_LONG_EDGE), Image.Resampling.LANCZOS)
    ink.info = {}
    target = io.BytesIO()
    ink.save(target, "PNG", optimize=True)
    stored = target.getvalue()
    return CleanSignature(stored, ink.width, ink.height, hashlib.sha256(stored).hexdigest())


def _bytes_of(source: bytes | BinaryIO, limit: int) -> bytes:
    data = source if isinstance(source, bytes) else source.read(limit + 1)
    if not data:
        raise PictureRefused("empty", N_("The file is empty. Take the photo again, then send it."))
    if len(data) > limit:
        raise PictureRefused(
            "too_heavy",
            N_("The file is larger than %(limit)s MB. Send a smaller one."),
            limit=f"{limit / 1_000_000:g}",
        )
    return data


@contextmanager
def _opened(data: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """The picture, opened but not decoded; whatever its reader stumbles over becomes a refusal."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            yield image
    except UnidentifiedImageError as error:
        raise _wrong_kind(data, formats) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(MAX_PIXELS) from error
    except _DAMAGED as error:
        raise _damaged() from error


def _check_size(image: Image.Image) -> None:
    """Refuse by the size that the header states, before a byte is decoded."""
    width, height = image.size
    limit = MAX_PIXELS if image.format in {"JPEG", "MPO", "HEIF"} else MAX_PIXELS_UNDRAFTED
    if width * height > limit:
        raise _too_many_pixels(limit)
    if min(width, height) < MIN_EDGE:
        raise PictureRefused(
            "too_small",
            N_("The picture is only %(width)d x %(height)d pixels. Send a photo taken with a camera."),
            width=width,
            height=height,
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise PictureRefused(
            "too_narrow", N_("The picture is a narrow strip. Send a photo taken with a camera.")
        )


def _too_many_pixels(limit: int) -> PictureRefused:
    return PictureRefused(
        "too_large",
        N_("The picture has more than %(limit)d megapixels. Choose a smaller size in the camera's settings."),
        limit=limit // 1_000_000,
    )


def _damaged() -> PictureRefused:
    return PictureRefused(
        "damaged", N_("The picture is damaged or was cut off on its way. Take it again, then send it.")
    )


def _wrong_kind(data: bytes, formats: tuple[str, ...]) -> PictureRefused:
    """Name what was sent instead, so that the sender knows which file it was."""
    if formats == ("PNG",):
        return PictureRefused(
            "wrong_kind", N_("The signature did not arrive as drawn. Reload the page, then sign again.")
        )
    if data.startswith(_OUR_BEGINNINGS):
        return _damaged()
    name = _kind_of(data)
    if name == "HEIC":
        return PictureRefused(
            "heic",
            N_(
                "HEIC photos cannot be read here. Set the camera to “Most compatible” (JPEG), then take it again."
            ),
        )
    if name:
        return PictureRefused(
            "wrong_kind", N_("This is a %(kind)s file. Send a photo as JPEG, PNG or WebP."), kind=name
        )
    return PictureRefused("not_a_picture", N_("This file is not a photo. Send a photo as JPEG, PNG or WebP."))


def _kind_of(data: bytes) -> str:
    """The usual name of a kind that people send by mistake; empty where the beginning tells nothing."""
    if data[4:8] == b"ftyp":
        return _FTYP_BRANDS.get(data[8:12], "video")
    head = data[:512].lstrip().lower()
    for start, name in _BEGINNINGS.items():
        if head.startswith(start):
            return name
    return "SVG" if b"<svg" in head else ""


def _fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """``size`` shrunk in proportion so that its longer side is at most ``edge``."""
    width, height = size
    scale = min(1.0, edge / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _flat(image: Image.Image) -> Image.Image:
    """The picture without transparency: what was see-through is white. CMYK stays, its profile is needed first."""
    if image.mode in {"RGB", "CMYK"}:
        return image
    if "transparency" in image.info or image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        clear = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    if image.mode.startswith("I"):
        # 16-bit grey: Pillow clips instead of scaling.
        return image.convert("I").point(lambda tone: tone / 256).convert("L").convert("RGB")
    return image.convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture's colours in sRGB, since its own profile is not kept. A profile nobody can read counts as none."""
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
                return image
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _upright(photo: Image.Image, original: Image.Image) -> Image.Image:
    """The picture turned as its camera noted. Notes that cannot be read are left aside: the picture itself is whole."""
    try:
        orientation = original.getexif().get(_ORIENTATION)
    except _DAMAGED:
        return photo
    for turn in _UPRIGHT.get(orientation, ()) if isinstance(orientation, int) else ():
        photo = photo.transpose(turn)
    return photo


def _jpeg(image: Image.Image) -> bytes:
    # Pillow would write a comment found in ``info`` back into the new file.
    image.info = {}
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()
