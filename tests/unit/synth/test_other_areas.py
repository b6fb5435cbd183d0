"""The second maker of areas, which matching is measured on: its files are the same again, and its truth is whole."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from bench.other_areas import Area, make


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Area]:
    site = tmp_path_factory.mktemp("other")
    return site, make(site, seed=103, people=250, months=3)


def _files(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_seed_gives_the_same_files_again_and_another_seed_others(area: tuple[Path, Area], tmp_path: Path) -> None:
    make(tmp_path / "again", seed=103, people=250, months=3)
    make(tmp_path / "other", seed=104, people=250, months=3)
    assert _files(tmp_path / "again") == _files(area[0])
    assert _files(tmp_path / "other")["truth/rows.csv"] != _files(area[0])["truth/rows.csv"]


def test_the_truth_has_every_row_of_every_file_once(area: tuple[Path, Area]) -> None:
    site, made = area
    with (site / "truth" / "rows.csv").open(encoding="utf-8") as file:
        truth = Counter((row["source"], row["source_file"], int(row["source_row"])) for row in csv.DictReader(file))
    rows = set()
    for path in (site / "data" / "raw").rglob("*.csv"):
        name = path.relative_to(site / "data" / "raw").as_posix()
        source = next(key[0] for key in made.files if made.named(*key) == name)
        layout = made.layouts[source]
        with path.open(encoding=layout.encoding, newline="") as file:
            rows |= {
                (source, name, at) for at, _ in enumerate(csv.DictReader(file, delimiter=layout.delimiter), start=1)
            }
    assert set(truth) == rows
    assert len(rows) > 50 and max(truth.values()) == 1


def test_numbers_are_of_the_range_for_tests_with_a_right_check_digit(area: tuple[Path, Area]) -> None:
    numbers = [one.nhs for one in area[1].town.people if one.nhs]
    assert len(numbers) == len(set(numbers)) > 200
    assert {number[:3] for number in numbers} == {"999"}
    assert all(
        sum(int(digit) * at for digit, at in zip(one, range(10, 0, -1), strict=True)) % 11 == 0 for one in numbers
    )
