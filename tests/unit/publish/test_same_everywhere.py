"""What more than one output says of a person is the same in each: page, PDF, workbook and sheet."""

from __future__ import annotations

import json
import re
from typing import Any

import fastexcel
import pack_area
import pytest
from banned import found, turns
from pdf_text import text_of

from hiu.publish.pack.page import pack_page, pack_view
from hiu.publish.pack.pdf import pack_pdf
from hiu.publish.sheet.page import person_sheet
from hiu.publish.workbook.write import workbook

STAMP = pack_area.stamp()
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
"""Charts are pictures, and not compared here: drawing them takes longer than everything else."""


@pytest.fixture(scope="module", params=[4, pytest.param(50, marks=pytest.mark.slow)])
def outputs(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Everything that is made of one month: of four people, and of fifty."""
    size = request.param
    settings = pack_area.settings(size)
    tables = pack_area.tables(pack_area.plain_names(size), minors=size // 10)
    series = pack_area.series(tables)
    view = pack_view(tables, stamp=STAMP, settings=settings)
    html = pack_page(view, series)
    raw = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert raw
    book = fastexcel.read_excel(workbook(tables, stamp=STAMP, settings=settings, key=b"k" * 32))
    listed = book.load_sheet("Ranked list", header_row=4).to_polars()
    svgs = {one.person_id: PICTURE for one in series}
    sheets = {
        one.person_id: text_of(
            person_sheet(one.person_id, tables, stamp=STAMP, settings=settings, why_shown="Supported.")
        )
        for one in series[: 1 + size // 5]
    }
    return {
        "html": html,
        "people": json.loads(raw[1])["people"],
        "pdf": text_of(pack_pdf(view, series, svgs)),
        "book": {row["Person"]: row for row in listed.iter_rows(named=True)},
        "sheets": sheets,
        "months": {one.person_id: one for one in series},
    }


def test_page_pdf_workbook_and_sheet_say_the_same_of_each_person(outputs: dict[str, Any]) -> None:
    assert len(outputs["people"]) == len(outputs["months"]) == len(outputs["book"])
    for person in outputs["people"]:
        row, pdf = outputs["book"][person["id"]], outputs["pdf"]
        assert row["Name"] == person["name"] and f"{person['rank']}. {person['name']} ({person['id']})" in pdf
        assert int(row["Rank"]) == person["rank"] and (row["How sure the place is"] or "") == (
            person["certainty"] or ""
        )
        assert row["Change"] == person["label"] and f"{person['label']} · risk: {person['risk']}" in pdf
        assert (row["Contacts, 3 months"] or None) == (
            None if person["contacts"] is None else str(person["contacts"])
        ) or (float(row["Contacts, 3 months"]) == person["contacts"])
        plausible = str(person["low"]) if person["low"] == person["high"] else f"{person['low']} to {person['high']}"
        assert row["Plausible rank"] == plausible
        assert row["Why this place"] == f"{person['why']} {person['label_why']}"
        finding = outputs["months"][person["id"]].finding
        assert person["why"] in pdf and person["label_why"] == finding, "the heading of the chart"
        for what in person["changes"]:
            assert what in pdf
        if sheet := outputs["sheets"].get(person["id"]):
            whole = sheet.replace("- ", "-")  # a line may end behind a hyphen
            assert f"{person['why']} Number of contacts: {person['label']}.".replace("- ", "-") in whole
            assert person["name"] in sheet
            for gate, value, *_ in person["gates"]:
                assert f"{gate} {value}" in sheet and f"{gate} {value}" in pdf


def test_bed_nights_and_detentions_of_the_list_are_those_of_the_chart(outputs: dict[str, Any]) -> None:
    for person in outputs["people"]:
        own = outputs["months"][person["id"]].counts
        nights = sum(n or 0 for n in own["mh_bed_day"][-3:])
        mha = sum(n or 0 for name in ("s136", "mha_assessment") for n in own[name][-12:])
        assert (person["nights"], person["mha"]) == (nights, mha)
        assert ("nights" in person["lacks"]) == (None in own["mh_bed_day"][-3:])


def test_no_output_has_a_phrase_that_is_read_twice_or_a_banned_word(outputs: dict[str, Any]) -> None:
    texts = [outputs["html"], outputs["pdf"], *outputs["sheets"].values()]
    texts += [" ".join(str(cell) for cell in row.values()) for row in outputs["book"].values()]
    assert [turns(text) + found(text) for text in texts] == [[]] * len(texts)
