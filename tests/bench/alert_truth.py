"""How many alerts of the pack are of the right person, and how many are missed, on an area whose truth is known.

    python tests/bench/alert_truth.py [--people 20000] [--months 24] [--seeds 7 8] [--folder DIR]

Of everybody on the list of the last month, whoever may be shown: an alert of detention or assessment is right if the
area's own counts (`truth/monthly_counts.parquet`) have one for the person in the 3 months, and one of what records
mention if the person's own entries, told by `truth/rows.parquet`, mention it. A person of the list is the one most of
the record's rows are of; missed are people who are on the list, and to whom it happened, without the alert. Whether an
entry is true of somebody's intent no invented area can say.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
from link_areas import LAST
from run_million import area

from hiu.publish.danger import danger
from hiu.publish.pack.alert_words import ALERTS

C = pl.col
KEY = ["source", "source_file", "source_row"]
COUNTED = {"detained": "s136", "assessed": "mha_assessment"}
MENTIONED = ("danger", "danger_call")
Found = dict[str, set[str]]


def mentioned(timeline: pl.DataFrame) -> Found:
    """Alert -> the people whose entries of the last 3 months mention it."""
    out: Found = {kind: set() for kind in MENTIONED}
    for (person,), own in (
        timeline.filter(C("start") >= (LAST - 2).start).partition_by("person_id", as_dict=True).items()
    ):
        for kind in danger(own, LAST):
            out.setdefault(kind, set()).add(str(person))
    return out


def counted(demand: pl.DataFrame) -> Found:
    """Alert -> the people who have one counted in the last 3 months."""
    own = demand.filter(C("month").is_between((LAST - 2).start, LAST.start), C("n") > 0)
    return {kind: set(own.filter(dataset=name)["person_id"]) for kind, name in COUNTED.items()}


def rows_of(tables: Mapping[str, pl.DataFrame], truth: Path) -> Iterator[tuple[str, int, int, int, int]]:
    """Alert, people with it, of these right, people who should have it, and of these missed."""
    links = tables["links"].drop_nulls("person_id").with_columns(C("source_row").cast(pl.Int64))
    told = pl.read_parquet(truth / "rows.parquet").select(*KEY, true="person_id")
    links = links.join(told, on=KEY)
    owner = links.group_by("person_id", "true").len().sort("len", "true", descending=[True, False])
    owner = owner.unique("person_id", keep="first", maintain_order=True)
    main = owner.unique("true", keep="first", maintain_order=True).select("person_id", "true")
    whose = dict(owner.select("person_id", "true").iter_rows())
    listed = set(tables["ranked"].filter(list="adult")["person_id"])
    on_list = {true for person, true in main.iter_rows() if person in listed}
    event = links.select("person_id", "source", "event_id", "true").unique()
    timeline = tables["timeline"].join(event, on=["person_id", "source", "event_id"])
    true_timeline = timeline.with_columns(person_id="true").unique(
        ["person_id", "start", "source", "event_id", "dataset"]
    )
    months = C("month").str.to_date("%Y-%m")
    counts = pl.read_parquet(truth / "monthly_counts.parquet").with_columns(month=months)
    given = mentioned(tables["timeline"]) | counted(tables["monthly_demand"])
    truly = mentioned(true_timeline) | counted(counts)
    for kind in (*MENTIONED, *COUNTED):
        alerts, due = given[kind] & listed, truly[kind] & on_list
        right = sum(whose.get(one) in truly[kind] for one in alerts)
        reached = {whose.get(one) for one in given[kind]}
        yield ALERTS[kind], len(alerts), right, len(due), len(due - reached)


def main() -> None:
    """Make each area, run its last month, and print a line for each alert."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--people", type=int, default=20_000)
    ask.add_argument("--months", type=int, default=24)
    ask.add_argument("--seeds", type=int, nargs="*", default=[7, 8])
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hiu-alerts")
    asked = ask.parse_args()
    print("| area | alert | people with it | right | people who should have it | missed |\n|---|---|---|---|---|---|")
    for seed in asked.seeds:
        site = asked.folder / f"s{seed}"
        area(site, asked.people, asked.months, seed)
        run = [sys.executable, "-m", "pipelines.cli", "run", str(LAST), "--site", str(site)]
        subprocess.run(run, check=False, capture_output=True)
        (folder,) = (
            path.parent for path in (site / "data" / "curated").rglob("ranked.parquet") if "published" in str(path)
        )
        names = ("links", "ranked", "timeline", "monthly_demand")
        tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in names}
        for title, alerts, right, due, missed in rows_of(tables, site / "data" / "truth"):
            print(f"| {seed} | {title} | {alerts:,} | {right:,} | {due:,} | {missed:,} |", flush=True)


if __name__ == "__main__":
    main()
