"""Who sits at a page of a journey."""

from playwright.sync_api import Page

from tests.cast import PASSWORD, Person


def sign_in(page: Page, who: Person | str, password: str = PASSWORD) -> None:
    """Sign in with the password, as a person of the tests' cast or by e-mail address."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(who if isinstance(who, str) else who.email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
