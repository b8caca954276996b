"""A test client that reads each HTML answer as a browser would and refuses what is broken.

A page has a title, a language and one ``h1``; a part (an answer to HTMX) has one root. Both parse without an
error, have unique ids, a label for each field and the CSRF token in each form that posts; no inline script,
handler or style, since the Content-Security-Policy would drop them.
"""

import re
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# Fields that say themselves what they are, or that nobody sees.
_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}


class HtmlError(AssertionError):
    """The answer is not fit for a browser; the text says what is wrong with which address."""


@dataclass(frozen=True)
class Html:
    """A parsed page or part."""

    root: Element
    is_page: bool

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.root.iter() if element.tag in names]

    def by_id(self, name: str) -> Element | None:
        return next((element for element in self.root.iter() if element.get("id") == name), None)


def parse(text: str) -> Html:
    """Parse a page or a part strictly. Raises :class:`HtmlError` with the parser's words."""
    is_page = text.lstrip()[:15].lower().startswith("<!doctype")
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    if is_page:
        root = parser.parse(text)
    else:
        root = parser.parseFragment(text, container=_container(text))
    if parser.errors:
        (line, column), code, values = parser.errors[0]
        shown = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
        raise HtmlError(
            f"does not parse: {code} {values} in line {line}, column {column}: {shown.strip()[:160]}"
        )
    return Html(root, is_page)


def _container(text: str) -> str:
    """The element in which a part may stand: a row cannot be read outside a table."""
    first = re.match(r"\s*(?:<!--.*?-->\s*)*<([a-z]+)", text, re.DOTALL)
    return {
        "tr": "tbody",
        "td": "tr",
        "th": "tr",
        "tbody": "table",
        "thead": "table",
        "option": "select",
    }.get(first.group(1) if first else "", "div")


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def problems(html: Html) -> list[str]:
    """What is wrong with a page or part, one sentence each."""
    return [
        *(_page_problems(html) if html.is_page else []),
        *_id_problems(html),
        *_label_problems(html),
        *_form_problems(html),
        *_name_problems(html),
        *_policy_problems(html),
    ]


def _page_problems(html: Html) -> list[str]:
    found = []
    titles = [text_of(title) for head in html.all("head") for title in head.iter("title")]
    if not any(titles):
        found.append("has no title")
    if not any(element.get("lang") for element in html.all("html")):
        found.append("does not say its language")
    if (count := len(html.all("h1"))) != 1:
        found.append(f"has {count} h1, not one")
    return found


def _id_problems(html: Html) -> list[str]:
    seen: set[str] = set()
    twice = set()
    for element in html.root.iter():
        if name := element.get("id"):
            (twice if name in seen else seen).add(name)
    return [f"has the id {name!r} more than once" for name in sorted(twice)]


def _label_problems(html: Html) -> list[str]:
    labelled = {label.get("for") for label in html.all("label")}
    inside = {id(field) for label in html.all("label") for field in label.iter()}
    found = []
    for field in html.all("input", "select", "textarea"):
        if field.tag == "input" and field.get("type", "text") in _NO_LABEL:
            continue
        if field.get("aria-label") or field.get("aria-labelledby"):
            continue
        if id(field) not in inside and field.get("id") not in labelled:
            found.append(f"has a field without a label: {field.tag} {field.get('name')!r}")
    return found


def _form_problems(html: Html) -> list[str]:
    found = []
    for form in html.all("form"):
        if not form.get("action"):
            found.append("has a form without an action: it would not work without script")
        if (form.get("method") or "get").lower() == "post" and not any(
            field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input")
        ):
            found.append(f"has a form without the CSRF token: {form.get('action')}")
    return found


def _name_problems(html: Html) -> list[str]:
    """Pictures, buttons and links say what they are to somebody who does not see them."""
    found = [
        f"has a picture without alt: {image.get('src')}"
        for image in html.all("img")
        if image.get("alt") is None
    ]
    for element in html.all("button", "a"):
        if element.tag == "a" and element.get("href") is None:
            continue
        named = text_of(element) or element.get("aria-label") or element.get("aria-labelledby")
        pictured = any(image.get("alt") for image in element.iter("img"))
        titled = any(text_of(title) for title in element.iter("{http://www.w3.org/2000/svg}title"))
        if not (named or pictured or titled):
            found.append(f"has a {element.tag} without a name: {element.get('href') or element.get('class')}")
    return found


def _policy_problems(html: Html) -> list[str]:
    found = []
    for element in html.root.iter():
        for name in element.attrib:
            if name == "style" or (name.startswith("on") and name.isalpha()):
                found.append(f"has {name}= on {element.tag}, which the security policy drops")
    for script in html.all("script"):
        if not script.get("src") and script.get("type") not in ("application/json", "speculationrules"):
            found.append("has an inline script, which the security policy drops")
    if html.all("style"):
        found.append("has a style element, which the security policy drops")
    return found


def check(text: str, where: str) -> Html:
    """Parse and check; raises :class:`HtmlError` that names the address and everything found."""
    try:
        html = parse(text)
    except HtmlError as error:
        raise HtmlError(f"{where} {error}") from error
    if found := problems(html):
        raise HtmlError(f"{where} " + f"\n{where} ".join(found))
    return html


class CheckingClient(FlaskClient):
    """The normal client of the tests; each HTML answer is checked before the test sees it.

    >>> answer = client.get("/orders/7")     # a page: parsed, checked
    >>> answer = client.hx_post(url, data)   # as HTMX asks: a part
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if (
            answer.mimetype == "text/html"
            and not answer.is_streamed
            and answer.data
            and answer.request.method != "HEAD"
        ):
            check(
                answer.get_data(as_text=True),
                f"{answer.request.method} {answer.request.path} ({answer.status_code})",
            )
        return answer

    def hx_get(self, *args: Any, **kwargs: Any) -> TestResponse:
        return self.get(*args, **_as_htmx(kwargs))

    def hx_post(self, *args: Any, **kwargs: Any) -> TestResponse:
        return self.post(*args, **_as_htmx(kwargs))


def _as_htmx(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**kwargs, "headers": {"HX-Request": "true", **kwargs.get("headers", {})}}
