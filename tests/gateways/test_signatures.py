"""A signature drawn on the pad becomes ink on white, cut to its size."""

import hashlib

import pytest
from PIL import Image, ImageDraw

from aftersales.gateways import pictures
from tests.gateways.photographs import read, written
from tests.gateways.test_refused_pictures import png_of


def drawn(size: tuple[int, int] = (600, 240), *, paper: tuple[int, ...] = (0, 0, 0, 0)) -> bytes:
    image = Image.new("RGBA", size, paper)
    pen = ImageDraw.Draw(image)
    pen.line([(100, 150), (160, 60), (200, 160), (260, 100), (400, 140)], fill=(23, 25, 28, 255), width=5)
    return written(image, "PNG")


@pytest.mark.parametrize("paper", [(0, 0, 0, 0), (255, 255, 255, 255)], ids=["see-through", "white"])
def test_it_is_cut_to_its_ink_on_white(paper: tuple[int, ...]) -> None:
    signature = pictures.clean_signature(drawn(paper=paper))
    kept = read(signature.image)
    assert kept.size == (signature.width, signature.height)
    assert signature.width < 340
    assert signature.height < 140
    assert kept.mode == "L"
    assert kept.getpixel((0, 0)) == 255
    assert kept.getextrema()[0] < 40
    assert signature.sha256 == hashlib.sha256(signature.image).hexdigest()


def test_an_empty_pad_is_refused_with_what_to_do() -> None:
    for paper in ((0, 0, 0, 0), (255, 255, 255, 255)):
        with pytest.raises(pictures.PictureRefused, match="type the name instead") as refusal:
            pictures.clean_signature(written(Image.new("RGBA", (600, 240), paper), "PNG"))
        assert refusal.value.reason == "blank"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "empty"),
        (png_of(3000, 3000), "too_large"),
        (written(Image.new("RGB", (600, 240)), "JPEG"), "wrong_kind"),
        (b"<svg onload='alert(1)'/>", "wrong_kind"),
        (drawn()[:200], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 600_000, "too_heavy"),
    ],
    ids=["nothing", "large", "JPEG", "SVG", "half", "heavy"],
)
def test_what_is_no_signature_is_refused(sent: bytes, reason: str) -> None:
    with pytest.raises(pictures.PictureRefused) as refusal:
        pictures.clean_signature(sent)
    assert refusal.value.reason == reason


def test_a_very_large_one_is_made_smaller() -> None:
    image = Image.new("RGBA", (2400, 1200), "white")
    ImageDraw.Draw(image).line([(50, 50), (2300, 1100)], fill="black", width=9)
    signature = pictures.clean_signature(written(image, "PNG"))
    assert max(signature.width, signature.height) == 1200


def test_words_hidden_in_the_file_are_dropped() -> None:
    assert b"secret" not in pictures.clean_signature(drawn() + b"secret").image
