"""What cleaning a photograph costs, one of 12 megapixels and one that the tablet has shrunk before, against the best plain
Pillow can do with the same file.

Run from the project's folder: ``.venv/bin/python -m benchmarks.photos``. The goal is at most 1.15 times; the two
take turns in one run, so that what else the machine does strikes both.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from aftersales.gateways import pictures

PROJECT = Path(__file__).resolve().parents[1]
GOAL = 1.15
TURNS = 15


def twelve_megapixels() -> bytes:
    """A photograph enlarged to 4032 x 3024, lying on its side as telephones store it."""
    shared = PROJECT.parent / "shared" / "photos" / "exif" / "landscape_6.jpg"
    source = shared if shared.exists() else PROJECT / "aftersales" / "sample" / "pictures" / "front.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    with Image.open(source) as image:
        image.convert("RGB").resize((4032, 3024)).save(target, "JPEG", quality=92, exif=exif)
    return target.getvalue()


def shrunk() -> bytes:
    """The same photograph as the tablet sends it: 2000 px, upright."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(twelve_megapixels())) as image:
        photo = ImageOps.exif_transpose(image)
        photo.thumbnail((2000, 2000))
        photo.save(target, "JPEG", quality=85, exif=b"")
    return target.getvalue()


def plain(data: bytes) -> tuple[bytes, bytes]:
    """The shortest way to an upright picture of 2000 px and its thumbnail, with no look at what it is."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (2000, 1500))
        image.thumbnail((2000, 2000), reducing_gap=2.0)
        photo = ImageOps.exif_transpose(image)
    kept, thumb = io.BytesIO(), io.BytesIO()
    photo.save(kept, "JPEG", quality=82, exif=b"")
    photo.thumbnail((400, 400), reducing_gap=2.0)
    photo.save(thumb, "JPEG", quality=82, exif=b"")
    return kept.getvalue(), thumb.getvalue()


def seconds(work: Callable[[bytes], object], data: bytes) -> float:
    start = time.process_time()
    work(data)
    return time.process_time() - start


def compare(what: str, data: bytes) -> float:
    """Print what a photo costs us and plain Pillow, and return the ratio."""
    ours, floor = [], []
    for _ in range(TURNS):
        floor.append(seconds(plain, data))
        ours.append(seconds(pictures.clean_photo, data))
    mine, plainly = statistics.median(ours), statistics.median(floor)
    print(
        f"{what}, {len(data) / 1e6:.1f} MB: ours {mine * 1000:.0f} ms, {1 / mine:.1f} photos per second and core; "
        f"plain {plainly * 1000:.0f} ms, {mine / plainly:.2f}x (goal {GOAL}x)"
    )
    return mine / plainly


def main() -> int:
    ratios = [compare("12 MP", twelve_megapixels()), compare("shrunk on the tablet", shrunk())]
    return 0 if max(ratios) <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
