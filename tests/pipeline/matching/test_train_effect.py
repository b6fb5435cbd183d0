"""What a training says of the model in force is what the site's list says, its own rules included."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run
from typer.testing import CliRunner

from hiu.link.model import candidate
from pipelines.cli import app
from pipelines.common.place import open_place
from pipelines.matching import train


@pytest.fixture
def site(area: Path, tmp_path: Path) -> Path:
    """The area's last two months with rules of their own for matching, and the list under them."""
    copy = shutil.copytree(area, tmp_path / "site", ignore=shutil.ignore_patterns("curated"))
    for folder in (copy / "data" / "raw").iterdir():
        if folder.is_dir() and folder.name not in (str(LAST - 1), str(LAST)):
            shutil.rmtree(folder)
    with (copy / "site.toml").open("a", encoding="utf-8", newline="\n") as file:
        file.write('\n[linking]\nnever_shared = [["police", "ed"]]\nuntrusted_ids = ["police_record"]\n')
    assert run(open_place(copy)).published
    return copy


@pytest.mark.slow
def test_people_now_are_those_of_the_list_and_the_model_sees_what_the_matcher_sees(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "LEAST", 3)
    seen: list[pl.DataFrame] = []
    plain = train.candidate
    monkeypatch.setattr(
        train, "candidate", lambda identity, *rest, **more: seen.append(identity) or plain(identity, *rest, **more)
    )
    done = CliRunner().invoke(app, ["train", "--site", str(site), "--quiet"])
    assert done.exit_code == 0, done.output
    told = re.search(r"Clusters: ([\d,]+) -> ", done.output)
    assert told
    folder = open_place(site).which(None)[1]
    people = pl.read_parquet(folder / "links.parquet")["person_id"].drop_nulls().n_unique()
    assert int(told[1].replace(",", "")) == people
    assert seen[0]["local_ids"].drop_nulls().len() > 0
    assert not seen[0]["local_ids"].drop_nulls().str.contains("police_record").any()
