"""Search compares text without case, diacritics and needless signs."""

import pytest

from aftersales.domain.folding import digits, folded


@pytest.mark.parametrize(
    ("text", "found_as"),
    [("Łódź", "lodz"), ("Złoty  Kłos", "zloty klos"), ("Müller & Söhne", "muller & sohne"), ("ＷＡＮＧ 王小明", "wang 王小明"),
     ("Straße", "strasse"), ("Đặng", "dang")],
)  # fmt: skip
def test_a_name_is_found_without_its_marks(text: str, found_as: str) -> None:
    assert folded(text) == found_as


def test_a_phone_number_is_its_digits() -> None:
    assert digits("+48 601-234 567") == "48601234567"
