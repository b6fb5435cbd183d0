"""Masked by default: what every public method of the library and every table shows is without names and free text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from hostile.test_reads_library import ARGUMENTS, HOLDERS, TRIED, everything_in

import hiu
from hiu.errors import HiuError
from hiu.model import PUBLISHED
from hiu.site.show.mask import NAMES, SHOWN
from pipelines.run import Outcome

NAME, PLANTED = "Zebra Quagga", "PLANTED"
WORDS = {**dict.fromkeys(NAMES, NAME), "postcode": f"ZZ99 {PLANTED}"}
"""A pair in review shows the first half of a postcode."""
TEXTS = {name: [one.name for one in table.columns if one.personal and one.name not in SHOWN and one.type == "text"]
         for name, table in PUBLISHED.items()}  # fmt: skip


@pytest.fixture(scope="module")
def planted(area: Path, published: Outcome, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """An object of each class, of a month in which every personal text is a word that nothing else holds, and every
    table with such a text has rows."""
    assert published.published
    site = tmp_path_factory.mktemp("planted") / "site"
    shutil.copytree(area, site, ignore=shutil.ignore_patterns("raw"))
    folder = hiu.open(site).latest.folder
    person = pl.read_parquet(folder / "ranked.parquet")["person_id"][0]
    for name, texts in TEXTS.items():
        if texts and (file := folder / f"{name}.parquet").is_file():
            frame = pl.read_parquet(file)
            if frame.is_empty():
                row = {column: person if column == "person_id" else None for column in frame.columns}
                frame = pl.DataFrame([row], schema=frame.schema)
            frame.with_columns(pl.lit(WORDS.get(one, f"{PLANTED} {one}")).alias(one) for one in texts).write_parquet(
                file
            )
    run = hiu.open(site, by="Ann Lyst").latest
    found = (run, run.ranked(), run.person(1), run.linkage(), run.quality(), run.cohort(), run.places())
    return {type(one).__name__: one for one in (*found, run.definitions(), run.review("Ann Lyst"))}


def names_nobody(found: object) -> bool:
    told = everything_in(found)
    return NAME not in told and "Quagga" not in told and PLANTED not in told


@pytest.mark.parametrize("name", TRIED)
def test_no_method_shows_a_name_or_a_free_text_unasked(name: str, planted: dict[str, object]) -> None:
    kind, method = name.split(".")
    assert set(planted) == {one.__name__ for one in HOLDERS}
    assert names_nobody(getattr(planted[kind], method)(*ARGUMENTS.get(name, ())))


@pytest.mark.parametrize("name", [name for name, texts in TEXTS.items() if texts])
def test_no_table_and_no_query_does(name: str, planted: dict[str, object]) -> None:
    run = planted["Published"]
    assert isinstance(run, hiu.site.published.Published)
    assert names_nobody(run.table(name)) and names_nobody(run.tables(name))
    assert names_nobody(run.sql(f"select * from {name}"))
    for text in set(TEXTS[name]) - set(NAMES):
        with pytest.raises(HiuError, match="masked"):
            run.sql(f"select {text} from {name}")
    asked = everything_in(run.table(name, show_names=True))
    assert name not in ("people", "descriptions") or NAME in asked, "the words were planted"


def test_what_was_unmasked_is_in_the_log(planted: dict[str, object]) -> None:
    run = planted["Published"]
    assert isinstance(run, hiu.site.published.Published)
    run.table("people", show_names=True)
    lines = [json.loads(line)["event"] for line in run.opened.audit.read_text(encoding="utf-8").splitlines()]
    assert {"people"} <= {line["what"] for line in lines if line["type"] == "names_shown"}
