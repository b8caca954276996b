"""Every component as the browser shows it: both themes, tablet, upright tablet and phone."""

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from werkzeug.serving import make_server

from aftersales import config, create_app
from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, PORTRAIT, TABLET, OpenPage
from tests.gallery import blueprint
from tests.servers import free_port

DEVICES = {"tablet": TABLET, "upright": PORTRAIT, "phone": PHONE}
FIRST_LOAD_REQUESTS = 6
LATE_S = 1.2


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the gallery of components."""
    app = create_app(config.load({"AFTERSALES_DATA_DIR": str(tmp_path_factory.mktemp("gallery"))}))
    app.register_blueprint(blueprint)
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def page(open_page: OpenPage, gallery: str, request: pytest.FixtureRequest) -> Page:
    device: dict[str, Any] = getattr(request, "param", TABLET)
    return open_page(**device, base_url=gallery)


@pytest.mark.parametrize("theme", ["light", "bay"])
@pytest.mark.parametrize("page", DEVICES.values(), ids=DEVICES, indirect=True)
def test_components_are_accessible_and_fit_the_screen(page: Page, theme: str) -> None:
    page.goto(f"/_gallery?theme={theme}")
    page.wait_for_load_state("networkidle")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("page", DEVICES.values(), ids=DEVICES, indirect=True)
def test_every_target_is_at_least_48_pixels(page: Page) -> None:
    """On a phone the car's marks are smaller; the lists beside the map lead to the same places."""
    page.goto("/_gallery")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(a, button, input, select, summary)")]
            .filter((element) => innerWidth > 500 || !element.closest(".car"))
            .map((element) => element.closest("label.check, .choice label, .verdict label, .shot-pick") ?? element)
            .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
            .filter(([, box]) => box.width > 1 && (box.width < 47.5 || box.height < 47.5))
            .filter(([html]) => !html.includes('type="password"') && !html.includes('type="hidden"'))
            .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
    )
    assert small == []


@pytest.mark.console("404")
def test_a_page_without_pictures_takes_six_requests_at_first(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/no-such-page")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= FIRST_LOAD_REQUESTS, asked


def test_a_tap_or_enter_on_the_car_opens_the_damage_form_for_that_zone(page: Page) -> None:
    page.goto("/_gallery?theme=light")
    page.locator('.zone[data-zone="hood"]').click(position={"x": 20, "y": 60})
    dialog = page.locator("#light-dialog")
    expect(dialog.locator("[data-zone-name]")).to_have_text("Bonnet")
    assert dialog.locator("[name=zone]").input_value() == "hood"
    assert 200 < int(dialog.locator("[name=x]").input_value()) < 480
    dialog.get_by_label("Close without saving").click()
    expect(dialog).to_be_hidden()
    page.locator('.zone[data-zone="door-rl"]').focus()
    page.keyboard.press("Enter")
    assert dialog.locator("[name=zone]").input_value() == "door-rl"


@pytest.mark.console("ERR_FAILED")
def test_a_photo_is_shrunk_on_the_tablet_and_sent_again_with_the_same_id(page: Page, tmp_path: Path) -> None:
    """CHK-3: a 12 megapixel photo leaves the tablet with a long edge of 2000 pixels; a new try is the same photo."""
    large = tmp_path / "large.jpg"
    Image.effect_noise((4032, 3024), 40).convert("RGB").save(large, quality=90)
    bodies: list[bytes] = []

    def answer(route: Route) -> None:
        bodies.append(route.request.post_data_buffer or b"")
        item = route.request.headers["aftersales-item"]
        route.abort() if len(bodies) == 1 else route.fulfill(status=204, headers={"Aftersales-Item": item})

    page.route("**/upload", answer)
    page.goto("/_gallery?theme=light")
    page.evaluate("document.getElementById('light-photo').action = '/upload'")
    tile = page.locator("#light-photo")
    tile.locator("input[type=file]").set_input_files(large)
    expect(tile).to_have_attribute("data-state", "done", timeout=30_000)  # by itself, after a pause
    assert [_part(body, b"photo_id") for body in bodies] == [_part(bodies[0], b"photo_id")] * 2
    assert all(len(body) < large.stat().st_size / 2 for body in bodies)
    with Image.open(tmp_path / "large.jpg") as original:
        assert max(original.size) == 4032
    sent = tmp_path / "sent.jpg"
    sent.write_bytes(_part(bodies[1], b"photo"))
    with Image.open(sent) as shrunk:
        assert shrunk.size == (2000, 1500)


@pytest.mark.console("500", "ERR_INTERNET_DISCONNECTED", "htmx:")
def test_a_failed_save_says_so_and_the_new_try_is_the_same_deed(page: Page) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(parse_qs(route.request.post_data or "")["submission_id"][0])
        route.fulfill(status=500 if len(sent) == 1 else 200, body="Saved")

    page.route(
        "**/_gallery", lambda route: answer(route) if route.request.method == "POST" else route.fallback()
    )
    page.goto("/_gallery?theme=light")
    page.get_by_role("button", name="Save by htmx").click()
    banner = page.locator("#banner")
    expect(banner).to_contain_text("This did not work. Nothing was changed.")
    banner.get_by_role("button", name="Try again").click()
    expect(page.locator("#light-saved")).to_have_text("Saved")
    expect(banner).to_be_empty()
    assert len(sent) == 2 and sent[0] == sent[1]
    assert page.locator("#light-save [name=submission_id]").input_value() != sent[0]


@pytest.mark.console("ERR_INTERNET_DISCONNECTED", "htmx:")
def test_without_a_connection_a_save_says_so_and_keeps_the_page(page: Page) -> None:
    page.goto("/_gallery?theme=light")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save by htmx").click()
    expect(page.locator("#banner")).to_contain_text("No connection")
    expect(page.get_by_role("button", name="Save by htmx")).to_be_focused()


def test_the_focus_comes_back_to_the_button_that_was_disabled_while_it_worked(page: Page) -> None:
    page.route(
        "**/_gallery",
        lambda route: route.fulfill(body="Saved") if route.request.method == "POST" else route.fallback(),
    )
    page.goto("/_gallery?theme=light")
    page.get_by_role("button", name="Save by htmx").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#light-saved")).to_have_text("Saved")
    expect(page.get_by_role("button", name="Save by htmx")).to_be_focused()


def test_a_drawn_signature_travels_as_picture_and_strokes(page: Page) -> None:
    bodies: list[bytes] = []

    def answer(route: Route) -> None:
        bodies.append(route.request.post_data_buffer or b"")
        route.fulfill(body="Signed")

    page.route("**/signed", answer)
    page.goto("/_gallery?theme=light")
    form = page.locator("form:has([data-signature])")
    form.evaluate("form => { form.action = '/signed'; }")
    canvas = form.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 30 + 12 * step, box["y"] + 60 + 20 * (step % 2))
    page.mouse.up()
    form.get_by_label("Full name").fill("Katarzyna Mazur")
    form.evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/signed")
    assert _part(bodies[0], b"light-sign_png").startswith(b"\x89PNG")
    strokes = json.loads(_part(bodies[0], b"light-sign_strokes"))
    assert len(strokes) == 1 and len(strokes[0]) > 5
    times = [time for _, _, time in strokes[0]]
    assert times == sorted(times)
    assert _part(bodies[0], b"light-sign_name") == b"Katarzyna Mazur"


@pytest.mark.console("500", "ERR_FAILED")
def test_polling_swaps_only_what_changed_and_never_empties_the_page(page: Page) -> None:
    """A 304, a fault, a cut line and a stranger's page (a hotel's Wi-Fi portal) all leave what is shown."""
    asked: list[str | None] = []

    def answer(route: Route) -> None:
        asked.append(route.request.headers.get("if-none-match"))
        number = len(asked)
        if number == 1:
            route.fulfill(
                body='<p id="lane">first <button id="hold">Hold</button></p>', headers={"ETag": '"1"'}
            )
        elif number in (2, 3):
            route.fulfill(status=304, headers={"ETag": '"1"'})
        elif number == 4:
            route.fulfill(status=500, body="broken")
        elif number == 5:
            route.abort()
        elif number in (6, 7):
            route.fulfill(
                body="<html><body>Please sign in to the hotel</body></html>", content_type="text/html"
            )
        else:
            route.fulfill(body='<p>second <button id="hold">Hold</button></p>', headers={"ETag": '"2"'})

    page.route("**/_polling/lanes", answer)
    page.goto("/_polling")
    lanes = page.locator("#lanes")
    expect(lanes).to_contain_text("first")
    page.locator("#hold").focus()
    page.evaluate(
        """() => { window.shown = new Set();
        new MutationObserver(() => shown.add(document.getElementById("lanes").textContent.trim()))
            .observe(document.getElementById("lanes"), { childList: true, subtree: true }); }"""
    )
    expect(page.locator("#banner")).to_contain_text("may be out of date")
    expect(lanes).to_contain_text("second")
    expect(page.locator("#banner")).to_be_empty()
    assert asked[1:8] == ['"1"'] * 7
    assert page.evaluate("[...shown].filter((text) => !text.startsWith('second'))") == []
    expect(page.locator("#hold")).to_be_focused()
    expect(page.locator("[data-polled]")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))


COUNTS_ANSWERS = """
    window.answered = 0;
    const ask = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await ask(...asked);
        const text = answer.text.bind(answer);
        // What the page does with the words of an answer is over before the next macrotask.
        answer.text = async () => { const words = await text(); setTimeout(() => { answered += 1; }); return words; };
        return answer;
    };"""


def test_an_answer_that_comes_while_somebody_types_waits_until_they_have_done(page: Page) -> None:
    """TEC-1: the question was under way when the field was tapped; nothing moves under the hands, nothing is lost."""
    asked: list[Route] = []
    page.add_init_script(COUNTS_ANSWERS)
    page.route("**/_polling/lanes", lambda route: asked.append(route))
    page.goto("/_polling")
    while not asked:
        page.wait_for_timeout(20)
    note, lanes = page.get_by_label("Note"), page.locator("#lanes")
    note.press_sequentially("bolt")
    asked[0].fulfill(body="<p>first</p>", headers={"ETag": '"1"'})
    page.wait_for_function("answered === 1")
    assert lanes.inner_text() == "as loaded"
    expect(note).to_have_value("bolt")
    note.blur()
    while len(asked) < 2:
        page.wait_for_timeout(20)
    assert "if-none-match" not in asked[1].request.headers  # what was not shown is asked for again
    asked[1].fulfill(body="<p>second</p>", headers={"ETag": '"2"'})
    expect(lanes).to_have_text("second")
    expect(note).to_have_value("bolt")


def test_only_one_question_is_under_way(page: Page) -> None:
    """A screen that is looked at again, and again, while an answer takes long does not ask ever more often."""
    asked: list[Route] = []
    page.route("**/_polling/lanes", lambda route: asked.append(route))
    page.goto("/_polling")
    while not asked:
        page.wait_for_timeout(20)
    for _ in range(5):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    asked[0].fulfill(body="<p>first</p>")
    expect(page.locator("#lanes")).to_have_text("first")
    while len(asked) < 2:
        page.wait_for_timeout(20)
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter(({name}) => name.endsWith('/lanes')).length"
        )
        == 1
    )
    asked[1].fulfill(body="<p>second</p>")
    expect(page.locator("#lanes")).to_have_text("second")
    assert len(asked) == 2


def _part(body: bytes, name: bytes) -> bytes:
    """The content of one part of a multipart body."""
    boundary = body.split(b"\r\n", 1)[0]
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="' + name + b'"' in head:
            return content.removesuffix(b"\r\n")
    raise LookupError(name)


@pytest.fixture
def late(page: Page) -> Page:
    """A page whose scripts arrive when it can be seen and tapped for a while already."""

    def hold(route: Route) -> None:
        time.sleep(LATE_S)
        route.continue_()

    page.route("**/static/app.*.js", hold)
    page.route("**/static/js/photo.*.js", hold)
    return page


def test_a_photo_taken_before_the_scripts_are_there_is_sent(late: Page, tmp_path: Path) -> None:
    """CHK-11: nothing that was photographed is lost."""
    picture = tmp_path / "rear.jpg"
    Image.effect_noise((400, 300), 40).convert("RGB").save(picture)
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.headers["aftersales-item"])
        route.fulfill(status=204, headers={"Aftersales-Item": sent[-1]})

    late.route("**/upload", answer)
    late.goto("/_gallery?theme=light", wait_until="commit")
    tile = late.locator("#light-photo")
    tile.evaluate("tile => { tile.action = '/upload'; }")
    tile.locator("input[type=file]").set_input_files(picture)
    expect(tile).to_have_attribute("data-state", "done")
    assert len(sent) == 1


def test_a_button_of_htmx_pressed_early_changes_its_part_of_the_page_once(late: Page) -> None:
    """CHK-11: without the hold the browser would post the whole form, and its answer would take the page's place."""
    posts: list[tuple[str, str]] = []

    def answer(route: Route) -> None:
        request = route.request
        posts.append(
            (request.headers.get("hx-request", ""), parse_qs(request.post_data or "")["submission_id"][0])
        )
        route.fulfill(status=200, body="Saved")

    late.route(
        "**/_gallery", lambda route: answer(route) if route.request.method == "POST" else route.fallback()
    )
    late.goto("/_gallery?theme=light", wait_until="commit")
    late.get_by_role("button", name="Save by htmx").click()
    expect(late.locator("#light-saved")).to_have_text("Saved")
    assert [by_htmx for by_htmx, _ in posts] == ["true"]


def test_a_page_whose_scripts_never_come_acts_without_them(page: Page) -> None:
    page.route("**/static/app.*.js", lambda route: None)  # never answered
    page.route(
        "**/_gallery",
        lambda route: (
            route.fulfill(body="Posted as a page") if route.request.method == "POST" else route.fallback()
        ),
    )
    page.goto("/_gallery?theme=light", wait_until="commit")
    page.get_by_role("button", name="Save by htmx").click()
    expect(page.get_by_text("Posted as a page")).to_be_visible(timeout=15_000)
