"""What cleaning a 12-megapixel photograph costs, against the best plain Pillow can do with the same file.

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


def main() -> int:
    data = twelve_megapixels()
    ours, floor = [], []
    for _ in range(TURNS):
        floor.append(seconds(plain, data))
        ours.append(seconds(pictures.clean_photo, data))
    ratio = statistics.median(ours) / statistics.median(floor)
    print(
        f"{len(data) / 1e6:.1f} MB, 12 MP: ours {statistics.median(ours) * 1000:.0f} ms, "
        f"plain {statistics.median(floor) * 1000:.0f} ms, {ratio:.2f}x (goal {GOAL}x)"
    )
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
