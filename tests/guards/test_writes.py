"""Promises about how the product writes, read from its source."""

import ast

from tests.guards import source

COMMITS = {"aftersales/db.py"}
MOVERS = {"aftersales/domain/service_orders/states.py", "aftersales/domain/service_orders/operations.py"}


def test_only_db_commits() -> None:
    found = []
    for path in source.python_files():
        if source.relative(path) in COMMITS:
            continue
        found += [
            f"{source.relative(path)}:{node.lineno}"
            for node in ast.walk(source.tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "commit"
        ]
    assert found == []


def test_only_the_mover_assigns_an_orders_state() -> None:
    found = []
    for path in source.python_files():
        if source.relative(path) in MOVERS:
            continue
        found += [
            f"{source.relative(path)}:{node.lineno}"
            for node in ast.walk(source.tree(path))
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Attribute) and target.attr == "state"
        ]
    assert found == []


def test_only_the_clock_reads_the_clock() -> None:
    """``datetime.now`` and ``date.today`` elsewhere would make tests depend on the day they run."""
    found = []
    for path in source.python_files():
        if source.relative(path) == "aftersales/clock.py":
            continue
        found += [
            f"{source.relative(path)}:{node.lineno}"
            for node in ast.walk(source.tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("now", "utcnow", "today")
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("datetime", "date")
        ]
    assert found == []


def test_no_operation_uses_floats_for_money() -> None:
    found = []
    for path in source.python_files(source.PACKAGE / "domain"):
        found += [
            f"{source.relative(path)}:{node.lineno}"
            for node in ast.walk(source.tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        ]
    assert found == []
