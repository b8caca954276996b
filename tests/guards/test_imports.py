"""Who may import whom: ARCHITECTURE's directions, read from the source."""

import ast

from tests.guards import source
from tests.guards.source import AREAS, Import

# Each package of aftersales and what else of aftersales it may import.
ALLOWED = {
    "config": set(),
    "clock": set(),
    "money": {"i18n"},
    "i18n": {"clock", "money", "config"},
    "dates": set(),
    "db": {"clock", "config"},
    "domain": {"db", "clock", "money", "i18n", "dates", "config"},
    "gateways": {"config", "clock", "i18n", "money"},
    "jobs": {"domain", "gateways", "db", "clock", "i18n", "config"},
    "lan": {"config"},
    "lan_guide": {"lan", "config"},
    "web": {"domain", "gateways", "db", "clock", "money", "i18n", "dates", "config", "lan", "lan_guide"},
    "blueprints": {"web", "domain", "db", "clock", "money", "i18n", "config"},
}
# Where the pieces are put together, every direction is allowed.
CONDUCTORS = {"", "cli", "serve", "backup", "doctor", "sample"}


def layer(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def area(module: str) -> str | None:
    parts = module.split(".")
    return (
        parts[2] if parts[:2] == ["aftersales", "domain"] and len(parts) > 2 and parts[2] in AREAS else None
    )


def is_wrong_direction(one: Import) -> bool:
    importer, imported = layer(one.importer), layer(one.imported)
    if importer in CONDUCTORS or importer not in ALLOWED or importer == imported:
        return False
    if one.importer == "aftersales.jobs.worker":  # the worker's entry point makes the app
        return False
    if (
        one.imported == "aftersales.jobs.queue"
    ):  # knows nothing of the product: waking a worker is open to all
        return False
    return imported not in ALLOWED[importer]


def test_each_layer_imports_only_what_it_may() -> None:
    assert [str(one) for one in source.imports() if is_wrong_direction(one)] == []


def test_the_guard_sees_a_wrong_direction() -> None:
    assert is_wrong_direction(Import("aftersales.domain.parts.operations", 1, "aftersales.web.access"))
    assert is_wrong_direction(Import("aftersales.blueprints.orders", 1, "aftersales.gateways.sms"))
    assert not is_wrong_direction(
        Import("aftersales.blueprints.orders", 1, "aftersales.domain.parts.queries")
    )


def test_an_area_imports_only_what_stands_to_its_left() -> None:
    wrong = []
    for one in source.imports():
        importer, imported = area(one.importer), area(one.imported)
        if importer and imported and AREAS.index(imported) > AREAS.index(importer):
            wrong.append(str(one))
    assert wrong == []


def test_each_package_of_the_domain_is_an_area_of_the_list() -> None:
    folders = {
        path.name
        for path in (source.PACKAGE / "domain").iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders - set(AREAS) == set()


def test_shared_modules_of_the_domain_import_no_area() -> None:
    """``models`` gathers all tables; the permission map is what an actor's rights are read from."""
    shared = [
        one
        for one in source.imports()
        if layer(one.importer) == "domain"
        and not area(one.importer)
        and one.importer != "aftersales.domain.models"
        and one.imported != "aftersales.domain.accounts.permissions"
    ]
    assert [str(one) for one in shared if area(one.imported)] == []


def test_a_blueprint_imports_no_other_blueprint() -> None:
    wrong = []
    for one in source.imports():
        importer, imported = one.importer.split("."), one.imported.split(".")
        if importer[1:2] == imported[1:2] == ["blueprints"] and len(importer) > 2 and len(imported) > 2:
            own_forms = imported[2] == "forms"
            same_package = importer[2] == imported[2]
            if not (own_forms or same_package):
                wrong.append(str(one))
    assert wrong == []


def test_no_import_hides_inside_a_function_of_the_product() -> None:
    """Only the terminal's commands and the start-up import late, for a quick start; else a comment says why."""
    late = []
    for path in source.python_files():
        if layer(source.module_name(path)) in CONDUCTORS:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for function in ast.walk(source.tree(path)):
            if isinstance(function, ast.FunctionDef):
                late += [
                    f"{source.relative(path)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                    and not lines[node.lineno - 2].strip().startswith("#")
                ]
    assert late == []
