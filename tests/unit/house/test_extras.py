"""What is optional is loaded where it is used alone, and a command that lacks it says which extra before it begins."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import polars as pl
import pytest
from parsed import tree

from hiu.errors import UsageError
from hiu.extras import EXTRAS, MissingExtra, installed, missing_extra, require
from pipelines import cli
from pipelines.commands.needs import NEEDS
from pipelines.common.fingerprint import reached, shipped

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL = PROJECT["project"]["optional-dependencies"]
EXTRA_OF = {module: extra for extra, modules in EXTRAS.items() for module in modules}
FILES = {path: text for path, text in shipped().items() if path.endswith(".py")}
WHOLE = {
    "hiu/network/bundle.py",
    "hiu/network/envelope.py",
    "hiu/publish/board/slides.py",
    "hiu/site/review/widget/__init__.py",
    "pipelines/papers/compare/limits.py",
    "pipelines/papers/compare/page.py",
}
"""Modules that are of an extra as a whole, and that others load inside a function."""
BESIDE = {
    "status": "asks run's module for words",
    "verify": "asks which folders are to be made anew",
    "train": "draws charts and stamps them",
    "disclose": "prints",
    "hold": "prints",
    "retain": "prints",
    "key": "prints, and verifies",
    "export": "asks itself, for the board paper and PNG alone: charts as SVG need no extra",
    "governance": "writes pages",
}
"""Commands whose imports lead to the modules of papers, and that set no paper."""


def name_of(requirement: str) -> str:
    """The distribution of a requirement."""
    return re.split(r"[\[<>=;! ]", requirement)[0].lower().replace("_", "-")


def imported(part: ast.AST, *, inside: bool) -> Iterator[str]:
    """Modules imported as the file is loaded; `inside`: in functions too. What is for type checkers alone is not."""
    for node in ast.iter_child_nodes(part):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif inside or not isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from imported(node, inside=inside)


@cache
def used() -> dict[str, set[str]]:
    """What each module imports, wherever in it."""
    return {path: set(imported(tree(ROOT / path), inside=True)) for path in FILES}


def test_every_module_imported_is_of_the_core_or_of_an_extra() -> None:
    core = {name_of(one) for one in PROJECT["project"]["dependencies"]}
    brought = _brought()
    strangers = {}
    for path in FILES:
        tops = {name.partition(".")[0] for name in used()[path]} - set(sys.stdlib_module_names)
        for top in tops - {"hiu", "pipelines"}:
            if EXTRA_OF.get(top) == "spark" and not installed("spark"):  # tried in an environment of its own
                continue
            wanted = set(map(name_of, OPTIONAL[EXTRA_OF[top]])) if top in EXTRA_OF else core
            if not wanted & {name_of(name) for name in brought.get(top, [])}:
                strangers[f"{path}: {top}"] = brought.get(top)
    assert strangers == {}


def test_the_extras_of_the_code_are_those_of_the_project() -> None:
    made_of_others = {name for name, parts in OPTIONAL.items() if any(part.startswith("hiu-groups[") for part in parts)}
    assert set(EXTRAS) == set(OPTIONAL) - made_of_others
    parts = {part for name in made_of_others for part in re.findall(r"\[(.*)\]", OPTIONAL[name][0])[0].split(",")}
    assert set(EXTRAS) - {"spark"} <= parts, "a cluster is for few, and brings much"
    assert made_of_others <= parts | {"all"}
    brought = _brought()
    for extra, modules in EXTRAS.items():
        if extra == "spark" and not installed(extra):  # tried in an environment of its own
            continue
        assert {name_of(name) for module in modules for name in brought[module]} == set(map(name_of, OPTIONAL[extra]))


def test_every_extra_is_a_row_of_the_page_and_is_in_the_lock_or_said_to_be_in_none() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+)$", text, re.MULTILINE)
    assert {*extras} - {"postgres", "odbc"} == {name for name, _ in rows}, "`sql` stands for postgres and odbc"
    pinned = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements-runtime.lock").read_text(encoding="utf-8"), re.M))
    for name, row in rows:
        parts = [re.split(r"[>=;]", one)[0] for one in extras[name]]
        locked = {part for part in parts if "[" not in part} <= pinned
        assert locked is ("in no lock" not in row), name


def test_what_is_optional_is_loaded_inside_functions_alone() -> None:
    first = {path: set(imported(tree(ROOT / path), inside=False)) for path in FILES}
    whole = {path for path, names in first.items() if set(EXTRA_OF) & {name.partition(".")[0] for name in names}}
    files = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in FILES}
    while more := {path for path in set(first) - whole if {files.get(name) for name in first[path]} & whole}:
        whole |= more
    assert whole == WHOLE


def test_great_expectations_is_loaded_by_one_module() -> None:
    using = {path for path, names in used().items() if "great_expectations" in names}
    assert using == {"hiu/quality/check.py"}


def test_every_command_that_sets_a_paper_says_that_it_needs_them() -> None:
    reach = {path for path in FILES if path in ("hiu/publish/pdf.py", "hiu/publish/board/slides.py")}
    found = {job.__name__ for job in cli.COMMANDS if reach & _reached_by(job)}
    named = {command for command, extras in NEEDS.items() if "papers" in extras}
    assert found - named == set(BESIDE) & found and named <= found
    assert set(NEEDS) <= {job.__name__ for job in cli.COMMANDS}


def _reached_by(job: object) -> set[str]:
    """What the imports inside a command's function lead to, those of the functions it calls in its module included."""
    home = inspect.getmodule(inspect.unwrap(job))  # type: ignore[arg-type]
    module = tree(ROOT / f"{str(home.__name__).replace('.', '/')}.py")  # type: ignore[union-attr]
    functions = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    todo, seen, found = [job.__name__], set[str](), set[str]()  # type: ignore[attr-defined]
    while todo:
        seen.add(name := todo.pop())
        found |= set(imported(functions[name], inside=True))
        used = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
        todo += sorted(used & set(functions) - seen)
    return set[str]().union(*(_reached(one) for one in found if f"{one.replace('.', '/')}.py" in FILES))


_brought = cache(packages_distributions)
_reached = cache(lambda root: reached(shipped(), root) if root.startswith("pipelines") else set())


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_a_command_names_the_extra_it_lacks_and_does_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[object] = []
    job = next(job for job in cli.COMMANDS if job.__name__ == name)
    monkeypatch.setattr("pipelines.access.guard.guarded", lambda *given: begun.append(given))
    for extra in NEEDS[name]:
        with monkeypatch.context() as patch:
            for module in EXTRAS[extra]:
                patch.setitem(sys.modules, module, None)
            with pytest.raises(cli.typer.Exit) as ended:
                cli._ends_with_code(job)()
        told = capsys.readouterr().err
        assert ended.value.exit_code == 2 and begun == []
        assert f"hiu-groups[{extra}] from a wheelhouse or the lock, by hash: docs/install.md" in told
        assert f"'{extra}'" in told


@pytest.mark.parametrize(
    ("module", "told"), [("typst", "hiu-groups[papers]"), ("typst.x", "hiu-groups[papers]"), ("zzz", "a fault in hiu")]
)
def test_an_extra_that_is_met_on_the_way_is_named_too(
    module: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HIU_DEBUG", raising=False)

    def status() -> None:
        raise ModuleNotFoundError(f"No module named '{module}'", name=module)

    with pytest.raises(cli.typer.Exit) as ended:
        cli._ends_with_code(status)()
    assert told in capsys.readouterr().err and ended.value.exit_code == (1 if module == "zzz" else 2)


def test_several_extras_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("typst", "pandas"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=r"extras .gate., .papers. of.*hiu-groups\[gate,papers\]"):
        require("gate", "keyring", "papers")
    assert not installed("gate") and installed("keyring") and issubclass(MissingExtra, UsageError)
    assert missing_extra(ModuleNotFoundError("x", name="json")) is None


def test_notebooks_are_shipped_by_name_and_nothing_that_lies_beside_them() -> None:
    listed = {
        name for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] if "notebooks" in name
    }
    there = {
        path.relative_to(ROOT).as_posix()
        for kind in ("*.py", "examples/*.csv")
        for path in (ROOT / "notebooks").glob(kind)
    }
    assert listed == there and len(listed) > 10


@pytest.mark.parametrize(
    ("fault", "words"),
    [(pl.exceptions.PanicException("JANE"), "a fault in hiu: PanicException"), (cli.typer.Abort(), "not answered")],
)
def test_what_is_no_exception_ends_in_words_too(
    fault: BaseException, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A panic of Polars ended in a traceback, and a question without an answer in 'a fault in hiu'."""
    monkeypatch.delenv("HIU_DEBUG", raising=False)

    def status() -> None:
        raise fault

    with pytest.raises(cli.typer.Exit) as ended:
        cli._ends_with_code(status)()
    said = capsys.readouterr().err
    assert words in said and "JANE" not in said and ended.value.exit_code == 1
