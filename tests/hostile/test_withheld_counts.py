"""Who may be shown to nobody can't be told by subtraction either: what an analyst is answered is what a site answers
from which the rows of this person were taken out before the month was counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from areakit import LAST, run, table
from hostile_kit import LATER, Objected, forbid
from once import once
from test_reads_library import ARGUMENTS, TRIED

from hiu.model import RELEASED
from hiu.model.words import many
from hiu.month import Month
from hiu.publish.release.counted import unnumbered
from hiu.publish.release.working import whole_table, without
from hiu.site.opened import Opened
from hiu.site.published import Published
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from hiu.sources import load_sources
from pipelines.access.remake import withhold
from pipelines.common.place import Place, open_place
from pipelines.common.progress import Reporter
from pipelines.erase.erase import erase
from pipelines.govern.verify import problems_of
from pipelines.steps.kept import of_source

C = pl.col
ROW = ["delivery_id", "source_row"]
DELIVERED = {"deliveries", "field_quality", "quotes", "refused_file"}
"""Counts of the rows of files: `test_withheld_rows.py` has them."""
FITTED = {"ranked", "changes", "review_queue", "review_evidence"}
"""A place, an interval and a pair hang together with everybody's: of these the people are compared."""
OF_PAIRS = ("agreement", "agreement_expected", "pairs_in_doubt", "pairs_queued", "precision", "recall")
"""Of the quality of the matching: what is counted of pairs, or estimated by the model."""
LIST = {
    "Person.why", "Person.row", "Published.ranked", "Published.why", "Published.person", "Published.what_if",
    "Published.compare",
    "Published.people", "Published.review", "Ranked.compare", "Ranked.why", "Ranked.sensitivity", "Ranked.equality",
    "Ranked.moves", "Ranked.uncertain", "Cohort.cost", "Cohort.backtest", "Cohort.flow", "Cohort.equality",
    "Places.team", "Places.tasking", "Definitions.effect", "Definitions.sensitivity", "Definitions.presets",
    "Linkage.oddities", "Linkage.two_numbers", "Linkage.thresholds", "Linkage.quality", "Quality.linkage_quality",
}  # fmt: skip
"""Answers that have the list, or the pairs in doubt, in them."""
OF_DELIVERIES = {
    "Published.deliveries", "Published.tables", "Published.not_supplied", "Published.quality", "Quality.deliveries",
    "Quality.fields", "Quality.warnings",
}  # fmt: skip
HELD = ("Published", "Person", "Quality", "Linkage", "Cohort", "Places", "Definitions", "Ranked")
CALLS = sorted(name for name in TRIED if name.split(".")[0] in HELD)


@pytest.fixture(scope="module")
def both(objected: Objected, tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, Published]:
    """The month after somebody objected, and the same month counted anew without a row of theirs."""
    place, person, _, after = objected

    def make(folder: Path) -> tuple[str, str]:
        shutil.copytree(place.curated, folder / "objected")
        shutil.copytree(place.curated, folder / "emptied")
        own = open_place(place.home, curated=folder / "emptied")
        erase(own, person, reason="request", by="DPO", now=LATER, report=Reporter(quiet=True), say=lambda _: None)
        again = run(own, LAST, at=LATER + timedelta(hours=1))
        assert again.published
        aside = pl.read_parquet(again.published / "quarantine.parquet").filter(C("code") == "erased").select(ROW)
        assert aside.height
        for name in ("links", "quarantine"):  # there the rows stay as set aside: no row of theirs was ever here
            path = again.published / f"{name}.parquet"
            pl.read_parquet(path).join(aside, on=ROW, how="anti", maintain_order="left").write_parquet(path)
        return str(folder / "objected" / "published" / after.name), str(again.published)

    folders = once(tmp_path_factory, "taken out", make)
    first, second = (_month(place, Path(folder)) for folder in folders)
    return first, second


def _month(place: Place, folder: Path) -> Published:
    opened = Opened(place.home, place.settings, folder.parents[1], lambda: LATER, by="Ann Lyst")
    return Published(LAST, folder, opened)


def _frame(run: Published, name: str) -> pl.DataFrame:
    """A table as an analyst reads it, less what pairs give."""
    found = pl.read_parquet(run.folder / f"{name}.parquet")
    return found.filter(~C("measure").is_in(OF_PAIRS)) if name == "link_quality" else found


def test_published_tables_are_those_of_a_site_without_the_rows(both: tuple[Published, Published]) -> None:
    objected, emptied = both
    every = sorted(RELEASED.keys() - DELIVERED - FITTED - {"equality"})
    names = [name for name in every if (objected.folder / f"{name}.parquet").exists()]
    assert len(names) > 15
    assert [name for name in names if not _frame(objected, name).equals(_frame(emptied, name))] == []


def test_the_people_of_the_list_are_those_of_a_site_without_the_rows(both: tuple[Published, Published]) -> None:
    objected, emptied = both
    keep = ["person_id", "points_3", "points_12", "contacts_3", "contacts_12", "list"]
    one, other = (_frame(run, "ranked").select(keep).sort(keep) for run in both)
    assert one.equals(other)
    pairs = [set(_frame(run, "review_queue").select("identity_a", "identity_b").rows()) for run in both]
    assert pairs[0] == pairs[1]
    top = objected.settings.rank.top
    groups = [_frame(run, "equality").select("characteristic", "group", "people").rows() for run in (objected, emptied)]
    assert groups[0] == groups[1]
    first = _frame(objected, "ranked").filter(C("list") == "adult", C("rank") <= top).height
    assert _frame(objected, "equality").filter(C("characteristic") == "sex")["top"].sum() == first


def test_no_sum_of_one_table_less_another_is_theirs(both: tuple[Published, Published]) -> None:
    objected, _ = both
    left = objected.sql(
        "select t.month, t.dataset, t.n - coalesce(s.n, 0) as n, t.people - coalesce(s.people, 0) as people "
        "from monthly_total as t left join (select month, dataset, sum(n) as n, count(*) as people from monthly_demand "
        "where n > 0 group by all) as s using (month, dataset) where t.supplied and (t.n <> coalesce(s.n, 0) or "
        "t.people <> coalesce(s.people, 0))"
    )
    assert left.to_polars().is_empty()
    nobody = "select count(*) as rows from links where person_id is null and status <> 'quarantined'"
    assert objected.sql(nobody)["rows"][0] == 0


def _answers(found: object) -> Iterator[object]:
    """What an answer says: its tables in an order of their own, and its sentences."""
    if isinstance(found, Finding):
        yield from found.sentences
        for name in found.tables:
            yield from _answers(found.table(name))
    elif isinstance(found, Listing):
        frame = found.to_polars()
        flat = frame.with_columns(C(pl.List(pl.String)).list.join("|")) if frame.width else frame
        yield sorted(map(repr, flat.rows()))
        yield found.title
    else:
        yield repr(found)


def _people(found: object) -> set[str]:
    listings = [found.table(name) for name in found.tables] if isinstance(found, Finding) else [found]
    frames = [one.to_polars() for one in listings if isinstance(one, Listing)]
    return {str(one) for frame in frames if "person_id" in frame.columns for one in frame["person_id"]}


def _ask(run: Published, name: str) -> object:
    kind, method = name.split(".")
    views = {"Quality": "quality", "Linkage": "linkage", "Cohort": "cohort", "Places": "places"}
    views |= {"Definitions": "definitions", "Ranked": "ranked"}
    somebody = sorted(run._scan("ranked").filter(C("list") == "adult").collect()["person_id"])[0]
    holders = {"Published": run, "Person": run.person(somebody)}
    holder = holders[kind] if kind in holders else getattr(run, views[kind])()
    given = {"Published.table": ("monthly_total",), "Published.sql": ("select * exclude (source_row) from links",)}
    given |= dict.fromkeys(("Published.person", "Published.why", "Ranked.why"), (somebody,))
    return getattr(holder, method)(*(given.get(name) or ARGUMENTS.get(name, ())))


@pytest.mark.parametrize("name", [name for name in CALLS if name not in OF_DELIVERIES | {"Ranked.compare"}])
def test_an_answer_is_that_of_a_site_without_the_rows(name: str, both: tuple[Published, Published]) -> None:
    one, other = (_ask(run, name) for run in both)
    if name in LIST:
        assert _people(one) <= set(pl.read_parquet(both[0].folder / "people.parquet")["person_id"])
    else:
        assert list(_answers(one)) == list(_answers(other))


def test_it_is_so_before_the_month_is_made_anew(place_after: Place) -> None:
    """An objection holds as soon as it is recorded, also while something else keeps the month from being made anew."""
    _, folder = place_after.which(None)
    ranked = pl.read_parquet(folder / "ranked.parquet").filter(list="adult").sort("rank")
    forbid(place_after, str(ranked["person_id"][0]))
    run = _month(place_after, folder)
    shown = {name: run._scan(name).collect().sort(table.key) for name, table in run._tables_there.items()}
    assert withhold(place_after, LATER, Reporter(quiet=True))
    for name, frame in shown.items():
        assert frame.equals(pl.read_parquet(folder / f"{name}.parquet").sort(RELEASED[name].key)), name
    assert len(shown["links"]) < pl.read_parquet(whole_table(folder, "links")).height


def test_no_count_of_a_month_holds_who_was_erased_since(both: tuple[Published, Published]) -> None:
    """The folder that the erasure made anew, before any run: shown tables and those that lie apart."""
    objected, emptied = both
    folder = emptied.folder.parent / objected.folder.name
    for read in (Path.__truediv__, lambda folder, name: whole_table(folder, name.removesuffix(".parquet"))):
        demand, totals = (
            pl.read_parquet(read(folder, f"{name}.parquet")) for name in ("monthly_demand", "monthly_total")
        )
        own = demand.group_by("month", "dataset").agg(C("n").sum())
        left = totals.filter("supplied").join(own, on=["month", "dataset"], how="left", suffix="_own")
        assert left.filter(C("n") != C("n_own").fill_null(0)).is_empty()
        groups = pl.read_parquet(read(folder, "equality.parquet")).filter(characteristic="sex")
        adults = pl.read_parquet(read(folder, "ranked.parquet")).filter(list="adult").height
        assert groups["people"].sum() == adults
        assert groups["top"].sum() == 1, "of two places one is empty"


def test_what_was_restated_is_told_without_them(month_before: Path, area: Path, tmp_path: Path) -> None:
    """As if the month before had been published with one event less of the objector, and of somebody else."""
    shutil.copytree(month_before, tmp_path / "curated")
    place = open_place(area, curated=tmp_path / "curated")
    path = place.which(None)[1] / "monthly_demand.parquet"
    before = pl.read_parquet(path)
    known = pl.read_parquet(path.with_name("ranked.parquet")).select("person_id")
    older = C("month") < (LAST - 1).start  # what came late is added to the month before in any case
    rows = before.filter(older, C("n") > 0).join(known, on="person_id", how="semi")
    cells = rows.unique(["month", "dataset"], keep="first", maintain_order=True).unique(
        "person_id", maintain_order=True
    )
    theirs, other = cells.row(0, named=True), cells.row(1, named=True)
    for one in (theirs, other):
        own = (C("person_id") == one["person_id"]) & (C("month") == one["month"]) & (C("dataset") == one["dataset"])
        before = before.with_columns(n=pl.when(own).then(C("n") - 1).otherwise("n"))
    before.write_parquet(path)
    forbid(place, theirs["person_id"])
    sentences = table(run(place, LAST, at=LATER), "changes").filter(C("kind") == "restated")["what"].to_list()
    assert not [one for one in sentences if one.startswith(_cell(theirs))]
    assert [one for one in sentences if one.startswith(f"{_cell(other)}, 1 added")]


def _cell(row: dict[str, object]) -> str:
    return f"{Month.of(row['month']).title}: {many(str(row['dataset']))}"  # type: ignore[arg-type]


def test_a_sentence_that_counted_somebody_loses_its_numbers() -> None:
    what = ["Feb 2026: ED attendances, 13 added and 2 removed since the last list.", "13 added to HIU-A"]
    changes = pl.DataFrame({"kind": ["restated", "new"], "person_id": [None, "HIU-A"], "what": what})
    found = unnumbered({"changes": changes})["changes"]["what"].to_list()
    assert found == ["Feb 2026: ED attendances, some added and some removed since the last list.", what[1]]


def test_an_address_loses_their_calls_and_is_none_with_many_if_few_are_left() -> None:
    start = datetime(2026, 3, 2, 10)
    events = [
        ("A", "1"),
        ("A", "2"),
        ("B", "2"),
        ("B", "3"),
        ("C", "4"),
        ("C", "5"),
        ("C", "6"),
        ("A", "7"),
        ("C", "8"),
    ]
    where = {"A": ["1 HIGH ST", "2 LOW ST"], "B": ["1 HIGH ST"], "C": ["1 HIGH ST"]}
    homes = [(f"{who}{at}", who, text) for who, texts in where.items() for at, text in enumerate(texts)]
    links = pl.DataFrame(
        [("d", int(event), "ambulance", event, f"{who}{event == '7':d}", who) for who, event in events],
        schema=[*ROW, "source", "event_id", "identity_id", "person_id"],
        orient="row",
    ).with_columns(source_row=pl.int_range(pl.len()))
    tables = {
        "links": links,
        "descriptions": pl.DataFrame(homes, schema=["identity_id", "person_id", "address"], orient="row")
        .select(
            "identity_id",
            "person_id",
            house=C("address").str.slice(0, 1),
            street=C("address").str.slice(2),
            postcode=None,
        )
        .with_columns(C("postcode").cast(pl.String)),
        "timeline": links.select("person_id", "source", "event_id", start=start, dataset=pl.lit("ambulance_call")),
        "address_demand": pl.DataFrame(
            {
                "address": ["1 HIGH ST", "2 LOW ST"],
                "month": [start.date().replace(day=1)] * 2,
                "calls": [7, 5],
                "people": [3, 2],
            }
        ),
    }
    shown = without(tables, {"A"}, LAST, apart=False)["address_demand"]
    assert shown.select("address", "calls", "people").rows() == [("1 HIGH ST", 6, 2)], "call 2 was B's too"
    shown = without(tables, {"C"}, LAST, apart=False)["address_demand"]
    assert shown["address"].to_list() == ["2 LOW ST"], "3 calls are left of the other, and no address had so few"


def test_the_site_is_whole(objected: Objected, tmp_path: Path) -> None:
    """Rows received are still those staged and set aside, and each is traced in the tables that lie apart."""
    place, _, before, after = objected
    for folder in (before, after):
        assert "What became of the rows: counted" in (folder / "quality.html").read_text(encoding="utf-8")
    rows = pl.read_parquet(after / "deliveries.parquet").select("received", "staged", "quarantined").sum().row(0)
    assert rows[0] == rows[1] + rows[2]
    assert problems_of(place, on=LATER.date()) == []


def test_a_word_of_five_people_of_whom_one_may_not_be_shown_is_not_repeated() -> None:
    """In the rows of four it would say that somebody else had it too."""
    rows = pl.DataFrame({"person_id": list("ABCDE"), "details": ['{"conveyed_to": "St Elsewhere"}'] * 5})
    rows = rows.with_columns(
        source=pl.lit("ambulance"),
        event_id="person_id",
        spell_id=pl.lit(None, pl.String),
        quotes=pl.lit(None, pl.String),
    )
    source = load_sources()["ambulance"]
    assert set(of_source(rows, source, [])["site"]) == {"St Elsewhere"}
    assert set(of_source(rows, source, ["E"])["site"]) == {None}
