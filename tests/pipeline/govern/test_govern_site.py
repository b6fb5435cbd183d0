"""Governance on a published area: what the gate does to a run, what verify finds, and what may be released."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run
from typer.testing import CliRunner

from hiu.engine.duckdb import Warehouse
from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.basis import gate
from hiu.model.govern import BASIS, DISCLOSURES, HOLDS
from hiu.publish.release.pointer import set_current
from hiu.settings import Governance
from pipelines.cli import app
from pipelines.common.place import Place
from pipelines.erase.erase import token_of
from pipelines.govern.record_basis import record_opt_outs
from pipelines.govern.release import SEAL, release_board, seals
from pipelines.govern.retain import freeze_dead, to_review
from pipelines.govern.verify import verify_site
from pipelines.papers.export import export_board

AT = NOW.replace(tzinfo=None)


def first(place: Place) -> str:
    folder = place.published_folder(LAST)
    assert folder
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult")
    return str(ranked.sort("rank", "person_id")["person_id"][0])


def forbid(place: Place, person: str, code: str = "objection") -> None:
    row = gate.row(
        person,
        purpose="*",
        recipient="*",
        code=code,
        allow=False,
        decided_by="DPO",
        evidence="letter",
        start=NOW.date(),
        end=None,
        recorded_at=AT,
    )
    records.add(place, BASIS, [row])


def name_of(place: Place, person: str) -> str:
    folder = place.published_folder(LAST)
    assert folder
    people = pl.read_parquet(folder / "people.parquet").filter(pl.col("person_id") == person)
    return str(people["name_text"][0])


def shown(place: Place) -> str:
    """Everything for the group in the month's folder, as text."""
    folder = place.published_folder(LAST)
    assert folder
    pages = [path for path in folder.rglob("*") if path.suffix in (".html", ".svg") and path.name != "quality.html"]
    return "\n".join(path.name + path.read_text(encoding="utf-8") for path in pages)


def test_an_objection_takes_a_person_off_what_is_published_next(place_after: Place) -> None:
    person = first(place_after)
    name = name_of(place_after, person)
    assert name in shown(place_after) and person in shown(place_after)
    forbid(place_after, person)
    outcome = run(place_after)
    assert outcome.changed, "who may be shown is part of what a month is made of"
    assert name not in shown(place_after) and person not in shown(place_after)
    log = records.read(place_after.records, DISCLOSURES).sort("at", "people")
    assert log["withheld"].to_list().count(1) == 1
    assert not run(place_after).changed, "and nothing more changes"
    later = run(place_after, at=NOW + timedelta(days=30))
    assert not later.changed, "another day with the same basis is no change"


def test_without_a_basis_nobody_is_shown(place_after: Place) -> None:
    bare = Place(place_after.home, place_after.settings.model_copy(update={"basis": ()}), place_after.sources)
    person = first(place_after)
    name = name_of(place_after, person)
    assert run(bare).changed
    assert name not in shown(bare) and person not in shown(bare) and "withheld" in shown(bare).casefold()


def test_names_on_the_terminal_pass_the_gate(place_after: Place) -> None:
    person = first(place_after)
    name = name_of(place_after, person)
    forbid(place_after, person)
    where = "--site", str(place_after.home), "--curated", str(place_after.curated)
    for line in (("explain", person), ("find", name)):
        said = CliRunner().invoke(app, [*line, *where, "--show-names"])
        assert name not in said.stdout and person not in said.stdout and "withheld" not in said.stdout, (
            "not even masked"
        )
    refused = CliRunner().invoke(
        app,
        [
            "disclose",
            person,
            "--to",
            "clinician",
            "--what",
            "call",
            "--necessity",
            "n",
            "--proportionality",
            "p",
            "--by",
            "B",
            *where,
        ],
    )
    assert refused.exit_code == 1 and "not to be shared" in refused.stderr


def test_death_freezes_a_record_whatever_month_is_published(place_after: Place) -> None:
    person = first(place_after)
    with Warehouse(place_after.warehouse, memory_limit="1GB", spill=place_after.spill) as warehouse:
        row = warehouse.read(
            "select r.delivery_id, r.source_row from record_identity r join cluster c on c.identity_id = r.identity_id "
            "join current u on u.delivery_id = r.delivery_id and u.in_force where c.person_id = $person "
            "order by r.delivery_id, r.source_row limit 1",
            person=person,
        ).to_dicts()[0]
        fact = {**row, "source": "caseload", "source_file": "c.csv", "fact": "death", "position": 1, "at": NOW.date()}
        columns = dict(warehouse.read("fact").schema)
        made = pl.DataFrame([{name: fact.get(name) for name in columns}], schema=columns)
        warehouse.append("fact", made)
        assert freeze_dead(place_after, warehouse, NOW) == [person]
        assert freeze_dead(place_after, warehouse, NOW) == [], "once"
    rows = records.read(place_after.records, BASIS).filter(pl.col("person_id") == person)
    assert rows["code"].to_list() == ["died"] and not rows["allow"][0]
    assert records.read(place_after.records, HOLDS)["person_id"].to_list() == [person]
    assert not run(place_after).changed, "deaths come from the deliveries, which have not changed"


def test_opt_outs_by_number_keep_no_number_and_are_taken_back(place_after: Place, tmp_path: Path) -> None:
    folder = place_after.published_folder(LAST)
    assert folder
    people = pl.read_parquet(folder / "people.parquet").drop_nulls("nhs_number").sort("person_id").head(2)
    one, other = people["nhs_number"]
    file = tmp_path / "out.csv"
    file.write_text(f"NHS number\n{one[:3]} {one[3:6]} {one[6:]}\n{other}\n", encoding="utf-8")
    assert record_opt_outs(place_after, file, by="DPO", now=NOW) == (2, 2, 0)
    file.write_text(f"{other}\n", encoding="utf-8")
    assert record_opt_outs(place_after, file, by="DPO", now=NOW + timedelta(days=1)) == (1, 1, 1)
    rows = records.read(place_after.records, BASIS).filter(pl.col("end").is_null())
    assert rows["person_id"].to_list() == [people["person_id"][1]]
    text = (place_after.records / "basis.jsonl").read_text(encoding="utf-8")
    assert one not in text and other not in text
    file.write_text("no number\n", encoding="utf-8")
    with pytest.raises(UsageError, match="found no NHS number"):
        record_opt_outs(place_after, file, by="DPO", now=NOW)


def problems(place: Place, capsys: pytest.CaptureFixture[str], *, canary: bool = False) -> str:
    capsys.readouterr()
    code = verify_site(place, canary=canary)
    said = capsys.readouterr().out
    assert (code == 0) == ("problem" not in said.splitlines()[-1])
    return said


def test_verify_finds_what_was_changed(place_after: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place, folder = place_after, place_after.published_folder(LAST)
    assert folder and "are whole" in problems(place, capsys, canary=True)
    forbid(place, first(place))
    run(place)
    run(place)
    assert "are whole" in problems(place, capsys, canary=True)

    path = place.records / "basis.jsonl"
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b"letter", b"LETTER"))
    assert "records/basis.jsonl: lines were changed or taken out" in problems(place, capsys)
    path.write_bytes(b"")
    assert "records/basis.jsonl" in problems(place, capsys)
    path.write_bytes(kept + kept)
    assert "not signed" in problems(place, capsys), "lines copied by hand"

    now = place.published_folder(LAST)
    assert now
    manifest = now / "MANIFEST.json"
    whole = manifest.read_text(encoding="utf-8")
    manifest.write_text(whole.replace('"synthetic": true', '"synthetic": false'), encoding="utf-8", newline="\n")
    assert "its manifest is not the one that the audit log has" in problems(place, capsys)
    manifest.write_text(whole, encoding="utf-8", newline="\n")

    other = now.with_name(f"{now.name}-copy")
    shutil.copytree(now, other)
    set_current(place.current, LAST, other.name)
    assert f"{other.name}: shown, but the audit log does not say" in problems(place, capsys)
    set_current(place.current, LAST, now.name)
    shutil.rmtree(other)

    with Warehouse(place.warehouse, memory_limit="1GB", spill=place.spill) as warehouse:
        delivery = warehouse.read("select delivery_id from record where not quarantined order by delivery_id limit 1")
        rows = warehouse.read("select * from record where delivery_id = $d", d=delivery["delivery_id"][0])
        warehouse.delete("record", "delivery_id", delivery["delivery_id"][0])
        warehouse.append("record", rows.head(rows.height - 1))
    assert f"warehouse, delivery {delivery['delivery_id'][0]}: received" in problems(place, capsys)


@pytest.mark.parametrize("where", ["audit.jsonl", "reports/a.html", "exports/board/x/paper.txt", "logs/run.log"])
def test_a_planted_canary_is_found(where: str, place_after: Place, capsys: pytest.CaptureFixture[str]) -> None:
    path = place_after.curated / where
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"note on {name_of(place_after, first(place_after))}\n")
    said = problems(place_after, capsys, canary=True)
    assert f"canary: {where}" in said and name_of(place_after, first(place_after)) not in said


def released(place: Place, folder: Path | None = None, checker: str = "B Checker", by: str = "A Maker") -> Path:
    return release_board(place, str(LAST), folder, checker=checker, by=by, necessity="to plan", now=NOW)


def test_a_release_is_sealed_and_entered(place_after: Place) -> None:
    export_board(place_after, str(LAST), folder=None, now=NOW)
    final = released(place_after)
    told = json.loads((final / SEAL).read_text(encoding="utf-8"))
    assert (told["checker"], told["by"]) == ("B Checker", "A Maker") and len(told["files"]) > 5
    assert list(seals(place_after)) == []
    log = records.read(place_after.records, DISCLOSURES).filter(pl.col("recipient") == "commissioner")
    assert log["what"].to_list() == ["board release"] and log["people"].to_list() == [None]
    (final / "charts" / "alt-text.txt").write_text("Police contacts rose.", encoding="utf-8")
    (final / "more.txt").write_text("x", encoding="utf-8")
    said = " ".join(seals(place_after))
    assert "alt-text.txt was changed" in said and "more.txt was not released" in said
    (final / SEAL).write_text(json.dumps({**told, "checker": "C Else"}), encoding="utf-8")
    assert "its seal was changed" in " ".join(seals(place_after))


@pytest.mark.parametrize(
    ("checker", "by"), [("A Maker", "A Maker"), ("a  MAKER", "Dr A Maker"), ("Maker, A", "A Maker")]
)
def test_who_made_it_cannot_check_it(checker: str, by: str, place_after: Place) -> None:
    with pytest.raises(UsageError, match="is not who made it"):
        released(place_after, None, checker, by)


def test_the_log_never_learns_who(place_after: Place) -> None:
    person = first(place_after)
    where = "--site", str(place_after.home), "--curated", str(place_after.curated)
    for line in (  # explained first: a restriction that ended brings the person back with the next run
        ["explain", person, "--show-names"],
        ["hold", person, "--reason", "inquest", "--by", "B"],
        ["basis", person, "--deny", "restriction", "--by", "B", "--evidence", "E"],
        ["basis", person, "--end", "restriction", "--by", "B", "--evidence", "E"],
        ["consent", person, "sister", "--on", "2026-04-01", "--by", "B"],
        ["retain", person, "--event", "age", "--decision", "keep", "--reason", "R", "--by", "B"],
    ):
        said = CliRunner().invoke(app, [*line, *where])
        assert said.exit_code == 0, said.output
    text = place_after.audit.read_text(encoding="utf-8")
    assert person not in text and text.count(token_of(place_after, person)) >= 6
    for line in (
        ["hold", person, "--by", "B"],
        ["retain", person, "--event", "x", "--decision", "keep", "--reason", "R", "--by", "B"],
        ["hold", "HIU-22222222", "--reason", "r", "--by", "B"],
        ["consent", person, "sister", "--by", "B"],
        ["consent", person, "sister", "--by", "B", "--on", "2999-01-01"],
        ["basis", person, "--deny", "objection", "--by", "B"],
    ):
        assert CliRunner().invoke(app, [*line, *where]).exit_code == 2


def test_what_is_to_be_reviewed_on_a_site(place_after: Place) -> None:
    some = place_after.settings.model_copy(update={"governance": Governance(area_postcodes=("ZZ",))})
    moved = to_review(Place(place_after.home, some, place_after.sources), NOW.date())
    assert moved.filter(pl.col("event") == "move").height > 20
    assert to_review(place_after, NOW.date()).filter(pl.col("event") == "move").is_empty()
