"""What the docs say is so: examples load, keys are all described, commands and links exist."""

from __future__ import annotations

import ast
import re
import tomllib
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from evidence import places
from pydantic import BaseModel

from hiu import sources
from hiu.extract.files.read import read_table
from hiu.extract.standardise import standardise
from hiu.govern.release.disclosure import BASE, FEWEST
from hiu.model import TABLES
from hiu.month import Month
from hiu.settings import Settings
from hiu.sources import file, spec
from pipelines.cli import app
from pipelines.setup.dictionary import TARGET, dictionary

ROOT = Path(__file__).resolve().parents[3]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n# (\S+)\n(.*?)```", SOURCES, re.DOTALL)
SPECS: tuple[type[BaseModel], ...] = (
    file.FileSpec,
    file.Unpivot,
    spec.Expect,
    spec.PeriodSpec,
    spec.FieldSpec,
    spec.KeySpec,
    spec.Measure,
    spec.Count,
    spec.Packed,
    spec.Source,
)


def test_every_example_says_which_file_it_is() -> None:
    assert len(EXAMPLES) == SOURCES.count("```toml") >= 9


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_a_whole_file_that_loads(name: str, text: str, tmp_path: Path) -> None:
    if name == "site.toml":
        Settings.model_validate({"name": "Example", **tomllib.loads(text)})
        return
    path = tmp_path / name
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    loaded = sources.load_sources(path.parent)
    assert (path.stem in loaded) == tomllib.loads(text).get("enabled", True)


@pytest.mark.parametrize("part", SPECS, ids=lambda part: part.__name__)
def test_every_key_of_a_source_is_described(part: type[BaseModel]) -> None:
    prose = re.sub(r"```.*?```", "", SOURCES, flags=re.DOTALL)
    blocks = "\n".join(text for _, text in EXAMPLES)
    said = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", prose))))
    said |= set(re.findall(r"\b(\w+) =", blocks)) | set(re.findall(r"^\[+(\w+)", blocks, re.MULTILINE))
    assert set(part.model_fields) - said == set()


def test_the_fire_example_reads_a_fire_extract(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "fire.toml").write_text(dict(EXAMPLES)["sources/fire.toml"], encoding="utf-8")
    source = sources.load_sources(folder)["fire"]
    extract = tmp_path / "fire_2026-03.csv"
    extract.write_text(
        "Incident number,Time of call,Person,DOB,Home postcode,Type\n"
        'F1,02/03/2026 21:40,"NOVAK, Jana",05/06/1980,BS1 4ND,Secondary fire\n'
        'F2,03/03/2026 01:10,"NOVAK, Jana",05/06/1980,BS1 4ND,False alarm\n',
        encoding="utf-8",
    )
    raw = read_table(extract, source, name=extract.name, max_bytes=10**6, max_ratio=100)
    done = standardise(raw, source, delivery_id="d", source_file=extract.name, period=Month(2026, 3), synthetic=True)
    assert done.quarantine.is_empty()
    assert done.records["measures"].to_list() == [["fire_incident"], []]
    assert done.records["start"].to_list()[0] == datetime(2026, 3, 2, 21, 40)
    assert done.records["family"].to_list() == ["NOVAK", "NOVAK"]


def test_words_of_counting_md_exist() -> None:
    said = re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", (ROOT / "docs" / "counting.md").read_text(encoding="utf-8"))
    shipped = sources.load_sources()
    known = {name for source in shipped.values() for name in (*source.counts, *source.extra)}
    known |= {measure.name for source in shipped.values() for measure in source.measures}
    known |= {*TABLES, "monthly_total"} | {f"s136_{side}" for side in ("police", "health", "both")}
    known |= {name for spec in SPECS for name in spec.model_fields} | {*shipped}
    assert [word for word in said if word not in known] == []


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_and_links_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    commands = {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    used = re.findall(r"(?:^|[`'\\/])hiu ([a-z]+(?:-[a-z]+)*)\b", text, re.MULTILINE)
    assert [word for word in used if word not in commands] == []
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [
        word
        for word in re.findall(r"^make (\w+)|`make (\w+)`", text, re.MULTILINE)
        if (word[0] or word[1]) not in targets
    ] == []


def test_every_command_is_documented() -> None:
    word_of = re.compile(r"\bhiu ([a-z][a-z0-9]*(?:-[a-z]+)*)\b")
    said = {word for page in DOCS for word in word_of.findall(page.read_text(encoding="utf-8"))}
    names = {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }
    assert names - said == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \|", text, re.MULTILINE)
    extras = [one for extra in project["project"]["optional-dependencies"].values() for one in extra]
    needed = [re.split(r"[>=;]", line)[0] for line in (*project["project"]["dependencies"], *extras)]
    needed = [name for name in needed if not name.startswith("hiu-groups[")]  # an extra made of others
    assert sorted(needed) == sorted(set(rows) - {"package"})


def test_the_data_dictionary_is_the_models() -> None:
    assert TARGET.read_text(encoding="utf-8") == dictionary()


def test_the_analysts_examples_run(area: Path, published: object, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
    code, *questions = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(questions) == 10  # test_site_second_day.py and test_site_forty.py run them
    monkeypatch.chdir(area.parent)
    found: dict[str, object] = {}
    exec(code.replace('"demo"', repr(str(area))), found)
    assert isinstance(found["listed"], pl.DataFrame)


CITED = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.md)\b")
"""A page named in a docstring, a comment or a text."""
KINDS = {".py", ".sql", ".toml", ".j2", ".js", ".typ"}


def test_code_cites_only_pages_that_exist() -> None:
    pages = {found.name for found in [*DOCS, *(ROOT / "tests").rglob("*.md"), *(ROOT / "data").rglob("*.md")]}
    absent = set()
    for path in (path for name in ("hiu", "pipelines", "tests", "notebooks") for path in (ROOT / name).rglob("*")):
        # the recipes make pages of their own, on a copy
        if path.suffix in KINDS and path.name != "test_recipes.py" and path.is_file():
            for page in CITED.findall(path.read_text(encoding="utf-8")):
                there = (ROOT / page).exists() if page.startswith("docs/") else page.rpartition("/")[2] in pages
                absent |= set() if there else {(path.name, page)}
    assert absent == set()


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_docs_cite_only_pages_and_places_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = {found.name for found in [*DOCS, *(ROOT / "data").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]}
    assert [name for name in CITED.findall(text) if name.rpartition("/")[2] not in names] == []
    for link, place in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", text):
        assert place in places(page.parent / link if link else page), f"{link}#{place}"


def test_every_setting_with_a_formula_is_in_the_docs() -> None:
    """The constants of the list, its labels and counting stand in the docs with their names and defaults."""
    ranking = (ROOT / "docs" / "ranking.md").read_text(encoding="utf-8")
    settings = Settings(name="Example")
    for name, value in settings.rank.weights.by_dataset().items():
        assert f"| `rank.weights.{name}` | {value:g} |" in ranking
    assert [name for name in settings.labels.model_dump() if f"`{name}`" not in ranking] == []
    counting = (ROOT / "docs" / "counting.md").read_text(encoding="utf-8")
    assert [name for name in settings.counting.model_dump() if f"`counting.{name}`" not in counting] == []


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROOMS = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for name in ("hiu", "pipelines")
    for path in (ROOT / name).rglob("__init__.py")
    if path.parent != ROOT / name
)


@pytest.mark.parametrize("room", ROOMS)
def test_the_architecture_names_every_room(room: str) -> None:
    """A room of a room is named with it: the widget with the review that it belongs to."""
    named = {room, *(parent.as_posix() for parent in Path(room).parents if parent.as_posix().count("/") > 1)}
    assert any(f"`{name}`" in ARCHITECTURE or f"`{name}/" in ARCHITECTURE for name in named)


def test_every_path_of_the_architecture_exists() -> None:
    paths = re.findall(r"`((?:hiu|pipelines|docs|tests)/[^`<>*]+)`", ARCHITECTURE)
    assert len(paths) > 50 and [path for path in paths if not (ROOT / path).exists()] == []


def test_pages_and_tables_say_the_numbers_of_disclosure_control() -> None:
    """Other numbers were set, and nine pages went on saying the old ones."""
    pages = [*(ROOT / "docs").glob("*.md"), ROOT / "hiu" / "model" / "tables" / "mart.toml"]
    text = " ".join(page.read_text(encoding="utf-8") for page in pages if page.name != "benchmarks.md")
    few = re.findall(r"(?<!quoted from )fewer\s+than\s+(\d+)\s+(?:people|share)", text) + re.findall(
        r"hidden below (\d+)", text
    )
    nearest = re.findall(r"nearest (\d+)", text)
    assert len(few) >= 15 and set(few) == {str(FEWEST)} and f" {FEWEST - 1} are shown as `*`" in text
    assert len(nearest) >= 5 and set(nearest) == {str(BASE)}
    most, base = (
        re.findall(r"\b1\s+to\s+(\d)\s+(?:are|were)?\s*hidden", text),
        re.findall(r"rounded\s+to\s+(\d)\b", text),
    )
    assert set(most) == {str(FEWEST - 1)} and len(base) >= 5 and set(base) == {str(BASE)}


def test_sentences_take_the_numbers_of_disclosure_control_from_its_constants() -> None:
    """A paper's note said "1 to 7 people are hidden" of its own, and would have gone on saying it."""
    own = rf"\b1 to {FEWEST - 1} people|fewer than {FEWEST} people|rounded to {BASE}\b|nearest {BASE}\b"
    paths = [path for room in ("hiu/publish", "pipelines") for path in (ROOT / room).rglob("*.py")]
    assert [path.name for path in paths if re.search(own, " ".join(_sentences(path)))] == []


def _sentences(path: Path) -> list[str]:
    """The texts in a module's code, without its docstrings."""
    every = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {id(node.value) for node in every if isinstance(node, ast.Expr)}
    texts = [node for node in every if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [str(node.value) for node in texts if id(node) not in docstrings]
