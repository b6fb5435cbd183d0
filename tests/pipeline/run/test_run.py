"""The monthly run: accounting, idempotence, order of loading, replacement, resumption, refusal."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from areakit import FIRST, LAST, NOW, PlaceOf, copy_months, link_rows, run, same, table
from traps.intake_traps import counted, take_in

from hiu.errors import Busy, HiuError
from hiu.govern import records
from hiu.govern.audit import read, verify
from hiu.model.govern import DISCLOSURES
from hiu.model.words import NOT_TAKEN
from hiu.publish.release.folder import verify_release
from pipelines.access import disclose
from pipelines.common.lock import hold
from pipelines.common.place import Place, open_place
from pipelines.run import Outcome
from pipelines.steps import count, link, publish, rank
from pipelines.steps.intake import ingest

COUNTED = ("monthly_demand", "monthly_extra", "coverage", "ranked", "risk_grading", "support", "team_contact")
"""What must not differ once a file was put right (people tells how many rows were ever received, too)."""


def test_every_row_is_accounted_for(published: Outcome) -> None:
    deliveries = table(published, "deliveries")
    assert (deliveries["received"] == deliveries["staged"] + deliveries["quarantined"]).all()
    assert table(published, "links").height == deliveries["received"].sum() == published.intake.received
    assert table(published, "quarantine").height == deliveries["quarantined"].sum() == published.intake.quarantined
    assert table(published, "quarantine").filter(pl.col("reason").str.len_chars() < 5).is_empty()
    assert published.intake.quarantined > 0, "the synthetic area plants bad rows"


def test_only_unreadable_rows_have_no_person(published: Outcome) -> None:
    assert (
        table(published, "links").filter(pl.col("person_id").is_null() & (pl.col("status") != "quarantined")).is_empty()
    )


def test_what_is_published_is_whole(published: Outcome, area: Path) -> None:
    assert published.published and verify_release(published.published) == []
    assert all((published.published / name).is_file() for name in ("pack.html", "pack.pdf"))
    assert len(list((published.published / "charts").glob("*.svg"))) == 2


def test_again_changes_nothing_and_publishes_nothing(place_after: Place, published: Outcome) -> None:
    before = sorted(path.name for path in place_after.published.iterdir())
    again = run(place_after, at=datetime(2026, 4, 9, tzinfo=UTC))
    assert published.changed and not again.changed
    assert again.published and published.published and again.published.name == published.published.name
    assert again.intake.received == 0
    standing = [line for line in again.warnings if "taken in by an earlier run: " in line]
    assert again.exit_code == published.exit_code == 3, "what was set aside still is"
    aside = table(published, "deliveries").filter(pl.col("quarantined") > 0, pl.col("period") == LAST.start)
    assert aside.height and all(any(file in line for line in standing) for file in aside["source_file"])
    assert sorted(path.name for path in place_after.published.iterdir()) == before


def test_the_last_month_after_the_one_before_equals_all_at_once(
    month_before: Path, place_of: PlaceOf, published: Outcome
) -> None:
    place = place_of()
    shutil.copytree(month_before, place.curated)
    latest = run(place)
    same(latest, published)
    assert link_rows(latest).equals(link_rows(published))


@pytest.mark.slow
def test_month_by_month_equals_all_at_once(place_of: PlaceOf, published: Outcome) -> None:
    place = place_of()
    for month in FIRST.through(LAST):
        latest = run(place, month)
    same(latest, published)
    assert link_rows(latest).equals(link_rows(published))


@pytest.mark.slow
def test_a_month_out_of_order(place_of: PlaceOf, place_after: Place, published: Outcome) -> None:
    """An earlier month asked for after a later one reads nothing of the future."""
    earlier = run(place_after, LAST - 3)
    first = run(place_of(), LAST - 3)
    assert table(earlier, "monthly_demand")["month"].max() == (LAST - 3).start
    same(earlier, first)
    assert link_rows(earlier).equals(link_rows(first))
    same(run(place_after), published)


@pytest.mark.slow
def test_an_earlier_month_that_comes_late_is_as_if_it_had_come_in_time(
    area: Path, place_of: PlaceOf, published: Outcome, tmp_path: Path
) -> None:
    raw, late = tmp_path / "raw", LAST - 2
    months = [str(month) for month in FIRST.through(LAST)]
    copy_months(area / "data" / "raw", raw, [month for month in months if month != str(late)])
    place = place_of(raw=raw)
    without = run(place)
    assert not table(without, "coverage").filter(pl.col("month") == late.start)["supplied"].any()
    copy_months(area / "data" / "raw", raw, [str(late)])
    outcome = run(place)
    assert {name.split("/")[0] for name in outcome.intake.loaded} == {str(late)}
    same(outcome, published)
    assert link_rows(outcome).equals(link_rows(published))


@pytest.fixture(scope="module")
def taken_in(area: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A curated folder of a run that was cut off just after intake."""
    curated = tmp_path_factory.mktemp("cut")
    with pytest.MonkeyPatch.context() as patch:
        cut_at(patch, count, "identify")
        with pytest.raises(KeyboardInterrupt):
            run(open_place(area, curated=curated))
    return curated


def cut_at(patch: pytest.MonkeyPatch, module: object, name: str) -> None:
    """Stop the run where it would call a function."""

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    patch.setattr(module, name, cut)


CUTS = [(link, "_record")]
MORE_CUTS = [
    (publish, "seal"),
    (publish, "set_current"),
    (count, "identify"),
    (rank, "rank_people"),
    (link, "link_people"),
    (link, "assign_people"),
    (count, "count_demand"),
    (publish, "publish"),
    (publish, "note_published"),
    (disclose, "enter_disclosure"),
]


@pytest.mark.parametrize(
    ("module", "name"), [*CUTS, *(pytest.param(*cut, marks=pytest.mark.slow) for cut in MORE_CUTS)]
)
def test_cut_off_at_any_step_then_run_again(
    taken_in: Path,
    area: Path,
    published: Outcome,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
) -> None:
    place = open_place(area, curated=tmp_path / "curated")
    shutil.copytree(taken_in, place.curated)
    with monkeypatch.context() as patch:
        cut_at(patch, module, name)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    assert place.months() == {}
    resumed = run(place)
    assert resumed.intake.loaded == []
    assert resumed.published
    logged = [entry["event"] for entry in read(place.audit) if entry["event"]["type"] == "published"]
    assert [event["folder"] for event in logged] == [resumed.published.name], "the month is bound to the log, once"
    packs = records.history(place.records, DISCLOSURES)["file"].to_list()
    assert packs == [f"published/{resumed.published.name}"], "its pack is entered as disclosed, once"
    same(resumed, published)
    assert link_rows(resumed).equals(link_rows(published))


@pytest.mark.slow
def test_cut_off_in_intake_then_run_again(
    place_of_two: Place, place_of: PlaceOf, two_months: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, done = place_of(raw=place_of_two.raw, name="cut"), []
    real = ingest._write

    def cut(*args: object) -> list[str]:
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(1)
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_write", cut)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    resumed = run(place)
    assert len(resumed.intake.loaded) == table(two_months, "deliveries").height - 5
    same(resumed, two_months)


@pytest.mark.parametrize("put_back", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_changed_file_replaces_the_one_before(place_of_two: Place, two_months: Outcome, put_back: bool) -> None:
    place, first = place_of_two, two_months
    changed = sorted((place.raw / str(LAST)).glob("*.csv"))[0]
    lines = changed.read_bytes().splitlines(keepends=True)
    changed.write_bytes(b"".join(lines[:-1]))
    second = run(place)
    assert second.changed and second.intake.loaded == [f"{LAST}/{changed.name}"]
    old = table(second, "deliveries").filter(pl.col("replaced_by").is_not_null())
    assert old.height == 1
    statuses = table(second, "links").filter(pl.col("delivery_id") == old["delivery_id"][0])["status"].unique()
    assert set(statuses) <= {"superseded", "quarantined"}
    assert first.published and (place.published / first.published.name).is_dir(), "what the last meeting saw is kept"
    if put_back:
        changed.write_bytes(b"".join(lines))
        same(run(place), first, *COUNTED)


def coverage_of(place: Place) -> pl.DataFrame:
    with counted(place, LAST) as warehouse:
        return warehouse.read("coverage")


def test_the_same_file_under_another_month_is_not_loaded(area: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    raw, name = tmp_path / "raw", "police_incidents.csv"
    copy_months(area / "data" / "raw", raw, [str(LAST - 1), str(LAST)])
    shutil.copy(raw / str(LAST - 1) / name, raw / str(LAST) / name)
    place = place_of(raw=raw)
    intake, deliveries, _ = take_in(place, LAST)
    assert any("same bytes" in warning for warning in intake.warnings)
    assert deliveries.height and f"{LAST}/{name}" not in set(deliveries["source_file"])
    coverage = coverage_of(place).filter(pl.col("dataset") == "police_incident").sort("month")
    assert coverage["supplied"].to_list() == [True, False]


@pytest.mark.slow
def test_a_file_put_right_under_its_own_month_replaces_itself(
    place_of_two: Place, place_of: PlaceOf, two_months: Outcome
) -> None:
    raw, name, right = place_of_two.raw, "police_incidents.csv", two_months
    wrong = raw / str(LAST - 1) / f"second {name}"
    (raw / str(LAST) / name).rename(wrong)
    place = place_of(raw=raw, name="wrong first")
    police = place.sources["police"]
    loose = police.model_copy(update={"file": police.file.model_copy(update={"pattern": f"*{name}"})})
    place = Place(place.home, place.settings, {**place.sources, "police": loose})
    run(place)
    wrong.rename(raw / str(LAST) / name)
    outcome = run(place)
    assert outcome.intake.loaded == [f"{LAST}/{name}"]
    same(outcome, right, *COUNTED)
    assert table(outcome, "deliveries").filter(pl.col("replaced_by").is_not_null()).height == 1


def test_a_month_of_no_rows_is_supplied_if_its_sender_means_no_events(
    area: Path, place_of: PlaceOf, tmp_path: Path
) -> None:
    """Two empty files of one source have the same bytes, and are two months; without events, if it is so said."""
    raw, names = tmp_path / "raw", ("ed_attendances.csv", "police_incidents.csv")
    copy_months(area / "data" / "raw", raw, [str(LAST - 1), str(LAST)])
    for path in (raw / str(month) / name for month in (LAST - 1, LAST) for name in names):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    place = place_of(raw=raw)
    ed = place.sources["ed"]
    meant = ed.model_copy(update={"file": ed.file.model_copy(update={"empty": "no events"})})
    place = Place(place.home, place.settings, {**place.sources, "ed": meant})
    take_in(place, LAST)
    supplied = coverage_of(place).group_by("dataset").agg("supplied")
    by_dataset = dict(supplied.iter_rows())
    assert by_dataset["ed_attendance"] == [True, True]
    assert by_dataset["police_incident"] == [False, False], "a header alone is otherwise a month not supplied"


def test_a_month_not_supplied_is_missing_not_zero(area: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(month) for month in (LAST - 2).through(LAST)])
    gone = [
        path for path in (raw / str(LAST - 1)).iterdir() if "amb" in path.name.lower() or "cad" in path.name.lower()
    ]
    assert len(gone) == 1
    gone[0].unlink()
    outcome = run(place_of(raw=raw))
    missing = table(outcome, "monthly_demand").filter(
        (pl.col("month") == (LAST - 1).start) & (pl.col("dataset") == "ambulance_deployment")
    )
    assert missing.height > 0 and missing["n"].is_null().all() and not missing["supplied"].any()
    assert table(outcome, "ranked")["estimated"].any()


def test_a_file_that_cannot_be_read_is_refused_and_the_rest_published(
    area: Path, place_of: PlaceOf, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST - 1), str(LAST)])
    bad = sorted((raw / str(LAST)).glob("*.csv"))[0]
    bad.write_bytes(b"\x00" * 100)
    (raw / str(LAST) / "notes.docx").write_bytes(b"PK")
    outcome = run(place_of(raw=raw))
    assert outcome.exit_code == 4 and outcome.published
    assert [refusal.file for refusal in outcome.intake.refused] == [f"{LAST}/{bad.name}"]
    assert dict(table(outcome, "refused_file").select("source_file", "code").rows())[f"{LAST}/notes.docx"] == NOT_TAKEN
    page = (outcome.published / "quality.html").read_text(encoding="utf-8")
    assert f"Nothing of this file is counted. {LAST}/notes.docx: no source takes this file" in page


def test_no_agreement_no_delivery(area: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST)])
    place = open_place(area, raw=raw, curated=tmp_path / "curated")
    ended = tuple(a.model_copy(update={"end": a.start}) if a.source == "ed" else a for a in place.settings.agreements)
    intake, deliveries, records_of = take_in(
        Place(place.home, place.settings.model_copy(update={"agreements": ended}), place.sources), LAST
    )
    assert {refusal.code for refusal in intake.refused} == {"no_agreement"}
    assert deliveries.height and "ed" not in set(records_of["source"])


def test_a_second_run_says_who_holds_the_site(place_of: PlaceOf) -> None:
    place = place_of()
    with hold(place.lock, "hiu run 2026-03", NOW), pytest.raises(Busy, match="hiu run 2026-03"):
        run(place)


def test_nothing_to_load_is_said(place_of: PlaceOf, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(HiuError, match="no delivery"):
        run(place_of(raw=tmp_path / "empty"))


def test_every_run_is_in_the_audit_chain(place_after: Place, published: Outcome) -> None:
    run(place_after)
    lines = [json.loads(line)["event"] for line in place_after.audit.read_text(encoding="utf-8").splitlines()]
    kinds = [line["type"] for line in lines]
    assert [kind for kind in kinds if kind.startswith("run_")] == ["run_started", "run_ended"] * 2
    assert kinds[-2:] == ["run_started", "run_ended"], "a run that changes nothing says no more"
    assert kinds.index("imported") < kinds.index("published") < kinds.index("disclosed") < kinds.index("run_ended")
    ended = [line["received"] for line in lines if line["type"] == "run_ended"]
    assert ended == [published.intake.received, 0]
    assert verify(place_after.audit, place_after.key_for("audit")) == []


@pytest.mark.slow
def test_a_corrected_file_leaves_no_trace_of_the_wrong_one(
    place_of_two: Place, place_of: PlaceOf, two_months: Outcome
) -> None:
    """Numbers shifted one row down in a first delivery must not bear on anybody once the right file has come."""
    raw, clean = place_of_two.raw, two_months
    path = raw / str(LAST) / "ed_attendances.csv"
    good = path.read_bytes()
    rows = list(csv.reader(io.StringIO(good.decode("utf-8-sig"))))
    at = rows[0].index("NHS Number")
    numbers = [row[at] for row in rows[1:]]
    for row, number in zip(rows[1:], numbers[1:] + numbers[:1], strict=True):
        row[at] = number
    shifted = io.StringIO(newline="")
    csv.writer(shifted).writerows(rows)
    path.write_bytes(shifted.getvalue().encode("utf-8"))
    place = place_of(raw=raw, name="wrong first")
    wrong = run(place)
    path.write_bytes(good)
    mended = run(place)
    assert not table(wrong, "people").equals(table(clean, "people")), "the shift did bear on people"
    same(mended, clean)
