"""A month's file sent in two parts gives the same list as sent whole."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from areakit import LAST, PlaceOf, run, same

from pipelines.run import Outcome


def in_two(path: Path) -> None:
    """Every other record into a file of its own, both under the same header; bytes of the values are kept."""
    with path.open(encoding="latin-1", newline="") as file:
        delimiter = "|" if file.readline().count("|") > 3 else ","
        file.seek(0)
        head, *records = csv.reader(file, delimiter=delimiter)
    assert len(records) > 20, "too few records to split"
    for name, part in ((path.name, records[::2]), (f"{path.stem}_part2{path.suffix}", records[1::2])):
        with path.with_name(name).open("w", encoding="latin-1", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([head, *part])


@pytest.mark.slow
def test_splitting_a_months_file_in_two_changes_no_count_and_no_rank(
    area: Path, published: Outcome, place_of: PlaceOf, tmp_path: Path
) -> None:
    raw = tmp_path / "split raw"
    shutil.copytree(area / "data" / "raw", raw)
    in_two(raw / str(LAST) / "police_incidents.csv")
    parts = run(place_of(raw=raw))
    assert not parts.intake.refused
    assert parts.intake.received == published.intake.received
    same(published, parts)
