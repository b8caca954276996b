"""What CONTRIBUTING says about the house, read from its files."""

import ast
import re
from pathlib import Path

from tests.guards import source

MOST_LINES = {".py": 400, ".js": 120}
STATIC = source.PACKAGE / "static"
BROWSER_ONLY = {"htmx-indicator", "htmx-request"}  # htmx sets them
COUNTED = {"c2", "c3"}  # series of a chart: the number is the data's
OUTSIDE = {
    "flask",
    "werkzeug",
    "wtforms",
    "flask_wtf",
    "flask_login",
    "jinja2",
    "redis",
    "rq",
    "boto3",
    "smtplib",
    "http",
}


def test_no_file_is_longer_than_the_house_allows() -> None:
    scripts = list((STATIC / "js").rglob("*.js"))
    long = [
        f"{source.relative(path)}: {lines}"
        for path in (*source.python_files(), *scripts)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES[path.suffix]
    ]
    assert long == []


def test_the_domain_knows_no_request_no_queue_and_no_provider() -> None:
    wrong = [
        f"{source.relative(path)}:{node.lineno} imports {name}"
        for path in source.python_files(source.PACKAGE / "domain")
        for node in ast.walk(source.tree(path))
        for name in _imported(node)
        if name.split(".")[0] in OUTSIDE
    ]
    assert wrong == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_no_module_reaches_for_what_another_keeps_to_itself() -> None:
    wrong = []
    for path in source.python_files():
        modules = set()
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aftersales"):
                modules |= {alias.asname or alias.name for alias in node.names}
                wrong += [
                    f"{source.relative(path)}:{node.lineno} {alias.name}"
                    for alias in node.names
                    if _is_private(alias.name)
                ]
        wrong += [
            f"{source.relative(path)}:{node.lineno} {ast.unparse(node)}"
            for node in ast.walk(source.tree(path))
            if isinstance(node, ast.Attribute) and _is_private(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id in modules and node.value.id[0].islower()
        ]
    assert wrong == []


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_what_a_checker_is_told_to_overlook_is_named() -> None:
    """The rule in brackets, and for a lint the reason behind it."""
    folders = (source.PACKAGE, source.ROOT / "tests", source.ROOT / "e2e", source.ROOT / "benchmarks")
    wrong = [
        f"{source.relative(path)}:{number}"
        for folder in folders
        for path in source.python_files(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(
            r"# type: ignore(?!\[[a-z-]+(, ?[a-z-]+)*\])|# noqa(?!: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* [(-])",
            line,
        )
        and path != Path(__file__)
    ]
    assert wrong == []


def test_every_table_is_gathered_where_migrations_look() -> None:
    gathered = {one.imported for one in source.imports() if one.importer == "aftersales.domain.models"}
    tables = {
        source.module_name(path)
        for path in source.python_files(source.PACKAGE / "domain")
        if "__tablename__ = " in path.read_text(encoding="utf-8")
    }
    assert tables - gathered == set()


def test_every_setting_is_described_and_none_that_is_not_read() -> None:
    read = set(re.findall(r'(?:given|_count)\(env, "([A-Z_]+)"', _text("aftersales/config.py")))
    read |= set(re.findall(r'env\.get\("AFTERSALES_([A-Z_]+)"', _text("aftersales/config.py")))
    table = re.findall(r"^\| (`AFTERSALES_[^|]*) \|", _text("docs/operating.md"), re.MULTILINE)
    described = {name for row in table for name in re.findall(r"`AFTERSALES_([A-Z_]+)`", row)}
    assert described == read - {"GUIDE_URL"}  # bin/run gives it to its own web processes


def test_every_command_is_described() -> None:
    commands = set(re.findall(r'\badd\("([\w-]+)", _', _text("aftersales/cli.py")))
    described = set(re.findall(r"aftersales ([\w-]+)", _text("docs/operating.md")))
    assert commands
    assert commands - described == set()


def test_every_decision_has_its_number_and_stands_in_the_list() -> None:
    listed = _text("docs/decisions/README.md")
    wrong = []
    for path in sorted((source.ROOT / "docs" / "decisions").glob("0*.md")):
        heading = path.read_text(encoding="utf-8").splitlines()[0]
        if f"- [{heading.removeprefix('# ')}]({path.name})" not in listed.splitlines():
            wrong.append(path.name)
        if not heading.startswith(f"# {int(path.name[:4])}. "):
            wrong.append(heading)
    assert wrong == []


def test_every_rule_of_the_style_sheets_and_every_export_is_used() -> None:
    """The other way round stands in ``test_templates``: what pages name has a rule."""
    scripts = {path: path.read_text(encoding="utf-8") for path in (STATIC / "js").rglob("*.js")}
    pages = "".join(path.read_text(encoding="utf-8") for path in source.templates())
    code = "".join(path.read_text(encoding="utf-8") for path in source.python_files())
    words = set(re.findall(r"[\w-]+", pages + code + "".join(scripts.values())))
    unused = {name for name in _classes() if name not in words} - BROWSER_ONLY - COUNTED
    for path, text in scripts.items():
        for name in re.findall(
            r"^export (?:async )?(?:function\*?|const|class|let) (\w+)", text, re.MULTILINE
        ):
            if not any(re.search(rf"\b{name}\b", other) for at, other in scripts.items() if at != path):
                unused.add(f"{source.relative(path)}: {name}")
    assert sorted(unused) == []


def _classes() -> set[str]:
    found = set()
    for path in (STATIC / "css").glob("*.css"):
        sheet = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found |= set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", sheet)))
    return found


def test_every_partial_and_every_macro_is_used() -> None:
    """Pages of errors, messages and documents are named by their kind, so they are left out."""
    texts = {path: path.read_text(encoding="utf-8") for path in source.templates() if path.suffix == ".html"}
    code = "".join(path.read_text(encoding="utf-8") for path in source.python_files())
    everywhere = code + "".join(texts.values())
    templates = source.PACKAGE / "templates"
    unused = []
    for path, text in texts.items():
        name = path.relative_to(templates).as_posix()
        if name.split("/")[0] not in ("errors", "messages", "documents") and name not in everywhere:
            unused.append(name)
        for macro in re.findall(r"{%-?\s*macro\s+(\w+)", text):
            calls = sum(len(re.findall(rf"\b{macro}\(", other)) for other in texts.values())
            if calls < 2:  # the first is its own head
                unused.append(f"{name}: {macro}")
    assert unused == []


def _text(name: str) -> str:
    return (source.ROOT / name).read_text(encoding="utf-8")
