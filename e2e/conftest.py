"""Journeys: a real browser against the real server, worker, Valkey, mail server and SMS gateway.

``sample`` is a product with the sample workshop, ``empty`` one at its first-run page, for one file of journeys to fill;
each is started once per run. ``tablet``, ``portrait``, ``phone`` and ``wall`` are fresh pages on devices of these sizes; a journey fails on
any error that the browser's console shows.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

import aftersales
from e2e.server import Blank, Product, product
from tests import chromium
from tests.effort import IS_LONG

TABLET = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}
PORTRAIT = {"viewport": {"width": 800, "height": 1280}, "has_touch": True}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
WALL = {"viewport": {"width": 1920, "height": 1080}}

OpenPage = Callable[..., Page]
# Milliseconds. Nothing here measures time, and two cores have other work too.
expect.set_options(timeout=15_000)
HTMX = Path(aftersales.__file__).parent / "static" / "vendor" / "htmx.min.js"
LEFT_BEHIND = ["htmx:sendAbort", "htmx:afterRequest, [object HTML"]
"""What htmx says of a request that was on its way when its page was left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("long") and not IS_LONG:
            item.add_marker(pytest.mark.skip(reason="only with bin/test --long"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    program = os.environ.get("AFTERSALES_TEST_CHROMIUM") or chromium.find()
    if program is None:
        pytest.fail("There is no Chromium on this machine; bin/test fetches one.")
    if not HTMX.exists():
        pytest.fail(
            "The browser's files are missing, every page would go without htmx; bin/setup --test fetches them."
        )
    return {"executable_path": str(program), "args": chromium.ARGUMENTS}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the sample workshop."""
    with product(tmp_path_factory.mktemp("sample")) as running:
        yield running


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blank]:
    with product(tmp_path_factory.mktemp("blank"), "--empty") as running:
        yield Blank(running)


@pytest.fixture(scope="module")
def empty(blank: Blank) -> Product:
    """The product before anybody used it: for one file of journeys, which fills it as it likes."""
    return blank.again()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens a page on a device of its own: ``open_page(**PHONE, base_url=sample.address)``.

    At the end each page's console must be clean; a journey that provokes an answer of 4xx names the words that
    it expects by the marker ``console("409")``.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    expected = [word for marker in request.node.iter_markers("console") for word in marker.args]
    expected += LEFT_BEHIND

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in expected):
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def open_one(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})
        contexts.append(context)
        context.on("console", note)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.set_default_timeout(10_000)
        return context.new_page()

    yield open_one
    for number, context in enumerate(contexts):
        if failed(request):
            for page in context.pages:
                page.screenshot(path=picture_of(request, number), full_page=True)
        context.close()
    assert not complaints, "The browser's console is not clean:\n" + "\n".join(complaints)


def failed(request: pytest.FixtureRequest) -> bool:
    return any(report.failed for report in getattr(request.node, "reports", []))


def picture_of(request: pytest.FixtureRequest, number: int) -> Path:
    return Path("test-results") / f"{request.node.name.replace('/', '_')}-{number}.png"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep the outcome on the test, so that ``open_page`` knows when to take pictures."""
    outcome: Any = yield
    reports = getattr(item, "reports", [])
    item.reports = [*reports, outcome.get_result()]  # type: ignore[attr-defined]


@pytest.fixture
def tablet(open_page: OpenPage, sample: Product) -> Page:
    return open_page(**TABLET, base_url=sample.address)


@pytest.fixture
def portrait(open_page: OpenPage, sample: Product) -> Page:
    return open_page(**PORTRAIT, base_url=sample.address)


@pytest.fixture
def phone(open_page: OpenPage, sample: Product) -> Page:
    return open_page(**PHONE, base_url=sample.address)


@pytest.fixture
def wall(open_page: OpenPage, sample: Product) -> Page:
    return open_page(**WALL, base_url=sample.address)
