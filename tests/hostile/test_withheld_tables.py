"""Who may not be shown is in no file that an output, a notebook or another tool reads; counting and review go on."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest
from areakit import LAST, NOW, run
from hostile_kit import LATER, Objected, forbid, scope_of, told

from hiu.govern.basis import gate
from hiu.model import PUBLISHED
from hiu.model.frames import schema
from hiu.model.govern import BASIS
from hiu.model.ids import ID_COLUMNS
from hiu.publish.release.folder import working_folder
from hiu.publish.release.working import READ_ME, whole_table, without
from hiu.site import Site
from hiu.site.opened import Opened
from hiu.site.review.queue import Queue
from pipelines.common.place import Place, open_place, open_warehouse
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.erase.tables import CACHED_IDS
from pipelines.govern.record_basis import BasisChange, record_change
from pipelines.govern.verify import verify_site


def test_an_objector_is_in_no_byte_of_what_is_published(objected: Objected) -> None:
    place, person, before, after = objected
    scope = scope_of(place, person)
    assert {"people.parquet", "monthly_demand.parquet", "event_place.parquet", "pack.html"} <= set(told(before, scope))
    assert list(told(after, scope)) == []
    apart = working_folder(after)
    assert {"people.parquet", "event_place.parquet"} <= set(told(apart, scope)), "the working tables do"
    assert apart.stat().st_mode & 0o077 == 0 and apart.parent.stat().st_mode & 0o077 == 0
    assert "pass them on" in (apart / READ_ME).read_text(encoding="utf-8")


def test_nobody_else_s_count_or_rank_changed(objected: Objected) -> None:
    _, person, before, after = objected
    for name in ("ranked", "monthly_demand", "monthly_extra", "people", "support", "event_place"):
        old, new = (pl.read_parquet(folder / f"{name}.parquet") for folder in (before, after))
        assert new.equals(old.filter(pl.col("person_id") != person)), name
        assert pl.read_parquet(whole_table(after, name)).equals(old), f"{name}: whole in the working tables"
    old, new = (pl.read_parquet(folder / "links.parquet") for folder in (before, after))
    assert new.equals(old.filter(pl.col("person_id").ne_missing(person)))
    assert pl.read_parquet(whole_table(after, "links")).equals(old), "every row received is accounted for"


def test_verify_finds_nothing_wrong(objected: Objected, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_site(objected[0]) == 0, capsys.readouterr().out


def test_every_table_of_a_notebook_is_without_the_objector(objected: Objected) -> None:
    place, person, before, _ = objected
    site = Site(Opened(place.home, place.settings, place.curated, lambda: LATER))
    for month in (site.latest, type(site.latest)(LAST, before, site._opened)):  # also of a run before the objection
        for name in (*PUBLISHED, "event_place"):
            frame = month._scan(name).collect()
            ids = {value for column in set(ID_COLUMNS) & set(frame.columns) for value in frame[column]}
            assert person not in ids, name


def test_reviewers_still_see_every_pair(objected: Objected) -> None:
    place, _, before, after = objected
    one, other = (Queue(LAST, folder, place.records, b"") for folder in (after, before))
    assert one.pairs.equals(other.pairs)
    site = Site(Opened(place.home, place.settings, place.curated, lambda: LATER))
    assert len(site.latest.review("A")) == pl.read_parquet(before / "review_queue.parquet").height


def test_an_objection_that_ends_brings_the_person_back(objected: Objected, tmp_path: Path) -> None:
    place, person, before, _ = objected
    shutil.copytree(place.curated, tmp_path / "curated")
    own = open_place(place.home, curated=tmp_path / "curated")
    change = BasisChange(allow=None, deny=None, end="objection", purpose=None, recipient=None, until=None)
    record_change(own, person, change, evidence="letter", by="DPO", now=LATER)
    outcome = run(own, LAST, at=LATER + timedelta(hours=1))
    assert outcome.published
    assert pl.read_parquet(outcome.published / "people.parquet").equals(pl.read_parquet(before / "people.parquet"))
    assert not working_folder(outcome.published).exists()


def test_a_run_says_which_months_still_hold_them(place_after: Place, objected: Objected) -> None:
    from pipelines.access.basis import still_named

    assert not still_named(place_after, NOW.date())
    forbid(place_after, objected[1])
    [said] = still_named(place_after, NOW.date())
    assert f"{LAST} was published before 1 person" in said and f"'hiu run {LAST}'" in said
    assert objected[1] not in said and not still_named(objected[0], NOW.date()), "published anew since"


def test_without_a_basis_no_person_is_in_the_tables(place_after: Place) -> None:
    bare = place_after.settings.model_copy(update={"basis": []})
    place = Place(place_after.home, bare, place_after.sources)
    outcome = run(place, LAST, at=LATER)
    assert outcome.published
    for name in PUBLISHED:
        frame = pl.read_parquet(outcome.published / f"{name}.parquet")
        ids = [frame[column].drop_nulls().len() for column in set(ID_COLUMNS) & set(frame.columns)]
        assert not any(ids), name
    assert pl.read_parquet(whole_table(outcome.published, "ranked")).height


def test_a_month_without_anybody_is_not_to_be_published_again(place_after: Place) -> None:
    from pipelines.access.basis import still_named

    bare = Place(place_after.home, place_after.settings.model_copy(update={"basis": []}), place_after.sources)
    assert len(still_named(bare, LATER.date())) == 1, "the month published while there was a basis"
    outcome = run(bare, LAST, at=LATER)
    assert outcome.published
    path = whole_table(outcome.published, "aliases")
    former = pl.DataFrame({"old_id": "HIU-OLDERID1", "person_id": "HIU-LATERID2", "kind": "joined"})
    pl.concat([pl.read_parquet(path), former], how="diagonal_relaxed").write_parquet(path)
    assert still_named(bare, LATER.date()) == [], "a former id in the working tables is nobody of the month"


def test_one_who_opted_out_is_shown_for_care_and_not_for_planning(place_after: Place) -> None:
    from pipelines.access.basis import for_board, hidden
    from pipelines.common.place import published_tables

    _, folder = place_after.which(None)
    person = str(pl.read_parquet(folder / "ranked.parquet")["person_id"][0])
    forbid(place_after, person, "national_opt_out")
    tables = published_tables(folder, PUBLISHED)
    assert person not in hidden(place_after, tables, NOW.date()), "their own care goes on"
    board, left_out, _ = for_board(place_after, tables, NOW.date())
    assert left_out == 1
    assert all(person not in set(frame["person_id"]) for frame in board.values() if "person_id" in frame.columns)


def test_sentences_about_others_lose_the_id_and_addresses_of_theirs_alone_go() -> None:
    tables = {
        "people": pl.DataFrame({"person_id": ["A1", "B2"]}),
        "changes": pl.DataFrame({"person_id": ["B2"], "what": ["B2 was joined with A1"]}),
        "descriptions": pl.DataFrame(
            {
                "identity_id": ["i1", "i2", "i3"],
                "person_id": ["A1", "A1", "B2"],
                "house": ["1", "9", "9"],
                "street": ["HIGH ST", "LOW ST", "LOW ST"],
                "postcode": ["BS1 1AA", None, None],
            }
        ),
        "address_demand": pl.DataFrame({"address": ["1 HIGH ST, BS1 1AA", "9 LOW ST"], "calls": [20, 30]}),
    }
    shown = without(tables, {"A1"}, LAST, apart=False)
    assert shown["changes"]["what"].to_list() == ["B2 was joined with a person who is not shown"]
    assert shown["address_demand"]["address"].to_list() == ["9 LOW ST"], "others live there too"
    assert without(tables, set(), LAST, apart=False)["people"].height == 2


@pytest.mark.slow
def test_an_erasure_reaches_the_working_tables_and_leaves_the_objector_in_them(
    objected: Objected, tmp_path: Path
) -> None:
    place, person, _, after = objected
    shutil.copytree(place.curated, tmp_path / "curated")
    own = open_place(place.home, curated=tmp_path / "curated")
    folder = own.published / after.name
    other = str(pl.read_parquet(folder / "ranked.parquet").filter(pl.col("list") == "adult")["person_id"][0])
    scope, quiet = scope_of(own, other), Reporter(quiet=True)
    erase(own, other, reason="request", by="DPO", now=LATER, report=quiet, say=lambda _: None)
    assert list(told(own.curated / "published", scope)) == [] == list(told(own.curated / "working", scope))
    kept = set(pl.read_parquet(whole_table(folder, "people"))["person_id"])
    assert person in kept and other not in kept
    assert person not in set(pl.read_parquet(folder / "people.parquet")["person_id"])


def test_ids_stand_in_no_column_that_would_be_overlooked(objected: Objected) -> None:
    """A column under another name would be withheld, erased and answered by nobody: every value of every column."""
    place, _, before, _ = objected
    frames = {path.stem: pl.read_parquet(whole_table(before, path.stem)) for path in before.glob("*.parquet")}
    ids = {
        value
        for frame in frames.values()
        for column in set(ID_COLUMNS) & set(frame.columns)
        for value in frame[column].drop_nulls()
    }
    assert len(ids) > 200
    with open_warehouse(place) as warehouse:
        frames |= {f"{name} (warehouse)": warehouse.read(name) for name in warehouse.tables()}
    assert [
        (name, column.name)
        for name, frame in frames.items()
        for column in frame.select(pl.col(pl.String)).iter_columns()
        if column.name not in CACHED_IDS and not ids.isdisjoint(column.drop_nulls())
    ] == []


SITE = [("*", "group", True), ("*", "analyst", True), ("*", "clinician", True)]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        SITE,
        SITE[:1],
        [*SITE, ("A", "*", False), ("C", "group", False)],
        [*SITE, ("*", "*", False)],
        [*SITE, ("*", "analyst", False), ("*", "group", False), ("A", "clinician", False)],
        [("A", "group", True), ("B", "analyst", True), ("B", "analyst", False)],
        [("*", "group", True), ("B", "group", False), ("B", "analyst", True), ("C", "*", False)],
    ],
)
def test_whom_nobody_may_see_is_the_same_however_it_is_looked_up(
    rows: list[tuple[str, str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.access import basis

    fixed = {"purpose": "support", "code": "x", "decided_by": "A", "evidence": "e", "start": NOW.date(), "end": None}
    table = [
        {**fixed, "person_id": person, "recipient": to, "allow": allow, "recorded_at": NOW}
        for person, to, allow in rows
    ]
    recorded = pl.DataFrame(table, schema=schema(BASIS), orient="row")
    monkeypatch.setattr(basis, "basis_of", lambda place, aliases: recorded)
    settings = SimpleNamespace(basis=(), governance=SimpleNamespace(opt_out_purposes=()))
    ids = {"people": ["A", "B"], "links": ["B", "C", "D", None], "coverage": []}
    tables = {name: pl.DataFrame({"person_id": own}, schema={"person_id": pl.String}) for name, own in ids.items()}
    place = cast(Place, SimpleNamespace(settings=settings))
    whole = gate.hidden("ABCD", recorded, on=NOW.date(), opt_out=frozenset())
    assert basis.hidden(place, {**tables, "aliases": pl.DataFrame({"old_id": []})}, NOW.date()) == whole
