"""A photograph that was uploaded becomes one that is kept."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from aftersales.gateways import pictures
from tests.gateways.photographs import own, read, real_photographs, shared, written

ORIENTATION, GPS = 0x0112, 0x8825


def _corners() -> Image.Image:
    """White, with red at the top left and blue at the top right."""
    image = Image.new("RGB", (120, 80), "white")
    image.paste((220, 0, 0), (0, 0, 40, 30))
    image.paste((0, 0, 220), (80, 0, 120, 30))
    return image


def _is_close(one: Image.Image, other: Image.Image) -> bool:
    difference = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB")))
    return max(difference.mean) < 6


@pytest.mark.parametrize("path", real_photographs(), ids=lambda path: path.name)
def test_a_real_photograph_is_kept_upright_small_and_bare(path: Path) -> None:
    """CHK-3: shrunk, upright, location removed, kept with its digest."""
    photo = pictures.clean_photo(path.read_bytes())
    kept, thumb = read(photo.image), read(photo.thumb)
    assert kept.size == (photo.width, photo.height)
    assert max(kept.size) <= 2000
    assert max(thumb.size) <= 400
    assert kept.format == thumb.format == "JPEG"
    assert kept.mode == "RGB"
    assert photo.media_type == "image/jpeg"
    assert photo.sha256 == hashlib.sha256(photo.image).hexdigest()
    for picture in (kept, thumb):
        assert not dict(picture.getexif())
        assert not {"comment", "exif", "icc_profile", "xmp"} & set(picture.info)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_way_of_holding_the_camera_comes_out_upright(orientation: int) -> None:
    """CHK-3: upright."""
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    upright = _corners()
    held = upright.transpose(turned[orientation]) if orientation in turned else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for kind in ("JPEG", "PNG", "WEBP"):
        kept = read(pictures.clean_photo(written(held, kind, exif=exif)).image)
        assert kept.size == upright.size
        assert _is_close(kept, upright), kind


@pytest.mark.parametrize("name", ["landscape", "portrait"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_photographs_of_one_scene_look_alike_however_the_camera_was_held(name: str, orientation: int) -> None:
    """CHK-3: upright."""
    first = read(pictures.clean_photo(shared(f"exif/{name}_1.jpg")).thumb)
    other = read(pictures.clean_photo(shared(f"exif/{name}_{orientation}.jpg")).thumb)
    assert first.size == other.size
    difference = ImageStat.Stat(ImageChops.difference(first.convert("L"), other.convert("L")))
    assert difference.mean[0] < 40, "the scene stands on another side"


def _placed(image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (50.0, 3.0, 41.0), 3: "E", 4: (19.0, 56.0, 14.0)})
    return written(image, "JPEG", exif=exif)


@pytest.mark.parametrize("taken", ["by a telephone", "here"])
def test_the_place_where_it_was_taken_is_removed(taken: str) -> None:
    """CHK-3: location data removed."""
    sent = shared("formats/gps.jpg") if taken == "by a telephone" else _placed(read(own()))
    assert dict(read(sent).getexif().get_ifd(GPS)), "the photograph for this test must have a location"
    photo = pictures.clean_photo(sent)
    for kept in (photo.image, photo.thumb):
        assert b"GPS" not in kept
        assert b"Exif" not in kept
        assert not dict(read(kept).getexif().get_ifd(GPS))


def test_an_iphone_photograph_is_read_where_its_reader_is_installed() -> None:
    """CHK-3: location data removed, also from HEIC."""
    sent = shared("formats/iphone_gps.heic")
    if not pictures.reads_heic:
        with pytest.raises(pictures.PictureRefused, match="Most compatible"):
            pictures.clean_photo(sent)
        return
    photo = pictures.clean_photo(sent)
    assert max(photo.width, photo.height) == 2000
    assert not dict(read(photo.image).getexif())


def test_comments_and_metadata_of_the_sender_are_dropped() -> None:
    exif = Image.Exif()
    exif[0x010E] = "licence plate of the neighbour"
    sent = written(_corners(), "JPEG", comment=b"secret words", exif=exif, xmp=b"<x>more secret words</x>")
    photo = pictures.clean_photo(sent)
    assert b"secret" in sent
    assert b"secret" not in photo.image + photo.thumb
    assert b"neighbour" not in photo.image + photo.thumb


def test_what_hides_behind_a_picture_is_dropped() -> None:
    hidden = own() + b"PK\x03\x04 archive <script>alert(1)</script>"
    photo = pictures.clean_photo(hidden)
    assert b"<script>" not in photo.image + photo.thumb
    assert b"PK\x03\x04" not in photo.image + photo.thumb


def test_a_twelve_megapixel_photograph_becomes_two_thousand_pixels_long() -> None:
    """CHK-3: shrunk."""
    photo = pictures.clean_photo(written(read(own()).resize((4032, 3024)), "JPEG"))
    assert (photo.width, photo.height) == (2000, 1500)
    assert read(photo.thumb).size == (400, 300)


def test_a_small_photograph_is_not_made_larger() -> None:
    photo = pictures.clean_photo(written(_corners(), "JPEG"))
    assert (photo.width, photo.height) == (120, 80)


def test_colours_of_another_space_are_turned_into_srgb() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    for kind in ("JPEG", "PNG", "WEBP"):
        sent = written(Image.new("RGB", (64, 64), (250, 0, 0)), kind, icc_profile=swapped)
        kept = read(pictures.clean_photo(sent).image)
        red, _, blue = kept.getpixel((32, 32))
        assert "icc_profile" not in kept.info
        assert blue > 240, "what its own profile calls red is blue"
        assert red < 60


def test_a_broken_colour_profile_or_broken_notes_do_not_cost_the_photograph() -> None:
    for options in (
        {"icc_profile": b"nonsense" * 40},
        {"exif": b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 60},
    ):
        photo = pictures.clean_photo(written(_corners(), "JPEG", **options))
        assert _is_close(read(photo.image), _corners())


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_is_read(mode: str) -> None:
    light = Image.new("L", (64, 48), 200)
    image = Image.new("I;16", (64, 48), 200 * 256) if mode == "I;16" else light.convert("RGB").convert(
        {"LA": "L"}.get(mode, mode)
    ).convert(mode)  # fmt: skip
    kept = read(pictures.clean_photo(written(image, "JPEG" if mode == "CMYK" else "PNG")).image)
    assert kept.mode == "RGB"
    tone = ImageStat.Stat(kept).mean[0]
    assert tone > 190, f"{mode} became {tone}"


def test_what_is_see_through_becomes_white() -> None:
    kept = read(pictures.clean_photo(written(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")).image)
    assert kept.getpixel((32, 32)) == (255, 255, 255)


def test_the_same_photograph_gives_the_same_bytes() -> None:
    assert pictures.clean_photo(own()) == pictures.clean_photo(own())


def test_a_file_object_is_read_as_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(own())
    with path.open("rb") as file:
        assert pictures.clean_photo(file) == pictures.clean_photo(own())
