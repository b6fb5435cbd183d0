"""What the files of a published month and the notebook say of everybody shown is the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import fastexcel
import pytest

import hiu
from hiu.model import DATASETS
from hiu.month import Month
from hiu.publish.words.datasets import title_of
from hiu.publish.workbook.book import NOT_SUPPLIED
from pipelines.common.place import Place


@pytest.mark.slow
def test_pack_workbook_and_notebook_say_the_same_of_everybody_shown(place_after: Place, area: Path) -> None:
    month = max(place_after.months())
    folder = place_after.published / place_after.months()[month]
    html = (folder / "pack.html").read_text(encoding="utf-8")
    raw = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert raw
    people = json.loads(raw[1])["people"]
    book = fastexcel.read_excel((folder / f"risk-and-demand-{month}.xlsx").read_bytes())
    listed, entered, monthly = (
        book.load_sheet(name, header_row=4, dtypes="string").to_polars() for name in ("Ranked list", "Entry", "Monthly")
    )
    assert people and set(listed["Person"]) == set(entered["Person"]) == {person["id"] for person in people}
    rows = {row["Person"]: row for row in listed.iter_rows(named=True)}
    run = hiu.open(area, curated=place_after.curated).month(month)
    for person in people[:50]:
        row, own = rows[person["id"]], run.person(person["id"])
        assert (row["Rank"], row["Name"], row["Change"]) == (str(person["rank"]), person["name"], person["label"])
        assert row["Why this place"] == f"{person['why']} {person['label_why']}" == " ".join(str(own.why()).split())
        counts = {(one["month"], one["dataset"]): one["n"] for one in own.months().iter_rows(named=True)}
        for months in monthly.filter(Person=person["id"]).iter_rows(named=True):
            start = Month.parse(months["Month"][:7]).start
            for name in DATASETS:
                n = counts[start, name]
                assert months[title_of(name)].removesuffix(".0") == (NOT_SUPPLIED if n is None else str(n)), (
                    start,
                    name,
                )
