"""axe on the page that the browser shows."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """WCAG 2.2 AA: axe finds nothing on this page as it stands now."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": _WCAG}})
    found = [
        f"{violation['id']}: {violation['help']}\n"
        + "\n".join(
            f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5]
        )
        for violation in results.response["violations"]
    ]
    assert not found, f"{page.url} has {len(found)} faults that axe finds:\n" + "\n".join(found)
