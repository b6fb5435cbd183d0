"""Bulk export: whose charts, in which form, resumed where it was cut off, and entered as left."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest
from areakit import NOW
from PIL import Image
from typer.testing import CliRunner

from hiu.errors import HiuError, UsageError
from hiu.govern import records
from hiu.model.govern import DISCLOSURES
from hiu.publish.access import visible
from pipelines.access.basis import for_group
from pipelines.cli import app
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.papers import export as job


def charts(
    place: Place, folder: Path | None = None, form: str = "svg", top: int | None = None, names: bool = False
) -> Path:
    return job.export_charts(
        place, None, top=top, form=form, folder=folder, show_names=names, now=NOW, report=Reporter(quiet=True)
    )


def shown(place: Place) -> list[str]:
    _, folder = place.which(None)
    tables = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    return visible(for_group(place, tables, NOW.date())["ranked"], place.settings.rank.top)["person_id"].to_list()


def test_only_people_who_may_be_shown_in_each_form(place_after: Place, tmp_path: Path) -> None:
    people = shown(place_after)
    for form, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        folder = charts(place_after, tmp_path / form, form, top=3)
        files = sorted(path for path in folder.iterdir() if path.name != job.DONE)
        assert [path.stem for path in files] == sorted(people[:3]) and all(path.suffix == f".{form}" for path in files)
        assert all(path.read_bytes().startswith(start) for path in files)
    picture = Image.open(io.BytesIO((tmp_path / "png" / f"{people[0]}.png").read_bytes()))
    assert picture.mode == "P" and len(picture.getcolors() or []) <= 64
    assert {path.stem for path in charts(place_after, tmp_path / "all").glob("*.svg")} == set(people)


def test_names_only_when_asked_for_and_everything_is_entered(place_after: Place, tmp_path: Path) -> None:
    _, folder = place_after.which(None)
    people = pl.read_parquet(folder / "people.parquet")
    first = shown(place_after)[0]
    name = people.filter(pl.col("person_id") == first)["name_text"][0]
    without = (charts(place_after, tmp_path / "ids", top=1) / f"{first}.svg").read_text(encoding="utf-8")
    with_ = (charts(place_after, tmp_path / "names", top=1, names=True) / f"{first}.svg").read_text(encoding="utf-8")
    assert name not in without and name in with_
    left = records.read(place_after.records, DISCLOSURES)
    ours = left.filter(pl.col("what").str.starts_with("charts"))
    assert sorted(ours["what"]) == ["charts", "charts with names"] and ours["people"].to_list() == [1, 1]
    assert place_after.audit.read_text(encoding="utf-8").count("charts_exported") == 2


def test_it_goes_on_where_it_was_cut_off(place_after: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    real = job.chart_file

    def cut(person: object, form: str) -> bytes:
        if len(drawn) == 2:
            raise KeyboardInterrupt
        drawn.append(str(person.person_id))  # type: ignore[attr-defined]
        return real(person, form)  # type: ignore[arg-type]

    monkeypatch.setattr(job, "chart_file", cut)
    with pytest.raises(KeyboardInterrupt):
        charts(place_after, tmp_path / "out")
    with (tmp_path / "out" / job.DONE).open("ab") as stream:
        stream.write(b'{"file": "torn')
    again: list[str] = []
    monkeypatch.setattr(job, "chart_file", lambda person, form: again.append(person.person_id) or real(person, form))
    charts(place_after, tmp_path / "out")
    assert again == shown(place_after)[2:] and drawn == shown(place_after)[:2]
    again.clear()
    (tmp_path / "out" / f"{drawn[0]}.svg").write_text("changed", encoding="utf-8")
    charts(place_after, tmp_path / "out")
    assert again == drawn[:1]


def test_a_chart_of_somebody_no_longer_shown_is_removed(place_after: Place, tmp_path: Path) -> None:
    folder = charts(place_after, tmp_path / "out")
    before = {path.name for path in folder.glob("*.svg")}
    charts(place_after, tmp_path / "out", top=1)
    assert {path.name for path in folder.glob("*.svg")} == {f"{shown(place_after)[0]}.svg"} < before
    lines = [json.loads(line) for line in (folder / job.DONE).read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2 and lines[0]["head"]["names"] is False


def test_a_list_of_files_cannot_reach_outside_its_folder(place_after: Place, tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("keep", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / job.DONE).write_text('{"head": {}}\n{"file": "../victim.txt", "sha256": "x"}\n', encoding="utf-8")
    with pytest.raises(HiuError, match="damaged"):
        charts(place_after, out)
    assert victim.read_text(encoding="utf-8") == "keep"


@pytest.mark.slow
def test_the_commands(place_after: Place, area: Path, tmp_path: Path) -> None:
    common = ["--site", str(area), "--curated", str(place_after.curated), "--out"]
    few = ["--top", "2", "--format", "svg", "--quiet", "--show-names"]
    told = CliRunner().invoke(app, ["export", "charts", *few, *common, str(tmp_path / "c")])
    assert told.exit_code == 0 and "2 written, 0 there already, withheld: 0" in told.stdout
    told = CliRunner().invoke(app, ["export", "board", "2026-03", *common, str(tmp_path / "b")])
    assert told.exit_code == 0 and "Not released" in told.stdout, told.output
    names = {path.name for path in (tmp_path / "b").rglob("*")}
    assert {"board-paper-2026-03.pdf", "board-paper-2026-03.pptx", "alt-text.txt"} <= names
    assert CliRunner().invoke(app, ["export", "letters", *common, str(tmp_path / "l")]).exit_code == 2
    with pytest.raises(UsageError, match="no format"):
        charts(place_after, tmp_path / "x", "gif")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="holds something else"):
        job.export_board(place_after, None, folder=tmp_path / "full", now=NOW)
