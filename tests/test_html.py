"""The checking client finds what it promises to find."""

import pytest

from tests.html import HtmlError, check

PAGE = (
    '<!doctype html><html lang="en"><head><title>Orders</title></head><body><h1>Orders</h1>{}</body></html>'
)


def test_a_sound_page_passes() -> None:
    html = check(PAGE.format('<form action="/x" method="post"><input type="hidden" name="csrf_token" value="t">'
                             '<label>Plate <input name="plate"></label></form>'), "GET /")  # fmt: skip
    assert html.is_page


def test_a_part_may_be_a_table_row() -> None:
    assert not check('<tr id="line-1"><td>Oil filter</td></tr>', "GET /").is_page


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p><div></p>", "does not parse"),
        ("<h1>Again</h1>", "2 h1"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' more than once"),
        ('<form action="/x" method="post"></form>', "without the CSRF token"),
        ('<form method="get"></form>', "without an action"),
        ('<input name="plate">', "without a label"),
        ('<img src="/car.svg">', "without alt"),
        ('<button type="submit"></button>', "button without a name"),
        ('<a href="/x"><svg></svg></a>', "a without a name"),
        ('<p style="color:red"></p>', "style= on p"),
        ('<p onclick="x()"></p>', "onclick= on p"),
        ("<script>x()</script>", "inline script"),
    ],
)
def test_a_fault_is_named(body: str, words: str) -> None:
    with pytest.raises(HtmlError, match=words):
        check(PAGE.format(body), "GET /")


def test_a_page_needs_title_and_language() -> None:
    with pytest.raises(HtmlError) as found:
        check("<!doctype html><html><head></head><body><h1>Orders</h1></body></html>", "GET /")
    assert "has no title" in str(found.value)
    assert "does not say its language" in str(found.value)
