"""Erased people whom an agency sends again with slips, end to end: a file in the raw folder, and `hiu run`."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from erased_slips import SLIPS, sent_again

from hiu.govern.erase.near import CODE
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.erase.find import find
from pipelines.erase.marks import keep_marks
from pipelines.erase.tables import take_out

LATER = NOW + timedelta(days=1)
AGAIN = f"{LAST}/police_incidents_again.csv"
STRANGERS = 200
GIVEN = ("Thelonius", "Wilhelmina", "Bartholomew", "Clementine", "Ptolemy", "Seraphina", "Ignatius", "Philippa")
FAMILY = ("Quartermain", "Featherstonehaugh", "Zbigniewski", "Okonkwo", "Vandersloot", "Papadakis", "Llewellyn-Rhys")


def forgotten(place: Place, many: int) -> list[dict[str, object]]:
    """Erase people as an erasure does in the database and the records; a row of each as it was received."""
    with open_warehouse(place) as warehouse:
        rows = warehouse.rows("record", order=["delivery_id", "source_row"])
        people = warehouse.read("row_people") if warehouse.exists("row_people") else warehouse.ask("row_people")
        whole = rows.drop_nulls(["given", "family", "dob", "postcode"]).filter(pl.col("family").str.len_chars() > 3)
        own = whole.join(people.select("delivery_id", "source_row", "person_id"), on=["delivery_id", "source_row"])
        found = own.unique("person_id", maintain_order=True).head(many)
        for at, row in enumerate(found.iter_rows(named=True)):
            scope = find(warehouse, row["person_id"], place.key_for("tombstone"))
            take_out(warehouse, scope)
            keep_marks(place, scope, f"PERASED-{at}", NOW)
    return found.to_dicts()


def as_police_send(at: int, row: Mapping[str, object], headers: list[str]) -> list[str]:
    born = row["dob"]
    cells = {
        "Incident URN": f"AGAIN-{at:05}",
        "Party No": "1",
        "Logged At": f"{1 + at % 28:02}-Mar-2026 10:00",
        "Involvement": "Subject",
        "Party Name": f"{row['family']}, {row['given']}".title(),
        "Date of Birth": f"{born:%d/%m/%Y}" if isinstance(born, date) else "",
        "Post Code": str(row["postcode"] or ""),
    }
    return [cells.get(name, "") for name in headers]


def strangers(dice: random.Random) -> list[dict[str, object]]:
    return [
        {
            "given": dice.choice(GIVEN),
            "family": dice.choice(FAMILY),
            "dob": date(1940, 1, 1) + timedelta(days=dice.randrange(20_000)),
            "postcode": f"BS{dice.randrange(1, 30)} {dice.randrange(1, 9)}AB",
        }
        for _ in range(STRANGERS)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("many", [4, 100])
def test_they_are_held_and_nobody_else_is(many: int, area: Path, place_after: Place, tmp_path: Path) -> None:
    raw, dice = tmp_path / "raw", random.Random(5)
    shutil.copytree(area / "data" / "raw", raw)
    place = open_place(area, raw=raw, curated=place_after.curated)
    gone = forgotten(place, many)
    assert len(gone) == many
    again = [sent_again(row, slip, dice) for row, slip in zip(gone, list(SLIPS) * many, strict=False)]
    path = next((raw / str(LAST)).glob("police*.csv"))
    headers = next(csv.reader(path.read_text(encoding="cp1252").splitlines()))
    lines = [as_police_send(at, row, headers) for at, row in enumerate([*again, *strangers(dice)])]
    with (raw / AGAIN).open("w", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows([headers, *lines])
    run(place, LAST, at=LATER)
    with open_warehouse(place) as warehouse:
        [delivery] = warehouse.rows("deliveries", "delivery_id", where={"source_file": AGAIN})["delivery_id"]
        aside = warehouse.rows("quarantine", "source_row", "code", where={"delivery_id": delivery})
    codes = dict(aside.rows())
    told = sorted(codes[row] for row in codes if row > many + 1)
    held = sum(codes.get(row) in (CODE, "erased") for row in range(2, many + 2))
    print(f"{held} of {many} held, {len(told)} rows of other people set aside")
    assert held >= int(0.95 * many), f"{held} of {many} held"
    assert not {CODE, "erased"} & set(told), "rows of other people are taken in"
