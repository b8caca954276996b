"""The project's own source, as the guards read it."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "aftersales"

AREAS = (
    "sites", "accounts", "staffing", "customers", "vehicles", "catalogue", "attachments", "documents", "links",
    "messaging", "parts", "tasks", "planning", "appointments", "service_orders", "guarantees", "checkins", "inspections", "workshop",
    "quotations", "fulfilment", "billing", "delivery", "quality", "knowledge", "warranty", "followups", "marketing", "reports",
)  # fmt: skip
"""The areas of the domain in their one order: each may import only what stands before it."""


@dataclass(frozen=True)
class Import:
    """``importer`` at ``line`` names the module ``imported``."""

    importer: str
    line: int
    imported: str

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def python_files(folder: Path = PACKAGE) -> tuple[Path, ...]:
    return tuple(path for path in sorted(folder.rglob("*.py")) if "versions" not in path.parts)


@cache
def templates() -> tuple[Path, ...]:
    return tuple(path for path in sorted((PACKAGE / "templates").rglob("*")) if path.is_file())


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


@cache
def imports() -> tuple[Import, ...]:
    """Every import of our own modules, those that only type checkers follow left out."""
    found = []
    for path in python_files():
        importer = module_name(path)
        typing_only = _typing_only(tree(path))
        for node in ast.walk(tree(path)):
            if id(node) in typing_only:
                continue
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [
                    f"{node.module}.{alias.name}"
                    if _is_module(f"{node.module}.{alias.name}")
                    else node.module
                    for alias in node.names
                ]
            else:
                continue
            found += [
                Import(importer, node.lineno, name) for name in names if name.split(".")[0] == "aftersales"
            ]
    return tuple(found)


def _typing_only(module: ast.Module) -> set[int]:
    return {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }


@cache
def committed_files() -> tuple[str, ...]:
    """What git would take: tracked files and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return tuple(name for name in listed.stdout.splitlines() if (ROOT / name).exists())
