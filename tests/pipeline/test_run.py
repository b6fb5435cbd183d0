"""The monthly run: accounting, idempotence, order of loading, replacement, resumption, refusal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from conftest import LAST, run

from hiu.errors import Busy, HiuError
from hiu.govern.audit import verify
from hiu.month import Month
from hiu.publish.release import verify_release
from pipelines import count, link, publish, rank
from pipelines.lock import hold
from pipelines.place import Place
from pipelines.run import Outcome

PlaceOf = Callable[..., Place]
COMPARED = (
    "monthly_demand",
    "monthly_extra",
    "coverage",
    "ranked",
    "people",
    "risk_grading",
    "support",
    "team_contact",
)


def table(outcome: Outcome, name: str) -> pl.DataFrame:
    assert outcome.published
    return pl.read_parquet(outcome.published / f"{name}.parquet")


def same(one: Outcome, other: Outcome, *names: str) -> None:
    for name in names or COMPARED:
        assert table(one, name).equals(table(other, name)), f"{name} differs"


def clusters(outcome: Outcome) -> pl.DataFrame:
    key = ["source", "source_file", "source_row"]
    return table(outcome, "links").select(*key, "status", "identity_id", "person_id").sort(key)


def copy_months(raw: Path, to: Path, months: list[str]) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for path in sorted(raw.iterdir()):
        if path.is_dir() and path.name in months:
            shutil.copytree(path, to / path.name, dirs_exist_ok=True)
        elif path.is_file():
            shutil.copy2(path, to / path.name)


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
    assert (published.published / "ranked-list.html").is_file()
    assert (
        len(list((published.published / "charts").glob("*.svg")))
        == len(list((published.published / "charts").glob("*.png")))
        > 0
    )


def test_again_changes_nothing_and_publishes_nothing(place_of: PlaceOf) -> None:
    place = place_of()
    first = run(place)
    again = run(place, at=datetime(2026, 4, 9, tzinfo=UTC))
    assert first.changed and not again.changed
    assert again.published == first.published
    assert again.intake.received == 0
    assert len(list(place.published.iterdir())) == 1


def test_month_by_month_equals_all_at_once(place_of: PlaceOf, published: Outcome) -> None:
    place = place_of()
    for month in Month(2025, 2).through(LAST):
        latest = run(place, month)
    same(latest, published)
    assert clusters(latest).equals(clusters(published))


def test_a_month_out_of_order(place_of: PlaceOf, published: Outcome) -> None:
    """An earlier month asked for after a later one reads nothing of the future."""
    place = place_of()
    run(place)
    earlier = run(place, LAST - 3)
    assert table(earlier, "monthly_demand")["month"].max() == (LAST - 3).start
    same(run(place), published)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (count, "identify"),
        (link, "link_people"),
        (count, "count_demand"),
        (rank, "rank_people"),
        (publish, "set_current"),
    ],
)
def test_cut_off_at_any_step_then_run_again(
    place_of: PlaceOf, published: Outcome, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    place = place_of()

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, name, cut)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    assert place.months() == {}
    same(run(place), published)


def test_cut_off_in_intake_then_run_again(
    place_of: PlaceOf, published: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines import ingest

    place, done = place_of(), []
    real = ingest._write

    def cut(*args: object) -> None:
        if len(done) == 9:
            raise KeyboardInterrupt
        done.append(1)
        real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "_write", cut)
        with pytest.raises(KeyboardInterrupt):
            run(place)
    resumed = run(place)
    assert len(resumed.intake.loaded) == table(published, "deliveries").height - 9
    same(resumed, published)


def test_a_changed_file_replaces_the_one_before(area: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST - 1), str(LAST)])
    place = place_of(raw=raw)
    first = run(place)
    changed = sorted((raw / str(LAST)).glob("*.csv"))[0]
    lines = changed.read_bytes().splitlines(keepends=True)
    changed.write_bytes(b"".join(lines[:-1]))
    second = run(place)
    assert second.changed and second.intake.loaded == [f"{LAST}/{changed.name}"]
    old = table(second, "deliveries").filter(pl.col("replaced_by").is_not_null())
    assert old.height == 1
    statuses = table(second, "links").filter(pl.col("delivery_id") == old["delivery_id"][0])["status"].unique()
    assert set(statuses) <= {"superseded", "quarantined"}
    assert first.published and first.published.is_dir(), "what the last meeting saw is kept"


def test_the_same_file_under_another_month_is_not_loaded(area: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    copy_months(area / "data" / "raw", raw, [str(LAST - 1)])
    shutil.copytree(raw / str(LAST - 1), raw / str(LAST))
    outcome = run(place_of(raw=raw))
    assert any("same bytes" in warning for warning in outcome.warnings)
    late = table(outcome, "coverage").filter(pl.col("month") == LAST.start)
    assert not late["supplied"].any()


def test_a_month_not_supplied_is_missing_not_zero(area: Path, place_of: PlaceOf, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    months = [str(month) for month in (LAST - 13).through(LAST)]
    copy_months(area / "data" / "raw", raw, months)
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
    outcome = run(place_of(raw=raw))
    assert outcome.exit_code == 4 and outcome.published
    assert [refusal.file for refusal in outcome.intake.refused] == [f"{LAST}/{bad.name}"]


def test_no_agreement_no_delivery(area: Path, tmp_path: Path) -> None:
    from pipelines.place import open_place

    place = open_place(area, curated=tmp_path / "curated")
    kept = tuple(a for a in place.settings.agreements if a.source != "ed")
    less = Place(place.home, place.settings.model_copy(update={"agreements": kept}), place.sources)
    outcome = run(less)
    assert {refusal.code for refusal in outcome.intake.refused} == {"no_agreement"}
    assert "ed" not in set(table(outcome, "links")["source"])


def test_a_second_run_says_who_holds_the_site(place_of: PlaceOf) -> None:
    place = place_of()
    with (
        hold(place.lock, "hiu run 2026-03", datetime(2026, 4, 8, tzinfo=UTC)),
        pytest.raises(Busy, match="hiu run 2026-03"),
    ):
        run(place)


def test_nothing_to_load_is_said(place_of: PlaceOf, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(HiuError, match="no delivery"):
        run(place_of(raw=tmp_path / "empty"))


def test_every_run_is_in_the_audit_chain(place_of: PlaceOf) -> None:
    place = place_of()
    outcome = run(place)
    lines = [json.loads(line)["event"] for line in place.audit.read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["run_started", "run_ended"]
    assert lines[1]["received"] == outcome.intake.received
    assert verify(place.audit, place.key_for("audit")) == []
