"""A decision of one month in the next month's outputs, through the commands, on the synthetic area."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, PlaceOf, run
from typer.testing import CliRunner
from workbook_kit import Edited, at

from hiu.govern import records
from hiu.model import MEETING_ENTRY
from hiu.publish.people import actions_of
from pipelines.cli import app
from pipelines.common.place import Place
from pipelines.papers.import_workbook import import_workbook

BEFORE = LAST - 1


def workbook_of(place: Place, month: str) -> bytes:
    folder = place.published / place.months()[month]
    return (folder / f"risk-and-demand-{month}.xlsx").read_bytes()


def test_a_decision_and_a_grading_of_one_month_are_in_the_next(
    month_before: Path, area: Path, place_of: PlaceOf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = place_of(name="two")
    shutil.copytree(month_before, place.curated)
    copy = Edited(workbook_of(place, str(BEFORE)))
    person = copy.back(place.key_for("workbook")).rows[0].person_id
    pick = copy.back(place.key_for("workbook")).picks
    copy.put(at("likelihood_clinical"), 5).put(at("impact_clinical"), 5).put(at("decision"), "Offer support")
    copy.put(at("consent", 7), "refused").put(at("decision", 7), "Person does not want support")
    copy.put(at("impact_public_safety"), 9)
    copy.put("A6", next(text for text, one in pick.items() if one == person), "Actions").put("B6", "Ring", "Actions")
    file = tmp_path / "back.xlsx"
    file.write_bytes(copy.file())
    later = NOW + timedelta(days=400)

    dry = ["import-workbook", str(file), "--site", str(area), "--curated", str(place.curated), "--by", "Ann"]
    told = CliRunner().invoke(app, [*dry, "--dry-run"])
    assert told.exit_code == 3 and "6 changes, 0 conflicts, 1 refused" in told.stdout
    assert f"Entry!{at('impact_public_safety')}" in told.stdout and "Nothing was written" in told.stdout
    assert f"{person}: clinical grade" in told.stdout and not records.history(place.records, MEETING_ENTRY).height
    unasked = CliRunner().invoke(app, dry, input="")
    assert unasked.exit_code == 1 and not records.history(place.records, MEETING_ENTRY).height

    code = import_workbook(place, file, by="Ann", now=later, dry_run=False, older=False, ask=lambda _: True)
    assert code == 3 and "Written: 6 changes by Ann" in capsys.readouterr().out

    outcome = run(place, LAST)
    assert outcome.published
    tables = {
        name: pl.read_parquet(outcome.published / f"{name}.parquet")
        for name in ("ranked", "risk_grading", "support", "meeting_entry")
    }
    ours = tables["risk_grading"].filter(pl.col("source") == "meeting").row(0, named=True)
    assert (ours["person_id"], ours["likelihood"], ours["impact"], ours["at"]) == (person, 5, 5, LAST.end)
    if (row := tables["ranked"].filter(pl.col("person_id") == person)).height:
        assert row["risk"][0] == 5.0 and row["risk_source"][0] == "clinical"
    shown = {one.person_id: one for one in Edited(workbook_of(place, str(LAST))).back(place.key_for("workbook")).rows}
    if person in shown:
        assert shown[person].cells["last"].text.startswith("Offer support")
    assert [one.action for one in actions_of(tables["meeting_entry"])] == ["Ring"]
    pack = (outcome.published / "pack.html").read_text(encoding="utf-8")
    data = pack.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    assert "Ring" in data and "Offer support" in data and "Ann" in data
    refused = copy.back(place.key_for("workbook")).rows[1].person_id
    assert tables["support"].filter(pl.col("person_id") == refused)["consent"].to_list() in (["refused"], ["withdrawn"])


@pytest.mark.slow
def test_refusing_support_changes_no_rank(month_before: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    """The last month with refusals recorded about the month before, against the last month without."""
    with_, without = place_of(name="with"), place_of(name="without")
    for place in (with_, without):
        shutil.copytree(month_before, place.curated)
    copy = Edited(workbook_of(with_, str(BEFORE)))
    key = with_.key_for("workbook")
    for line in range(6, 6 + len(copy.back(key).rows)):
        copy.put(at("consent", line), "refused").put(at("decision", line), "Person does not want support")
    file = tmp_path / "no.xlsx"
    file.write_bytes(copy.file())
    import_workbook(with_, file, by="Ann", now=NOW, dry_run=False, older=False, ask=lambda _: True)
    assert records.history(with_.records, MEETING_ENTRY).height
    one, other = run(with_, LAST), run(without, LAST)
    assert one.published and other.published
    ranked = [pl.read_parquet(each.published / "ranked.parquet").drop("access") for each in (one, other)]
    assert ranked[0].equals(ranked[1])
    demand = [pl.read_parquet(each.published / "monthly_demand.parquet") for each in (one, other)]
    assert demand[0].equals(demand[1])


def test_a_candidate_s_gates_in_the_team_s_list_count_though_the_workbook_does_not_show_them(
    month_before: Path, place_of: PlaceOf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = place_of(name="gates")
    shutil.copytree(month_before, place.curated)
    copy = Edited(workbook_of(place, str(BEFORE)))
    row = next(row for row in copy.back(place.key_for("workbook")).rows if row.cells["access"].text == "Candidate")
    line = int(row.cells["decision"].ref.rsplit(at("decision").rstrip("0123456789"))[-1])
    file = tmp_path / "start.xlsx"
    file.write_bytes(copy.put(at("decision", line), "Start support").file())
    path = place.published / place.months()[str(BEFORE)] / "support.parquet"
    support = pl.read_parquet(path).filter(pl.col("person_id") != row.person_id)

    def take(*known: dict[str, object]) -> str:
        pl.concat([support, pl.DataFrame(list(known), schema=support.schema)]).write_parquet(path)
        import_workbook(place, file, by="Ann", now=NOW, dry_run=True, older=False, ask=lambda _: False)
        return capsys.readouterr().out

    gates = {"permission": "granted", "consent": "given", "capacity": "has capacity", "contacts": 0}
    days = dict.fromkeys(("permission_at", "consent_at", "capacity_at"), BEFORE.start)
    assert "0 changes, 0 conflicts, 1 refused" in take()
    person = {"person_id": row.person_id, **gates}
    assert "1 change, 0 conflicts, 0 refused" in take({**person, **days})
    assert "0 changes, 0 conflicts, 1 refused" in take({**person, **days, "consent_at": None})
    ended = {"start": BEFORE.start, "end": BEFORE.start}
    assert "0 changes, 0 conflicts, 1 refused" in take({**person, **days, **ended})


@pytest.mark.slow
def test_an_older_months_copy_is_refused_unless_asked_for(
    month_before: Path, place_of: PlaceOf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = place_of(name="late")
    shutil.copytree(month_before, place.curated)
    file = tmp_path / "late.xlsx"
    file.write_bytes(Edited(workbook_of(place, str(BEFORE))).put(at("owner"), "Sam").file())
    pointer = place.current.read_text(encoding="utf-8")
    shutil.copytree(place.which(str(BEFORE))[1], place.published / "later")
    place.current.write_text(pointer.replace(f'"{BEFORE}": ', f'"{LAST}": "later", "{BEFORE}": '), encoding="utf-8")

    def take(older: bool) -> str:
        import_workbook(place, file, by="Ann", now=NOW, dry_run=True, older=older, ask=lambda _: False)
        return capsys.readouterr().out

    assert "0 changes, 0 conflicts, 1 refused" in take(False) and "1 change, 0 conflicts, 0 refused" in take(True)
