"""Words we never use about people, in anything we publish or write ("people to offer support to").

Codes and words that agencies send are data: in a source's TOML the lists that read them are passed over.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from banned import found, turns
from parsed import nodes

ROOT = Path(__file__).resolve().parents[3]
RAW_KEYS = {
    "codes",
    "columns",
    "time_columns",
    "at_columns",
    "where",
    "deleted",
    "duplicate",
    "unknown_names",
    "footers",
    "pattern",
    "in",
    "not_in",
    "matches",
    "not_matches",
}
SUFFIXES = {".py", ".j2", ".html", ".css", ".sql", ".toml", ".json", ".md", ".txt", ".js", ".typ"}
VAGUE = {"told", "said", "listed", "known", "held", "begun"}
"""Names that do not say what a thing is: use a noun or verb of the field. Texts, keys and columns may be so called."""

MODULES = sorted(path for name in ("hiu", "pipelines") for path in (ROOT / name).rglob("*.py"))
TEXTS = sorted(
    path
    for path in [
        *(p for name in ("hiu", "pipelines", "docs", "notebooks", "expectations") for p in (ROOT / name).rglob("*")),
        *ROOT.glob("*.md"),
    ]
    if path.suffix in SUFFIXES and "__pycache__" not in path.parts
)

NEWEST = [path for path in TEXTS if "adr" not in path.parts and path.name not in ("CHANGELOG.md", "benchmarks.md")]
"""Texts that are kept up to date: a decision and a change keep the words of their day."""


@cache
def prose(path: Path) -> str:
    """What a file says in our own words."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml" and "template" not in path.stem:
        return "\n".join(_own(tomllib.loads(text)))
    return "\n".join(_strings(path)) + "\n" + "\n".join(_comments(text)) if path.suffix == ".py" else text


def _own(value: Any, key: str = "") -> Iterator[str]:
    """Texts of a TOML that are not an agency's own words."""
    if key in RAW_KEYS:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _own(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _own(inner, key)
    elif isinstance(value, str):
        yield value


def _strings(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name | ast.FunctionDef | ast.ClassDef | ast.arg):
            name = node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else node.name
            yield name.replace("_", " ")


def _comments(text: str) -> Iterator[str]:
    return (line.split("#", 1)[1] for line in text.splitlines() if "#" in line)


def vague(parts: Iterable[ast.AST]) -> list[str]:
    """Vague names that a module gives: to functions, classes, attributes, parameters and variables."""
    return [name for node in parts for name in _given(node) if name.strip("_").lower() in VAGUE]


def _given(node: ast.AST) -> list[str]:
    """Names given by a part of a program. A library's attribute that is only read is none of ours."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)) | ast.alias(asname=str(name)):
            return [name]
    return []


def faults(paths: list[Path], find: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """What is found in each file in which something is: of hundreds of files in one test, since a test of its own for
    each costs more than reading it."""
    return {path.relative_to(ROOT).as_posix(): words for path in paths if (words := find(path))}


def test_no_banned_word() -> None:
    assert len(TEXTS) > 500
    assert faults(TEXTS, lambda path: found(prose(path))) == {}


def test_no_phrase_that_has_to_be_read_twice() -> None:
    assert len(NEWEST) > 500
    assert faults(NEWEST, lambda path: turns(prose(path))) == {}


def test_the_lint_sees_phrases_across_lines() -> None:
    assert turns("people picked\nat a peak; plausible rank 1-1") == ["picked at a peak", "plausible rank 1-1"]
    assert turns("plausible rank 2 to 15; others fell further") == []


def test_the_lint_sees_words_and_passes_over_raw_codes(tmp_path: Path) -> None:
    assert found("A Frequent-Flyer and an OFFENDER.") == ["Frequent-Flyer", "OFFENDER"]
    assert found("It has no field for sanctions.") == [] and found("a field for sanctions") == ["sanctions"]
    assert found("offended, sanctuary, users with high intensity of need") == []
    source = tmp_path / "police.toml"
    source.write_text('title = "Repeat callers"\n[fields.role]\ncodes = {NUISANCE = "subject"}\n', encoding="utf-8")
    assert found(prose(source)) == ["Repeat callers"]
    module = tmp_path / "m.py"
    module.write_text('def offender_list(): return "x"  # nuisance\n', encoding="utf-8")
    assert found(prose(module)) == ["offender", "nuisance"]


def test_no_vague_name() -> None:
    assert len(MODULES) > 400
    assert faults(MODULES, lambda path: vague(nodes(path))) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def told(_known, *held, x=1): pass", {"told", "_known", "held"}),
        ("class Listed:\n begun: int\n def f(self): self._said = 1", {"Listed", "begun", "_said"}),
        ("LISTED = [told for told in x]", {"LISTED", "told"}),
        ("try: x\nexcept E as said: y", {"said"}),
        ("import a as known\nif held := 1: x", {"known", "held"}),
        ('x = library.known + other["held"]\nlisted_people(said="no", unknown=1)', set()),
    ],
)
def test_the_lint_sees_names_given_and_passes_over_names_read(text: str, names: set[str]) -> None:
    assert set(vague(ast.walk(ast.parse(text)))) == names


def test_templates_and_models_are_among_the_texts() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in TEXTS}
    assert {"hiu/publish/templates/pack.html.j2", "hiu/publish/words/datasets.py"} <= names
    assert "hiu/model/tables/listed.toml" in names
