"""Where the tests take their photographs from: ``../shared/photos`` beside the checkout, else the project's own."""

import io
from pathlib import Path

import pytest
from PIL import Image

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared" / "photos"
OWN = PROJECT / "aftersales" / "sample" / "pictures"


def real_photographs() -> list[Path]:
    """Photographs taken with real cameras where the shared ones are at hand, else the project's rendered ones."""
    shared = sorted([*SHARED.glob("cars/*.jpg"), *SHARED.glob("exif/*.jpg"), *SHARED.glob("formats/*.*")])
    return [path for path in shared if path.suffix != ".heic"] or sorted(OWN.glob("*.jpg"))


def shared(name: str) -> bytes:
    """One shared photograph by name; the test is left out, and says so, where it is not there."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout")
    return path.read_bytes()


def own(name: str = "front.jpg") -> bytes:
    return (OWN / name).read_bytes()


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def read(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
