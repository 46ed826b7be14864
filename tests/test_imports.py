"""Imports run one way. Parsed, not run: imports inside functions count as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for top in ("rag", "ui", "eval") for path in (ROOT / top).rglob("*.py"))

# From the bottom up. A module may import those of its own step and of the steps below it.
STEPS: tuple[tuple[str, ...], ...] = (
    ("rag.types", "rag.errors", "rag.weights"),
    ("rag.settings", "rag.language", "rag.accounts"),
    (
        "rag.reading",
        "rag.index",
        "rag.question",
        "rag.breadth",
        "rag.ledger",
        "rag.passages",
        "rag.models",
        "rag.vocabulary",
        "rag.model_faults",
        "rag.model_reply",
    ),
    ("rag.library",),
    (
        "rag.folders",
        "rag.plan",
        "rag.filters",
        "rag.ingest",
        "rag.search",
        "rag.across",
        "rag.passage_features",
        "rag.timeline",
        "rag.windows",
        "rag.spelling",
        "rag.answering",
    ),
    ("rag.measuring", "rag.measures"),
    ("rag.ask",),
    ("rag.llama",),
    ("ui", "eval"),
)
# Where the same step holds two that must not know each other.
APART = (
    ("rag.reading", "rag.index"),
    ("rag.index", "rag.reading"),
    ("rag.ingest", "rag.search"),
    ("rag.ingest", "rag.answering"),
    ("rag.search", "rag.ingest"),
    ("rag.answering", "rag.ingest"),
    ("eval", "ui"),
    ("ui", "eval"),
)
DOORS = {"ui.cli"}  # may import `eval`


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Our own modules that a file imports, by their full names."""
    known = {name_of(module) for module in MODULES}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports of our own are written in full"
            for alias in node.names:
                inside = f"{node.module}.{alias.name}"
                if inside in known or node.module in known:
                    yield inside if inside in known else str(node.module)


def within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def step(module: str) -> int:
    for number, parts in enumerate(STEPS):
        if any(within(module, part) for part in parts):
            return number
    raise AssertionError(f"{module} has no place in the order of imports: give it one here")


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__init__.py"], ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    module = name_of(path)
    for other in imported(path):
        assert step(other) <= step(module), f"{module} imports {other}, which stands above it"
        for here, there in APART:
            if within(module, here) and within(other, there):
                assert module in DOORS, f"{module} imports {other}: the two do not know each other"


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name_of)
def test_a_package_says_what_it_is_and_imports_nothing(path: Path) -> None:
    (only,) = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant) and isinstance(only.value.value, str)


@pytest.mark.parametrize("module", ["rag.types", "rag.errors"])
def test_the_nouns_and_the_errors_need_the_standard_library_only(module: str) -> None:
    tree = ast.parse((ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8"))
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names <= {"__future__", "collections.abc", "dataclasses", "datetime", "enum", "typing"}


def test_only_settings_reads_our_variables() -> None:
    readers = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and str(node.value).startswith(("FOOTNOTE_", "OPENAI_"))
    }
    assert readers == {"rag.settings"}
