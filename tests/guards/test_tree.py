"""The top of the tree is fixed, and what git holds speaks of the project alone."""

import re

from tests.guards import source

TOP = {
    "wsgi.py", "worker.py", "aftersales", "tests", "e2e", "pyproject.toml", "bin", "benchmarks", "docs",
    "package.json", "package-lock.json", ".npmrc", "requirements.lock", "requirements-test.lock",
    "requirements-node.lock", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "NOTICE", ".ci", ".gitignore",
    ".gitattributes", ".editorconfig", "babel.cfg",
}  # fmt: skip
FORBIDDEN_NAMES = re.compile(r"(^|/|_)(utils?|helpers?|managers?|handlers?)(_|\.|/|$)")
REGISTRIES = re.compile(
    r"https?://(registry\.npmjs|files\.pythonhosted|pypi\.|registry\.yarnpkg|[\w.-]*artifactory)"
)


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {name.split("/")[0] for name in source.committed_files()} - TOP == set()


def test_no_module_hides_behind_an_empty_name() -> None:
    assert [name for name in source.committed_files() if FORBIDDEN_NAMES.search(name)] == []


def test_no_committed_file_names_a_package_registry() -> None:
    text_files = [
        name
        for name in source.committed_files()
        if name.endswith((".lock", ".json", ".toml", ".npmrc", ".md"))
    ]
    assert [
        name for name in text_files if REGISTRIES.search((source.ROOT / name).read_text(encoding="utf-8"))
    ] == []
