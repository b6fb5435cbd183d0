"""What a site calls its sources is its own affair: under other names rows have the same people and the same counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from areakit import link_rows, run, table

from hiu.sources import load_sources
from pipelines.common.place import open_place
from pipelines.run import Outcome

CALLED = {"police": "a_force", "ambulance": "zz_999", "ed": "m_emergency"}
"""Each takes another place among the sources."""


@pytest.fixture(scope="module")
def renamed(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The area under the other names: the site's own files say them, and leave the shipped names out."""
    site = tmp_path_factory.mktemp("renamed") / "site"
    shutil.copytree(area, site, ignore=shutil.ignore_patterns("curated"))
    for name, source in load_sources(area / "sources").items():
        path = site / "sources" / f"{name}.toml"
        text = path.read_text(encoding="utf-8")
        for field, spec in source.fields.items():
            if spec.source in CALLED:
                text = _quoting(text, field, CALLED[spec.source])
        path.write_text(text, encoding="utf-8")
    settings = (site / "site.toml").read_text(encoding="utf-8")
    for name, other in CALLED.items():
        path = site / "sources" / f"{name}.toml"
        path.rename(path.with_stem(other))
        off = site / "sources" / f"zz_without_{name}.toml"
        off.write_text(f'name = "{name}"\nenabled = false\n', encoding="utf-8")
        settings = settings.replace(f'source = "{name}"', f'source = "{other}"')
    (site / "site.toml").write_text(settings, encoding="utf-8")
    assert set(load_sources(site / "sources")) == {CALLED.get(name, name) for name in load_sources(area / "sources")}
    return run(open_place(site))


def _quoting(text: str, field: str, other: str) -> str:
    """The source's file with the source whose event a field quotes under its other name."""
    head = f"[fields.{field}]\n"
    return text.replace(head, f'{head}source = "{other}"\n') if head in text else f'{text}\n{head}source = "{other}"\n'


def _people(outcome: Outcome) -> pl.DataFrame:
    """Every row, the source under the name we know, and its person, named after the first of their rows."""
    ours = pl.col("source").replace({other: name for name, other in CALLED.items()})
    key = ["source", "source_file", "source_row"]
    rows = link_rows(outcome).with_columns(ours).sort(key).with_row_index("row")
    return rows.select(*key, "status", "person_id", person=pl.col("row").first().over("person_id"))


@pytest.mark.slow
def test_sources_renamed_by_a_site_leave_every_row_with_its_person(published: Outcome, renamed: Outcome) -> None:
    ours, theirs = (_people(outcome).drop("person_id") for outcome in (published, renamed))
    assert set(CALLED.values()) < set(table(renamed, "links")["source"])
    assert ours["person"].n_unique() > 100
    assert theirs.equals(ours)


@pytest.mark.slow
def test_sources_renamed_by_a_site_count_the_same(published: Outcome, renamed: Outcome) -> None:
    demand = []
    for outcome in (published, renamed):
        named = _people(outcome).select("person_id", "person").unique()
        counted = table(outcome, "monthly_demand").join(named, on="person_id")
        assert counted.height == table(outcome, "monthly_demand").height > 0
        demand.append(counted.drop("person_id").sort("person", "month", "dataset"))
    assert demand[1].equals(demand[0])
