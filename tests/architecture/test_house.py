"""House rules that a reader would otherwise have to remember. Exceptions are named, and there are none."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "dunwell"

LONGEST_FILE = 400
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 40  # statements
FORBIDDEN_NAMES = {"core", "common", "utils", "util", "helpers", "helper", "base", "manager", "managers", "misc"}

FILES_ALLOWED_TO_BE_LONG: set[str] = set()
FUNCTIONS_ALLOWED_TO_BE_LONG: set[str] = set()


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def statements(function: ast.AST) -> int:
    """Statements of a function's body, with those of its blocks, without its documentation."""
    return sum(
        isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.walk(function)
    )


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{relative(path)}:{node.name}", statements(node) - 1


def test_no_file_is_long() -> None:
    """A longer one has a second concept in it."""
    lengths = {relative(path): len(path.read_text().splitlines()) for path in python_files(SOURCE)}
    long = {name: length for name, length in lengths.items() if length > LONGEST_FILE}
    assert not long.keys() - FILES_ALLOWED_TO_BE_LONG, long
    tests = {relative(path): len(path.read_text().splitlines()) for path in python_files(ROOT / "tests")}
    assert not {name: length for name, length in tests.items() if length > LONGEST_TEST_FILE}


def test_no_function_is_long() -> None:
    long = {
        name: length for path in python_files(SOURCE) for name, length in functions(path) if length > LONGEST_FUNCTION
    }
    assert not long.keys() - FUNCTIONS_ALLOWED_TO_BE_LONG, long


def test_names_say_what_is_inside() -> None:
    """A file called `utils` says nothing, and so it grows for ever."""
    named = [path for path in SOURCE.rglob("*") if path.stem in FORBIDDEN_NAMES and "node_modules" not in path.parts]
    assert [relative(path) for path in named if path.is_dir() or path.suffix in {".py", ".sql"}] == []


def imported_roots(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.split(".")[0] if not node.module.startswith("dunwell.rules") else "dunwell.rules")
    return roots


@pytest.mark.parametrize("path", python_files(SOURCE / "rules"), ids=relative)
def test_rules_need_the_standard_library_only(path: Path) -> None:
    assert imported_roots(path) - sys.stdlib_module_names - {"dunwell.rules"} == set()


def clock_calls(path: Path) -> list[str]:
    """Calls that read the host's clock, however the module was imported."""
    text = path.read_text()
    pattern = (
        r"\b(?:datetime|date|dt\.datetime|dt\.date)\.(?:now|utcnow|today)\("
        r"|\btimezone\.(?:now|localdate)\(|\btime\.time(?:_ns)?\("
    )
    return [f"{relative(path)}: {match.group()}" for match in re.finditer(pattern, text)]


def test_only_edges_read_the_clock() -> None:
    edges = {"web", "cli", "worker", "config", "portal", "api"}
    below = [path for path in python_files(SOURCE) if path.relative_to(SOURCE).parts[0] not in edges]
    assert [call for path in below for call in clock_calls(path)] == []


def test_only_the_worker_defines_tasks() -> None:
    defining = [
        relative(path)
        for path in python_files(SOURCE)
        if re.search(r"@\w*app\.(?:task|periodic)\(", path.read_text()) and path.parent.name != "worker"
    ]
    assert defining == []


def test_no_mocks() -> None:
    """The seam is the socket: our own code is never replaced in a test."""
    mocking = [
        relative(path)
        for path in python_files(ROOT / "tests")
        if {"mock", "unittest.mock", "pytest_mock"} & imported_roots(path) or "unittest.mock" in _imports(path)
    ]
    assert mocking == []


def _imports(path: Path) -> set[str]:
    return {
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }
