"""The project's modules, parsed once for every test of the house that reads them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module. It is shared: read it and change nothing."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every part of a module, in the order of `ast.walk`."""
    return tuple(ast.walk(tree(path)))
