"""Erasure: no byte of the person is left, everything received is still accounted for, and nobody else has changed."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, NOW, run

from hiu.engine.duckdb import Warehouse
from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.audit import verify
from hiu.govern.erase.residue import Traces, trace_places
from hiu.model import DECISIONS
from hiu.model.govern import DISCLOSURES, HOLDS, TOMBSTONES
from hiu.publish.release.folder import digest, read_manifest, seal, stamp_in, verify_release
from pipelines.back.backup import backup
from pipelines.common.journal import record
from pipelines.common.lock import require_no_erasure
from pipelines.common.place import Place
from pipelines.common.progress import Reporter
from pipelines.erase import erase as job
from pipelines.erase.erase import erase, residue, resume, token_of
from pipelines.erase.find import ErasureScope, find
from pipelines.run import Outcome

QUIET = Reporter(quiet=True)


def doomed_of(place: Place, person: str) -> ErasureScope:
    with Warehouse(place.warehouse, memory_limit="1GB", spill=place.spill) as warehouse:
        return find(warehouse, person, place.key_for("tombstone"))


def gone(place: Place, person: str) -> job.Erasure:
    return erase(place, person, reason="request of 3 Apr", by="A Officer", now=NOW, report=QUIET, say=lambda _: None)


@pytest.fixture
def person(place_after: Place) -> str:
    """Somebody on the list whose name nobody else has, with an NHS number and rows of several agencies."""
    folder = place_after.published_folder(LAST)
    assert folder
    # the ids hang on the site's key, which is new each time: whom it is goes by the name
    people = pl.read_parquet(folder / "people.parquet").join(pl.read_parquet(folder / "ranked.parquet"), on="person_id")
    alone = people.filter(pl.col("nhs_number").is_not_null(), pl.col("name_text").is_unique())
    return str(alone.filter(pl.col("list") == "adult").sort("rows", "name_text", descending=True)["person_id"][0])


def tables(place: Place) -> dict[str, pl.DataFrame]:
    folder = place.published_folder(LAST)
    assert folder
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def plant(place: Place, doomed: ErasureScope) -> None:
    """The person in every other place a site has: records, a report, a spreadsheet's parts, spill, a cache."""
    name, number = sorted(doomed.traces.names)[0], sorted(doomed.traces.numbers)[0]
    one, other = sorted(doomed.identities)[0], "f" * 16
    at = NOW.replace(tzinfo=None)
    records.add(
        place,
        DECISIONS,
        [
            {
                "identity_a": one,
                "identity_b": other,
                "decision": "different",
                "reviewer": "R",
                "decided_at": at,
                "note": name,
            }
        ],
    )
    records.add(
        place,
        DISCLOSURES,
        [
            {
                "disclosure_id": "D1",
                "at": at,
                "what": "person sheet",
                "person_id": doomed.person_id,
                "people": 1,
                "recipient": "clinician",
                "purpose": "support",
                "basis": "x",
                "necessity": f"{name} is in crisis",
                "proportionality": "one page",
                "by": "C",
                "automatic": False,
            }
        ],
    )
    for path, text in (
        ("reports/a.html", name),
        ("exports/b.csv", f"{number[:3]} {number[3:6]} {number[6:]}"),
        ("spill/c.tmp", doomed.person_id),
    ):
        (place.curated / path).parent.mkdir(exist_ok=True)
        (place.curated / path).write_text(f"x {text} y", encoding="utf-8")
    shutil.make_archive(str(place.curated / "cache"), "zip", place.curated / "reports")


def test_no_byte_is_left_and_every_row_is_accounted_for(place_after: Place, person: str, tmp_path: Path) -> None:
    place, before = place_after, tables(place_after)
    saved, lost = (backup(place, tmp_path / part, now=NOW).path for part in ("disk", "other disk"))
    lost.rename(tmp_path / "elsewhere.zip")
    doomed = doomed_of(place, person)
    assert doomed.rows.height > 3 and doomed.traces.names and doomed.traces.numbers and doomed.traces.homes
    plant(place, doomed)
    assert len(residue(place, doomed)) > 8, "the person is in many places before"

    done = gone(place, person)

    assert residue(place, doomed) == []
    assert not saved.exists() and done.backups == [str(saved)] and done.unreachable == [str(lost)]
    assert doomed.rows.height == done.rows and done.runs and len(done.removed) == 3
    after = tables(place)
    for name in ("people", "ranked", "monthly_demand", "support", "event_place"):
        kept = before[name].filter(~pl.col("person_id").is_in(sorted(doomed.ids)))
        assert after[name].equals(kept), f"{name}: nobody else has changed"
    assert after["links"].height == before["links"].height
    counts = after["deliveries"].select(pl.col("received") - pl.col("staged") - pl.col("quarantined")).to_series()
    assert set(counts) == {0}
    erased = after["quarantine"].filter(pl.col("code") == "erased")
    emptied = after["links"].filter(pl.col("status") == "quarantined", pl.col("person_id").is_null())
    assert emptied.join(erased, on=["delivery_id", "source_row"], how="semi").height == erased.height == done.rows
    folder = place.published_folder(LAST)
    assert folder and verify_release(folder) == []
    assert "one person's record was erased" in (folder / "REWRITTEN.txt").read_text(encoding="utf-8")
    logged = records.read(place.records, DISCLOSURES).filter(pl.col("disclosure_id") == "D1").to_dicts()[0]
    assert logged["person_id"] == token_of(place, person) and logged["necessity"] == "an erased record is in crisis"
    assert records.read(place.records, DECISIONS).is_empty()
    assert verify(place.audit, place.key_for("audit")) == []
    assert token_of(place, person) in place.audit.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_next_run_ranks_without_them_and_a_resend_is_set_aside(place_after: Place, person: str) -> None:
    place = place_after
    doomed = doomed_of(place, person)
    done = gone(place, person)
    outcome = run(place)
    assert outcome.changed and outcome.intake.received == 0 and residue(place, doomed) == []
    assert person not in tables(place)["ranked"]["person_id"]

    name = str(doomed.rows.filter(pl.col("source_file").str.contains(r"2026-03.*csv$"))["source_file"][0])
    raw = place.home.parent / "resent"
    shutil.copytree(place.raw, raw)
    with (raw / name).open("ab") as file:
        file.write(b"\r\n" if b"\r\n" in (raw / name).read_bytes()[:4000] else b"\n")
    again = Place(place.home, place.settings.model_copy(update={"raw": raw}), place.sources)
    try:
        outcome = run(again)
    finally:
        shutil.rmtree(raw)
    rows = doomed.rows.filter(pl.col("source_file") == name).height
    assert outcome.intake.reasons["erased"] == rows > 0
    assert outcome.intake.received == outcome.intake.staged + outcome.intake.quarantined > rows
    assert residue(place, doomed) == [], "a resend brings nothing back"
    assert name in done.raw["source_file"].to_list()


def cut(*_: object, **__: object) -> Iterator[None]:
    raise KeyboardInterrupt


def test_a_hold_stops_it(place_after: Place, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at = NOW.replace(tzinfo=None)
    row = {"person_id": person, "held": True, "reason": "inquest", "by": "Coroner's officer", "recorded_at": at}
    records.add(place_after, HOLDS, [row])
    with pytest.raises(HiuError, match="on hold since 2026-04-08"):
        gone(place_after, person)
    assert not place_after.erasing.exists() and records.read(place_after.records, TOMBSTONES).is_empty()
    records.add(place_after, HOLDS, [{**row, "held": False}])
    monkeypatch.setattr(job, "record", cut)
    with pytest.raises(KeyboardInterrupt):  # it begins
        gone(place_after, person)


def test_nobody_of_that_id(place_after: Place) -> None:
    with pytest.raises(HiuError, match="no person 'HIU-22222222'"):
        gone(place_after, "HIU-22222222")


QUICK = ("record",)
STEPS = (*QUICK, "rewrite_runs", "_warehouse", "rewrite_records", "drop_others", "_copies", "_require_nothing")


@pytest.mark.parametrize(
    "step", [step if step in QUICK else pytest.param(step, marks=pytest.mark.slow) for step in STEPS]
)
def test_cut_off_anywhere_it_is_noticed_and_ended(
    step: str, place_after: Place, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, doomed = place_after, doomed_of(place_after, person)
    with monkeypatch.context() as patch:
        patch.setattr(job, step, cut)
        with pytest.raises(KeyboardInterrupt):
            gone(place, person)
    with pytest.raises(HiuError, match="hiu erase --resume"):
        run(place)
    with pytest.raises(HiuError, match="cut off"):
        require_no_erasure(place.erasing)
    resume(place, now=NOW, report=QUIET, say=lambda _: None)
    require_no_erasure(place.erasing)
    assert residue(place, doomed) == []
    events = [json.loads(line)["event"] for line in place.audit.read_text(encoding="utf-8").splitlines()]
    assert [event["type"] for event in events].count("erased") == 1


@pytest.mark.slow
def test_a_cut_between_two_names_of_a_run_is_mended(place_after: Place, person: str) -> None:
    folder = place_after.published_folder(LAST)
    assert folder
    folder.rename(folder.with_name(f".erasing-{folder.name}"))
    doomed = doomed_of(place_after, person)
    gone(place_after, person)
    assert verify_release(folder) == [] and residue(place_after, doomed) == []


@pytest.mark.slow
def test_a_fault_in_making_the_pages_is_no_older_version(
    place_after: Place, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A KeyError of our own ends the erasure, which can be resumed; no page is withdrawn for it."""
    folder, doomed = place_after.published_folder(LAST), doomed_of(place_after, person)
    assert folder

    def faulty(*_: object, **__: object) -> dict[str, bytes]:
        raise KeyError("rank_change")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.access.remake.pages", faulty)
        with pytest.raises(KeyError, match="rank_change"):
            gone(place_after, person)
    assert (folder / "pack.html").is_file() and not (folder / "REWRITTEN.txt").exists()
    resume(place_after, now=NOW, report=QUIET, say=lambda _: None)
    assert (folder / "pack.html").is_file() and residue(place_after, doomed) == []


@pytest.mark.parametrize(
    "older", [pytest.param("a manifest of another form", marks=pytest.mark.slow), "a table without a column"]
)
def test_pages_of_an_older_version_are_withdrawn(place_after: Place, person: str, older: str) -> None:
    folder = place_after.published_folder(LAST)
    assert folder
    if older == "a table without a column":
        pl.read_parquet(path := folder / "ranked.parquet").drop("rank").write_parquet(path)
        rows = {path.stem: pl.read_parquet(path).height for path in folder.glob("*.parquet")}
        stamp = stamp_in(read_manifest(folder))
        (folder / "MANIFEST.json").unlink()
        seal(folder, stamp, rows)
    else:
        manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        (folder / "MANIFEST.json").write_text(json.dumps({**manifest, "manifest": 0}), encoding="utf-8")
    record(place_after, NOW, "published", folder=folder.name, manifest=digest(folder / "MANIFEST.json"))
    gone(place_after, person)
    assert not (folder / "pack.html").exists() and (folder / "ranked.parquet").is_file()
    assert "tables this old" in (folder / "REWRITTEN.txt").read_text(encoding="utf-8")


def test_what_a_search_finds_is_found_in_any_packing(tmp_path: Path, place_after: Place, person: str) -> None:
    traces = doomed_of(place_after, person).traces
    name, number = sorted(traces.names)[0], sorted(traces.numbers)[0]
    folder = tmp_path / "any"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{number[:3]}-{number[3:6]}-{number[6:]}", encoding="utf-16")
    (folder / "b.html").write_text(name.lower(), encoding="utf-8")
    pl.DataFrame({"a": [person]}).write_parquet(folder / "c.parquet", compression="zstd")
    born, home = sorted(traces.homes)[0]
    (folder / "d.csv").write_text(f"x,{born:%d/%m/%Y},y,{home.replace(' ', '')}\n", encoding="utf-8")
    shutil.make_archive(str(folder / "e"), "zip", folder, "b.html")
    for path in sorted(folder.iterdir()):
        assert trace_places(path.name, path.read_bytes(), traces), path.name
    assert trace_places("d.csv", f"{born:%d/%m/%Y}\n{home}\n".encode(), traces) == [], "apart they tell nobody"
    assert trace_places(f"charts/{person}.svg", b"", traces) and trace_places("x", b"nothing", traces) == []


def test_a_namesake_with_a_middle_name_is_no_trace_of_them() -> None:
    """In a table the end of a name and the given name beside it read as 'Brown Jessica', and no erasure ended."""
    namesake = {
        "name_text": ["Jessica Hannah Brown", "Zoë Hill"],
        "given": ["JESSICA", "ZOE"],
        "family": ["BROWN", "HILL"],
    }
    whole = io.BytesIO()
    pl.DataFrame(namesake).write_parquet(whole)
    traces = Traces(frozenset({"HIU-AAAAAAAA"}), names=frozenset({"Brown Jessica", "BROWN, JESSICA"}))
    assert trace_places("descriptions.parquet", whole.getvalue(), traces) == []
    told = pl.DataFrame({"note": ["met brown  jessica, Zoë too"]})
    told.write_parquet(whole := io.BytesIO())
    assert trace_places("x.parquet", whole.getvalue(), traces)


def test_what_somebody_else_has_too_blocks_nobody(place_after: Place, person: str, published: Outcome) -> None:
    """An NHS number on two people's records can't be a tombstone: the other person would be lost."""
    with Warehouse(place_after.warehouse, memory_limit="1GB", spill=place_after.spill) as warehouse:
        number = doomed_of_number(warehouse, person)
        other = warehouse.read(
            "select r.delivery_id, r.source_row, c.person_id from record_identity r join cluster c on "
            "c.identity_id = r.identity_id join people p on p.person_id = c.person_id and p.named "
            "where c.person_id <> $person order by c.person_id limit 1",
            person=person,
        ).to_dicts()[0]
        delivery = warehouse.read("select * from record where delivery_id = $d", d=other["delivery_id"])
        hit = pl.col("source_row") == other["source_row"]
        changed = pl.when(hit).then(pl.lit(number)).otherwise("nhs_number").alias("nhs_number")
        warehouse.delete("record", "delivery_id", other["delivery_id"])
        warehouse.append("record", delivery.with_columns(changed))
    doomed = doomed_of(place_after, person)
    assert other["person_id"] in doomed.shared
    assert not doomed.rows.join(pl.DataFrame([other]), on=["delivery_id", "source_row"], how="semi").height


def doomed_of_number(warehouse: Warehouse, person: str) -> str:
    found = warehouse.read("select nhs_number from people where person_id = $person", person=person)
    return str(found["nhs_number"][0])
