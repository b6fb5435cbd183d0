"""References by which a statement about the product is traced, and whether what they name is there.

`test:tests/unit/x/test_y.py::test_z` is a test that pytest collects; `figure:docs/benchmarks.md#place` a place of a
page with figures; `table:link_quality` a published table, whose figures are the site's own.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from hiu.model import PUBLISHED

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = re.compile(r"\b(?:test:[\w/.]+::\w+|figure:[\w/.-]+#[\w-]+|table:\w+)")
MEASURED = ("docs/benchmarks.md", "docs/reliability.md")


def references(text: str) -> list[str]:
    """Every reference in a text."""
    return REFERENCE.findall(text)


def leads_nowhere(reference: str) -> bool:
    """Whether what a reference names is not there."""
    kind, _, what = reference.partition(":")
    if kind == "table":
        return what not in PUBLISHED
    path, _, place = what.partition("#" if kind == "figure" else "::")
    if kind == "figure":
        return path not in MEASURED or place not in places(ROOT / path)
    return place not in tests_of(path)


@cache
def places(page: Path) -> set[str]:
    """The places of a page that a link can name: its headings, as a forge turns them into addresses."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


NUMBER = re.compile(r"(?<![\w.,{])\d*\.\d+|(?<![\w.,])\d{1,3}(?:,\d{3})+|(?<![\w.,])\d{3,}(?![\w,])")
"""Decimals, thousands, and whole numbers of three figures or more."""


def numbers(text: str) -> list[str]:
    """The numbers of a text that somebody measured, years left out."""
    return [one for one in NUMBER.findall(text) if not re.fullmatch(r"20[12]\d", one)]


@cache
def section(path: str, place: str) -> str:
    """What stands under a heading, up to the next of its rank. Raises AssertionError where there is none."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for found in re.finditer(r"^(#+) (.+)$", text, re.MULTILINE):
        if re.sub(r"[^\w\- ]", "", found[2].lower()).replace(" ", "-") == place:
            rest = text[found.end() :]
            end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
            return rest[: end.start()] if end else rest
    raise AssertionError(f"{path} has no place {place}; it has {sorted(places(ROOT / path))}")


@cache
def tests_of(path: str) -> frozenset[str]:
    """The tests that pytest collects from a file of tests: functions at its top that are not skipped whole."""
    file = ROOT / path
    if not (path.startswith("tests/") and file.name.startswith("test_") and file.is_file()):
        return frozenset()
    found = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    return frozenset(one.name for one in found if one.name.startswith("test_") and not _skipped(one))


def _skipped(test: ast.FunctionDef) -> bool:
    return any(re.search(r"\.skip\b", ast.unparse(mark)) for mark in test.decorator_list)
