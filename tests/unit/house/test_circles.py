"""No module reaches itself through what it imports, imports inside functions and for types alone included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from parsed import tree as tree_of

ROOT = Path(__file__).resolve().parents[3]


def imports(root: Path, *packages: str) -> dict[str, set[str]]:
    """Module -> the modules of these packages that its text imports, wherever in it."""
    paths = [path for package in packages for path in (root / package).rglob("*.py")]
    names = {path: ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for path in paths}
    trees = {name: tree_of(path) for path, name in names.items()}
    modules = set(trees)
    return {
        name: {one for node in _statements(tree) for one in _imported(node, modules)} - {name}
        for name, tree in trees.items()
    }


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, wherever it stands: an import is one, so what is inside expressions need not be looked at."""
    for _, value in ast.iter_fields(tree):
        for node in value if isinstance(value, list) else ():
            if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                yield node
                yield from _statements(node)


def _imported(node: ast.AST, modules: set[str]) -> set[str]:
    """`from a import b` is of the module a.b if there is one, else of a."""
    if isinstance(node, ast.Import):
        return {one.name for one in node.names} & modules
    if not isinstance(node, ast.ImportFrom):
        return set()
    assert node.module and not node.level, f"line {node.lineno}: a relative import"
    inner = {name if (name := f"{node.module}.{one.name}") in modules else node.module for one in node.names}
    return inner & modules


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle, the first again at its end; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_reaches_itself() -> None:
    graph = imports(ROOT, "hiu", "pipelines")
    assert len(graph) > 300 and sum(map(len, graph.values())) > 1000
    assert circle(graph) == []


@pytest.mark.parametrize(
    "back",
    [
        "import a.one",
        "from a import one",
        "def f():\n    from a.one import x",
        "try:\n    pass\nexcept ValueError:\n    import a.one",
        "match 1:\n    case 1:\n        import a.one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a.one import x",
    ],
)
def test_a_circle_would_be_found(tmp_path: Path, back: str) -> None:
    (tmp_path / "a").mkdir()
    for name, text in {"__init__": "", "one": "from a.two import y", "two": "import a.three", "three": back}.items():
        (tmp_path / "a" / f"{name}.py").write_text(text, encoding="utf-8", newline="\n")
    found = circle(imports(tmp_path, "a"))
    assert found[0] == found[-1] and set(found) == {"a.one", "a.two", "a.three"}
