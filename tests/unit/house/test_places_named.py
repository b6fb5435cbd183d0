"""What the docs say of the code's places: names stand where they are said to, tables are whole, rooms say their use."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md")
_NAME = r"`([A-Za-z_][\w.]*)`(?: \([^)]*\))?"
_PATH = r"`((?:hiu|pipelines|tests)/[\w/.-]+\.(?:py|toml|sql|json))`"


def named_places(text: str) -> list[tuple[str, str]]:
    """(name, path) wherever a guide says that a name is in, or of, a file of the project."""
    found = re.findall(rf"((?:{_NAME}(?:, | and |, and )?)+) (?:in|of|is in|are in) {_PATH}", " ".join(text.split()))
    return [(name, row[-1]) for row in found for name in re.findall(_NAME, row[0])]


def test_a_name_stands_in_the_file_that_a_guide_says() -> None:
    found = [one for guide in GUIDES for one in named_places((ROOT / guide).read_text(encoding="utf-8"))]
    assert len(found) > 20
    wrong = [
        (name, path)
        for name, path in found
        if not re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_every_row_of_a_table_has_the_columns_of_its_header() -> None:
    wrong = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        columns, fenced = 0, False
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            fenced ^= line.startswith("```")
            if fenced or not line.startswith("|"):
                columns = 0
                continue
            cells = len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", line))) - 1
            columns = columns or cells
            if cells != columns:
                wrong.append((page.name, number, cells, columns))
    assert wrong == []


def test_every_room_says_what_may_enter() -> None:
    rooms = [path for part in ("hiu", "pipelines") for path in (ROOT / part).rglob("__init__.py")]
    said = {path: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" for path in rooms}
    house = ROOT / "hiu" / "__init__.py"
    silent = [path.parent.relative_to(ROOT).as_posix() for path, text in said.items() if "enter" not in text.lower()]
    assert house in said and [room for room in silent if room != "hiu"] == []


def test_a_file_named_without_its_folder_is_the_only_one_of_its_name() -> None:
    """On one of the files that the recipe has named in full, or on the only one there is."""
    paths = [path for part in ("hiu", "pipelines") for path in (ROOT / part).rglob("*.*")]
    several = []
    for guide in GUIDES:
        for recipe in re.split(r"^#+ ", (ROOT / guide).read_text(encoding="utf-8"), flags=re.MULTILINE):
            full = {name.rpartition("/")[2] for name in re.findall(r"`([\w/]+/[\w.]+)`", recipe)}
            bare = set(re.findall(r"`(\w+\.(?:py|toml|sql|json|md))`", recipe)) - full
            several += [(guide, name) for name in sorted(bare) if len([p for p in paths if p.name == name]) > 1]
    assert several == []
