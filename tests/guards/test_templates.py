"""Promises about the templates, read from their text."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from tests.guards import source

TEMPLATES = source.PACKAGE / "templates"
COMPONENTS = TEMPLATES / "components"


def html_templates() -> list[Path]:
    return [path for path in source.templates() if path.suffix == ".html"]


def lines_with(pattern: str, paths: list[Path], *, only_html: bool = False) -> list[str]:
    """Where the pattern is found; ``only_html`` leaves what Jinja reads aside."""
    expression = re.compile(pattern)
    read = _html_of if only_html else _without_comments
    return [
        f"{source.relative(path)}:{number}: {line.strip()[:100]}"
        for path in paths
        for number, line in enumerate(read(path).splitlines(), 1)
        if expression.search(line)
    ]


def _without_comments(path: Path) -> str:
    """The template's text; a comment keeps its line breaks, so that line numbers stay right."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\{#.*?#\}", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.DOTALL)


def _html_of(path: Path) -> str:
    return re.sub(
        r"\{\{.*?\}\}|\{%.*?%\}",
        lambda jinja: "\n" * jinja.group().count("\n"),
        _without_comments(path),
        flags=re.DOTALL,
    )


def test_each_partial_says_in_its_first_line_what_it_takes() -> None:
    wrong = []
    for path in html_templates():
        if path.name.startswith("_"):
            first = path.read_text(encoding="utf-8").split("\n", 1)[0]
            if not re.fullmatch(r"\{#- takes: .+ -#\}", first):
                wrong.append(source.relative(path))
    assert wrong == []


def test_safe_is_said_only_in_components() -> None:
    others = [path for path in source.templates() if COMPONENTS not in path.parents]
    assert lines_with(r"\|\s*safe\b|\bMarkup\(", others) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\sstyle\s*=",
        r"\son[a-z]+\s*=\s*[\"']",
        r"<script(?![^>]*\b(src|type=\"application/json\"))",
        r"<style",
        r"javascript:",
        r"\bhx-on",
    ],
)
def test_nothing_that_the_security_policy_drops(pattern: str) -> None:
    pages = [path for path in html_templates() if "messages" not in path.relative_to(TEMPLATES).parts]
    assert lines_with(pattern, pages, only_html=True) == []


def test_each_element_that_swaps_also_works_without_script() -> None:
    """A form with ``hx-post`` has ``action`` and ``method``; a link with ``hx-get`` has ``href``."""
    wrong = []
    for path in html_templates():
        for tag in re.finditer(
            r"<(form|a)\b[^>]*\bhx-(?:post|get|put|delete)=[^>]*>", _without_comments(path)
        ):
            needed = ("action=", "method=") if tag.group(1) == "form" else ("href=",)
            if not all(each in tag.group() for each in needed):
                wrong.append(f"{source.relative(path)}: {tag.group()[:100]}")
    assert wrong == []


def test_every_word_can_be_extracted_for_translation() -> None:
    """The extractor reads each file to its end; a call with anything but a plain text would be lost."""
    found = list(
        extract_from_dir(
            source.PACKAGE,
            method_map=[("**/versions/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2"),
                        ("templates/**.txt", "jinja2")],
            options_map={"**": {"silent": "false", "encoding": "utf-8"}},
            keywords={"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)},
        )
    )  # fmt: skip
    assert all(message for _, _, message, _, _ in found)
    assert len(found) > 0


def test_no_visible_word_stands_outside_gettext() -> None:
    """Text between tags that holds a word is either an expression or a mistake."""
    wrong = []
    for path in html_templates():
        if path.name == "gallery.html":  # for those who build screens, never part of what a workshop gets
            continue
        text = re.sub(
            r"\{%-?\s*(trans\b.*?endtrans|raw\b.*?endraw)\s*-?%\}",
            "",
            _without_comments(path),
            flags=re.DOTALL,
        )
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
        text = re.sub(r"<(script|svg)\b.*?</\1>", "", text, flags=re.DOTALL)
        for words in re.findall(r">([^<>]*)<", text):
            if re.search(r"[A-Za-z]{3,}", words.replace("&nbsp;", "").replace("&middot;", "")):
                wrong.append(f"{source.relative(path)}: {' '.join(words.split())[:80]}")
    assert wrong == []


def test_every_class_of_a_template_has_a_rule_in_the_style_sheets() -> None:
    css = " ".join(
        path.read_text(encoding="utf-8") for path in (source.PACKAGE / "static" / "css").glob("*.css")
    )
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))
    known |= {"pins", "stops", "c"}  # groups of the car's drawing; series c1, c2, c3 of charts
    pages = [path for path in html_templates() if "messages" not in path.relative_to(TEMPLATES).parts]
    unknown = set()
    for path in pages:
        for classes in re.findall(r'class="([^"]*)"', _without_comments(path)):
            names = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", classes).split()
            unknown |= {f"{source.relative(path)}: {name}" for name in names if name not in known}
    assert sorted(unknown) == []
