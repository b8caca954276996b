"""What pyproject.toml asks for is used, and what is used it asks for."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.guards import source

# Used without an import: a database driver by its name in a URL, programs, a font.
NOT_IMPORTED = {"psycopg", "gunicorn", "paperang-p2-fonts-cjk"}
# Said by another package that we ask for by name.
IMPLIED = {
    "werkzeug",
    "jinja2",
    "markupsafe",
    "babel",
    "alembic",
    "click",
    "itsdangerous",
    "botocore",
    "blinker",
}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def declared() -> set[str]:
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {name_of(each) for each in (*project["dependencies"], *project["optional-dependencies"]["heic"])}


def imported() -> set[str]:
    modules = set()
    for path in source.python_files():
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    distributions = packages_distributions()
    outside = modules - set(sys.stdlib_module_names) - {"aftersales"}
    return {name_of(name) for module in outside for name in distributions.get(module, [module])}


def test_each_dependency_is_used() -> None:
    assert declared() - imported() - NOT_IMPORTED == set()


def test_each_import_is_declared() -> None:
    assert imported() - declared() - IMPLIED == set()
