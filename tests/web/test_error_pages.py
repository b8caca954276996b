"""Every error has a page of its own: what happened, and what to do next; for staff and for customers."""

import pytest
from flask import Flask, render_template

from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient, check

PAGES = ("400", "403", "404", "409", "413", "422", "429", "500", "offline")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_customer_gets_a_whole_page_without_doors_into_the_workshop(
    app: Flask, page: str, method: str
) -> None:
    with app.test_request_context("/somewhere", method=method):
        text = render_template(f"errors/{page}.html", sentence="", is_staff=False)
    check(text, page)
    assert 'href="/"' not in text
    assert 'class="rail"' not in text


def test_each_page_has_words_of_its_own(app: Flask) -> None:
    with app.test_request_context("/somewhere"):
        texts = [render_template(f"errors/{page}.html", sentence="", is_staff=False) for page in PAGES]
    titles = {text.split("<title>")[1].split("</title>")[0] for text in texts}
    assert len(titles) == len(PAGES)


def test_the_sentence_of_a_refusal_stands_on_its_page(app: Flask) -> None:
    with app.test_request_context("/somewhere", method="POST"):
        text = render_template("errors/409.html", sentence="The invoice is not paid.", is_staff=False)
    assert "The invoice is not paid." in text


def test_staff_find_the_rail_and_a_search_on_a_page_that_does_not_exist(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).get("/no-such-page")
    assert answer.status_code == 404
    assert 'class="rail"' in answer.text
    assert 'role="search"' in answer.text


def test_a_stranger_gets_neutral_words_for_a_page_that_does_not_exist(client: CheckingClient) -> None:
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "use the link in your message" in answer.text


def test_a_part_that_fails_keeps_the_page_and_sends_a_banner(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).hx_get("/no-such-page")
    assert answer.headers["HX-Reswap"] == "none"
    assert '"banner"' in answer.headers["HX-Trigger"]
