"""axe on the page that the browser shows."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """WCAG 2.2 AA: axe finds nothing on this page as it stands now.

    Axe calls a target too small that the bar at the foot of the screen half covers, though it only has to be
    scrolled to. So a target counts as too small when it is so with the whole page in view, too.
    """
    violations = _violations(page)
    window = page.viewport_size
    if window is not None and any(violation["id"] == "target-size" for violation in violations):
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": window["width"], "height": max(window["height"], whole)})
        violations = _violations(page)
        page.set_viewport_size(window)
    found = [
        f"{violation['id']}: {violation['help']}\n"
        + "\n".join(
            f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5]
        )
        for violation in violations
    ]
    assert not found, f"{page.url} has {len(found)} faults that axe finds:\n" + "\n".join(found)


def _violations(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        Axe().run(page, options={"runOnly": {"type": "tag", "values": _WCAG}}).response["violations"]
    )
    return found
